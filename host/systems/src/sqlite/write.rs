//! Writes: one transaction for a call, a savepoint for each write.

mod attempt;
mod intents;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::sqlite::error::{failed, refusal};
use crate::sqlite::rows::{by_id, visible};
use crate::sqlite::schema::Table;
use crate::sqlite::{Context, state};
use crate::{Action, Found, Outcome, Sought, SystemError, SystemWrite, wrote};
use attempt::{Attempt, Stop};

/// Carries out writes to one table.
pub(super) fn write(
    connection: &mut Connection,
    table: &Table,
    context: &Context,
    writes: &[SystemWrite],
) -> Result<Vec<Outcome>, SystemError> {
    if writes.is_empty() {
        return Ok(Vec::new());
    }
    match together(connection, table, context, writes)? {
        Some(outcomes) => Ok(outcomes),
        // A constraint that is checked at the end of a transaction failed, and
        // the whole transaction with it. One by one it shows which write it is.
        None => Ok(writes
            .iter()
            .map(|write| alone(connection, table, context, write))
            .collect()),
    }
}

/// Carries out one write after others.
fn alone(
    connection: &mut Connection,
    table: &Table,
    context: &Context,
    write: &SystemWrite,
) -> Outcome {
    match together(connection, table, context, std::slice::from_ref(write)) {
        Ok(outcomes) => {
            let outcome = outcomes.into_iter().flatten().next();
            outcome.unwrap_or_else(|| Outcome::Refused {
                field: None,
                message: "FOREIGN KEY constraint failed".to_owned(),
            })
        }
        // Some are done already, so the call as a whole did not fail.
        Err(error) => Outcome::NotSent {
            message: error.to_string(),
        },
    }
}

/// Carries out writes in one transaction; none where a constraint refuses it at
/// the end.
fn together(
    connection: &mut Connection,
    table: &Table,
    context: &Context,
    writes: &[SystemWrite],
) -> Result<Option<Vec<Outcome>>, SystemError> {
    let fail = |error| failed(&context.place, "write", &error);
    let mut transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(fail)?;
    state::create_tables(&transaction).map_err(fail)?;
    intents::forget_old(&transaction, context.clock.now()).map_err(fail)?;
    let mut outcomes = Vec::with_capacity(writes.len());
    for write in writes {
        outcomes.push(one(&mut transaction, table, context, write)?);
    }
    let Err(error) = transaction.commit() else {
        return Ok(Some(outcomes));
    };
    if refusal(&error).is_some() {
        return Ok(None);
    }
    let nothing_happened = matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DiskFull)
    );
    if nothing_happened {
        return Err(fail(error));
    }
    let message = format!("the end of the transaction failed: {error}");
    let unsure = |outcome| match outcome {
        Outcome::Done(_) => Outcome::Ambiguous {
            message: message.clone(),
        },
        other => other,
    };
    Ok(Some(outcomes.into_iter().map(unsure).collect()))
}

/// One write in its savepoint.
fn one(
    transaction: &mut Transaction<'_>,
    table: &Table,
    context: &Context,
    write: &SystemWrite,
) -> Result<Outcome, SystemError> {
    let fail = |error| failed(&context.place, "write", &error);
    if let Some((id, _)) = intents::carried_out(transaction, &write.intent).map_err(fail)? {
        return Ok(Outcome::Done(visible(transaction, table, context, &id)?));
    }
    let savepoint = transaction.savepoint().map_err(fail)?;
    savepoint
        .execute(
            "INSERT INTO treaty_mark (intent) VALUES (?1)",
            [write.intent.as_str()],
        )
        .map_err(fail)?;
    let made = Attempt {
        connection: &savepoint,
        table,
        context,
    }
    .make(&write.action);
    match made {
        Ok((id, record)) => {
            let now = context.clock.now();
            savepoint
                .execute("DELETE FROM treaty_mark", [])
                .map_err(fail)?;
            let wrote = wrote::of(table.names(), &write.action, record.as_ref());
            intents::remember(&savepoint, table, &write.intent, &id, &wrote, now).map_err(fail)?;
            savepoint.commit().map_err(fail)?;
            Ok(Outcome::Done(record))
        }
        Err(stop) => {
            // Some failures have ended the transaction already; then there is
            // nothing to roll back, and the failure itself says why.
            drop(savepoint);
            match stop {
                Stop::Outcome(outcome) => Ok(*outcome),
                Stop::System(error) => Err(error),
            }
        }
    }
}

/// What became of writes whose answer got lost.
pub(super) fn find(
    connection: &Connection,
    table: &Table,
    context: &Context,
    sought: &[Sought],
) -> Result<Vec<Found>, SystemError> {
    let fail = |error| failed(&context.place, "look up intents", &error);
    let has_memory = state::has_table(connection, "treaty_intents").map_err(fail)?;
    let find = |sought: &Sought| {
        let landed = if has_memory {
            intents::carried_out(connection, &sought.intent).map_err(fail)?
        } else {
            None
        };
        if let Some((id, wrote)) = landed {
            return Ok(Found::Landed {
                now: visible(connection, table, context, &id)?,
                left: wrote::row(table.names(), &wrote),
            });
        }
        let archives = matches!(sought.action, Action::Archive { .. });
        Ok(match &sought.action {
            Action::Create { .. } => Found::NotLanded(None),
            Action::Update { id, .. } => Found::NotLanded(visible(connection, table, context, id)?),
            Action::Archive { id, .. } | Action::Delete { id, .. } => {
                match by_id(connection, table, context, id)? {
                    Some(standing) if !(archives && standing.archived) => {
                        Found::NotLanded(standing.visible())
                    }
                    _ => Found::GONE,
                }
            }
        })
    };
    sought.iter().map(find).collect()
}
