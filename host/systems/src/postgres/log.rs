//! Changes from the log that the triggers keep.
//!
//! Neither a sequence nor a time tells the order of commits: a transaction may
//! take its number early and commit late. Each entry therefore carries its
//! transaction, and the cursor is a snapshot: which transactions had ended. The
//! next poll reads the entries of those that have ended since. Reading only up
//! to the oldest open transaction would be as safe, and would let any open
//! transaction of the whole server hold up the feed.

use std::collections::{HashMap, HashSet};

use treaty_model::{ActorKind, IntentId, Origin, RemoteId, Timestamp};

use crate::postgres::Context;
use crate::postgres::cursor::{Feed, Place, Poll, PostgresCursor};
use crate::postgres::install;
use crate::postgres::rows::{Standing, by_ids};
use crate::postgres::schema::Table;
use crate::postgres::session::{Session, TextRow};
use crate::postgres::value::instant;
use crate::{Change, Listing, Page, SystemError};

const SNAPSHOT: &str = "SELECT pg_current_snapshot()::text";

/// Where the log stands now; it is begun where it is not kept.
pub(super) async fn start(
    session: &Session,
    table: &Table,
    context: &Context,
) -> Result<Feed, SystemError> {
    let epoch = match install::log(session, table).await? {
        Some(log) => log.epoch,
        None => install::begin_log(session, table, &*context.clock).await?,
    };
    Ok(Feed::Log(Place {
        epoch,
        seen: snapshot(session, table).await?,
        poll: None,
    }))
}

async fn snapshot(session: &Session, table: &Table) -> Result<String, SystemError> {
    let snapshot = session.one(SNAPSHOT, &[]).await?;
    snapshot.ok_or_else(|| table.wrong("the server does not say which transactions are open"))
}

/// Whether every change behind a place is still in the log.
pub(super) async fn is_whole(
    session: &Session,
    table: &Table,
    place: &Place,
) -> Result<bool, SystemError> {
    let Some(log) = install::log(session, table).await? else {
        return Ok(false);
    };
    // A snapshot of the future came from another server: the database was
    // restored into a new one, whose transactions are counted anew.
    let sql = "SELECT ($1::xid8 < pg_snapshot_xmin($2::pg_snapshot)
               AND pg_snapshot_xmax($2::pg_snapshot)
                   <= pg_snapshot_xmax(pg_current_snapshot()))::text";
    let parameters = [log.pruned.to_string().into(), (&place.seen).into()];
    let whole = session.one(sql, &parameters).await?;
    Ok(log.epoch == place.epoch && whole.as_deref() == Some("true"))
}

/// The changes behind a place; none where the table was emptied by `TRUNCATE`,
/// which names no rows, so that only a listing can tell.
pub(super) async fn page(
    session: &Session,
    table: &Table,
    context: &Context,
    place: &Place,
    records_max: usize,
) -> Result<Option<Page>, SystemError> {
    // One snapshot, so that rows and log are of one moment.
    session
        .run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await?;
    let poll = match &place.poll {
        Some(poll) => poll.clone(),
        None => Poll {
            until: snapshot(session, table).await?,
            xact: 0,
            seq: 0,
        },
    };
    let mut entries = entries(session, table, place, &poll, records_max).await?;
    let more = entries.len() > records_max;
    entries.truncate(records_max);
    if entries.iter().any(|entry| entry.op == "truncate") {
        session.run("COMMIT").await?;
        return Ok(None);
    }
    let next = match entries.last() {
        Some(last) if more => Place {
            poll: Some(Poll {
                until: poll.until.clone(),
                xact: last.xact,
                seq: last.seq,
            }),
            ..place.clone()
        },
        _ => Place {
            epoch: place.epoch,
            seen: poll.until.clone(),
            poll: None,
        },
    };
    let moving = later_keys(session, table, &poll.until, more).await?;
    let changes = changes(session, table, entries, moving.as_ref()).await?;
    session.run("COMMIT").await?;
    if !more && !changes.is_empty() {
        prune(session, table, context, place).await;
    }
    Ok(Some(Page {
        changes,
        next: PostgresCursor::new(table, None, Feed::Log(next)).write(),
        more,
        listing: Listing::Changes,
    }))
}

struct Entry {
    xact: u64,
    seq: i64,
    id: RemoteId,
    op: String,
    intent: Option<String>,
    actor: Option<String>,
    at: Option<Timestamp>,
}

async fn entries(
    session: &Session,
    table: &Table,
    place: &Place,
    poll: &Poll,
    records_max: usize,
) -> Result<Vec<Entry>, SystemError> {
    let limit = records_max.saturating_add(1);
    let sql = format!(
        "SELECT c.xact::text, c.seq::text, c.key, c.op, c.intent, c.actor, c.at::text
         FROM treaty.changes AS c
         WHERE c.source = $1 AND c.xact >= pg_snapshot_xmin($2::pg_snapshot)
           AND NOT pg_visible_in_snapshot(c.xact, $2::pg_snapshot)
           AND pg_visible_in_snapshot(c.xact, $3::pg_snapshot)
           AND (c.xact, c.seq) > ($4::xid8, $5::bigint)
         ORDER BY c.xact, c.seq LIMIT {limit}"
    );
    let parameters = [
        (&table.full_name).into(),
        (&place.seen).into(),
        (&poll.until).into(),
        poll.xact.to_string().into(),
        poll.seq.to_string().into(),
    ];
    let rows = session.rows(&sql, &parameters).await?;
    let read = |row: TextRow| {
        let number = row.get(1).cloned().flatten().unwrap_or_default();
        entry(table, row).ok_or_else(|| SystemError::Content {
            place: format!("treaty.changes entry {number} in {}", session.place),
            message: "it is not as Treaty writes it; delete the entry".to_owned(),
        })
    };
    rows.into_iter().map(read).collect()
}

