//! Tables as they are declared, and what Treaty makes of each column.

use rusqlite::Connection;
use treaty_model::{OwnField, OwnKind, OwnSchema};

use crate::sqlite::Context;
use crate::sqlite::error::failed;
use crate::{Source, SystemError};

/// A table with what the treaty says about it.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Its name as the database writes it.
    pub(super) name: String,
    /// What the treaty says.
    pub(super) source: Source,
    /// Its columns, in the order of a record's row.
    pub(super) columns: Vec<Column>,
    /// The columns of its key.
    pub(super) key: Vec<usize>,
    /// The column that says when a row was changed.
    pub(super) updated: Option<usize>,
    /// The column that says who changed a row.
    pub(super) actor: Option<usize>,
    /// The column that marks a row as archived.
    pub(super) archived: Option<usize>,
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: String,
    /// What it stores.
    pub(super) storage: Storage,
    /// Its type as declared.
    native: String,
    not_null: bool,
    /// Its place in the primary key, from 1; 0: none.
    primary: usize,
    generated: bool,
}

/// What a declared type stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    /// Text.
    Text,
    /// A type that SQLite does not know: text, but what looks like a number is
    /// stored as one.
    NumericText,
    /// Whole numbers.
    Integer,
    /// Binary floating point. Read as the shortest decimal that reads back as
    /// the same number; written only where that holds.
    Real,
    /// Numbers of either sort.
    Numeric,
    /// 0 and 1.
    Boolean,
    /// Days as text.
    Date,
    /// Points in time as text; without a zone they are UTC, as
    /// `CURRENT_TIMESTAMP` is.
    Instant,
    /// JSON as text.
    Json,
    /// Bytes, or no declared type.
    Unsupported,
}

impl Storage {
    /// What a declared type stores, by name first and then by SQLite's rules of
    /// affinity (sqlite.org/datatype3.html, 3.1).
    fn of(native: &str) -> Self {
        let name = native.split('(').next().unwrap_or_default().trim();
        let name = name.to_ascii_uppercase();
        match name.as_str() {
            "" | "ANY" => return Self::Unsupported,
            "DATE" => return Self::Date,
            "DATETIME" | "TIMESTAMP" | "TIMESTAMPTZ" => return Self::Instant,
            "JSON" => return Self::Json,
            "NUMERIC" | "DECIMAL" | "NUMBER" | "MONEY" | "CURRENCY" => return Self::Numeric,
            _ => {}
        }
        let has = |part: &str| name.contains(part);
        if has("BOOL") {
            Self::Boolean
        } else if has("INT") {
            Self::Integer
        } else if has("CHAR") || has("CLOB") || has("TEXT") {
            Self::Text
        } else if has("BLOB") {
            Self::Unsupported
        } else if has("REAL") || has("FLOA") || has("DOUB") {
            Self::Real
        } else {
            Self::NumericText
        }
    }

    /// The kind that a field of this storage has.
    pub(super) fn kind(self) -> OwnKind {
        match self {
            Self::Text | Self::NumericText => OwnKind::Text,
            Self::Integer => OwnKind::Integer,
            Self::Real | Self::Numeric => OwnKind::Decimal,
            Self::Boolean => OwnKind::Boolean,
            Self::Date => OwnKind::Date,
            Self::Instant => OwnKind::Instant,
            Self::Json => OwnKind::Json,
            Self::Unsupported => OwnKind::Unsupported,
        }
    }
}

impl Table {
    /// The names of its columns.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The own fields.
    pub(super) fn schema(&self) -> OwnSchema {
        let fields = (0..self.columns.len()).map(|position| self.field(position));
        OwnSchema {
            fields: fields.collect(),
        }
    }

    /// One own field.
    pub(super) fn field(&self, position: usize) -> OwnField {
        let column = &self.columns[position];
        let kind = column.storage.kind();
        OwnField {
            name: column.name.clone(),
            kind,
            nullable: !column.not_null && column.primary == 0,
            key: self.key.contains(&position),
            read_only: column.generated || kind == OwnKind::Unsupported,
            native: if column.native.is_empty() {
                "(no type)".to_owned()
            } else {
                column.native.clone()
            },
        }
    }

    /// The key columns, each with something put before its name.
    pub(super) fn key_names(&self, before: &str) -> Vec<String> {
        let name = |&column: &usize| format!("{before}{}", quote(&self.columns[column].name));
        self.key.iter().map(name).collect()
    }

    /// An error about what the table is.
    pub(super) fn wrong(&self, message: impl Into<String>) -> SystemError {
        SystemError::Schema {
            source_name: self.source.name.clone(),
            message: message.into(),
        }
    }
}

