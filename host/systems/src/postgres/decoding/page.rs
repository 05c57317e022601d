//! What goes on a page of decoded changes, and what stands there now.

use std::collections::{HashMap, HashSet};

use treaty_model::{ActorKind, Origin, RemoteId};

use crate::postgres::cursor::DecodingPlace;
use crate::postgres::decoding::Snapshot;
use crate::postgres::decoding::peek::Asked;
use crate::postgres::decoding::transactions::{Step, Transaction};
use crate::postgres::rows::{Standing, by_ids, versions};
use crate::postgres::schema::Table;
use crate::postgres::session::Session;
use crate::{Change, SystemError};

/// Why a page ends before what was decoded does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// The next transaction does not fit.
    Full,
    /// The next transaction is not to be seen yet.
    NotYetVisible,
}

/// What goes on a page.
pub(super) struct Taken<'a> {
    /// Each step with its transaction.
    pub(super) steps: Vec<(&'a Step, &'a Transaction)>,
    /// The place behind it.
    pub(super) next: DecodingPlace,
    /// Why it ends there, where more was decoded.
    pub(super) stopped: Option<Stopped>,
}

/// Takes whole transactions as long as they fit; of the first one as much as
/// fits, because it may be larger than any page.
pub(super) fn take<'a>(
    place: &DecodingPlace,
    decoded: &'a [Transaction],
    snapshot: &Snapshot,
    asked: &Asked,
    records_max: usize,
) -> Taken<'a> {
    let mut taken = Taken {
        steps: Vec::new(),
        next: place.clone(),
        stopped: None,
    };
    let mut ids: HashSet<&RemoteId> = HashSet::new();
    for (number, transaction) in decoded.iter().enumerate() {
        if !snapshot.shows(transaction.xid) {
            taken.stopped = Some(Stopped::NotYetVisible);
            break;
        }
        let shown = if number == 0 { place.shown } else { 0 };
        let steps = transaction.steps.get(shown..).unwrap_or_default();
        let new: HashSet<&RemoteId> = steps
            .iter()
            .map(|step| &step.id)
            .filter(|id| !ids.contains(id))
            .collect();
        if !transaction.complete || ids.len() + new.len() > records_max {
            taken.stopped = Some(Stopped::Full);
            if number == 0 {
                taken.take_some(transaction, shown, asked, records_max);
            }
            break;
        }
        ids.extend(new);
        taken
            .steps
            .extend(steps.iter().map(|step| (step, transaction)));
        taken.next = place.at(transaction.done);
    }
    taken
}

impl<'a> Taken<'a> {
    /// Takes as much of a transaction as fits.
    fn take_some(
        &mut self,
        transaction: &'a Transaction,
        shown: usize,
        asked: &Asked,
        records_max: usize,
    ) {
        let mut ids = HashSet::new();
        (self.next.read, self.next.shown) = (asked.until, 0);
        for (number, step) in transaction.steps.iter().enumerate().skip(shown) {
            ids.insert(&step.id);
            if ids.len() > records_max {
                // A row whose key changed gives two steps, and the page may end
                // between them.
                let earlier = transaction.steps[..number].iter();
                let same = earlier.filter(|earlier| earlier.number == step.number);
                (self.next.read, self.next.shown) = (step.number - 1, same.count());
                break;
            }
            self.steps.push((step, transaction));
        }
    }
}

/// The records of these steps as they stand now, each once, by its last step.
pub(super) async fn changes(
    session: &Session,
    table: &Table,
    steps: &[(&Step, &Transaction)],
) -> Result<Vec<Change>, SystemError> {
    let last: HashMap<&RemoteId, usize> = steps
        .iter()
        .enumerate()
        .map(|(number, (step, _))| (&step.id, number))
        .collect();
    let ids: Vec<RemoteId> = last.keys().map(|id| (*id).clone()).collect();
    let mut standing = by_ids(session, table, &ids).await?;
    let announced: Vec<RemoteId> = steps
        .iter()
        .filter(|(step, transaction)| transaction.announced.contains_key(&step.id))
        .map(|(step, _)| step.id.clone())
        .collect();
    let versions = versions(session, table, &announced).await?;
    let lasting = steps
        .iter()
        .enumerate()
        .filter(|(number, (step, _))| last[&step.id] == *number);
    Ok(lasting
        .map(|(_, (step, transaction))| {
            let stands = standing.remove(&step.id);
            change(step, transaction, stands, versions.get(&step.id))
        })
        .collect())
}

fn change(
    step: &Step,
    transaction: &Transaction,
    stands: Option<Standing>,
    version: Option<&String>,
) -> Change {
    // The last who changed the record, and nobody has since.
    let ours = transaction.announced.get(&step.id);
    let ours = ours.filter(|ours| ours.version.as_ref() == version);
    match stands {
        Some(mut standing) if !standing.archived => {
            standing.changed_at = standing.changed_at.or(Some(transaction.at));
            Change::Record(standing.record(ours.map(|ours| ours.intent.clone())))
        }
        _ => Change::Deleted {
            id: step.id.clone(),
            at: Some(transaction.at),
            origin: Origin {
                kind: if ours.is_some() {
                    ActorKind::Treaty
                } else {
                    ActorKind::Unknown
                },
                actor: None,
            },
        },
    }
}
