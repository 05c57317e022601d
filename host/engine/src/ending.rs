//! What became of an intent, and how the journal tells it.

use std::collections::BTreeMap;

use serde::Serialize;
use treaty_ledger::{Content, EntryKind, Intent, IntentAction};
use treaty_model::{FieldIndex, IntentId, LinkId, Revision, Row};
use treaty_systems::Record;

/// How much is still to be carried out of each link in a pass.
#[derive(Debug, Default)]
pub(crate) struct Owed(BTreeMap<LinkId, usize>);

impl Owed {
    /// Something is to be carried out.
    pub(crate) fn note(&mut self, link: LinkId) {
        *self.0.entry(link).or_default() += 1;
    }

    /// Some of it has come to an end that the next pass would not change.
    pub(crate) fn take_ends(&mut self, ends: &[(Intent, End)]) {
        for (intent, end) in ends {
            let ended = matches!(end, End::Done(..) | End::Landed(..) | End::Refused(_));
            if ended && let Some(owed) = self.0.get_mut(&intent.link) {
                *owed = owed.saturating_sub(1);
            }
        }
    }

    /// Whether it is known that nothing is left: then the link may rest.
    pub(crate) fn is_nothing(&self, link: LinkId) -> bool {
        self.0.get(&link) == Some(&0)
    }
}

/// What became of an intent.
pub(crate) enum End {
    /// It was carried out; the record as it stands now.
    Done(Option<Record>, &'static str),
    /// It was carried out, and only now is the answer known: the record as it
    /// stands now, and the own fields as the write left them.
    Landed(Record, Row),
    /// It was not; the record as it stands now, if that was told.
    Undone(Option<Record>, &'static str),
    /// It was not made now, and why.
    NotSent(String),
    /// The system refuses it.
    Refused(String),
    /// Nobody knows yet.
    Open(String),
}

/// Whether an intent takes a record away.
pub(crate) fn removes(intent: &Intent) -> bool {
    matches!(
        intent.content.action,
        IntentAction::Archive | IntentAction::Delete
    )
}

/// An intent's end as the journal tells it.
#[derive(Serialize)]
struct EndTold<'a> {
    action: IntentAction,
    intent: &'a IntentId,
    outcome: String,
    own: &'a Row,
    replaced: &'a Row,
    revisions: &'a [(FieldIndex, Revision)],
}

/// What the journal tells of an intent's end.
pub(crate) fn tale(intent: &Intent, end: &End) -> (EntryKind, Content) {
    let done = match intent.content.action {
        IntentAction::Create => EntryKind::Create,
        IntentAction::Update => EntryKind::Write,
        IntentAction::Archive | IntentAction::Delete => EntryKind::Delete,
    };
    let (kind, outcome) = match end {
        End::Done(_, outcome) => (done, (*outcome).to_owned()),
        End::Landed(..) => (done, "landed".to_owned()),
        End::Undone(_, outcome) => (EntryKind::Setback, (*outcome).to_owned()),
        End::NotSent(message) => (EntryKind::Setback, format!("not-sent: {message}")),
        End::Refused(message) => (EntryKind::Setback, format!("refused: {message}")),
        End::Open(message) => (EntryKind::Setback, format!("open: {message}")),
    };
    let content = Content::of(&EndTold {
        action: intent.content.action,
        intent: &intent.id,
        outcome,
        own: &intent.content.own,
        replaced: &intent.content.expected,
        revisions: &intent.content.revisions,
    });
    (kind, content)
}
