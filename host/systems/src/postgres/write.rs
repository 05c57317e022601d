//! Writes: one transaction for a call, a savepoint for each write.

mod attempt;

use treaty_model::{RemoteId, Timestamp};

use crate::postgres::error::{WriteError, of_write, said};
use crate::postgres::rows::{Standing, by_ids};
use crate::postgres::schema::Table;
use crate::postgres::session::Session;
use crate::postgres::{Context, Way, install};
use crate::{Action, Found, Outcome, Sought, SystemError, SystemWrite, wrote};
use attempt::Attempt;

/// How long an intent is remembered, in microseconds: 90 days. It is asked about
/// in the pass after its own.
const REMEMBERED_MICROS: i64 = 90 * 24 * 3_600 * 1_000_000;

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
    let now = context.clock.now();
    let mut outcomes = Vec::with_capacity(writes.len());
    for write in writes {
        match one(session, table, context, now, write).await {
            Ok(outcome) => outcomes.push(outcome),
            Err(WriteError::Outcome(outcome)) => outcomes.push(*outcome),
            // The server undoes what was not committed.
            Err(WriteError::Lost(message)) => {
                let message = format!("the session was lost before the end: {message}");
                return Ok(Together::Ended(vec![
                    Outcome::NotSent { message };
                    writes.len()
                ]));
            }
            Err(WriteError::System(error)) => {
                session.run("ROLLBACK").await?;
                return Err(error);
            }
        }
    }
    forget_old(session, now).await?;
    // In a transaction that has failed COMMIT undoes everything and reports no
    // error; this statement would fail there.
    session
        .rows("SELECT set_config('treaty.intent', '', true)", &[])
        .await?;
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

/// One write in its savepoint.
async fn one(
    session: &Session,
    table: &Table,
    context: &Context,
    now: Timestamp,
    write: &SystemWrite,
) -> Result<Outcome, WriteError> {
    let attempt = Attempt {
        session,
        table,
        now,
    };
    attempt.run("SAVEPOINT treaty_write").await?;
    let made = carry_out(&attempt, context, write).await;
    match made {
        Ok(outcome) => {
            attempt.run("RELEASE SAVEPOINT treaty_write").await?;
            Ok(outcome)
        }
        Err(lost @ WriteError::Lost(_)) => Err(lost),
        Err(error) => {
            attempt.run("ROLLBACK TO SAVEPOINT treaty_write").await?;
            Err(error)
        }
    }
}

async fn carry_out(
    attempt: &Attempt<'_>,
    context: &Context,
    write: &SystemWrite,
) -> Result<Outcome, WriteError> {
    let intent = write.intent.as_str();
    if let Some(id) = attempt
        .one(RECORD_OF, &[intent.into()])
        .await?
        .map(RemoteId)
    {
        let record = attempt.by_id(&id).await?.and_then(Standing::visible);
        return Ok(Outcome::Done(record));
    }
    attempt
        .rows(
            "SELECT set_config('treaty.intent', $1, true)",
            &[intent.into()],
        )
        .await?;
    let (id, record) = attempt.make(&write.action).await?;
    let at = attempt.now.to_string();
    let parameters = [
        intent.into(),
        (&attempt.table.full_name).into(),
        id.as_str().into(),
        wrote::of(attempt.table.names(), &write.action, record.as_ref()).into(),
        at.into(),
    ];
    let remembered = attempt.rows(REMEMBER, &parameters).await?;
    if remembered.is_empty() {
        return Err(WriteError::from(Outcome::NotSent {
            message: "another Treaty is carrying out the same intent".to_owned(),
        }));
    }
    if context.changes == Some(Way::Decoding) {
        attempt.announce(&write.intent, &id).await?;
    }
    Ok(Outcome::Done(record))
}

const RECORD_OF: &str = "SELECT record, wrote FROM treaty.intents WHERE intent = $1";

const REMEMBER: &str = "
INSERT INTO treaty.intents (intent, source, record, wrote, at)
VALUES ($1, $2, $3, $4, $5::timestamptz)
ON CONFLICT (intent) DO NOTHING RETURNING intent";

async fn forget_old(session: &Session, now: Timestamp) -> Result<(), SystemError> {
    let oldest = Timestamp::from_micros(now.as_micros().saturating_sub(REMEMBERED_MICROS));
    let sql = "DELETE FROM treaty.intents WHERE at < $1::timestamptz";
    session.rows(sql, &[oldest.to_string().into()]).await?;
    Ok(())
}

/// What became of writes whose answer got lost.
pub(super) async fn find(
    session: &Session,
    table: &Table,
    sought: &[Sought],
) -> Result<Vec<Found>, SystemError> {
    let has_memory = install::has_tables(session).await?;
    let mut found = Vec::with_capacity(sought.len());
    for sought in sought {
        let landed = if has_memory {
            // A transaction whose end was not answered may still be ending; its
            // row in the table of intents would make an insert wait for it.
            wait_for(session, sought.intent.as_str()).await?;
            let rows = session
                .rows(RECORD_OF, &[sought.intent.as_str().into()])
                .await?;
            rows.into_iter().next()
        } else {
            None
        };
        let landed = landed.map(|columns| {
            let [id, wrote] = <[_; 2]>::try_from(columns).unwrap_or_default();
            (RemoteId(id.unwrap_or_default()), wrote.unwrap_or_default())
        });
        let id = landed.as_ref().map(|(id, _)| id).or(match &sought.action {
            Action::Create { .. } => None,
            Action::Update { id, .. } | Action::Archive { id, .. } | Action::Delete { id, .. } => {
                Some(id)
            }
        });
        let standing = match id {
            Some(id) => by_ids(session, table, std::slice::from_ref(id))
                .await?
                .remove(id),
            None => None,
        };
        let is_gone = match &sought.action {
            Action::Create { .. } | Action::Update { .. } => false,
            Action::Archive { .. } => standing.as_ref().is_none_or(|standing| standing.archived),
            Action::Delete { .. } => standing.is_none(),
        };
        let record = standing.and_then(Standing::visible);
        found.push(match landed {
            Some((_, wrote)) => Found::Landed {
                now: record,
                left: wrote::row(table.names(), &wrote),
            },
            None if is_gone => Found::GONE,
            None => Found::NotLanded(record),
        });
    }
    Ok(found)
}

/// Waits until nobody is carrying out an intent: an insert of the same intent
/// waits for the transaction that holds it, and is undone at once.
async fn wait_for(session: &Session, intent: &str) -> Result<(), SystemError> {
    session.run("BEGIN").await?;
    let parameters = [
        intent.into(),
        "".into(),
        "".into(),
        "".into(),
        "2000-01-01T00:00:00Z".into(),
    ];
    session.rows(REMEMBER, &parameters).await?;
    session.run("ROLLBACK").await
}
