//! Changes from a column that says when a row was changed.
//!
//! Rows are read in the order of (time, key), so thousands of rows with one time
//! are paged like any others. A row may be committed some time after the time
//! that it carries (`now()` is when its transaction *began*); so the cursor stays
//! `overlap-ms` behind the server's clock, and rows younger than that are shown
//! again by the next poll. A transaction that stays open for longer is missed:
//! that is what the log is for. Deletes do not show, nor does a row whose time is
//! null.

use crate::postgres::Context;
use crate::postgres::cursor::{Feed, Mark, PostgresCursor};
use crate::postgres::listing::change;
use crate::postgres::rows::{Standing, select};
use crate::postgres::schema::{Table, quote};
use crate::postgres::session::{Parameter, Session};
use crate::{Listing, Page, SystemError};

/// Where the changes stand now: the last row that is safe.
pub(super) async fn start(
    session: &Session,
    table: &Table,
    context: &Context,
) -> Result<Feed, SystemError> {
    let order = Order::of(table)?;
    let horizon = horizon(session, context, &order).await?;
    let rest = format!(
        "WHERE {} <= $1::{} ORDER BY {} LIMIT 1",
        order.updated, order.cast, order.descending
    );
    let rows = select(session, table, &rest, &[horizon.into()]).await?;
    Ok(Feed::Watermark {
        safe: rows.first().and_then(mark),
        poll: None,
    })
}

/// The rows behind a place.
pub(super) async fn page(
    session: &Session,
    table: &Table,
    context: &Context,
    safe: Option<Mark>,
    poll: Option<(Mark, String)>,
    records_max: usize,
) -> Result<Page, SystemError> {
    let order = Order::of(table)?;
    // The horizon is that of the first page: what was young then is young for
    // the whole poll, and shown again by the next one.
    let (after, horizon) = match poll {
        Some((shown, horizon)) => (Some(shown), horizon),
        None => (safe.clone(), horizon(session, context, &order).await?),
    };
    let (condition, parameters) = match after {
        None => (format!("WHERE {} IS NOT NULL", order.updated), Vec::new()),
        Some(mark) => {
            let parts = std::iter::once(mark.updated).chain(mark.key);
            let condition = format!("WHERE ({}) > ({})", order.ascending, order.places);
            (condition, parts.map(Parameter::from).collect::<Vec<_>>())
        }
    };
    let limit = records_max.saturating_add(1);
    let rest = format!("{condition} ORDER BY {} LIMIT {limit}", order.ascending);
    let mut rows = select(session, table, &rest, &parameters).await?;
    let more = rows.len() > records_max;
    rows.truncate(records_max);
    // Both texts are of one form and of the same length up to the fraction, but
    // only the server compares them as times.
    let safe_now = last_safe(session, &order, &rows, &horizon).await?;
    let safe = safe_now.or(safe);
    let shown = rows.last().filter(|_| more).and_then(mark);
    let poll = shown.map(|shown| (shown, horizon));
    let feed = Feed::Watermark { safe, poll };
    Ok(Page {
        changes: rows.into_iter().map(change).collect(),
        next: PostgresCursor::new(table, None, feed).write(),
        more,
        listing: Listing::Changes,
    })
}

/// The last of these rows that is not younger than the horizon.
async fn last_safe(
    session: &Session,
    order: &Order,
    rows: &[Standing],
    horizon: &str,
) -> Result<Option<Mark>, SystemError> {
    let times: Vec<String> = rows
        .iter()
        .filter_map(|standing| standing.updated.clone())
        .collect();
    if times.is_empty() {
        return Ok(None);
    }
    let sql = format!(
        "SELECT count(*)::text FROM unnest($1) AS times (at) WHERE at::{0} <= $2::{0}",
        order.cast
    );
    let count = session
        .one(&sql, &[Parameter::Texts(times), horizon.into()])
        .await?;
    let count: usize = count.and_then(|count| count.parse().ok()).unwrap_or(0);
    // The rows are in the order of their times, so the safe ones come first.
    Ok(count
        .checked_sub(1)
        .and_then(|last| rows.get(last))
        .and_then(mark))
}

/// The order by time of change and key, in SQL.
struct Order {
    updated: String,
    cast: String,
    ascending: String,
    descending: String,
    places: String,
}

impl Order {
    fn of(table: &Table) -> Result<Self, SystemError> {
        let Some(position) = table.updated else {
            return Err(table.wrong(
                "changes = \"watermark\" needs the column that says when a row was changed; \
                 name it as the source's updated",
            ));
        };
        let column = &table.columns[position];
        if !column.cast.starts_with("timestamp") {
            return Err(table.wrong(format!(
                "its time of change {:?} is of type {}; changes = \"watermark\" needs a timestamp",
                column.name, column.cast
            )));
        }
        let updated = format!("r.{}", quote(&column.name));
        let mut names = vec![updated.clone()];
        names.extend(table.key_names("r."));
        let descending: Vec<_> = names.iter().map(|name| format!("{name} DESC")).collect();
        let mut places = vec![format!("$1::{}", column.cast)];
        places.extend(table.key_places(2));
        Ok(Self {
            updated,
            cast: column.cast.clone(),
            ascending: names.join(", "),
            descending: descending.join(", "),
            places: places.join(", "),
        })
    }
}

fn mark(standing: &Standing) -> Option<Mark> {
    Some(Mark {
        updated: standing.updated.clone()?,
        key: standing.key.clone(),
    })
}

/// Up to this time every change has been committed, by the server's own clock:
/// it is the one that rows are stamped by.
async fn horizon(
    session: &Session,
    context: &Context,
    order: &Order,
) -> Result<String, SystemError> {
    let sql = format!(
        "SELECT (clock_timestamp() - $1::double precision * interval '1 millisecond')::{}::text",
        order.cast
    );
    let overlap = context.overlap_ms.to_string();
    Ok(session
        .one(&sql, &[overlap.into()])
        .await?
        .unwrap_or_default())
}
