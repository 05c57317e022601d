//! Rows of a table as records.

use std::collections::HashMap;

use treaty_model::{ActorKind, IntentId, Origin, RemoteId, Row, Timestamp, Value};

use crate::convert::says_archived;
use crate::postgres::schema::{Storage, Table, quote};
use crate::postgres::session::{Parameter, Session, TextRow};
use crate::postgres::value::{decode, instant, reading};
use crate::{Record, SystemError, remote};

/// The expression that says where the version of a row `r` is stored. It is
/// another one after every change, also within one transaction.
pub(super) const PLACE: &str = "(r.tableoid::text || r.ctid::text)";

/// A row as it stands in its table.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// Its id.
    pub(super) id: RemoteId,
    /// The parts of its key.
    pub(super) key: Vec<String>,
    /// Its values.
    pub(super) own: Row,
    /// When it was changed, as the server writes it.
    pub(super) updated: Option<String>,
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
    let columns = table
        .columns
        .iter()
        .map(|column| reading(column, &quote(&column.name)));
    columns.collect::<Vec<_>>().join(", ")
}

/// A row that a statement with [`select_list`] answered.
pub(super) fn standing(
    session: &Session,
    table: &Table,
    row: TextRow,
) -> Result<Standing, SystemError> {
    let place = |id: &str| format!("{} {id} in {}", table.full_name, session.place);
    let mut key = Vec::with_capacity(table.key.len());
    for &position in &table.key {
        let part = row[position].clone().ok_or_else(|| SystemError::Content {
            place: format!("{} in {}", table.full_name, session.place),
            message: keyless(table, position),
        })?;
        key.push(part);
    }
    let id = remote::join(&key);
    let updated = table.updated.and_then(|position| row[position].clone());
    let mut own = Vec::with_capacity(row.len());
    for (column, text) in table.columns.iter().zip(row) {
        let cell = decode(column, text).map_err(|message| SystemError::Content {
            place: place(id.as_str()),
            message,
        })?;
        own.push(cell);
    }
    let actor = table.actor.and_then(|position| match &own[position] {
        Some(Value::Null) | None => None,
        Some(Value::Text(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
    });
    Ok(Standing {
        id,
        key,
        // A `timestamp` without time zone is taken for UTC, as is usual.
        changed_at: updated
            .as_ref()
            .and_then(|text| instant(text).or_else(|| instant(&format!("{text}+00")))),
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
        "a row has nothing in its key column {name:?}; correct it, or remove it; find it with: \
         SELECT * FROM {} WHERE {} IS NULL",
        table.name,
        quote(name)
    )
}

/// The rows that a select finds, with these parameters. The table goes by the
/// name `r` in `rest`: a bare name in ORDER BY would mean the *text* of the
/// select list, and 10 would come before 9.
pub(super) async fn select(
    session: &Session,
    table: &Table,
    rest: &str,
    parameters: &[Parameter],
) -> Result<Vec<Standing>, SystemError> {
    let sql = format!(
        "SELECT {} FROM {} AS r {rest}",
        select_list(table),
        table.name
    );
    let rows = session.rows(&sql, parameters).await?;
    rows.into_iter()
        .map(|row| standing(session, table, row))
        .collect()
}

/// The rows under these ids, archived or not.
pub(super) async fn by_ids(
    session: &Session,
    table: &Table,
    ids: &[RemoteId],
) -> Result<HashMap<RemoteId, Standing>, SystemError> {
    let Some((rest, parameters)) = where_ids(table, ids) else {
        return Ok(HashMap::new());
    };
    let found = select(session, table, &rest, &parameters).await?;
    Ok(found
        .into_iter()
        .map(|standing| (standing.id.clone(), standing))
        .collect())
}

/// The versions of the rows under these ids: the transaction, or part of one,
/// that left the row as it is (`xmin`).
pub(super) async fn versions(
    session: &Session,
    table: &Table,
    ids: &[RemoteId],
) -> Result<HashMap<RemoteId, String>, SystemError> {
    let Some((rest, parameters)) = where_ids(table, ids) else {
        return Ok(HashMap::new());
    };
    let key: Vec<_> = table
        .key_names("r.")
        .into_iter()
        .map(|name| format!("{name}::text"))
        .collect();
    let sql = format!(
        "SELECT r.xmin::text, {} FROM {} AS r {rest}",
        key.join(", "),
        table.name
    );
    let rows = session.rows(&sql, &parameters).await?;
    let version = |row: TextRow| {
        let mut cells = row.into_iter();
        let version = cells.next().flatten()?;
        let key: Option<Vec<String>> = cells.collect();
        Some((remote::join(&key?), version))
    };
    Ok(rows.into_iter().filter_map(version).collect())
}

/// What finds the rows under these ids, and its parameters; none where there can
/// be none. The table goes by the name `r`.
pub(super) fn where_ids(table: &Table, ids: &[RemoteId]) -> Option<(String, Vec<Parameter>)> {
    let mut parts: Vec<Vec<String>> = vec![Vec::new(); table.key.len()];
    for id in ids {
        for (column, part) in valid_parts(table, id).into_iter().flatten().enumerate() {
            parts[column].push(part);
        }
    }
    if parts[0].is_empty() {
        return None;
    }
    let lists: Vec<_> = (1..=parts.len()).map(|place| format!("${place}")).collect();
    let names: Vec<_> = (1..=parts.len()).map(|place| format!("k{place}")).collect();
    let casts: Vec<_> = table
        .key
        .iter()
        .zip(&names)
        .map(|(&position, name)| format!("{name}::{}", table.columns[position].cast))
        .collect();
    let rest = format!(
        "WHERE ({}) IN (SELECT {} FROM unnest({}) AS wanted ({}))",
        table.key_names("r.").join(", "),
        casts.join(", "),
        lists.join(", "),
        names.join(", ")
    );
    let parameters = parts.into_iter().map(Parameter::Texts).collect();
    Some((rest, parameters))
}

/// What finds the row under one id that could be one of this table, as
/// [`valid_parts`] says, and its parameters, which begin with this number. The
/// table goes by the name `r`.
pub(super) fn where_key(table: &Table, id: &RemoteId, first: usize) -> (String, Vec<Parameter>) {
    let parts = remote::split(id, table.key.len()).unwrap_or_default();
    let names = table.key_names("r.");
    let places = table.key_places(first);
    let terms: Vec<_> = names
        .iter()
        .zip(places)
        .map(|(name, place)| format!("{name} = {place}"))
        .collect();
    (
        terms.join(" AND "),
        parts.into_iter().map(Parameter::from).collect(),
    )
}

/// The key parts of an id that could be one of this table; `x` is none under a
/// key of integers, and asking for it would be an error.
pub(super) fn valid_parts(table: &Table, id: &RemoteId) -> Option<Vec<String>> {
    let parts = remote::split(id, table.key.len())?;
    let fits = |(part, &position): (&String, &usize)| {
        let column = &table.columns[position];
        match column.storage {
            Storage::Integer => column.holds_integer(part),
            Storage::Numeric => part.parse::<treaty_model::Decimal>().is_ok(),
            Storage::Boolean => matches!(part.as_str(), "true" | "false"),
            _ if column.cast == "uuid" => is_uuid(part),
            _ => !part.contains('\0'),
        }
    };
    let all_fit = parts.iter().zip(&table.key).all(fits);
    all_fit.then_some(parts)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
