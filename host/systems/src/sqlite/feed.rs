//! Which way changes are found, and what a cursor means for it.

use rusqlite::Connection;

use crate::sqlite::cursor::{Feed, SqliteCursor};
use crate::sqlite::schema::Table;
use crate::sqlite::{Context, listing, log, watermark};
use crate::{ChangeFeed, Cursor, Page, SystemError};

/// What changed in a table since a cursor.
pub(super) fn changes(
    connection: &mut Connection,
    table: &Table,
    context: &Context,
    cursor: Option<&Cursor>,
    records_max: usize,
) -> Result<Page, SystemError> {
    let way = way(table, context)?;
    let cursor = cursor.and_then(|cursor| SqliteCursor::read(cursor, &table.source));
    let Some(cursor) = cursor else {
        return begin(connection, table, context, way, records_max);
    };
    match (cursor.feed, way) {
        (Feed::Log { epoch, seq, until }, ChangeFeed::Log) => {
            // A log with a gap could hide a change for ever, so everything is
            // listed again. The same within a listing, whose changes come from
            // that log.
            if !log::is_whole(connection, table, context, epoch, seq)? {
                return begin(connection, table, context, way, records_max);
            }
            match cursor.listing {
                Some(_) => listing::page(
                    connection,
                    table,
                    context,
                    cursor.listing,
                    Feed::Log { epoch, seq, until },
                    records_max,
                ),
                None => {
                    let place = log::Place { epoch, seq, until };
                    log::page(connection, table, context, &place, records_max)
                }
            }
        }
        (feed @ Feed::Watermark { .. }, ChangeFeed::Watermark) if cursor.listing.is_some() => {
            listing::page(
                connection,
                table,
                context,
                cursor.listing,
                feed,
                records_max,
            )
        }
        (Feed::Watermark { safe, poll }, ChangeFeed::Watermark) => {
            watermark::page(connection, table, context, safe, poll, records_max)
        }
        // The treaty now finds changes another way.
        _ => begin(connection, table, context, way, records_max),
    }
}

/// Begins with a complete listing. The place from which changes are read
/// afterwards is taken first, so that nothing falls between the two.
fn begin(
    connection: &mut Connection,
    table: &Table,
    context: &Context,
    way: ChangeFeed,
    records_max: usize,
) -> Result<Page, SystemError> {
    let feed = match way {
        ChangeFeed::Log => log::start(connection, table, context)?,
        _ => watermark::start(connection, table, context)?,
    };
    listing::page(connection, table, context, None, feed, records_max)
}

fn way(table: &Table, context: &Context) -> Result<ChangeFeed, SystemError> {
    match context.changes {
        Some(way) => Ok(way),
        None if !context.read_only => Ok(ChangeFeed::Log),
        None if table.updated.is_some() => Ok(ChangeFeed::Watermark),
        None => Err(table.wrong(format!(
            "{} cannot be written, so no log of changes can be kept in it; allow writing, or name \
             the column that says when a row was changed as the source's updated",
            context.place
        ))),
    }
}
