//! What is other in cases. A case is known by its name, in whichever file it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use serde_json::Value as Json;
use treaty_folder::case_texts;

use super::Change;
use crate::{FileKind, Pack};

/// A case that is not the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseChange {
    /// What became of it.
    pub change: Change,
    /// Its name; empty for a file that cannot be read, which counts as one.
    pub name: String,
    /// The file that it is in, or was.
    pub file: String,
}

/// A name, and which of several cases of that name.
type Key = (String, usize);

/// What is other in the cases of two packs, by name.
pub(super) fn changes(old: &Pack, new: &Pack) -> Vec<CaseChange> {
    let (before, now) = (cases(old), cases(new));
    let keys: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let changes = keys.into_iter().filter_map(|key| {
        let (change, file) = match (before.get(key), now.get(key)) {
            (None, Some((file, _))) => (Change::Added, file),
            (Some((file, _)), None) => (Change::Removed, file),
            (Some((_, was)), Some((file, is))) if was != is => (Change::Changed, file),
            _ => return None,
        };
        Some(CaseChange {
            change,
            name: key.0.clone(),
            file: file.clone(),
        })
    });
    changes.collect()
}

/// The cases of a pack with their files. A file that cannot be read is one case
/// without a name.
fn cases(pack: &Pack) -> BTreeMap<Key, (String, Json)> {
    let mut cases = BTreeMap::new();
    let mut add = |name: String, file: &str, says: Json| {
        let times = cases.range((name.clone(), 0)..=(name.clone(), usize::MAX));
        let key = (name, times.count());
        cases.insert(key, (file.to_owned(), says));
    };
    for file in pack.files_of(FileKind::Case) {
        let path = file.path.as_str();
        let text = String::from_utf8_lossy(&file.bytes);
        match case_texts(Path::new(path), &text) {
            Ok(all) => all
                .into_iter()
                .for_each(|case| add(case.name, path, case.says)),
            Err(_) => add(String::new(), path, Json::from(text)),
        }
    }
    cases
}
