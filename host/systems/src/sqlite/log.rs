//! Changes from the log that the triggers keep.

use std::collections::HashMap;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use treaty_model::{ActorKind, IntentId, Origin, RemoteId, Timestamp};

use crate::sqlite::Context;
use crate::sqlite::cursor::{Feed, SqliteCursor};
use crate::sqlite::error::failed;
use crate::sqlite::rows::by_id;
use crate::sqlite::schema::Table;
use crate::sqlite::state::{self, Log, key_parts};
use crate::{Change, Listing, Page, SystemError, remote};

/// How many entries are pruned at least, so that not every poll writes.
const PRUNE_MIN: i64 = 1_000;

/// Where the log stands now; it is begun where it is not kept.
pub(super) fn start(
    connection: &mut Connection,
    table: &Table,
    context: &Context,
) -> Result<Feed, SystemError> {
    let fail = |error| failed(&context.place, "begin a log of changes", &error);
    let kept = state::log(connection, table).map_err(fail)?;
    let log = match kept {
        Some(log) => log,
        None => {
            let transaction = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(fail)?;
            let now = context.clock.now().as_micros();
            let log = state::begin_log(&transaction, table, now).map_err(fail)?;
            transaction.commit().map_err(fail)?;
            log
        }
    };
    Ok(Feed::Log {
        epoch: log.epoch,
        seq: state::last_entry(connection).map_err(fail)?,
        until: None,
    })
}

/// A place in the log.
pub(super) struct Place {
    /// Which log.
    pub(super) epoch: i64,
    /// The last entry that was read.
    pub(super) seq: i64,
    /// Within a poll of several pages: the last entry that it reads.
    pub(super) until: Option<i64>,
}

/// Whether every change behind an entry is still in the log.
pub(super) fn is_whole(
    connection: &Connection,
    table: &Table,
    context: &Context,
    epoch: i64,
    seq: i64,
) -> Result<bool, SystemError> {
    let fail = |error| failed(&context.place, "read the log of changes", &error);
    let Some(log) = state::log(connection, table).map_err(fail)? else {
        return Ok(false);
    };
    // A log that ends before the cursor came from a copy of the database.
    let ends = state::last_entry(connection).map_err(fail)?;
    Ok(log.epoch == epoch && log.pruned <= seq && seq <= ends)
}

/// The changes behind a place in the log.
pub(super) fn page(
    connection: &mut Connection,
    table: &Table,
    context: &Context,
    place: &Place,
    records_max: usize,
) -> Result<Page, SystemError> {
    let fail = |error| failed(&context.place, "read the log of changes", &error);
    let &Place { epoch, seq, .. } = place;
    // One transaction, so that rows and log are of one moment.
    let transaction = connection.transaction().map_err(fail)?;
    let ends = state::last_entry(&transaction).map_err(fail)?;
    let until = place.until.unwrap_or(ends);
    let mut entries = entries(&transaction, table, seq, until, records_max).map_err(fail)?;
    let more = entries.len() > records_max;
    entries.truncate(records_max);
    let next = Feed::Log {
        epoch,
        seq: entries.last().map_or(seq, |entry| entry.seq),
        until: more.then_some(until),
    };
    // Behind this page there may be a later change by somebody else, and the
    // row is as that one left it. A mark is a promise, so it is left out then.
    let is_last = !more && until == ends;
    let mut changes = Vec::with_capacity(entries.len());
    for mut entry in latest(entries) {
        entry.intent = entry.intent.filter(|_| is_last);
        changes.push(change(&transaction, table, context, entry)?);
    }
    transaction.commit().map_err(fail)?;
    if let Err(error) = prune(connection, table, context, seq) {
        // The next poll prunes; until then the log is only longer.
        tracing::debug!(%error, "the log of changes was not pruned");
    }
    Ok(Page {
        changes,
        next: SqliteCursor::new(&table.source, None, next).write(),
        more,
        listing: Listing::Changes,
    })
}

struct Entry {
    seq: i64,
    key: String,
    intent: Option<String>,
    at: String,
}

fn entries(
    transaction: &Transaction<'_>,
    table: &Table,
    seq: i64,
    until: i64,
    records_max: usize,
) -> rusqlite::Result<Vec<Entry>> {
    let limit = i64::try_from(records_max).unwrap_or(i64::MAX - 1) + 1;
    let mut statement = transaction.prepare_cached(
        "SELECT seq, key, intent, at FROM treaty_changes WHERE source = ?1 AND seq > ?2
         AND seq <= ?3 ORDER BY seq LIMIT ?4",
    )?;
    let entries = statement.query_map(params![table.name, seq, until, limit], |row| {
        Ok(Entry {
            seq: row.get(0)?,
            key: row.get(1)?,
            intent: row.get(2)?,
            at: row.get(3)?,
        })
    })?;
    entries.collect()
}

/// The last entry of each key, in the order of the log.
fn latest(entries: Vec<Entry>) -> Vec<Entry> {
    let last: HashMap<String, i64> = entries
        .iter()
        .map(|entry| (entry.key.clone(), entry.seq))
        .collect();
    entries
        .into_iter()
        .filter(|entry| last[&entry.key] == entry.seq)
        .collect()
}

/// The row of an entry as it stands now.
fn change(
    transaction: &Transaction<'_>,
    table: &Table,
    context: &Context,
    entry: Entry,
) -> Result<Change, SystemError> {
    let parts = key_parts(&entry.key).filter(|parts| parts.len() == table.key.len());
    let parts = parts.ok_or_else(|| SystemError::Content {
        place: format!("treaty_changes entry {} in {}", entry.seq, context.place),
        message: format!(
            "{:?} is no key of {}; delete the entry",
            entry.key, table.name
        ),
    })?;
    let id: RemoteId = remote::join(&parts);
    let mark = entry.intent.map(IntentId);
    let at = Timestamp::parse(&entry.at).ok();
    let found = by_id(transaction, table, context, &id)?;
    Ok(match found {
        Some(mut standing) if !standing.archived => {
            standing.changed_at = standing.changed_at.or(at);
            Change::Record(standing.record(mark))
        }
        gone => Change::Deleted {
            id,
            at,
            origin: match (mark, gone) {
                (Some(_), _) => Origin {
                    kind: ActorKind::Treaty,
                    actor: None,
                },
                (None, Some(archived)) => archived.origin,
                (None, None) => Origin::default(),
            },
        },
    })
}

/// Removes entries that were read long ago. `seq` is the cursor that came in, so
/// the caller has kept everything up to it.
fn prune(
    connection: &mut Connection,
    table: &Table,
    context: &Context,
    seq: i64,
) -> rusqlite::Result<()> {
    let until = seq.saturating_sub(context.log_keep);
    let Some(Log { pruned, .. }) = state::log(connection, table)? else {
        return Ok(());
    };
    if until < pruned.saturating_add(PRUNE_MIN.min(context.log_keep.max(1))) {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute(
        "DELETE FROM treaty_changes WHERE source = ?1 AND seq <= ?2",
        params![table.name, until],
    )?;
    transaction.execute(
        "UPDATE treaty_feeds SET pruned = max(pruned, ?2) WHERE source = ?1",
        params![table.name, until],
    )?;
    transaction.commit()
}
