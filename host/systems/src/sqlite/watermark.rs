//! Changes from a column that says when a row was changed.
//!
//! Rows are read in the order of (time, key), so thousands of rows with one time
//! are paged like any others. A row may be committed some time after the time
//! that it carries; so the cursor stays `overlap-ms` behind the clock, and rows
//! younger than that are shown again by the next poll. Deletes do not show, nor
//! does a row whose time is null.

use rusqlite::Connection;
use rusqlite::types::Value as Stored;

use crate::sqlite::Context;
use crate::sqlite::cursor::{Feed, Mark, SqliteCursor};
use crate::sqlite::listing::change;
use crate::sqlite::rows::{Standing, select, time};
use crate::sqlite::schema::{Table, quote};
use crate::{Listing, Page, SystemError};

/// How many rows are looked at together for the last safe one.
const LOOK_BACK: i64 = 500;

/// Where the changes stand now: the last row that is safe.
pub(super) fn start(
    connection: &Connection,
    table: &Table,
    context: &Context,
) -> Result<Feed, SystemError> {
    let order = Order::of(table)?;
    let horizon = horizon(context);
    let mut before: Option<Mark> = None;
    loop {
        let (condition, mut parameters) = match before.take() {
            None => (format!("WHERE {} IS NOT NULL", order.updated), Vec::new()),
            Some(mark) => (order.compared("<"), parameters(mark)),
        };
        parameters.push(Stored::Integer(LOOK_BACK));
        let rest = format!("{condition} ORDER BY {} LIMIT ?", order.descending);
        let rows = select(connection, table, context, &rest, parameters)?;
        for standing in &rows {
            if micros(table, context, standing)? <= horizon {
                let safe = Some(mark(standing));
                return Ok(Feed::Watermark { safe, poll: None });
            }
        }
        match rows.last() {
            Some(last) => before = Some(mark(last)),
            None => {
                return Ok(Feed::Watermark {
                    safe: None,
                    poll: None,
                });
            }
        }
    }
}

/// The rows behind a place.
pub(super) fn page(
    connection: &Connection,
    table: &Table,
    context: &Context,
    safe: Option<Mark>,
    poll: Option<(Mark, i64)>,
    records_max: usize,
) -> Result<Page, SystemError> {
    let order = Order::of(table)?;
    // The horizon is that of the first page: what was young then is young for
    // the whole poll, and shown again by the next one.
    let (after, horizon) = match poll {
        Some((shown, horizon)) => (Some(shown), horizon),
        None => (safe.clone(), horizon(context)),
    };
    let (condition, mut parameters) = match after {
        None => (format!("WHERE {} IS NOT NULL", order.updated), Vec::new()),
        Some(mark) => (order.compared(">"), parameters(mark)),
    };
    let limit = i64::try_from(records_max).unwrap_or(i64::MAX - 1) + 1;
    parameters.push(Stored::Integer(limit));
    let rest = format!("{condition} ORDER BY {} LIMIT ?", order.ascending);
    let mut rows = select(connection, table, context, &rest, parameters)?;
    let more = rows.len() > records_max;
    rows.truncate(records_max);
    let mut safe = safe;
    for standing in &rows {
        if micros(table, context, standing)? <= horizon {
            safe = Some(mark(standing));
        }
    }
    let poll = rows
        .last()
        .filter(|_| more)
        .map(|last| (mark(last), horizon));
    let feed = Feed::Watermark { safe, poll };
    Ok(Page {
        changes: rows.into_iter().map(change).collect(),
        next: SqliteCursor::new(&table.source, None, feed).write(),
        more,
        listing: Listing::Changes,
    })
}

/// The order by time of change and key, in SQL.
struct Order {
    updated: String,
    names: String,
    places: String,
    ascending: String,
    descending: String,
}

impl Order {
    fn of(table: &Table) -> Result<Self, SystemError> {
        let Some(position) = table.updated else {
            return Err(table.wrong(
                "changes = \"watermark\" needs the column that says when a row was changed; \
                 name it as the source's updated",
            ));
        };
        let updated = quote(&table.columns[position].name);
        let mut names = vec![updated.clone()];
        names.extend(table.key_names(""));
        let descending: Vec<_> = names.iter().map(|name| format!("{name} DESC")).collect();
        Ok(Self {
            updated,
            places: vec!["?"; names.len()].join(", "),
            ascending: names.join(", "),
            descending: descending.join(", "),
            names: names.join(", "),
        })
    }

    fn compared(&self, operator: &str) -> String {
        format!("WHERE ({}) {operator} ({})", self.names, self.places)
    }
}

fn parameters(mark: Mark) -> Vec<Stored> {
    let parts = std::iter::once(mark.updated).chain(mark.key);
    parts.map(Stored::from).collect()
}

fn mark(standing: &Standing) -> Mark {
    Mark {
        updated: standing.updated.clone(),
        key: standing.key.clone(),
    }
}

/// Up to this time every change has been committed.
fn horizon(context: &Context) -> i64 {
    let now = context.clock.now().as_micros();
    now.saturating_sub(context.overlap_micros)
}

fn micros(table: &Table, context: &Context, standing: &Standing) -> Result<i64, SystemError> {
    let time = time(&standing.updated).ok_or_else(|| SystemError::Content {
        place: format!("{} {} in {}", table.name, standing.id, context.place),
        message: format!(
            "its time of change is {}, which is no time; correct the row",
            standing.updated.shown()
        ),
    })?;
    Ok(time.as_micros())
}
