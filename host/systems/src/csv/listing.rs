//! Complete listings of a file, page by page, and the cheap answer where it did
//! not change.

use crate::csv::Shared;
use crate::csv::cursor::{CsvCursor, setup};
use crate::csv::file::{Loaded, Stat};
use crate::csv::table::content;
use crate::{Cursor, Listing, Page, Source, SystemError};

/// What changed in a file since a cursor: nothing, or a complete listing.
pub(super) fn changes(
    shared: &Shared,
    source: &Source,
    cursor: Option<&Cursor>,
    records_max: usize,
) -> Result<Page, SystemError> {
    let setup = setup(source, &shared.options);
    let cursor = cursor.and_then(|cursor| CsvCursor::read(cursor, &setup));
    if let Some(cursor) = &cursor
        && cursor.next.is_none()
        && !cursor.mixed
        && !cursor.unsettled
        && cursor.stat == Stat::of(&shared.path(source)?)?
    {
        return Ok(nothing(cursor.clone()));
    }
    let loaded = shared.read(source)?;
    let settled = loaded.stat.is_settled(&*shared.clock);
    let Some(mut cursor) = cursor else {
        return Ok(page(setup, &loaded, 0, records_max, false, settled));
    };
    if cursor.digest == loaded.digest {
        return Ok(match cursor.next {
            Some(next) => page(setup, &loaded, next, records_max, cursor.mixed, settled),
            None if cursor.mixed => page(setup, &loaded, 0, records_max, false, settled),
            None => {
                cursor.stat = loaded.stat;
                cursor.unsettled = !settled;
                nothing(cursor)
            }
        });
    }
    refuse_loss(shared, &cursor, &loaded)?;
    let mixed = cursor.next.is_some();
    Ok(page(setup, &loaded, 0, records_max, mixed, settled))
}

/// The answer where the file is as it was.
fn nothing(cursor: CsvCursor) -> Page {
    Page {
        changes: Vec::new(),
        next: cursor.write(),
        more: false,
        listing: Listing::Changes,
    }
}

fn page(
    setup: String,
    loaded: &Loaded,
    from: usize,
    records_max: usize,
    mixed: bool,
    settled: bool,
) -> Page {
    let table = &loaded.table;
    let until = from.saturating_add(records_max.max(1)).min(table.len());
    let ends = until == table.len();
    let next = (!ends).then_some(until);
    let mut cursor = CsvCursor::at(setup, loaded, next, mixed);
    cursor.unsettled = !settled;
    Page {
        changes: (from..until)
            .map(|position| table.change(position))
            .collect(),
        next: cursor.write(),
        // A listing over two versions of the file is followed by a whole one.
        more: !ends || mixed,
        listing: if ends {
            Listing::Ends
        } else {
            Listing::Continues
        },
    }
}

/// Refuses a file that looks emptied or cut off next to what it was.
fn refuse_loss(shared: &Shared, was: &CsvCursor, is: &Loaded) -> Result<(), SystemError> {
    let table = &is.table;
    if table.len() == 0 && was.records > 0 && !shared.options.allow_empty {
        return Err(content(
            &is.path,
            format!(
                "the file held {} records and now holds none, which is not read as their \
                 deletion; restore it, or set the option allow-empty = \"true\" if they are \
                 really gone",
                was.records
            ),
        ));
    }
    let newline = table.dialect().final_newline;
    if was.final_newline && !newline && table.len() <= was.records && table.len() > 0 {
        let last = table.scan(table.len() - 1);
        return Err(content(
            &is.path,
            format!(
                "line {} is the last and no longer ends with a line break, so the file may be cut \
                 off; restore it, or add the line break if it is complete",
                last.line
            ),
        ));
    }
    Ok(())
}
