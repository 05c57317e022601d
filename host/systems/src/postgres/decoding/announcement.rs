//! What Treaty says in the write-ahead log beside its own writes.
//!
//! A message is part of its transaction: it is decoded where the transaction was
//! committed, and vanishes with a savepoint that was rolled back. It names the
//! version of the row (`xmin`) that the write left, so that nobody's later edit is
//! taken for ours, whatever was committed between decoding and reading. It stands
//! right behind its write, because a page may end within a transaction.
//!
//! The server puts the version in, so that nothing waits for it; of a row that is
//! being made also the id, which is known there first.

use serde::Deserialize;
use treaty_model::{IntentId, RemoteId};

use crate::postgres::rows::{valid_parts, where_key};
use crate::postgres::schema::Table;
use crate::postgres::session::Parameter;
use crate::postgres::session::pipeline::Statement;

/// Whose messages these are, as the server shows it.
pub(in crate::postgres) const PREFIX: &str = "treaty";

/// The key of the row that was made last, a list of texts.
const MADE: &str = "current_setting('treaty.made')";

/// A write of ours.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(in crate::postgres) struct Announcement {
    /// The table.
    source: String,
    /// The record.
    pub(super) id: RemoteId,
    /// The intent that it carried out.
    pub(super) intent: IntentId,
    /// The version of the row that it left; none where it left no row.
    pub(super) version: Option<String>,
}

impl Announcement {
    /// Reads a message; none where it is about another table.
    pub(super) fn read(content: &str, table: &Table) -> Option<Self> {
        let read: Self = serde_json::from_str(content).ok()?;
        (read.source == table.full_name).then_some(read)
    }
}

/// Says that an intent was carried out on a record, and which version of it that
/// left.
pub(in crate::postgres) fn announce(table: &Table, id: &RemoteId, intent: &IntentId) -> Statement {
    let mut parameters = beginning(table, intent);
    parameters.push(json(id.as_str()).into());
    let condition = valid_parts(table, id).map(|_| {
        let (condition, key) = where_key(table, id, parameters.len() + 1);
        parameters.extend(key);
        condition
    });
    Statement {
        sql: saying(table, "$4", condition.as_deref()),
        parameters,
    }
}

/// The same of the row that was made last, whose key was noted.
pub(in crate::postgres) fn announce_new(table: &Table, intent: &IntentId) -> Statement {
    let terms: Vec<_> = table
        .key_names("r.")
        .iter()
        .zip(&table.key)
        .enumerate()
        .map(|(part, (name, &position))| {
            let cast = &table.columns[position].cast;
            format!("{name} = ({MADE}::json ->> {part})::{cast}")
        })
        .collect();
    let id = if table.key.len() == 1 {
        format!("to_json({MADE}::json ->> 0)::text")
    } else {
        format!("to_json({MADE})::text")
    };
    Statement {
        sql: saying(table, &id, Some(&terms.join(" AND "))),
        parameters: beginning(table, intent),
    }
}

/// The expression that notes the key of a row `r` for [`announce_new`]. Several
/// parts are written as ids write them, without spaces.
pub(in crate::postgres) fn note_key(table: &Table) -> String {
    let parts: Vec<_> = table
        .key_names("r.")
        .into_iter()
        .map(|name| format!("to_json({name}::text)::text"))
        .collect();
    format!(
        "set_config('treaty.made', concat('[', concat_ws(',', {}), ']'), true)",
        parts.join(", ")
    )
}

fn beginning(table: &Table, intent: &IntentId) -> Vec<Parameter> {
    vec![
        PREFIX.into(),
        format!("{{\"source\":{},\"id\":", json(&table.full_name)).into(),
        format!(",\"intent\":{},\"version\":", json(intent.as_str())).into(),
    ]
}

fn saying(table: &Table, id: &str, condition: Option<&str>) -> String {
    let version = condition.map_or("'null'".to_owned(), |condition| {
        format!(
            "coalesce((SELECT to_json(r.xmin::text)::text FROM {} AS r WHERE {condition}), 'null')",
            table.name
        )
    });
    format!("SELECT pg_logical_emit_message(true, $1, concat($2, {id}, $3, {version}, '}}'))::text")
}

fn json(text: &str) -> String {
    serde_json::to_string(text).expect("a text has a JSON form")
}
