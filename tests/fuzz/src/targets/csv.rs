//! Data files of other programs, read as a system.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use treaty_model::{Clock, Timestamp};
use treaty_systems::{Change, Source, SystemError, SystemSettings, open};

use crate::target::{Reading, Target};

/// A CSV file of a system.
pub(crate) const TARGET: Target = Target {
    name: "csv",
    read: read_file,
    more: Vec::new,
    words: &[&[
        b"\"",
        b"\"\"",
        b"\",\"",
        b",",
        b";",
        b"\t",
        b"|",
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xc3",
        b"\xf0\x9f\x98\x80",
        b"id",
        b"\n\n",
    ]],
    runs: 3_000,
};

/// How many records a page has: so few that there are several.
const PAGE_RECORDS: usize = 3;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        // Later than any file, so that all of them count as settled.
        Timestamp::from_micros(4_000_000_000_000_000)
    }
}

/// Reads a file to its end, page by page: an error, or each record once.
fn read_file(bytes: &[u8]) -> Reading {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let path = folder.path().join("people.csv");
    fs::write(&path, bytes).expect("it can be written");
    let settings = SystemSettings {
        name: "files".into(),
        path: Some(folder.path().to_owned()),
        url: None,
        options: BTreeMap::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let listed = runtime.block_on(list(&settings));
    let now = fs::read(&path).expect("it is still there");
    assert!(now == bytes, "reading a file has changed it");
    match listed {
        Ok(()) => Reading::Taken,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "refused without a word");
            Reading::Refused
        }
    }
}

async fn list(settings: &SystemSettings) -> Result<(), SystemError> {
    let connector = open("csv", settings, Arc::new(Still)).await?;
    let source = Source::named("people");
    let schema = connector.describe(&source).await?;
    let mut seen = std::collections::BTreeSet::new();
    let mut cursor = None;
    loop {
        let page = connector
            .changes(&source, cursor.as_ref(), PAGE_RECORDS)
            .await?;
        assert!(page.changes.len() <= PAGE_RECORDS, "a page is too large");
        for change in page.changes {
            let Change::Record(record) = change else {
                panic!("a file that was never read before tells of a delete");
            };
            assert_eq!(record.own.len(), schema.fields.len(), "a cell a field");
            let again = connector
                .get(&source, std::slice::from_ref(&record.id))
                .await?;
            let again = again.into_iter().flatten().next();
            assert_eq!(
                again.map(|again| again.own),
                Some(record.own),
                "got by its id"
            );
            assert!(seen.insert(record.id), "a record is listed twice");
        }
        if !page.more {
            return Ok(());
        }
        assert!(
            cursor.as_ref() != Some(&page.next),
            "the listing stands still"
        );
        cursor = Some(page.next);
    }
}
