//! The journal: an append-only account of what was decided and done.

use std::fmt;

use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::Value as Json;
use treaty_model::{EntityName, LinkId, RemoteId, RunId, SystemName, Timestamp};

use crate::json::to_json;
use crate::number;

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// In which run.
    pub run: RunId,
    /// What kind of event.
    pub kind: EntryKind,
    /// The entity; empty where the entry is about the whole treaty.
    pub entity: EntityName,
    /// The link it is about.
    pub link: Option<LinkId>,
    /// The system it is about.
    pub system: Option<SystemName>,
    /// The record there.
    pub remote: Option<RemoteId>,
    /// The field, by name.
    pub field: Option<String>,
    /// Everything else, by kind of event.
    pub content: Content,
    /// Entries with the same mark are kept once: what is said again when a pass
    /// is repeated after a crash.
    pub mark: Option<String>,
}

/// What an entry says, as the JSON text that is kept: a first sync writes a
/// million values, and building a tree of each would take as long as keeping it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content(String);

impl Content {
    /// What a value says.
    pub fn of(value: &impl Serialize) -> Self {
        Self(to_json(value))
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl From<Json> for Content {
    fn from(json: Json) -> Self {
        Self(json.to_string())
    }
}

/// What kind of event an entry tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// Base took a value.
    Base,
    /// A conflict was decided, by a rule or a person.
    Verdict,
    /// A value lost.
    GivenUp,
    /// A write was confirmed.
    Write,
    /// A record was made.
    Create,
    /// A record was archived or deleted.
    Delete,
    /// A write was refused, found stale, or its outcome is open.
    Setback,
    /// Records were linked.
    Link,
    /// A link was taken apart, or a side of it was forgotten.
    Unlink,
    /// A system reported a record as deleted.
    Deleted,
    /// A person was asked.
    Question,
    /// A person answered.
    Answer,
    /// A rule failed or said no.
    Fault,
    /// A guard tripped, or was approved once.
    Guard,
    /// A rule, a table or a setting changed.
    Change,
}

const WORDS: [(EntryKind, &str); 15] = [
    (EntryKind::Base, "base"),
    (EntryKind::Verdict, "verdict"),
    (EntryKind::GivenUp, "given-up"),
    (EntryKind::Write, "write"),
    (EntryKind::Create, "create"),
    (EntryKind::Delete, "delete"),
    (EntryKind::Setback, "setback"),
    (EntryKind::Link, "link"),
    (EntryKind::Unlink, "unlink"),
    (EntryKind::Deleted, "deleted"),
    (EntryKind::Question, "question"),
    (EntryKind::Answer, "answer"),
    (EntryKind::Fault, "fault"),
    (EntryKind::Guard, "guard"),
    (EntryKind::Change, "change"),
];

impl EntryKind {
    /// The word that stands in the file.
    fn word(self) -> &'static str {
        let found = WORDS.iter().find(|(kind, _)| *kind == self);
        found.expect("every kind has a word").1
    }

    /// The kind that a word in the file stands for.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        let found = WORDS.iter().find(|(_, known)| *known == word);
        found.map(|(kind, _)| *kind)
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

pub(crate) fn append(db: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO journal.entry
             (at, run, kind, entity, link, system, remote, field, content, mark)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (mark) WHERE mark IS NOT NULL DO NOTHING",
    )?
    .execute(params![
        entry.at.as_micros(),
        number::of_run(entry.run),
        entry.kind.word(),
        entry.entity.as_str(),
        entry.link.map(number::of_link),
        entry.system.as_ref().map(SystemName::as_str),
        entry.remote.as_ref().map(RemoteId::as_str),
        entry.field,
        entry.content.0,
        entry.mark,
    ])?;
    Ok(())
}
