//! Changes by logical decoding, for databases where triggers are not wanted.
//!
//! The server keeps its write-ahead log for a *slot* until the slot's reader says
//! that it has read it. The plugin is `pgoutput`, which every server has and which
//! says each key apart; the text of `test_decoding` cannot be told from a key that
//! looks like it. Treaty peeks, hands out the changes with a cursor, and advances
//! the slot only to the cursor that comes back: a crash between repeats changes and
//! loses none. Transactions come in the order of their commits, so one that ends
//! late is simply later.
//!
//! A transaction is decoded once its commit is on the server's disk, which may be a
//! moment before anybody sees it; a row read in that moment would be as it was
//! before. So rows are read in a snapshot, and a page ends before the first
//! transaction that the snapshot does not show.
//!
//! What cannot be told lists everything again: a slot that was dropped, lost, or
//! is ahead of the cursor; another publication; `TRUNCATE`. As with triggers, a
//! partition that is emptied or detached by itself does not show.

pub(super) mod announcement;
pub(super) mod lsn;
mod page;
mod peek;
mod pgoutput;
mod slot;
mod transactions;

use std::collections::HashSet;

use crate::postgres::Context;
use crate::postgres::cursor::{DecodingPlace, Feed, PostgresCursor};
use crate::postgres::schema::Table;
use crate::postgres::session::Session;
use crate::{Change, Listing, Page, SystemError};
use lsn::Lsn;
use page::{Stopped, changes, take};
use peek::{Asked, peek};
use slot::{Decoder, Slot};
use transactions::transactions;

/// How much of the server's log one page decodes at most, in bytes. Other tables'
/// traffic gives no changes, and would otherwise be read to its end at once.
const WINDOW_BYTES: u64 = 64 * 1024 * 1024;

/// How many records one page asks for at most, whatever the caller takes.
const RECORDS_MAX: usize = 100_000;

/// A transaction that changes one record begins, says which table and what it
/// does, and ends.
const MESSAGES_PER_RECORD: u64 = 4;

/// What a poll came to.
pub(super) enum Polled {
    /// Changes.
    Page(Page),
    /// Only a listing can tell; the changes after it begin here.
    List(Feed),
}

/// Where the changes begin now; slot and publication are made where they are
/// missing.
pub(super) async fn start(
    session: &Session,
    table: &Table,
    context: &Context,
) -> Result<Feed, SystemError> {
    begin(session, table, context, Slot::Kept).await
}

async fn begin(
    session: &Session,
    table: &Table,
    context: &Context,
    which: Slot,
) -> Result<Feed, SystemError> {
    let mut decoder = slot::make(session, table, context, which).await?;
    let mut end = seen(session, table, &decoder).await?;
    if end.is_none() {
        decoder = slot::make(session, table, context, Slot::Renewed).await?;
        end = decoder.confirmed;
    }
    Ok(Feed::Decoding(DecodingPlace {
        identity: decoder.identity,
        lsn: end.ok_or_else(|| table.wrong("its replication slot cannot be read"))?,
        read: 0,
        shown: 0,
    }))
}

/// The place up to which every transaction can be seen, so that a listing shows
/// what they did; none where the slot cannot be read. At most a window: the rest
/// is shown twice.
async fn seen(
    session: &Session,
    table: &Table,
    decoder: &Decoder,
) -> Result<Option<Lsn>, SystemError> {
    let Some(confirmed) = decoder.confirmed else {
        return Ok(None);
    };
    session
        .run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await?;
    let snapshot = Snapshot::take(session, table).await?;
    let upto = Lsn(decoder.flushed.0.min(confirmed.0 + WINDOW_BYTES));
    let begun = peek::beginnings(session, &decoder.name, upto).await?;
    session.run("ROLLBACK").await?;
    let Some(begun) = begun else {
        return Ok(None);
    };
    let shown = |(_, xid): &&(Lsn, u32)| snapshot.shows(*xid);
    let visible = begun.iter().take_while(shown).map(|(done, _)| *done);
    let last = visible.clone().last().unwrap_or(confirmed);
    let all = visible.count() == begun.len() && begun.len() < peek::BEGINNINGS_MAX;
    Ok(Some(if all { last.max(upto) } else { last }))
}

/// What decodes the changes behind a place, where none of them is missing.
pub(super) async fn whole(
    session: &Session,
    table: &Table,
    context: &Context,
    place: &DecodingPlace,
) -> Result<Option<Reader>, SystemError> {
    let decoder = slot::look(session, table, context).await?;
    // A log that ends before the place is that of a server that lost its end.
    let reaches = place.lsn <= decoder.flushed;
    Ok(match decoder.confirmed {
        Some(confirmed)
            if confirmed <= place.lsn && reaches && decoder.identity == place.identity =>
        {
            Some(Reader { decoder, confirmed })
        }
        _ => None,
    })
}

