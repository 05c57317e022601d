//! The changes that the server decoded, transaction by transaction.

use std::collections::HashMap;

use treaty_model::{RemoteId, Timestamp};

use crate::postgres::decoding::announcement::{Announcement, PREFIX};
use crate::postgres::decoding::lsn::Lsn;
use crate::postgres::decoding::pgoutput::{Column, Datum, Message, Tuple, read};
use crate::postgres::schema::{Storage, Table};
use crate::remote;

/// 2000-01-01, from which the server counts, in microseconds since 1970.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// A row that the server answered: its number, the number of its transaction,
/// and the message.
pub(super) struct Decoded {
    pub(super) number: u64,
    pub(super) message: Vec<u8>,
}

/// A transaction.
#[derive(Debug)]
pub(super) struct Transaction {
    /// Its number.
    pub(super) xid: u32,
    /// The place behind the beginning of its commit: a slot that was advanced to
    /// it does not show the transaction again.
    pub(super) done: Lsn,
    /// When it was committed.
    pub(super) at: Timestamp,
    /// What it did to the table, in order.
    pub(super) steps: Vec<Step>,
    /// What Treaty says that it wrote, by record.
    pub(super) announced: HashMap<RemoteId, Announcement>,
    /// Whether it emptied the table.
    pub(super) truncated: bool,
    /// Whether its end was read.
    pub(super) complete: bool,
}

/// A record that a transaction changed or removed.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// The number of its message.
    pub(super) number: u64,
    /// The record.
    pub(super) id: RemoteId,
}

/// The place behind the beginning of a commit.
pub(super) fn done(commit: Lsn) -> Lsn {
    Lsn(commit.0 + 1)
}

/// What was decoded, as transactions; none where something in it cannot be told,
/// so that only a listing can say what happened.
pub(super) fn transactions(table: &Table, rows: &[Decoded]) -> Option<Vec<Transaction>> {
    let mut transactions: Vec<Transaction> = Vec::new();
    let mut key = Vec::new();
    let is_ours = |oid: u32| oid.to_string() == table.oid;
    for row in rows {
        let message = read(&row.message)?;
        if let Message::Begin {
            commit,
            at_micros,
            xid,
        } = message
        {
            transactions.push(Transaction {
                xid,
                done: done(commit),
                at: Timestamp::from_micros(EPOCH_MICROS.saturating_add(at_micros)),
                steps: Vec::new(),
                announced: HashMap::new(),
                truncated: false,
                complete: false,
            });
            continue;
        }
        let transaction = transactions.last_mut()?;
        let mut step = |id| {
            transaction.steps.push(Step {
                number: row.number,
                id,
            });
        };
        match message {
            Message::Commit => transaction.complete = true,
            Message::Relation { oid, columns } if is_ours(oid) => key = places(table, &columns)?,
            Message::Insert { oid, new } if is_ours(oid) => step(id(table, &key, &new, None)?),
            Message::Update { oid, old, new } if is_ours(oid) => {
                let now = id(table, &key, &new, old.as_ref())?;
                let before = old.map(|old| id(table, &key, &old, None));
                if let Some(before) = before
                    && before.as_ref() != Some(&now)
                {
                    step(before?);
                }
                step(now);
            }
            Message::Delete { oid, old } if is_ours(oid) => step(id(table, &key, &old, None)?),
            Message::Truncate { oids } => transaction.truncated |= oids.into_iter().any(is_ours),
            Message::Said { prefix, content } if prefix == PREFIX => {
                if let Some(said) = Announcement::read(&content, table) {
                    transaction.announce(said);
                }
            }
            _ => {}
        }
    }
    Some(transactions)
}

impl Transaction {
    /// Keeps what is said about a record. A write that found everything as it
    /// should be names the version of the one before, which stays its.
    fn announce(&mut self, said: Announcement) {
        let known = self.announced.get(&said.id);
        if known.is_none_or(|known| known.version != said.version) {
            self.announced.insert(said.id.clone(), said);
        }
    }
}

/// Where the columns of the key are in a message; none where the message does
/// not identify rows by all of them.
fn places(table: &Table, columns: &[Column]) -> Option<Vec<usize>> {
    let place = |&position: &usize| {
        let name = &table.columns[position].name;
        let is_it = |column: &Column| column.name == *name && column.identifies;
        columns.iter().position(is_it)
    };
    table.key.iter().map(place).collect()
}

/// The id of a row. What did not change may be found in the old one.
fn id(table: &Table, key: &[usize], row: &Tuple, old: Option<&Tuple>) -> Option<RemoteId> {
    let part = |(&place, &position): (&usize, &usize)| {
        let datum = match row.get(place)? {
            Datum::Unchanged => old?.get(place)?,
            datum => datum,
        };
        let Datum::Text(text) = datum else {
            return None;
        };
        let column = &table.columns[position];
        // As a cast to text writes it, which is what ids are made of.
        Some(match (column.storage, text.as_str()) {
            (Storage::Boolean, "t") => "true".to_owned(),
            (Storage::Boolean, _) => "false".to_owned(),
            _ if matches!(column.cast.as_str(), "bpchar" | "character") => {
                text.trim_end_matches(' ').to_owned()
            }
            _ => text.clone(),
        })
    };
    let parts: Option<Vec<String>> = key.iter().zip(&table.key).map(part).collect();
    let parts = parts.filter(|parts| !parts.is_empty())?;
    Some(remote::join(&parts))
}
