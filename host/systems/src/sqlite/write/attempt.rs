//! A write that is being made, inside its savepoint.

use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params_from_iter};
use treaty_model::{RemoteId, Row, Value};

use crate::convert::{is_expected, still_stands};
use crate::sqlite::Context;
use crate::sqlite::error::{failed, refusal};
use crate::sqlite::rows::{Standing, by_id, where_key};
use crate::sqlite::schema::{Storage, Table, quote};
use crate::sqlite::value::{InstantStyle, encode};
use crate::{Action, Outcome, Record, SystemError, remote};

/// Why a write was not made.
pub(super) enum Stop {
    /// The write has an outcome.
    Outcome(Box<Outcome>),
    /// The whole call fails.
    System(SystemError),
}

impl From<Outcome> for Stop {
    fn from(outcome: Outcome) -> Self {
        Self::Outcome(Box::new(outcome))
    }
}

/// A write that is being made.
pub(super) struct Attempt<'a> {
    pub(super) connection: &'a Connection,
    pub(super) table: &'a Table,
    pub(super) context: &'a Context,
}

/// The record that a write was made on, and how it stands now.
type Made = Result<(RemoteId, Option<Record>), Stop>;

impl Attempt<'_> {
    /// Makes the write.
    pub(super) fn make(&self, action: &Action) -> Made {
        match action {
            Action::Create { values } => self.create(values),
            Action::Update {
                id,
                values,
                expected,
            } => self.update(id, values, expected),
            Action::Archive { id, expected } => self.archive(id, expected),
            Action::Delete { id, expected } => self.delete(id, expected),
        }
    }

    fn create(&self, values: &Row) -> Made {
        let table = self.table;
        let set = self.settings(values)?;
        let names: Vec<_> = set
            .iter()
            .map(|(position, _)| quote(&table.columns[*position].name))
            .collect();
        let into = if set.is_empty() {
            "DEFAULT VALUES".to_owned()
        } else {
            let places = vec!["?"; set.len()].join(", ");
            format!("({}) VALUES ({places})", names.join(", "))
        };
        let key = table.key_names("");
        let texts: Vec<_> = key
            .iter()
            .map(|name| format!("CAST({name} AS TEXT)"))
            .collect();
        let sql = format!(
            "INSERT INTO {} {into} RETURNING {}",
            quote(&table.name),
            texts.join(", ")
        );
        let parts = self.returned(&sql, set.into_iter().map(|(_, value)| value).collect())?;
        // SQLite lets a key be null where it is no INTEGER PRIMARY KEY.
        let Some(parts) = parts.into_iter().collect::<Option<Vec<String>>>() else {
            return Err(Stop::from(Outcome::Refused {
                field: Some(table.columns[table.key[0]].name.clone()),
                message: "neither Treaty nor the database gives the new row a key".to_owned(),
            }));
        };
        self.made(remote::join(&parts))
    }

    /// Runs a statement that returns one row of texts.
    fn returned(&self, sql: &str, values: Vec<Stored>) -> Result<Vec<Option<String>>, Stop> {
        let run = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            let columns = statement.column_count();
            let mut rows = statement.query(params_from_iter(values))?;
            let mut texts = Vec::new();
            while let Some(row) = rows.next()? {
                texts = (0..columns)
                    .map(|at| row.get(at))
                    .collect::<Result<_, _>>()?;
            }
            Ok(texts)
        };
        run().map_err(|error| self.stopped(&error))
    }

    fn update(&self, id: &RemoteId, values: &Row, expected: &Row) -> Made {
        let table = self.table;
        let Some(standing) = self.by_id(id)? else {
            return Err(Stop::from(Outcome::Stale(None)));
        };
        let set = self.settings(values)?;
        let mut differs = false;
        let mut stale = false;
        for (position, _) in &set {
            let field = table.field(*position);
            let stands = &standing.own[*position];
            let same = is_expected(&field, stands, &values[*position]);
            if !same && field.key {
                return Err(self.refused(*position, "the key of a row cannot be changed"));
            }
            differs |= !same;
            let seen = expected.get(*position).unwrap_or(&None);
            stale |= !is_expected(&field, stands, seen);
        }
        let opens = table
            .archived
            .is_some_and(|column| set.iter().any(|(position, _)| *position == column));
        if standing.archived && !opens {
            return Err(Stop::from(Outcome::Stale(None)));
        }
        if !differs {
            let id = standing.id.clone();
            return Ok((id, standing.visible()));
        }
        if stale {
            return Err(Stop::from(Outcome::Stale(standing.visible())));
        }
        let names: Vec<_> = set
            .iter()
            .map(|(position, _)| format!("{} = ?", quote(&table.columns[*position].name)))
            .collect();
        let values = set.into_iter().map(|(_, value)| value).collect();
        self.set(id, &names.join(", "), values)?;
        self.made(id.clone())
    }

    fn set(&self, id: &RemoteId, assignments: &str, mut values: Vec<Stored>) -> Result<(), Stop> {
        let parts = remote::split(id, self.table.key.len()).unwrap_or_default();
        let condition = where_key(self.table, values.len() + 1);
        values.extend(parts.into_iter().map(Stored::Text));
        let sql = format!(
            "UPDATE {} SET {assignments} WHERE {condition}",
            quote(&self.table.name)
        );
        self.execute(&sql, values)
    }

    fn archive(&self, id: &RemoteId, expected: &Row) -> Made {
        let Some(position) = self.table.archived else {
            return Err(Stop::from(Outcome::Refused {
                field: None,
                message: "the treaty names no column that marks a row as archived; name it as the \
 source's archived"
                    .to_owned(),
            }));
        };
        if let Some(standing) = self.by_id(id)?
            && !standing.archived
        {
            self.compare(standing, expected)?;
            let column = &self.table.columns[position];
            let mark = match column.storage {
                Storage::Instant => Value::Instant(self.context.clock.now()),
                Storage::Date => {
                    let now = self.context.clock.now().to_string();
                    Value::Date(now.chars().take(10).collect())
                }
                Storage::Integer => Value::Integer(1),
                Storage::Boolean => Value::Boolean(true),
                _ => Value::text("true"),
            };
            let value = self.stored(position, &mark)?;
            self.set(id, &format!("{} = ?", quote(&column.name)), vec![value])?;
        }
        Ok((id.clone(), None))
    }

    fn delete(&self, id: &RemoteId, expected: &Row) -> Made {
        if let Some(parts) = remote::split(id, self.table.key.len())
            && let Some(standing) = self.by_id(id)?
        {
            self.compare(standing, expected)?;
            let sql = format!(
                "DELETE FROM {} WHERE {}",
                quote(&self.table.name),
                where_key(self.table, 1)
            );
            self.execute(&sql, parts.into_iter().map(Stored::Text).collect())?;
        }
        Ok((id.clone(), None))
    }

    /// Stops the removal of a row that is not as the caller saw it. The call's
    /// transaction keeps everybody else from writing until it is removed.
    fn compare(&self, standing: Standing, expected: &Row) -> Result<(), Stop> {
        if still_stands(|at| self.table.field(at), &standing.own, expected) {
            Ok(())
        } else {
            Err(Stop::from(Outcome::Stale(standing.visible())))
        }
    }

    fn execute(&self, sql: &str, values: Vec<Stored>) -> Result<(), Stop> {
        let run = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            statement.execute(params_from_iter(values))
        };
        run().map(drop).map_err(|error| self.stopped(&error))
    }

    /// The values that a row sets, as they are stored.
    fn settings(&self, values: &Row) -> Result<Vec<(usize, Stored)>, Stop> {
        let mut set = Vec::new();
        for (position, value) in values.iter().enumerate() {
            let Some(value) = value else { continue };
            set.push((position, self.stored(position, value)?));
        }
        Ok(set)
    }

    fn stored(&self, position: usize, value: &Value) -> Result<Stored, Stop> {
        let Some(column) = self.table.columns.get(position) else {
            return Err(Stop::from(Outcome::Refused {
                field: None,
                message: format!("there is no column {}", position + 1),
            }));
        };
        if self.table.field(position).read_only {
            return Err(self.refused(position, "the column cannot be written"));
        }
        let style = match (column.storage, value) {
            (Storage::Instant, Value::Instant(_)) => self.style(position)?,
            _ => InstantStyle::default(),
        };
        encode(column, value, style).map_err(|message| self.refused(position, message))
    }

    /// How the other rows of a column write points in time.
    fn style(&self, position: usize) -> Result<InstantStyle, Stop> {
        let name = quote(&self.table.columns[position].name);
        let sql = format!(
            "SELECT CAST({name} AS TEXT) FROM {} WHERE {name} IS NOT NULL LIMIT 1",
            quote(&self.table.name)
        );
        let sample = self.returned(&sql, Vec::new())?;
        let sample = sample.into_iter().flatten().next();
        Ok(sample.map_or_else(InstantStyle::default, |text| InstantStyle::of(&text)))
    }

    fn by_id(&self, id: &RemoteId) -> Result<Option<Standing>, Stop> {
        by_id(self.connection, self.table, self.context, id).map_err(Stop::System)
    }

    /// The row that was made, as the database's own triggers left it.
    fn made(&self, id: RemoteId) -> Made {
        let record = self.by_id(&id)?.and_then(Standing::visible);
        Ok((id, record))
    }

    fn refused(&self, position: usize, message: impl Into<String>) -> Stop {
        Stop::from(Outcome::Refused {
            field: Some(self.table.columns[position].name.clone()),
            message: message.into(),
        })
    }

    fn stopped(&self, error: &rusqlite::Error) -> Stop {
        match refusal(error) {
            Some(outcome) => Stop::from(outcome),
            None => Stop::System(failed(&self.context.place, "write", error)),
        }
    }
}
