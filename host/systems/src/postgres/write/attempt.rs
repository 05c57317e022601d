//! A write that is made by itself, in a savepoint of its own.

use treaty_model::{RemoteId, Timestamp};

use crate::postgres::decoding::announcement::announce;
use crate::postgres::error::{WriteError, of_write};
use crate::postgres::rows::{Standing, select_list, standing, valid_parts, where_key};
use crate::postgres::schema::Table;
use crate::postgres::session::pipeline::{Statement, Stopped};
use crate::postgres::session::{Parameter, Session, TextRow};
use crate::postgres::write::change::Asked;
use crate::postgres::write::decide::{Decision, decide, hides, target};
use crate::postgres::write::intents::{Landed, RECORD_OF, remember};
use crate::postgres::{Context, Way};
use crate::{Outcome, Record, SystemWrite, remote, wrote};

/// Where writes are made.
#[derive(Clone, Copy)]
pub(super) struct Attempt<'a> {
    pub(super) session: &'a Session,
    pub(super) table: &'a Table,
    pub(super) context: &'a Context,
    pub(super) now: Timestamp,
}

/// The record that a write was made on, and how it stands now.
type Made = Result<(RemoteId, Option<Record>), WriteError>;

impl Attempt<'_> {
    /// Runs a statement without parameters.
    pub(super) async fn run(&self, sql: &str) -> Result<(), WriteError> {
        let done = self.session.try_run(sql).await;
        done.map_err(|error| of_write(&self.session.place, &error))
    }

    /// The rows that a statement answers.
    pub(super) async fn rows(
        &self,
        sql: &str,
        parameters: &[Parameter],
    ) -> Result<Vec<TextRow>, WriteError> {
        let rows = self.session.try_rows(sql, parameters).await;
        rows.map_err(|error| of_write(&self.session.place, &error))
    }

    /// What an error of several statements means.
    pub(super) fn meaning(&self, stopped: &Stopped) -> WriteError {
        of_write(&self.session.place, &stopped.error)
    }

    /// Whether what is written is said in the server's log.
    pub(super) fn announces(&self) -> bool {
        self.context.changes == Some(Way::Decoding)
    }

    /// Makes one write.
    ///
    /// # Errors
    /// Where the transaction cannot go on.
    pub(super) async fn one(&self, write: &SystemWrite) -> Result<Outcome, WriteError> {
        self.run("SAVEPOINT treaty_write").await?;
        match self.carry_out(write).await {
            Ok(outcome) => {
                self.run("RELEASE SAVEPOINT treaty_write").await?;
                Ok(outcome)
            }
            Err(WriteError::Outcome(outcome)) => {
                self.run("ROLLBACK TO SAVEPOINT treaty_write; RELEASE SAVEPOINT treaty_write")
                    .await?;
                Ok(*outcome)
            }
            Err(error) => Err(error),
        }
    }

    async fn carry_out(&self, write: &SystemWrite) -> Result<Outcome, WriteError> {
        let known = self
            .rows(RECORD_OF, &[write.intent.as_str().into()])
            .await?;
        if let Some(id) = known.into_iter().flatten().next().flatten() {
            let record = self.read(&RemoteId(id), "").await?;
            return Ok(Outcome::Done(record.and_then(Standing::visible)));
        }
        let (id, record) = self.make(write).await?;
        let landed = Landed {
            intent: write.intent.clone(),
            id: id.clone(),
            wrote: wrote::of(self.table.names(), &write.action, record.as_ref()),
        };
        let Statement { sql, parameters } = remember(&self.table.full_name, vec![landed], self.now);
        if self.rows(&sql, &parameters).await?.is_empty() {
            return Err(WriteError::from(Outcome::NotSent {
                message: "another Treaty is carrying out the same intent".to_owned(),
            }));
        }
        if self.announces() {
            let Statement { sql, parameters } = announce(self.table, &id, &write.intent);
            self.rows(&sql, &parameters).await?;
        }
        Ok(Outcome::Done(record))
    }

    async fn make(&self, write: &SystemWrite) -> Made {
        let target = target(&write.action);
        let standing = match target {
            // It stays as it is until the transaction ends.
            Some(id) => self.read(id, "FOR UPDATE").await?,
            None => None,
        };
        let change = match decide(self.table, self.now, &write.action, standing)? {
            Decision::Change(change) => change,
            Decision::Holds(record) => {
                let id = target.cloned().unwrap_or_else(|| RemoteId(String::new()));
                return Ok((id, record));
            }
        };
        let mut answer = None;
        for Statement { sql, parameters } in
            change.statements(self.table, &write.intent, &Asked::Alone)
        {
            answer = self.rows(&sql, &parameters).await?.into_iter().next();
        }
        let Some(answer) = answer else {
            return Err(held_back());
        };
        let id = target.cloned().unwrap_or_else(|| {
            let parts: Vec<String> = answer.into_iter().flatten().collect();
            remote::join(&parts)
        });
        if hides(&write.action) {
            return Ok((id, None));
        }
        // As the database's own triggers left it.
        let record = self.read(&id, "").await?.and_then(Standing::visible);
        Ok((id, record))
    }

    async fn read(&self, id: &RemoteId, lock: &str) -> Result<Option<Standing>, WriteError> {
        if valid_parts(self.table, id).is_none() {
            return Ok(None);
        }
        let (condition, key) = where_key(self.table, id, 1);
        let sql = format!(
            "SELECT {} FROM {} AS r WHERE {condition} {lock}",
            select_list(self.table),
            self.table.name
        );
        let row = self.rows(&sql, &key).await?.into_iter().next();
        let found = row.map(|row| standing(self.session, self.table, row));
        let found = found.transpose().map_err(WriteError::System)?;
        // `007` finds the row 7; such an id was never given out.
        Ok(found.filter(|standing| standing.id == *id))
    }
}

/// The refusal of a write that the database took and did not make.
fn held_back() -> WriteError {
    WriteError::from(Outcome::Refused {
        field: None,
        message: "a trigger or policy of the database let the write have no effect".to_owned(),
    })
}
