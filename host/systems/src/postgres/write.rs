//! Writes: one transaction for a call. They are made together, in a few round
//! trips; what does not go with the others is made by itself, in a savepoint.

mod attempt;
mod change;
mod decide;
mod find;
mod intents;
mod many;

use crate::postgres::Context;
use crate::postgres::error::{WriteError, of_write, said};
use crate::postgres::install;
use crate::postgres::schema::Table;
use crate::postgres::session::Session;
use crate::postgres::session::pipeline::Statement;
use crate::{Outcome, SystemError, SystemWrite};
use attempt::Attempt;
use intents::forget_old;
use many::{Halt, apart};

pub(super) use find::find;

/// What became of a transaction.
enum Together {
    /// It ended; an outcome for each write.
    Ended(Vec<Outcome>),
    /// Something that is checked at its end refused all of it.
    Undone(Outcome),
}

/// Carries out writes to one table.
pub(super) async fn write(
    session: &Session,
    table: &Table,
    context: &Context,
    writes: &[SystemWrite],
) -> Result<Vec<Outcome>, SystemError> {
    if writes.is_empty() {
        return Ok(Vec::new());
    }
    install::create_tables(session).await?;
    let undone = match together(session, table, context, writes).await? {
        Together::Ended(outcomes) => return Ok(outcomes),
        Together::Undone(outcome) => outcome,
    };
    if writes.len() == 1 {
        return Ok(vec![undone]);
    }
    // A constraint that is checked at the end of a transaction failed, and the
    // whole transaction with it. One by one it shows which write it is.
    let mut outcomes = Vec::with_capacity(writes.len());
    for write in writes {
        let alone = together(session, table, context, std::slice::from_ref(write)).await;
        match alone {
            Ok(Together::Ended(ended)) => outcomes.extend(ended),
            Ok(Together::Undone(outcome)) => outcomes.push(outcome),
            // Some are done already, so the call as a whole did not fail.
            Err(error) => outcomes.push(Outcome::NotSent {
                message: error.to_string(),
            }),
        }
    }
    Ok(outcomes)
}

/// Carries out writes in one transaction.
async fn together(
    session: &Session,
    table: &Table,
    context: &Context,
    writes: &[SystemWrite],
) -> Result<Together, SystemError> {
    session.run("BEGIN").await?;
    let attempt = Attempt {
        session,
        table,
        context,
        now: context.clock.now(),
    };
    let outcomes = match attempt.all(writes).await {
        Ok(outcomes) => outcomes,
        // The server undoes what was not committed.
        Err(WriteError::Lost(message)) => {
            let message = format!("the session was lost before the end: {message}");
            return Ok(Together::Ended(vec![
                Outcome::NotSent { message };
                writes.len()
            ]));
        }
        Err(WriteError::Outcome(outcome)) => {
            session.run("ROLLBACK").await?;
            return Ok(Together::Ended(vec![*outcome; writes.len()]));
        }
        Err(WriteError::System(error)) => {
            session.run("ROLLBACK").await?;
            return Err(error);
        }
    };
    // In a transaction that has failed COMMIT undoes everything and reports no
    // error; this statement would fail there.
    let probe = Statement::plain("SELECT set_config('treaty.intent', '', true)");
    session.all_rows(&[forget_old(attempt.now), probe]).await?;
    let Err(error) = session.try_run("COMMIT").await else {
        return Ok(Together::Ended(outcomes));
    };
    Ok(match of_write(&session.place, &error) {
        WriteError::Outcome(outcome) => Together::Undone(*outcome),
        // COMMIT was sent and nobody said what became of it.
        _ => {
            let message = format!("no answer to the end of the transaction: {}", said(&error));
            Together::Ended(unsure(outcomes, &message))
        }
    })
}

fn unsure(outcomes: Vec<Outcome>, message: &str) -> Vec<Outcome> {
    let unsure = |outcome| match outcome {
        Outcome::Done(_) => Outcome::Ambiguous {
            message: message.to_owned(),
        },
        other => other,
    };
    outcomes.into_iter().map(unsure).collect()
}

impl Attempt<'_> {
    /// Makes writes, as many together as will go. A write that stops the others
    /// is made by itself, those before it are made again without it, and those
    /// behind it in smaller numbers first: where many are refused, little is
    /// made twice.
    async fn all(&self, writes: &[SystemWrite]) -> Result<Vec<Outcome>, WriteError> {
        let mut outcomes = Vec::with_capacity(writes.len());
        let mut width = writes.len();
        let mut alone = None;
        while outcomes.len() < writes.len() {
            let first = outcomes.len();
            let until = alone.filter(|&at| at > first).unwrap_or(writes.len());
            let ahead = &writes[first..until.min(first.saturating_add(width))];
            let ahead = &ahead[..apart(ahead)];
            if alone == Some(first) || ahead.len() == 1 {
                let outcome = self.one(&writes[first]).await?;
                if matches!(outcome, Outcome::Done(_)) {
                    width = width.saturating_mul(2);
                }
                outcomes.push(outcome);
                continue;
            }
            match self.many(ahead).await {
                Ok(made) => {
                    outcomes.extend(made);
                    width = width.saturating_mul(2);
                }
                Err(Halt::Stopped(at)) => {
                    alone = Some(first + at);
                    width = at.saturating_mul(2).max(1);
                }
                // Somebody holds a lock, or triggers tie the rows together: to
                // try again would be to wait again.
                Err(Halt::Unclear) => {
                    for write in ahead {
                        outcomes.push(self.one(write).await?);
                    }
                }
                Err(Halt::Error(error)) => return Err(error),
            }
        }
        Ok(outcomes)
    }
}