fn entry(table: &Table, row: TextRow) -> Option<Entry> {
    let [xact, seq, key, op, intent, actor, at] = <[Option<String>; 7]>::try_from(row).ok()?;
    Some(Entry {
        xact: xact?.parse().ok()?,
        seq: seq?.parse().ok()?,
        id: logged_id(table, key?)?,
        op: op?,
        intent,
        actor,
        at: at.as_deref().and_then(instant),
    })
}

/// The id that a key of the log stands for. The server writes a space after a
/// comma, ids have none.
fn logged_id(table: &Table, key: String) -> Option<RemoteId> {
    if table.key.len() == 1 || key.is_empty() {
        return Some(RemoteId(key));
    }
    let parts: Vec<String> = serde_json::from_str(&key).ok()?;
    Some(crate::remote::join(&parts))
}

/// The keys that have changes behind this page; none: too many to look at.
async fn later_keys(
    session: &Session,
    table: &Table,
    until: &str,
    more: bool,
) -> Result<Option<HashSet<RemoteId>>, SystemError> {
    if more {
        return Ok(None);
    }
    let sql = "SELECT DISTINCT key FROM treaty.changes
               WHERE source = $1 AND xact >= pg_snapshot_xmin($2::pg_snapshot)
                 AND NOT pg_visible_in_snapshot(xact, $2::pg_snapshot)";
    let parameters = [(&table.full_name).into(), until.into()];
    let rows = session.rows(sql, &parameters).await?;
    let keys = rows.into_iter().flatten().flatten();
    Ok(Some(keys.filter_map(|key| logged_id(table, key)).collect()))
}

/// The rows of these entries as they stand now, each once, by its last entry.
async fn changes(
    session: &Session,
    table: &Table,
    entries: Vec<Entry>,
    moving: Option<&HashSet<RemoteId>>,
) -> Result<Vec<Change>, SystemError> {
    let last: HashMap<RemoteId, i64> = entries
        .iter()
        .map(|entry| (entry.id.clone(), entry.seq))
        .collect();
    let ids: Vec<RemoteId> = last.keys().cloned().collect();
    let mut standing = by_ids(session, table, &ids).await?;
    let change = |mut entry: Entry| {
        // Behind this page there may be a later change by somebody else, and the
        // row is as that one left it. A mark is a promise, so it is left out.
        let settled = moving.is_some_and(|moving| !moving.contains(&entry.id));
        if !settled {
            entry.intent = None;
        }
        let stands = standing.remove(&entry.id);
        change(entry, stands)
    };
    Ok(entries
        .into_iter()
        .filter(|entry| last[&entry.id] == entry.seq)
        .map(change)
        .collect())
}

fn change(entry: Entry, stands: Option<Standing>) -> Change {
    let mark = entry.intent.map(IntentId);
    let origin = match (&mark, entry.actor) {
        (Some(_), _) => Origin {
            kind: ActorKind::Treaty,
            actor: None,
        },
        (None, actor) => Origin {
            kind: ActorKind::Unknown,
            actor,
        },
    };
    match stands {
        Some(mut standing) if !standing.archived => {
            standing.changed_at = standing.changed_at.or(entry.at);
            if standing.origin.actor.is_none() {
                standing.origin = origin;
            }
            Change::Record(standing.record(mark))
        }
        _ => Change::Deleted {
            id: entry.id,
            at: entry.at,
            origin,
        },
    }
}

const PRUNE: &str = "
WITH gone AS (
    DELETE FROM treaty.changes WHERE source = $1 AND (xact, seq) <= (
        SELECT c.xact, c.seq FROM treaty.changes AS c
        WHERE c.source = $1 AND c.xact < pg_snapshot_xmin($2::pg_snapshot)
        ORDER BY c.xact DESC, c.seq DESC OFFSET $3::bigint LIMIT 1)
    RETURNING xact)
UPDATE treaty.feeds SET pruned = greatest(pruned, (SELECT max(xact) FROM gone))
WHERE source = $1 AND EXISTS (SELECT FROM gone)";

/// Removes entries that were read long ago. `place` is the cursor that came in,
/// so the caller has kept everything up to it.
async fn prune(session: &Session, table: &Table, context: &Context, place: &Place) {
    let parameters = [
        (&table.full_name).into(),
        (&place.seen).into(),
        context.log_keep.to_string().into(),
    ];
    if let Err(error) = session.try_rows(PRUNE, &parameters).await {
        // The next poll prunes; until then the log is only longer.
        tracing::debug!(%error, "the log of changes was not pruned");
    }
}