/// A slot that can be read from a place on.
pub(super) struct Reader {
    decoder: Decoder,
    confirmed: Lsn,
}

/// The changes behind a place.
pub(super) async fn page(
    session: &Session,
    table: &Table,
    context: &Context,
    reader: &Reader,
    place: &DecodingPlace,
    records_max: usize,
) -> Result<Polled, SystemError> {
    let Reader { decoder, confirmed } = reader;
    // The caller has kept everything up to the place that it comes with.
    if place.lsn > *confirmed {
        let sql = "SELECT end_lsn::text FROM pg_replication_slot_advance($1, $2::text::pg_lsn)";
        let parameters = [(&decoder.name).into(), place.lsn.to_string().into()];
        session.rows(sql, &parameters).await?;
    }
    if place.lsn == decoder.flushed {
        return Ok(Polled::Page(written(
            table,
            Vec::new(),
            place.clone(),
            false,
        )));
    }
    session
        .run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await?;
    let snapshot = Snapshot::take(session, table).await?;
    let asked = Asked {
        upto: Lsn(decoder.flushed.0.min(place.lsn.0 + WINDOW_BYTES)),
        until: place.read + MESSAGES_PER_RECORD * records_max.min(RECORDS_MAX) as u64,
    };
    let rows = peek(session, &decoder.name, place, &asked).await?;
    let decoded = rows.as_deref().and_then(|rows| transactions(table, rows));
    let (Some(rows), Some(decoded)) = (rows, decoded) else {
        // What the slot has cannot be told. The table is looked at again with a
        // new one, which may say why.
        session.run("ROLLBACK").await?;
        let feed = begin(session, table, context, Slot::Renewed).await?;
        return Ok(Polled::List(feed));
    };
    let visible = decoded.iter().take_while(|one| snapshot.shows(one.xid));
    if let Some(emptied) = visible.filter(|one| one.truncated).last() {
        session.run("ROLLBACK").await?;
        let behind = place.at(emptied.done);
        return Ok(Polled::List(Feed::Decoding(behind)));
    }
    let cut_short = rows.last().is_some_and(|row| row.number >= asked.until);
    let taken = take(place, &decoded, &snapshot, &asked, records_max);
    let (next, more) = match taken.stopped {
        Some(Stopped::Full) => (taken.next, true),
        // Asking again at once would not help.
        Some(Stopped::NotYetVisible) => (taken.next, false),
        None if cut_short => (taken.next, true),
        None => {
            let end = taken.next.lsn.max(asked.upto);
            (place.at(end), asked.upto < decoder.flushed)
        }
    };
    let changes = changes(session, table, &taken.steps).await?;
    session.run("COMMIT").await?;
    Ok(Polled::Page(written(table, changes, next, more)))
}

fn written(table: &Table, changes: Vec<Change>, next: DecodingPlace, more: bool) -> Page {
    Page {
        changes,
        next: PostgresCursor::new(table, None, Feed::Decoding(next)).write(),
        more,
        listing: Listing::Changes,
    }
}

/// Which transactions had ended when rows were read.
struct Snapshot {
    /// The first that had not begun.
    next: u32,
    /// Those that were open.
    open: HashSet<u32>,
}

impl Snapshot {
    async fn take(session: &Session, table: &Table) -> Result<Self, SystemError> {
        let text = session
            .one("SELECT pg_current_snapshot()::text", &[])
            .await?;
        let read = text.as_deref().and_then(Self::read);
        read.ok_or_else(|| table.wrong("the server does not say which transactions are open"))
    }

    /// Reads `10:20:10,14`. Decoding knows the lower half of a number only.
    fn read(text: &str) -> Option<Self> {
        let low = |number: &str| Some((number.parse::<u64>().ok()? & 0xFFFF_FFFF) as u32);
        let mut parts = text.split(':').skip(1);
        let next = low(parts.next()?)?;
        let open = parts.next()?.split(',').filter(|number| !number.is_empty());
        Some(Self {
            next,
            open: open.map(low).collect::<Option<_>>()?,
        })
    }

    fn shows(&self, xid: u32) -> bool {
        xid.wrapping_sub(self.next).cast_signed() < 0 && !self.open.contains(&xid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_shows_what_had_ended() {
        let check = |text: &str, xid: u32, expected: bool| {
            let snapshot = Snapshot::read(text).expect("a snapshot");
            assert_eq!(snapshot.shows(xid), expected, "{text} {xid}");
        };
        check("10:20:10,14", 9, true);
        check("10:20:10,14", 14, false);
        check("10:20:10,14", 15, true);
        check("10:20:10,14", 20, false);
        check("731:731:", 730, true);
        // The lower half of the numbers begins again.
        check("4294967290:4294967300:", 4_294_967_295, true);
        check("4294967290:4294967300:", 4, false);
        check("4294967290:4294967300:4294967297", 1, false);
    }
}
