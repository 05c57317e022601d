//! What Treaty's own files say in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value as Json;
use treaty_model::Timestamp;

/// An entry of the journal.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// In which run.
    pub run: i64,
    /// What kind.
    pub kind: String,
    /// The link.
    pub link: Option<i64>,
    /// The system.
    pub system: Option<String>,
    /// The record.
    pub remote: Option<String>,
    /// The field.
    pub field: Option<String>,
    /// The rest.
    pub content: Json,
}

/// All that the journal keeps of what resolvers were asked.
const ASKED: &str = "
    SELECT 'setup ' || id || ' ' || hex(mark) || ' ' || content FROM setup
    UNION ALL SELECT 'decision ' || id || ' ' || hex(mark) || ' ' || at || ' ' || entity
        || ' ' || link || ' ' || input || ' ' || answer FROM decision
    UNION ALL SELECT 'asked ' || id || ' ' || hex(mark) || ' ' || at || ' ' || run || ' ' || rule
        || ' ' || component || ' ' || setup || ' ' || decisions || ' ' || coalesce(fuel, '-')
        || ' ' || now FROM asked";

/// What the files say.
#[derive(Debug, Default)]
pub struct Files {
    /// The journal, in order.
    pub journal: Vec<Entry>,
    /// What resolvers were asked and answered, a line for each entry.
    pub asked: Vec<String>,
    /// By link: the records that it ever had, by system's name.
    pub records: BTreeMap<i64, BTreeSet<(String, String)>>,
    /// By link: for each field of base whether it has a revision, and whether
    /// it says where its value came from.
    pub base: BTreeMap<i64, Vec<(bool, bool)>>,
}

fn asked(journal: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = journal.prepare(ASKED)?;
    let lines = statement.query_map([], |row| row.get(0))?;
    lines.collect()
}

impl Files {
    /// Reads the files in a state folder.
    pub fn read(state: &Path) -> rusqlite::Result<Self> {
        let mut files = Self::default();
        let open = |name: &str| {
            Connection::open_with_flags(state.join(name), OpenFlags::SQLITE_OPEN_READ_WRITE)
        };
        let journal = open("journal.db")?;
        let mut statement = journal.prepare(
            "SELECT at, run, kind, link, system, remote, field, content FROM entry ORDER BY id",
        )?;
        let entries = statement.query_map([], |row| {
            let content: String = row.get(7)?;
            Ok(Entry {
                at: Timestamp::from_micros(row.get(0)?),
                run: row.get(1)?,
                kind: row.get(2)?,
                link: row.get(3)?,
                system: row.get(4)?,
                remote: row.get(5)?,
                field: row.get(6)?,
                content: serde_json::from_str(&content).unwrap_or(Json::Null),
            })
        })?;
        files.journal = entries.collect::<Result<_, _>>()?;
        files.asked = asked(&journal)?;
        let ledger = open("ledger.db")?;
        let mut statement = ledger.prepare("SELECT id, base FROM link ORDER BY id")?;
        let links = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for link in links {
            let (id, base): (i64, String) = link?;
            files.base.insert(id, fields_of(&base));
        }
        let mut statement =
            ledger.prepare("SELECT link, system, remote FROM record WHERE link IS NOT NULL")?;
        let records = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        for record in records {
            let (link, system, remote): (i64, String, String) = record?;
            files
                .records
                .entry(link)
                .or_default()
                .insert((system, remote));
        }
        files.take_records_told();
        Ok(files)
    }

    /// Records that a link had once stand in the journal only.
    fn take_records_told(&mut self) {
        for entry in &self.journal {
            let Some(link) = entry.link else { continue };
            let records = self.records.entry(link).or_default();
            if let (Some(system), Some(remote)) = (&entry.system, &entry.remote) {
                records.insert((system.clone(), remote.clone()));
            }
            if entry.kind == "link" {
                for record in entry.content.as_array().into_iter().flatten() {
                    let text = |key: &str| record[key].as_str().map(str::to_owned);
                    records.extend(text("system").zip(text("remote")));
                }
            }
        }
    }

    /// How the rule with bad days failed, once for each question that came of
    /// it.
    pub fn rule_failures(&self) -> Vec<&'static str> {
        let asked = self.journal.iter().filter(|entry| entry.kind == "question");
        let reasons = asked.filter_map(|entry| entry.content["reason"].as_str());
        let failed = reasons.filter(|reason| reason.starts_with("rule fails-as-told failed"));
        let kind = |reason: &str| match reason {
            _ if reason.contains("fuel") => "rule out of fuel",
            _ if reason.contains("keeps candidate") => "rule kept what was not offered",
            _ => "rule trapped",
        };
        failed.map(kind).collect()
    }

    /// The whole journal as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for entry in &self.journal {
            let or_dash = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
            let _ = writeln!(
                text,
                "{} run {} {} link {} {} {} {} {}",
                entry.at,
                entry.run,
                entry.kind,
                entry.link.unwrap_or(0),
                or_dash(&entry.system),
                or_dash(&entry.remote),
                or_dash(&entry.field),
                entry.content
            );
        }
        for line in &self.asked {
            text += line;
            text += "\n";
        }
        text
    }
}

/// Of each field of base, as the ledger keeps it: `[value, revision, position
/// of its provenance or null]`.
fn fields_of(base: &str) -> Vec<(bool, bool)> {
    let fields: Json = serde_json::from_str(base).unwrap_or(Json::Null);
    let fields = fields.as_array().cloned().unwrap_or_default();
    fields
        .iter()
        .map(|field| (field[1].as_u64().unwrap_or(0) > 0, !field[2].is_null()))
        .collect()
}
