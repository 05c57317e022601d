//! Rows of a table as records.

use rusqlite::types::{Value as Stored, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter};
use treaty_model::{ActorKind, IntentId, Origin, RemoteId, Row as OwnRow, Timestamp, Value};

use crate::convert::says_archived;
use crate::sqlite::Context;
use crate::sqlite::cursor::Part;
use crate::sqlite::error::failed;
use crate::sqlite::schema::{Storage, Table, quote};
use crate::sqlite::value::{decode, instant};
use crate::{Record, SystemError, remote};

/// A row as it stands in its table.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// Its id.
    pub(super) id: RemoteId,
    /// Its key as stored, to go on from.
    pub(super) key: Vec<Part>,
    /// Its values.
    pub(super) own: OwnRow,
    /// When it was changed, as stored.
    pub(super) updated: Part,
    /// When it was changed.
    pub(super) changed_at: Option<Timestamp>,
    /// Who changed it.
    pub(super) origin: Origin,
    /// Whether it is marked as archived.
    pub(super) archived: bool,
}

impl Standing {
    /// The row as a record, with the intent that made it where it is known.
    pub(super) fn record(self, mark: Option<IntentId>) -> Record {
        let origin = match &mark {
            Some(_) => Origin {
                kind: ActorKind::Treaty,
                actor: None,
            },
            None => self.origin,
        };
        Record {
            id: self.id,
            own: self.own,
            changed_at: self.changed_at,
            origin,
            mark,
        }
    }

    /// The row as a record; none where it is archived.
    pub(super) fn visible(self) -> Option<Record> {
        (!self.archived).then(|| self.record(None))
    }
}

/// The columns of a table as a select list, in the order of its schema.
pub(super) fn select_list(table: &Table) -> String {
    let columns = table.columns.iter().map(|column| {
        if column.storage == Storage::Unsupported {
            "NULL".to_owned()
        } else {
            quote(&column.name)
        }
    });
    columns.collect::<Vec<_>>().join(", ")
}

/// The row that a statement with [`select_list`] is at.
pub(super) fn standing(
    table: &Table,
    context: &Context,
    row: &Row<'_>,
) -> Result<Standing, SystemError> {
    let value = |position: usize| {
        row.get_ref(position)
            .map_err(|error| failed(&context.place, "read a row", &error))
    };
    let mut key = Vec::with_capacity(table.key.len());
    let mut parts = Vec::with_capacity(table.key.len());
    for &position in &table.key {
        let (part, text) = key_part(value(position)?).ok_or_else(|| SystemError::Content {
            place: format!("{} in {}", table.name, context.place),
            message: keyless(table, position),
        })?;
        key.push(part);
        parts.push(text);
    }
    let id = remote::join(&parts);
    let mut own = Vec::with_capacity(table.columns.len());
    for (position, column) in table.columns.iter().enumerate() {
        let cell = decode(column, value(position)?).map_err(|message| SystemError::Content {
            place: format!("{} {id} in {}", table.name, context.place),
            message,
        })?;
        own.push(cell);
    }
    let updated = match table.updated {
        Some(position) => Part::from(value(position)?),
        None => Part::Null(()),
    };
    let actor = table.actor.and_then(|position| match &own[position] {
        Some(Value::Null) | None => None,
        Some(Value::Text(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
    });
    Ok(Standing {
        id,
        key,
        changed_at: time(&updated),
        updated,
        origin: Origin {
            kind: ActorKind::Unknown,
            actor,
        },
        archived: table
            .archived
            .is_some_and(|position| says_archived(&own[position])),
        own,
    })
}

/// A row that has no id cannot be named, so the message says how to find it.
fn keyless(table: &Table, position: usize) -> String {
    let name = &table.columns[position].name;
    format!(
        "a row has no text or number in its key column {name:?}; correct it, or remove it; find \
         it with: SELECT * FROM {} WHERE typeof({}) IN ('null', 'blob')",
        quote(&table.name),
        quote(name)
    )
}

fn key_part(value: ValueRef<'_>) -> Option<(Part, String)> {
    match value {
        ValueRef::Integer(number) => Some((Part::Integer(number), number.to_string())),
        ValueRef::Real(number) => Some((Part::Real(number), number.to_string())),
        ValueRef::Text(bytes) => {
            let text = std::str::from_utf8(bytes).ok()?.to_owned();
            Some((Part::Text(text.clone()), text))
        }
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

/// The point in time that a stored time of change says: text, or a number since
/// 1970 in seconds, milliseconds or microseconds, told apart by its size.
pub(super) fn time(updated: &Part) -> Option<Timestamp> {
    match updated {
        Part::Text(text) => instant(text),
        Part::Integer(number) => {
            let scale = match number.unsigned_abs() {
                0..100_000_000_000 => 1_000_000,
                100_000_000_000..100_000_000_000_000 => 1_000,
                _ => 1,
            };
            Some(Timestamp::from_micros(number.saturating_mul(scale)))
        }
        Part::Real(seconds) => Some(Timestamp::from_micros((seconds * 1e6) as i64)),
        Part::Null(()) => None,
    }
}

/// The row under an id, archived or not.
pub(super) fn by_id(
    connection: &Connection,
    table: &Table,
    context: &Context,
    id: &RemoteId,
) -> Result<Option<Standing>, SystemError> {
    let Some(parts) = remote::split(id, table.key.len()) else {
        return Ok(None);
    };
    let fail = |error: rusqlite::Error| failed(&context.place, "read a row", &error);
    let sql = format!(
        "SELECT {} FROM {} WHERE {}",
        select_list(table),
        quote(&table.name),
        where_key(table, 1)
    );
    let mut statement = connection.prepare_cached(&sql).map_err(fail)?;
    let found = statement
        .query_row(params_from_iter(parts), |row| {
            Ok(standing(table, context, row))
        })
        .optional()
        .map_err(fail)?
        .transpose()?;
    // SQLite takes `007` for 7; such an id was never given out.
    Ok(found.filter(|standing| standing.id == *id))
}

/// The record under an id; none where it is archived.
pub(super) fn visible(
    connection: &Connection,
    table: &Table,
    context: &Context,
    id: &RemoteId,
) -> Result<Option<Record>, SystemError> {
    let found = by_id(connection, table, context, id)?;
    Ok(found.and_then(Standing::visible))
}

/// `"id" = ?1 AND …`, with parameters from a number on.
pub(super) fn where_key(table: &Table, first: usize) -> String {
    let names = table.key_names("");
    let terms = names
        .iter()
        .enumerate()
        .map(|(place, name)| format!("{name} = ?{}", first + place));
    terms.collect::<Vec<_>>().join(" AND ")
}

/// The rows that a select finds, with these parameters.
pub(super) fn select(
    connection: &Connection,
    table: &Table,
    context: &Context,
    rest: &str,
    parameters: Vec<Stored>,
) -> Result<Vec<Standing>, SystemError> {
    let fail = |error: rusqlite::Error| failed(&context.place, "read rows", &error);
    let sql = format!(
        "SELECT {} FROM {} {rest}",
        select_list(table),
        quote(&table.name)
    );
    let mut statement = connection.prepare_cached(&sql).map_err(fail)?;
    let mut rows = statement
        .query(params_from_iter(parameters))
        .map_err(fail)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(fail)? {
        found.push(standing(table, context, row)?);
    }
    Ok(found)
}
