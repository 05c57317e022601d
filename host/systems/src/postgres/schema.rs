//! Tables as the catalog describes them, and what Treaty makes of each column.

mod catalog;

use treaty_model::{OwnField, OwnKind, OwnSchema};

use crate::postgres::session::{Session, TextRow};
use crate::{Source, SystemError};
use catalog::{COLUMNS, KEYS, TABLE, TABLES};

/// How many tables a message lists.
const TABLES_LISTED_MAX: usize = 40;

/// A table with what the treaty says about it.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Its number in the catalog.
    pub(super) oid: String,
    /// Its name as SQL writes it.
    pub(super) name: String,
    /// Schema and table with a dot between, the source's name in Treaty's own
    /// tables.
    pub(super) full_name: String,
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
    /// The type that a text is cast to on its way in: without a length, because
    /// a cast to `varchar(3)` cuts in silence where an assignment complains. The
    /// element type where it is an array.
    pub(super) cast: String,
    native: String,
    not_null: bool,
    generated: bool,
    /// Whether its text is the same in every session.
    plain: bool,
}

/// What a type stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    /// Text, and every type without a better kind, as the server writes it:
    /// `timestamp` without time zone, `interval`, `inet`, …
    Text,
    /// `smallint`, `integer`, `bigint`
    Integer,
    /// `numeric`
    Numeric,
    /// `real`. Read as the shortest decimal that reads back as the same number.
    Single,
    /// `double precision`, likewise.
    Double,
    /// `boolean`
    Boolean,
    /// `date`
    Date,
    /// `timestamp with time zone`
    Instant,
    /// `json`, `jsonb`
    Json,
    /// An array, as a JSON array: its order means something.
    Array,
    /// `bytea` and arrays of what has no text of its own.
    Unsupported,
}

impl Storage {
    fn of(type_name: &str, element: Option<&str>) -> Self {
        match type_name {
            "int2" | "int4" | "int8" => Self::Integer,
            "numeric" => Self::Numeric,
            "float4" => Self::Single,
            "float8" => Self::Double,
            "bool" => Self::Boolean,
            "date" => Self::Date,
            "timestamptz" => Self::Instant,
            "json" | "jsonb" => Self::Json,
            "bytea" => Self::Unsupported,
            _ => match element {
                Some("bytea" | "json" | "jsonb") => Self::Unsupported,
                Some(_) => Self::Array,
                None => Self::Text,
            },
        }
    }

    /// The kind that a field of this storage has.
    pub(super) fn kind(self) -> OwnKind {
        match self {
            Self::Text => OwnKind::Text,
            Self::Integer => OwnKind::Integer,
            Self::Numeric | Self::Single | Self::Double => OwnKind::Decimal,
            Self::Boolean => OwnKind::Boolean,
            Self::Date => OwnKind::Date,
            Self::Instant => OwnKind::Instant,
            Self::Json | Self::Array => OwnKind::Json,
            Self::Unsupported => OwnKind::Unsupported,
        }
    }
}

impl Column {
    /// Whether an integer column takes a number: asking a `smallint` for a
    /// larger one would be an error.
    pub(super) fn holds_integer(&self, text: &str) -> bool {
        match self.cast.as_str() {
            "smallint" => text.parse::<i16>().is_ok(),
            "integer" => text.parse::<i32>().is_ok(),
            _ => text.parse::<i64>().is_ok(),
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
            nullable: !column.not_null,
            key: self.key.contains(&position),
            read_only: column.generated || kind == OwnKind::Unsupported,
            native: column.native.clone(),
        }
    }

    /// The key columns, each with something put before its name.
    pub(super) fn key_names(&self, before: &str) -> Vec<String> {
        let name = |&column: &usize| format!("{before}{}", quote(&self.columns[column].name));
        self.key.iter().map(name).collect()
    }

