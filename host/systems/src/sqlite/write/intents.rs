//! Which intents were carried out. Written in the transaction of the write
//! itself, so it is exact.

use rusqlite::{Connection, OptionalExtension as _, params};
use treaty_model::{IntentId, RemoteId, Timestamp};

use crate::sqlite::schema::Table;

/// How long an intent is remembered, in microseconds: 90 days. It is asked about
/// in the pass after its own.
const REMEMBERED_MICROS: i64 = 90 * 24 * 3_600 * 1_000_000;

/// The record that an intent was carried out on, and what it left there.
pub(super) fn carried_out(
    connection: &Connection,
    intent: &IntentId,
) -> rusqlite::Result<Option<(RemoteId, String)>> {
    connection
        .prepare_cached("SELECT record, wrote FROM treaty_intents WHERE intent = ?1")?
        .query_row([intent.as_str()], |row| {
            Ok((RemoteId(row.get(0)?), row.get(1)?))
        })
        .optional()
}

/// Remembers that an intent was carried out.
pub(super) fn remember(
    connection: &Connection,
    table: &Table,
    intent: &IntentId,
    record: &RemoteId,
    wrote: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO treaty_intents (intent, source, record, wrote, at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            intent.as_str(),
            table.name,
            record.as_str(),
            wrote,
            now.to_string()
        ])
        .map(drop)
}

/// Forgets intents that nobody asks about any more.
pub(super) fn forget_old(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let oldest = Timestamp::from_micros(now.as_micros().saturating_sub(REMEMBERED_MICROS));
    connection
        .prepare_cached("DELETE FROM treaty_intents WHERE at < ?1")?
        .execute([oldest.to_string()])
        .map(drop)
}