/// A name as SQL writes it.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL writes it.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The table of a source.
pub(super) fn load(
    connection: &Connection,
    source: &Source,
    context: &Context,
) -> Result<Table, SystemError> {
    let fail = |error: rusqlite::Error| failed(&context.place, "read the schema", &error);
    let tables = table_names(connection).map_err(fail)?;
    let exact = tables.iter().find(|name| **name == source.name);
    let name = exact.or_else(|| {
        tables
            .iter()
            .find(|name| name.eq_ignore_ascii_case(&source.name))
    });
    let wrong = |message: String| SystemError::Schema {
        source_name: source.name.clone(),
        message,
    };
    let Some(name) = name else {
        let known = if tables.is_empty() {
            "no tables".to_owned()
        } else {
            tables.join(", ")
        };
        return Err(wrong(format!(
            "there is no such table in {}; there is: {known}",
            context.place
        )));
    };
    let columns = columns(connection, name).map_err(fail)?;
    let column = |name: &String, what: &str| {
        let found = columns
            .iter()
            .position(|column| column.name.eq_ignore_ascii_case(name));
        found.ok_or_else(|| {
            let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
            wrong(format!(
                "has no column {name:?} for its {what}; its columns: {}",
                names.join(", ")
            ))
        })
    };
    let optional =
        |name: &Option<String>, what| name.as_ref().map(|name| column(name, what)).transpose();
    let table = Table {
        name: name.clone(),
        key: if source.key.is_empty() {
            primary_key(&columns)
        } else {
            let positions = source.key.iter().map(|name| column(name, "key"));
            positions.collect::<Result<_, _>>()?
        },
        updated: optional(&source.updated, "time of change")?,
        actor: optional(&source.actor, "actor")?,
        archived: optional(&source.archived, "archived mark")?,
        source: source.clone(),
        columns,
    };
    check_key(connection, &table, context)?;
    Ok(table)
}

/// The tables of the database, but for our own, sorted.
pub(super) fn table_names(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'treaty\\_%' ESCAPE '\\'
         ORDER BY name",
    )?;
    let names = statement.query_map([], |row| row.get(0))?;
    names.collect()
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Column>> {
    // `hidden`: 1 is a hidden column of a virtual table, 2 and 3 are generated.
    let mut statement = connection.prepare_cached(
        "SELECT name, type, \"notnull\", pk, hidden FROM pragma_table_xinfo(?1)
         WHERE hidden <> 1 ORDER BY cid",
    )?;
    let columns = statement.query_map([table], |row| {
        let native: String = row.get(1)?;
        Ok(Column {
            name: row.get(0)?,
            storage: Storage::of(&native),
            native,
            not_null: row.get(2)?,
            primary: row.get::<_, u32>(3)? as usize,
            generated: row.get::<_, i64>(4)? > 1,
        })
    })?;
    columns.collect()
}

fn primary_key(columns: &[Column]) -> Vec<usize> {
    let mut key: Vec<usize> = (0..columns.len())
        .filter(|&position| columns[position].primary > 0)
        .collect();
    key.sort_by_key(|&position| columns[position].primary);
    key
}

/// Refuses a key that does not tell rows apart: pages would skip some.
fn check_key(connection: &Connection, table: &Table, context: &Context) -> Result<(), SystemError> {
    if table.key.is_empty() {
        return Err(table.wrong(
            "has no primary key; name the columns that tell its rows apart as its key, with a \
             unique index on them",
        ));
    }
    for &position in &table.key {
        let column = &table.columns[position];
        if matches!(column.storage, Storage::Unsupported) {
            return Err(table.wrong(format!(
                "its key column {:?} is of type {}, which cannot be a key",
                column.name, column.native
            )));
        }
    }
    let mut key = table.key.clone();
    key.sort_unstable();
    let mut primary = primary_key(&table.columns);
    primary.sort_unstable();
    if key == primary {
        return Ok(());
    }
    let unique = has_unique_index(connection, table)
        .map_err(|error| failed(&context.place, "read the indexes", &error))?;
    if unique {
        return Ok(());
    }
    let index: Vec<_> = std::iter::once(table.name.as_str())
        .chain(table.key.iter().map(|&at| table.columns[at].name.as_str()))
        .collect();
    Err(table.wrong(format!(
        "nothing makes its key unique; run: CREATE UNIQUE INDEX {} ON {} ({})",
        quote(&index.join("_")),
        quote(&table.name),
        table.key_names("").join(", ")
    )))
}

fn has_unique_index(connection: &Connection, table: &Table) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached(
        "SELECT (SELECT group_concat(lower(name), char(10)) FROM
                    (SELECT name FROM pragma_index_info(list.name) ORDER BY lower(name)))
         FROM pragma_index_list(?1) AS list WHERE list.\"unique\" = 1 AND list.partial = 0",
    )?;
    let mut names: Vec<String> = table
        .key
        .iter()
        .map(|&position| table.columns[position].name.to_lowercase())
        .collect();
    names.sort();
    let wanted = names.join("\n");
    let indexes = statement.query_map([&table.name], |row| row.get::<_, Option<String>>(0))?;
    for index in indexes {
        if index?.is_some_and(|names| names == wanted) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declared_type_has_a_kind() {
        let check = |native, expected| assert_eq!(Storage::of(native), expected, "{native:?}");
        check("INTEGER", Storage::Integer);
        check("varchar(20)", Storage::Text);
        check("DECIMAL(10, 2)", Storage::Numeric);
        check("double precision", Storage::Real);
        check("boolean", Storage::Boolean);
        check("DATE", Storage::Date);
        check("timestamp", Storage::Instant);
        check("json", Storage::Json);
        check("UUID", Storage::NumericText);
        check("BLOB", Storage::Unsupported);
        check("JSONB", Storage::NumericText);
        check("", Storage::Unsupported);
    }
}
