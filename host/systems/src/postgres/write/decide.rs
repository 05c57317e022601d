//! What a write comes to, told from the row as it stands. Nothing here asks the
//! database.

use treaty_model::{OwnKind, RemoteId, Row, Timestamp, Value};

use crate::convert::{is_expected, still_stands};
use crate::postgres::error::WriteError;
use crate::postgres::rows::Standing;
use crate::postgres::schema::{Table, quote};
use crate::postgres::value::{encode, writing};
use crate::postgres::write::change::{Change, Settings};
use crate::{Action, Outcome, Record};

/// What a write comes to.
pub(super) enum Decision {
    /// Nothing is left to do. The record as the outcome tells it.
    Holds(Option<Record>),
    /// The row changes.
    Change(Change),
}

/// The record that an action is about; none where it makes one.
pub(super) fn target(action: &Action) -> Option<&RemoteId> {
    match action {
        Action::Create { .. } => None,
        Action::Update { id, .. } | Action::Archive { id, .. } | Action::Delete { id, .. } => {
            Some(id)
        }
    }
}

/// Whether an action takes its record out of sight, so that none is left to tell.
pub(super) fn hides(action: &Action) -> bool {
    matches!(action, Action::Archive { .. } | Action::Delete { .. })
}

/// Decides a write. `standing` is the row that it is about, locked; none where
/// there is no such row.
///
/// # Errors
/// The outcome of a write that is not made.
pub(super) fn decide(
    table: &Table,
    now: Timestamp,
    action: &Action,
    standing: Option<Standing>,
) -> Result<Decision, WriteError> {
    match action {
        Action::Create { values } => {
            let settings = settings(table, values)?;
            Ok(Decision::Change(Change::Insert(settings)))
        }
        Action::Update {
            id,
            values,
            expected,
        } => update(table, id, values, expected, standing),
        Action::Archive { id, expected } => archive(table, now, id, expected, standing),
        Action::Delete { id, expected } => match standing {
            Some(standing) => {
                compare(table, standing, expected)?;
                Ok(Decision::Change(Change::Delete(id.clone())))
            }
            None => Ok(Decision::Holds(None)),
        },
    }
}

fn update(
    table: &Table,
    id: &RemoteId,
    values: &Row,
    expected: &Row,
    standing: Option<Standing>,
) -> Result<Decision, WriteError> {
    let Some(standing) = standing else {
        return Err(WriteError::from(Outcome::Stale(None)));
    };
    let mut differs = false;
    let mut stale = false;
    let mut opens = false;
    for (position, value) in values.iter().enumerate() {
        if value.is_none() || position >= table.columns.len() {
            continue;
        }
        let field = table.field(position);
        let stands = &standing.own[position];
        let same = is_expected(&field, stands, value);
        if !same && field.key {
            return Err(refused(
                table,
                position,
                "the key of a row cannot be changed",
            ));
        }
        differs |= !same;
        stale |= !is_expected(&field, stands, expected.get(position).unwrap_or(&None));
        opens |= table.archived == Some(position);
    }
    let settings = settings(table, values)?;
    if standing.archived && !opens {
        return Err(WriteError::from(Outcome::Stale(None)));
    }
    if !differs {
        return Ok(Decision::Holds(standing.visible()));
    }
    if stale {
        return Err(WriteError::from(Outcome::Stale(standing.visible())));
    }
    Ok(Decision::Change(Change::Update(id.clone(), settings)))
}

fn archive(
    table: &Table,
    now: Timestamp,
    id: &RemoteId,
    expected: &Row,
    standing: Option<Standing>,
) -> Result<Decision, WriteError> {
    let Some(position) = table.archived else {
        return Err(WriteError::from(Outcome::Refused {
            field: None,
            message: "the treaty names no column that marks a row as archived; name it as the \
 source's archived"
                .to_owned(),
        }));
    };
    let Some(standing) = standing.filter(|standing| !standing.archived) else {
        return Ok(Decision::Holds(None));
    };
    compare(table, standing, expected)?;
    let column = &table.columns[position];
    let now_text = now.to_string();
    let mark = match column.storage.kind() {
        OwnKind::Instant => Value::Instant(now),
        OwnKind::Date => Value::Date(now_text.chars().take(10).collect()),
        OwnKind::Integer => Value::Integer(1),
        OwnKind::Boolean => Value::Boolean(true),
        _ if column.cast.starts_with("timestamp") => {
            Value::Text(now_text.trim_end_matches('Z').to_owned())
        }
        _ => Value::text("true"),
    };
    let mut settings = Settings::default();
    set(table, position, &mark, &mut settings)?;
    Ok(Decision::Change(Change::Update(id.clone(), settings)))
}

/// Stops the removal of a row that is not as the caller saw it.
fn compare(table: &Table, standing: Standing, expected: &Row) -> Result<(), WriteError> {
    if still_stands(|at| table.field(at), &standing.own, expected) {
        Ok(())
    } else {
        Err(WriteError::from(Outcome::Stale(standing.visible())))
    }
}

/// What a row sets.
fn settings(table: &Table, values: &Row) -> Result<Settings, WriteError> {
    let mut settings = Settings::default();
    for (position, value) in values.iter().enumerate() {
        let Some(value) = value else { continue };
        if position >= table.columns.len() {
            return Err(WriteError::from(Outcome::Refused {
                field: None,
                message: format!("there is no column {}", position + 1),
            }));
        }
        if table.field(position).read_only {
            return Err(refused(table, position, "the column cannot be written"));
        }
        set(table, position, value, &mut settings)?;
    }
    Ok(settings)
}

fn set(
    table: &Table,
    position: usize,
    value: &Value,
    settings: &mut Settings,
) -> Result<(), WriteError> {
    let column = &table.columns[position];
    let text = encode(column, value);
    let text = text.map_err(|message| refused(table, position, message))?;
    settings.parameters.push(text.into());
    settings.columns.push(quote(&column.name));
    let expression = writing(column, settings.parameters.len());
    settings.expressions.push(expression);
    Ok(())
}

fn refused(table: &Table, position: usize, message: impl Into<String>) -> WriteError {
    WriteError::from(Outcome::Refused {
        field: Some(table.columns[position].name.clone()),
        message: message.into(),
    })
}
