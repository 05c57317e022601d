//! A complete listing, in the order of the key.

use rusqlite::Connection;
use rusqlite::types::Value as Stored;

use crate::sqlite::Context;
use crate::sqlite::cursor::{Feed, Part, SqliteCursor};
use crate::sqlite::rows::{Standing, select};
use crate::sqlite::schema::Table;
use crate::{Change, Listing, Page, Sample, SystemError};

/// The rows behind a key, and then the feed.
pub(super) fn page(
    connection: &Connection,
    table: &Table,
    context: &Context,
    after: Option<Vec<Part>>,
    feed: Feed,
    records_max: usize,
) -> Result<Page, SystemError> {
    let names = table.key_names("").join(", ");
    let (condition, mut parameters) = match after {
        None => (String::new(), Vec::new()),
        Some(after) => {
            let places = vec!["?"; after.len()].join(", ");
            let parameters: Vec<Stored> = after.into_iter().map(Stored::from).collect();
            (format!("WHERE ({names}) > ({places})"), parameters)
        }
    };
    let limit = i64::try_from(records_max).unwrap_or(i64::MAX - 1) + 1;
    parameters.push(Stored::Integer(limit));
    let rest = format!("{condition} ORDER BY {names} LIMIT ?");
    let mut rows = select(connection, table, context, &rest, parameters)?;
    let goes_on = rows.len() > records_max;
    rows.truncate(records_max);
    let last = rows
        .last()
        .filter(|_| goes_on)
        .map(|standing| standing.key.clone());
    Ok(Page {
        changes: rows.into_iter().map(change).collect(),
        next: SqliteCursor::new(&table.source, last, feed).write(),
        more: true,
        listing: if goes_on {
            Listing::Continues
        } else {
            Listing::Ends
        },
    })
}

/// The first rows.
pub(super) fn sample(
    connection: &Connection,
    table: &Table,
    context: &Context,
    rows_max: usize,
) -> Result<Sample, SystemError> {
    let names = table.key_names("").join(", ");
    let limit = i64::try_from(rows_max).unwrap_or(i64::MAX - 1) + 1;
    let rest = format!("ORDER BY {names} LIMIT ?");
    let mut rows = select(
        connection,
        table,
        context,
        &rest,
        vec![Stored::Integer(limit)],
    )?;
    let more = rows.len() > rows_max;
    rows.truncate(rows_max);
    Ok(Sample {
        schema: table.schema(),
        rows: rows.into_iter().map(|standing| standing.own).collect(),
        more,
    })
}

/// A row as a change.
pub(super) fn change(standing: Standing) -> Change {
    if standing.archived {
        return Change::Deleted {
            id: standing.id,
            at: standing.changed_at,
            origin: standing.origin,
        };
    }
    Change::Record(standing.record(None))
}
