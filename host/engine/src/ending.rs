//! What became of an intent, and how the journal tells it.

use std::collections::BTreeMap;

use serde::Serialize;
use treaty_ledger::{Content, EntryKind, Intent, IntentAction};
use treaty_model::{Cell, IntentId, LinkId, RemoteId, Revision, Row, SystemIndex};
use treaty_systems::Record;

use crate::Part;

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

/// How a removal ends that found nothing there.
pub(crate) const GONE: &str = "gone";

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

impl End {
    /// The record that it ended with: a new one has its id from there.
    pub(crate) fn remote(&self) -> Option<&RemoteId> {
        match self {
            Self::Done(record, _) | Self::Undone(record, _) => {
                record.as_ref().map(|record| &record.id)
            }
            Self::Landed(record, _) => Some(&record.id),
            Self::NotSent(_) | Self::Refused(_) | Self::Open(_) => None,
        }
    }
}

/// Whether an intent takes a record away.
pub(crate) fn removes(intent: &Intent) -> bool {
    matches!(
        intent.content.action,
        IntentAction::Archive | IntentAction::Delete
    )
}

/// An intent's end as the journal tells it. Lists that stand beside `names` are
/// in its order.
#[derive(Serialize)]
struct EndTold<'a> {
    action: IntentAction,
    intent: &'a IntentId,
    /// What stands there after it, where the system made something else of what
    /// was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<Vec<&'a Cell>>,
    /// The own fields that were sent; of a removal, all that stood there.
    names: Vec<&'a str>,
    outcome: String,
    /// What was sent.
    own: Vec<&'a Cell>,
    /// What stood there before.
    replaced: Vec<&'a Cell>,
    /// By written field of the table: the revision of base that it brings.
    revisions: Vec<(&'a str, Revision)>,
}

/// What the journal tells of an intent's end.
pub(crate) fn tale(
    part: &Part,
    system: SystemIndex,
    intent: &Intent,
    end: &End,
) -> (EntryKind, Content) {
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
    let to = part.system(system);
    let (own, expected) = (&intent.content.own, &intent.content.expected);
    let told = if removes(intent) { expected } else { own };
    let places = || (0..told.len()).filter(|at| told[*at].is_some());
    let left = match end {
        End::Done(Some(record), _) if !removes(intent) => Some(to.select(&record.own, None)),
        End::Landed(_, left) => Some(left.clone()),
        _ => None,
    };
    let left = left.filter(|left| places().any(|at| left[at] != own[at]));
    let places: Vec<usize> = places().collect();
    let revisions = intent.content.revisions.iter();
    let content = Content::of(&EndTold {
        action: intent.content.action,
        intent: &intent.id,
        left: left.as_ref().map(|left| pick(left, &places)),
        names: places
            .iter()
            .map(|at| to.selected_names[*at].as_str())
            .collect(),
        outcome,
        own: pick(own, &places),
        replaced: pick(expected, &places),
        revisions: revisions
            .map(|(field, revision)| (part.field_name(*field), *revision))
            .collect(),
    });
    (kind, content)
}

/// The cells of a row at some places; none where the row says nothing at all.
fn pick<'a>(row: &'a Row, places: &[usize]) -> Vec<&'a Cell> {
    places.iter().filter_map(|at| row.get(*at)).collect()
}
