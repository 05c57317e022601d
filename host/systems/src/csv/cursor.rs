//! What a csv cursor remembers: the file as it was, and the place in a listing.

use serde::{Deserialize, Serialize};
use treaty_model::Digest;

use crate::csv::CsvOptions;
use crate::csv::file::{Loaded, Stat};
use crate::{Cursor, Source};

/// A place in the listings of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CsvCursor {
    /// The version of this form.
    v: u8,
    /// What the treaty says of the source, digested: another key means another
    /// listing.
    setup: String,
    /// The digest of the file.
    pub(super) digest: Digest,
    /// What the folder said about it.
    #[serde(flatten)]
    pub(super) stat: Stat,
    /// Whether the file may have changed within the time that its folder keeps.
    pub(super) unsettled: bool,
    /// How many records it held.
    pub(super) records: usize,
    /// Whether its last line ended with a line ending.
    pub(super) final_newline: bool,
    /// The record at which the listing goes on; none where it is complete.
    pub(super) next: Option<usize>,
    /// Whether the file changed while it was listed, so that the pages belong
    /// to more than one version and only the next listing is whole.
    pub(super) mixed: bool,
}

/// How this source is read, digested.
pub(super) fn setup(source: &Source, options: &CsvOptions) -> String {
    Digest::of(format!("{source:?} {options:?}").as_bytes()).short()
}

impl CsvCursor {
    /// A cursor after a reading, at a place of its listing.
    pub(super) fn at(setup: String, loaded: &Loaded, next: Option<usize>, mixed: bool) -> Self {
        Self {
            v: 1,
            setup,
            digest: loaded.digest,
            stat: loaded.stat,
            unsettled: true,
            records: loaded.table.len(),
            final_newline: loaded.table.dialect().final_newline,
            next,
            mixed,
        }
    }

    /// Reads a cursor; none where it belongs to another setup, or to another
    /// connector: everything is listed again then.
    pub(super) fn read(cursor: &Cursor, setup: &str) -> Option<Self> {
        let read: Self = serde_json::from_str(&cursor.0).ok()?;
        (read.setup == setup).then_some(read)
    }

    /// The text of the cursor.
    pub(super) fn write(&self) -> Cursor {
        Cursor(serde_json::to_string(self).expect("a cursor has a JSON form"))
    }
}
