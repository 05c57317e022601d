//! A write that is being made, inside its savepoint.

use treaty_model::{IntentId, OwnKind, RemoteId, Row, Timestamp, Value};

use crate::convert::{is_expected, still_stands};
use crate::postgres::decoding::announcement::{Announcement, PREFIX};
use crate::postgres::error::{WriteError, of_write};
use crate::postgres::rows::{Standing, select_list, standing, valid_parts};
use crate::postgres::schema::{Table, quote};
use crate::postgres::session::{Parameter, Session, TextRow};
use crate::postgres::value::{encode, writing};
use crate::{Action, Outcome, Record, remote};

/// A write that is being made.
pub(super) struct Attempt<'a> {
    pub(super) session: &'a Session,
    pub(super) table: &'a Table,
    pub(super) now: Timestamp,
}

/// The record that a write was made on, and how it stands now.
type Made = Result<(RemoteId, Option<Record>), WriteError>;

/// What a statement sets.
#[derive(Default)]
struct Settings {
    columns: Vec<String>,
    expressions: Vec<String>,
    parameters: Vec<Parameter>,
}

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

    /// The first column of the first row.
    pub(super) async fn one(
        &self,
        sql: &str,
        parameters: &[Parameter],
    ) -> Result<Option<String>, WriteError> {
        let rows = self.rows(sql, parameters).await?;
        Ok(rows.into_iter().flatten().next().flatten())
    }

    /// Makes the write.
    pub(super) async fn make(&self, action: &Action) -> Made {
        match action {
            Action::Create { values } => self.create(values).await,
            Action::Update {
                id,
                values,
                expected,
            } => self.update(id, values, expected).await,
            Action::Archive { id, expected } => self.archive(id, expected).await,
            Action::Delete { id, expected } => self.delete(id, expected).await,
        }
    }

    async fn create(&self, values: &Row) -> Made {
        let Settings {
            columns,
            expressions,
            parameters,
        } = self.settings(values)?;
        let into = if columns.is_empty() {
            "DEFAULT VALUES".to_owned()
        } else {
            format!(
                "({}) VALUES ({})",
                columns.join(", "),
                expressions.join(", ")
            )
        };
        let key: Vec<_> = self
            .table
            .key_names("")
            .into_iter()
            .map(|name| format!("{name}::text"))
            .collect();
        let sql = format!(
            "INSERT INTO {} {into} RETURNING {}",
            self.table.name,
            key.join(", ")
        );
        let rows = self.rows(&sql, &parameters).await?;
        let Some(row) = rows.into_iter().next() else {
            return Err(held_back());
        };
        let parts: Vec<String> = row.into_iter().flatten().collect();
        self.made(remote::join(&parts)).await
    }

    async fn update(&self, id: &RemoteId, values: &Row, expected: &Row) -> Made {
        let table = self.table;
        let Some(standing) = self.locked(id).await? else {
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
                return Err(self.refused(position, "the key of a row cannot be changed"));
            }
            differs |= !same;
            stale |= !is_expected(&field, stands, expected.get(position).unwrap_or(&None));
            opens |= table.archived == Some(position);
        }
        let Settings {
            columns,
            expressions,
            parameters,
        } = self.settings(values)?;
        if standing.archived && !opens {
            return Err(WriteError::from(Outcome::Stale(None)));
        }
        if !differs {
            return Ok((id.clone(), standing.visible()));
        }
        if stale {
            return Err(WriteError::from(Outcome::Stale(standing.visible())));
        }
        let assignments: Vec<_> = columns
            .iter()
            .zip(&expressions)
            .map(|(column, expression)| format!("{column} = {expression}"))
            .collect();
        self.set(id, &assignments.join(", "), parameters).await?;
        self.made(id.clone()).await
    }

    async fn set(
        &self,
        id: &RemoteId,
        assignments: &str,
        mut parameters: Vec<Parameter>,
    ) -> Result<(), WriteError> {
        let (condition, key) = self.where_key(id, parameters.len() + 1);
        parameters.extend(key);
        let sql = format!(
            "UPDATE {} SET {assignments} WHERE {condition} RETURNING 'x'::text",
            self.table.name
        );
        let rows = self.rows(&sql, &parameters).await?;
        if rows.is_empty() {
            return Err(held_back());
        }
        Ok(())
    }

    async fn archive(&self, id: &RemoteId, expected: &Row) -> Made {
        let Some(position) = self.table.archived else {
            return Err(WriteError::from(Outcome::Refused {
                field: None,
                message: "the treaty names no column that marks a row as archived".to_owned(),
            }));
        };
        if let Some(standing) = self.locked(id).await?
            && !standing.archived
        {
            self.compare(standing, expected)?;
            let column = &self.table.columns[position];
            let now = self.now.to_string();
            let mark = match column.storage.kind() {
                OwnKind::Instant => Value::Instant(self.now),
                OwnKind::Date => Value::Date(now.chars().take(10).collect()),
                OwnKind::Integer => Value::Integer(1),
                OwnKind::Boolean => Value::Boolean(true),
                _ if column.cast.starts_with("timestamp") => {
                    Value::Text(now.trim_end_matches('Z').to_owned())
                }
                _ => Value::text("true"),
            };
            let text = encode(column, &mark);
            let text = text.map_err(|message| self.refused(position, message))?;
            let assignment = format!("{} = {}", quote(&column.name), writing(column, 1));
            self.set(id, &assignment, vec![Parameter::Text(text)])
                .await?;
        }
        Ok((id.clone(), None))
    }

    async fn delete(&self, id: &RemoteId, expected: &Row) -> Made {
        if let Some(standing) = self.locked(id).await? {
            self.compare(standing, expected)?;
            let (condition, key) = self.where_key(id, 1);
            let sql = format!(
                "DELETE FROM {} WHERE {condition} RETURNING 'x'::text",
                self.table.name
            );
            if self.rows(&sql, &key).await?.is_empty() {
                return Err(held_back());
            }
        }
        Ok((id.clone(), None))
    }

    /// Stops the removal of a row that is not as the caller saw it. The row is
    /// locked until it is removed.
    fn compare(&self, standing: Standing, expected: &Row) -> Result<(), WriteError> {
        if still_stands(|at| self.table.field(at), &standing.own, expected) {
            Ok(())
        } else {
            Err(WriteError::from(Outcome::Stale(standing.visible())))
        }
    }

    /// The row under an id, archived or not.
    pub(super) async fn by_id(&self, id: &RemoteId) -> Result<Option<Standing>, WriteError> {
        self.read(id, "").await
    }

    /// The row under an id, which stays as it is until the transaction ends.
    async fn locked(&self, id: &RemoteId) -> Result<Option<Standing>, WriteError> {
        self.read(id, "FOR UPDATE").await
    }

    /// Says in the server's log which intent was carried out on a record, and
    /// which version of it that left.
    pub(super) async fn announce(
        &self,
        intent: &IntentId,
        id: &RemoteId,
    ) -> Result<(), WriteError> {
        let version = if valid_parts(self.table, id).is_some() {
            let (condition, key) = self.where_key(id, 1);
            let sql = format!(
                "SELECT xmin::text FROM {} WHERE {condition}",
                self.table.name
            );
            self.one(&sql, &key).await?
        } else {
            None
        };
        let content = Announcement::write(self.table, id, intent, version);
        let sql = "SELECT pg_logical_emit_message(true, $1, $2)::text";
        self.rows(sql, &[PREFIX.into(), content.into()]).await?;
        Ok(())
    }

    async fn read(&self, id: &RemoteId, lock: &str) -> Result<Option<Standing>, WriteError> {
        if valid_parts(self.table, id).is_none() {
            return Ok(None);
        }
        let (condition, key) = self.where_key(id, 1);
        let sql = format!(
            "SELECT {} FROM {} WHERE {condition} {lock}",
            select_list(self.table),
            self.table.name
        );
        let row = self.rows(&sql, &key).await?.into_iter().next();
        let found = row.map(|row| standing(self.session, self.table, row));
        let found = found.transpose().map_err(WriteError::System)?;
        // `007` finds the row 7; such an id was never given out.
        Ok(found.filter(|standing| standing.id == *id))
    }

    fn where_key(&self, id: &RemoteId, first: usize) -> (String, Vec<Parameter>) {
        let parts = remote::split(id, self.table.key.len()).unwrap_or_default();
        let names = self.table.key_names("");
        let places = self.table.key_places(first);
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

    /// The columns that a row sets, what they are set to, and the parameters.
    fn settings(&self, values: &Row) -> Result<Settings, WriteError> {
        let mut settings = Settings::default();
        for (position, value) in values.iter().enumerate() {
            let Some(value) = value else { continue };
            let Some(column) = self.table.columns.get(position) else {
                return Err(WriteError::from(Outcome::Refused {
                    field: None,
                    message: format!("there is no column {}", position + 1),
                }));
            };
            if self.table.field(position).read_only {
                return Err(self.refused(position, "the column cannot be written"));
            }
            let text = encode(column, value);
            let text = text.map_err(|message| self.refused(position, message))?;
            settings.parameters.push(Parameter::Text(text));
            settings.columns.push(quote(&column.name));
            let expression = writing(column, settings.parameters.len());
            settings.expressions.push(expression);
        }
        Ok(settings)
    }

    /// The row that was made, as the database's own triggers left it.
    async fn made(&self, id: RemoteId) -> Made {
        let record = self.by_id(&id).await?.and_then(Standing::visible);
        Ok((id, record))
    }

    fn refused(&self, position: usize, message: impl Into<String>) -> WriteError {
        WriteError::from(Outcome::Refused {
            field: Some(self.table.columns[position].name.clone()),
            message: message.into(),
        })
    }
}

/// The refusal of a write that the database took and did not make.
fn held_back() -> WriteError {
    WriteError::from(Outcome::Refused {
        field: None,
        message: "a trigger or policy of the database let the write have no effect".to_owned(),
    })
}
