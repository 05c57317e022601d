//! A complete listing, in the order of the key.

use crate::postgres::cursor::{Feed, PostgresCursor};
use crate::postgres::rows::{Standing, select};
use crate::postgres::schema::Table;
use crate::postgres::session::{Parameter, Session};
use crate::{Change, Listing, Page, Sample, SystemError};

/// The rows behind a key, and then the feed.
pub(super) async fn page(
    session: &Session,
    table: &Table,
    after: Option<Vec<String>>,
    feed: Feed,
    records_max: usize,
) -> Result<Page, SystemError> {
    let names = table.key_names("r.").join(", ");
    let (condition, parameters) = match after {
        None => (String::new(), Vec::new()),
        Some(after) => {
            let places = table.key_places(1).join(", ");
            let parameters: Vec<Parameter> = after.into_iter().map(Parameter::from).collect();
            (format!("WHERE ({names}) > ({places})"), parameters)
        }
    };
    let limit = records_max.saturating_add(1);
    let rest = format!("{condition} ORDER BY {names} LIMIT {limit}");
    let mut rows = select(session, table, &rest, &parameters).await?;
    let goes_on = rows.len() > records_max;
    rows.truncate(records_max);
    let last = rows
        .last()
        .filter(|_| goes_on)
        .map(|standing| standing.key.clone());
    Ok(Page {
        changes: rows.into_iter().map(change).collect(),
        next: PostgresCursor::new(table, last, feed).write(),
        more: true,
        listing: if goes_on {
            Listing::Continues
        } else {
            Listing::Ends
        },
    })
}

/// The first rows.
pub(super) async fn sample(
    session: &Session,
    table: &Table,
    rows_max: usize,
) -> Result<Sample, SystemError> {
    let names = table.key_names("r.").join(", ");
    let limit = rows_max.saturating_add(1);
    let rest = format!("ORDER BY {names} LIMIT {limit}");
    let mut rows = select(session, table, &rest, &[]).await?;
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