    /// Parameters from a number on, each cast to the type of its key column.
    pub(super) fn key_places(&self, first: usize) -> Vec<String> {
        let place = |(place, &column): (usize, &usize)| {
            format!("${}::text::{}", first + place, self.columns[column].cast)
        };
        self.key.iter().enumerate().map(place).collect()
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
pub(super) async fn load(session: &Session, source: &Source) -> Result<Table, SystemError> {
    let wrong = |message: String| SystemError::Schema {
        source_name: source.name.clone(),
        message,
    };
    let found = session.rows(TABLE, &[(&source.name).into()]).await?;
    let Some([Some(oid), Some(schema), Some(name)]) = found.first().map(Vec::as_slice) else {
        return Err(wrong(missing(session).await?));
    };
    let columns = session.rows(COLUMNS, &[oid.into()]).await?;
    let columns: Vec<Column> = columns.into_iter().filter_map(column).collect();
    let position = |name: &String, what: &str| {
        let found = columns.iter().position(|column| column.name == *name);
        found.ok_or_else(|| {
            let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
            wrong(format!(
                "has no column {name:?} for its {what}; its columns: {}",
                names.join(", ")
            ))
        })
    };
    let optional =
        |name: &Option<String>, what| name.as_ref().map(|name| position(name, what)).transpose();
    let keys = unique_keys(&session.rows(KEYS, &[oid.into()]).await?);
    let primary = keys.iter().find(|key| key.primary);
    let names = if source.key.is_empty() {
        primary.map(|key| key.columns.clone()).unwrap_or_default()
    } else {
        source.key.clone()
    };
    let table = Table {
        oid: oid.clone(),
        name: format!("{}.{}", quote(schema), quote(name)),
        full_name: format!("{schema}.{name}"),
        source: source.clone(),
        key: names
            .iter()
            .map(|name| position(name, "key"))
            .collect::<Result<_, _>>()?,
        updated: optional(&source.updated, "time of change")?,
        actor: optional(&source.actor, "actor")?,
        archived: optional(&source.archived, "archived mark")?,
        columns,
    };
    check_key(&table, &keys)?;
    Ok(table)
}

/// The tables of the database, but for our own and the server's, sorted.
pub(super) async fn table_names(session: &Session) -> Result<Vec<String>, SystemError> {
    let tables = session.rows(TABLES, &[]).await?;
    Ok(tables.into_iter().flatten().flatten().collect())
}

async fn missing(session: &Session) -> Result<String, SystemError> {
    let mut tables = table_names(session).await?;
    let more = tables.len().saturating_sub(TABLES_LISTED_MAX);
    tables.truncate(TABLES_LISTED_MAX);
    if more > 0 {
        tables.push(format!("and {more} more"));
    }
    let known = if tables.is_empty() {
        "no tables".to_owned()
    } else {
        tables.join(", ")
    };
    Ok(format!(
        "there is no such table in {}; there is: {known}",
        session.place
    ))
}

fn column(row: TextRow) -> Option<Column> {
    let mut cells = row.into_iter();
    let mut next = || cells.next().flatten();
    let name = next()?;
    let native = next()?;
    let not_null = next()? == "true";
    let generated = next()? == "true";
    let type_name = next()?;
    let category = next()?;
    let element = next();
    let cast = next()?;
    let element_cast = next();
    let storage = Storage::of(&type_name, element.as_deref());
    Some(Column {
        name,
        storage,
        cast: match (storage, element_cast) {
            (Storage::Array, Some(element)) => element,
            _ => cast,
        },
        native,
        not_null,
        generated,
        plain: category == "S" || type_name == "uuid",
    })
}

/// A unique index.
struct UniqueKey {
    index: String,
    primary: bool,
    columns: Vec<String>,
}

fn unique_keys(rows: &[TextRow]) -> Vec<UniqueKey> {
    let mut keys: Vec<UniqueKey> = Vec::new();
    for row in rows {
        let [Some(index), Some(primary), Some(column)] = row.as_slice() else {
            continue;
        };
        match keys.last_mut() {
            Some(key) if key.index == *index => key.columns.push(column.clone()),
            _ => keys.push(UniqueKey {
                index: index.clone(),
                primary: primary == "true",
                columns: vec![column.clone()],
            }),
        }
    }
    keys
}

/// Refuses a key that does not tell rows apart, because pages would skip some,
/// or whose text differs between sessions.
fn check_key(table: &Table, keys: &[UniqueKey]) -> Result<(), SystemError> {
    if table.key.is_empty() {
        return Err(table.wrong(
            "has no primary key; name the columns that tell its rows apart as its key, with a \
             unique index on them",
        ));
    }
    for &position in &table.key {
        let column = &table.columns[position];
        let fits = match column.storage {
            Storage::Integer | Storage::Numeric | Storage::Boolean => true,
            Storage::Text => column.plain,
            _ => false,
        };
        if !fits {
            return Err(table.wrong(format!(
                "its key column {:?} is of type {}, which cannot be a key",
                column.name, column.native
            )));
        }
    }
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names
    };
    let names: Vec<String> = table
        .key
        .iter()
        .map(|&position| table.columns[position].name.clone())
        .collect();
    let wanted = sorted(&names);
    if keys.iter().any(|key| sorted(&key.columns) == wanted) {
        return Ok(());
    }
    Err(table.wrong(format!(
        "nothing makes its key unique; run: CREATE UNIQUE INDEX ON {} ({})",
        table.name,
        table.key_names("").join(", ")
    )))
}
