//! Ids for created records, and the memory of which intent got which.
//!
//! An id made from the intent needs no memory. A number, or an id that the
//! caller gave, does: `.treaty/<file>.intents.csv` beside the file says which
//! intent was to create which record, and is written *before* the file, so that
//! a create whose answer got lost is found again and never made twice.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use treaty_model::{Digest, IntentId, RemoteId};

use crate::SystemError;
use crate::csv::file::failed;
use crate::csv::replace::replace;
use crate::csv::scan::scan;

/// How many intents are remembered. An intent is asked about in the pass after
/// its own, so this is ample.
const REMEMBERED_MAX: usize = 10_000;

/// Which intents were to create which records of one file.
#[derive(Debug)]
pub(super) struct Memory {
    path: PathBuf,
    intents: Vec<(IntentId, RemoteId)>,
    changed: bool,
}

/// The id of the record that an intent creates, where the treaty asks for texts.
pub(super) fn text_id(intent: &IntentId) -> String {
    format!("t-{}", Digest::of(intent.as_str().as_bytes()).short())
}

/// The number after the highest among these ids.
pub(super) fn next_number<'a>(ids: impl Iterator<Item = &'a RemoteId>) -> u64 {
    let highest = ids.filter_map(|id| id.as_str().parse::<u64>().ok()).max();
    highest.map_or(1, |highest| highest.saturating_add(1))
}

/// The folder beside a file in which Treaty keeps its own.
pub(super) fn own_folder(file: &Path) -> PathBuf {
    file.with_file_name(".treaty")
}

/// The name of something of Treaty's about a file.
pub(super) fn beside(file: &Path, what: &str) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    own_folder(file).join(format!("{name}.{what}"))
}

impl Memory {
    /// What is remembered about a file.
    pub(super) fn read(file: &Path) -> Result<Self, SystemError> {
        let path = beside(file, "intents.csv");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed("read", &path, &error)),
        };
        let scanned = scan(&text, ',', usize::MAX);
        let intents = scanned
            .records
            .into_iter()
            .skip(1)
            .filter_map(|record| match &record.cells[..] {
                [intent, id] => Some((IntentId(intent.value.clone()), RemoteId(id.value.clone()))),
                _ => None,
            })
            .collect();
        Ok(Self {
            path,
            intents,
            changed: false,
        })
    }

    /// The record that an intent was to create.
    pub(super) fn get(&self, intent: &IntentId) -> Option<&RemoteId> {
        let mut latest_first = self.intents.iter().rev();
        latest_first
            .find(|(known, _)| known == intent)
            .map(|(_, id)| id)
    }

    /// Remembers which record an intent is about to create.
    pub(super) fn remember(&mut self, intent: &IntentId, id: &RemoteId) {
        if self.get(intent) != Some(id) {
            self.intents.retain(|(known, _)| known != intent);
            self.intents.push((intent.clone(), id.clone()));
            self.changed = true;
        }
    }

    /// Makes it durable.
    pub(super) fn save(&mut self) -> Result<(), SystemError> {
        if !self.changed {
            return Ok(());
        }
        let surplus = self.intents.len().saturating_sub(REMEMBERED_MAX);
        self.intents.drain(..surplus);
        let mut text = String::from("intent,record\n");
        for (intent, id) in &self.intents {
            let id = id.as_str().replace('"', "\"\"");
            text.push_str(&format!("{intent},\"{id}\"\n"));
        }
        replace(&self.path, text.as_bytes(), || Ok(true))?;
        self.changed = false;
        Ok(())
    }
}
