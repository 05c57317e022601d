//! Which way changes are found, and what a cursor means for it.

use crate::postgres::cursor::{Feed, PostgresCursor};
use crate::postgres::schema::Table;
use crate::postgres::session::Session;
use crate::postgres::{Context, Way, decoding, install, listing, log, watermark};
use crate::{Cursor, Page, SystemError};

/// What changed in a table since a cursor.
pub(super) async fn changes(
    session: &Session,
    table: &Table,
    context: &Context,
    cursor: Option<&Cursor>,
    records_max: usize,
) -> Result<Page, SystemError> {
    let way = way(session, table, context).await?;
    let cursor = cursor.and_then(|cursor| PostgresCursor::read(cursor, table));
    let Some(cursor) = cursor else {
        return begin(session, table, context, way, records_max).await;
    };
    match (cursor.feed, way) {
        (Feed::Log(place), Way::Log) => {
            // A log with a gap could hide a change for ever, so everything is
            // listed again. The same within a listing, whose changes come from
            // that log.
            if !log::is_whole(session, table, &place).await? {
                return begin(session, table, context, way, records_max).await;
            }
            if cursor.listing.is_some() {
                let feed = Feed::Log(place);
                return listing::page(session, table, cursor.listing, feed, records_max).await;
            }
            match log::page(session, table, context, &place, records_max).await? {
                Some(page) => Ok(page),
                None => begin(session, table, context, way, records_max).await,
            }
        }
        (Feed::Decoding(place), Way::Decoding) => {
            let reader = decoding::whole(session, table, context, &place).await?;
            let Some(reader) = reader else {
                return begin(session, table, context, way, records_max).await;
            };
            if cursor.listing.is_some() {
                let feed = Feed::Decoding(place);
                return listing::page(session, table, cursor.listing, feed, records_max).await;
            }
            let polled =
                decoding::page(session, table, context, &reader, &place, records_max).await?;
            match polled {
                decoding::Polled::Page(page) => Ok(page),
                decoding::Polled::List(feed) => {
                    listing::page(session, table, None, feed, records_max).await
                }
            }
        }
        (feed @ Feed::Watermark { .. }, Way::Watermark) if cursor.listing.is_some() => {
            listing::page(session, table, cursor.listing, feed, records_max).await
        }
        (Feed::Watermark { safe, poll }, Way::Watermark) => {
            watermark::page(session, table, context, safe, poll, records_max).await
        }
        // The treaty now finds changes another way.
        _ => begin(session, table, context, way, records_max).await,
    }
}

/// Begins with a complete listing. The place from which changes are read
/// afterwards is taken first, so that nothing falls between the two.
async fn begin(
    session: &Session,
    table: &Table,
    context: &Context,
    way: Way,
    records_max: usize,
) -> Result<Page, SystemError> {
    let feed = match way {
        Way::Log => log::start(session, table, context).await?,
        Way::Decoding => decoding::start(session, table, context).await?,
        Way::Watermark => watermark::start(session, table, context).await?,
    };
    listing::page(session, table, None, feed, records_max).await
}

async fn way(session: &Session, table: &Table, context: &Context) -> Result<Way, SystemError> {
    if let Some(way) = context.changes {
        return Ok(way);
    }
    if context.may_log && may_trigger(session, table).await? {
        return Ok(Way::Log);
    }
    if table.updated.is_some() {
        return Ok(Way::Watermark);
    }
    let role = session.one("SELECT quote_ident(current_user)", &[]).await?;
    let role = role.unwrap_or_default();
    Err(table.wrong(format!(
        "Treaty may keep no log of its changes, and no column says when a row was changed; an \
         administrator can run: CREATE SCHEMA IF NOT EXISTS treaty AUTHORIZATION {role}; GRANT \
         TRIGGER ON {} TO {role}; or name such a column as the source's updated",
        table.name
    )))
}

/// Whether the log of a table is kept, or may be begun.
async fn may_trigger(session: &Session, table: &Table) -> Result<bool, SystemError> {
    let sql = "SELECT has_table_privilege($1::oid, 'TRIGGER')::text";
    let may = session.one(sql, &[(&table.oid).into()]).await?;
    Ok(may.as_deref() == Some("true") || install::log(session, table).await?.is_some())
}
