//! What a treaty's own state is asked to let go of, and how it is kept safe: a
//! person's data is forgotten, both files are backed up and restored.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;
use treaty_folder::TreatyFolder;
use treaty_ledger::{Entry, EntryKind, Forgotten, Ledger, RecordKey, StateLock, StoredRecord};
use treaty_model::{Clock, LinkId, RunId, SystemName, Timestamp};

use crate::explain::Found;
use crate::{EngineError, Reader};

/// What a restored backup does not know of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Where the files are that stood there before.
    pub aside: PathBuf,
    /// Runs since the backup.
    pub runs: u64,
    /// Writes of these runs, by system.
    pub writes: Vec<(SystemName, u64)>,
}

/// Forgets what is known of one thing: found like [`Reader::explain`] finds it.
/// Nobody else may be at work.
///
/// # Errors
/// [`EngineError::Forget`] where it is not known which is meant, or a system still
/// holds it: the next pass would read it again.
pub fn forget(
    folder: &TreatyFolder,
    clock: Arc<dyn Clock>,
    entity: &str,
    which: &str,
    by: &str,
) -> Result<Forgotten, EngineError> {
    let reader = Reader::open(folder, clock.clone())?;
    let entity = reader.entity(entity)?.clone();
    let found = reader.find(&entity, which)?;
    let [found] = found.as_slice() else {
        let names: Vec<_> = found.iter().map(|found| found.name.as_str()).collect();
        return Err(refused(
            match names.is_empty() {
                true => format!("no {} is known by {which:?}", entity.name),
                false => format!("{which:?} is several: {}", names.join(", ")),
            },
            "name exactly one; `treaty explain` shows what is known",
        ));
    };
    let mut links: Vec<LinkId> = found.link.into_iter().collect();
    if let Some(link) = found.link {
        links.extend(reader.ledger.joined_into(&entity.name, link)?);
    }
    let records = reader.records_ever(&entity.name, found, &links)?;
    let there: Vec<_> = records
        .iter()
        .filter(|record| record.presence.takes_part())
        .map(|record| format!("{} {}", record.key.system, record.key.remote))
        .collect();
    if !there.is_empty() {
        return Err(refused(
            format!("still there: {}", there.join(", ")),
            "delete it in its systems and `treaty sync`; the next pass would read it again",
        ));
    }
    for part in &entity.systems {
        let open = reader.ledger.open_intents(&part.system)?;
        if open.iter().any(|intent| Some(intent.link) == found.link) {
            return Err(refused(
                format!("a write to {} is under way", part.system),
                "`treaty sync` settles it",
            ));
        }
    }
    let ledger = Ledger::open(&folder.state)?;
    let told = Entry {
        at: clock.now(),
        run: ledger.next_run()?,
        kind: EntryKind::Change,
        entity: entity.name.clone(),
        link: found.link,
        system: None,
        remote: None,
        field: None,
        content: json!({ "forgotten by": by }).into(),
        mark: None,
    };
    Ok(ledger.forget(&entity.name, &links, &records, &told)?)
}

impl Reader {
    /// The records of something that was found, also those that left its links.
    fn records_ever(
        &self,
        entity: &treaty_model::EntityName,
        found: &Found,
        links: &[LinkId],
    ) -> Result<Vec<StoredRecord>, EngineError> {
        let known = found.records.iter().map(|(system, remote)| RecordKey {
            entity: entity.clone(),
            system: system.clone(),
            remote: remote.clone(),
        });
        let mut keys: Vec<_> = known.collect();
        for link in links {
            keys.extend(self.ledger.records_told_of(entity, *link)?);
        }
        keys.sort();
        keys.dedup();
        let records = self.ledger.records(&keys)?.into_iter().flatten();
        let mine = |link: Option<LinkId>| link.is_none() || link == found.link;
        Ok(records.filter(|record| mine(record.link)).collect())
    }
}

/// Forgets what was told, asked and written before a time. Nobody else may be at
/// work.
pub fn forget_before(folder: &TreatyFolder, time: Timestamp) -> Result<u64, EngineError> {
    Ok(Ledger::open(&folder.state)?.forget_before(time)?)
}

/// Copies both files as of one moment, beside a process that may be at work.
pub fn back_up(folder: &TreatyFolder, to: &Path) -> Result<(), EngineError> {
    Ok(Ledger::open_to_read(&folder.state)?.back_up(to)?)
}

/// Puts a backup in the place of a treaty's state, and says what it does not know
/// of. What stood there is kept.
pub fn restore(
    folder: &TreatyFolder,
    clock: &dyn Clock,
    from: &Path,
) -> Result<Restored, EngineError> {
    let lock = StateLock::take(&folder.state)?;
    let last = RunId(Ledger::open_to_read(from)?.next_run()?.0.saturating_sub(1));
    let aside = format!("before-restore-{}", clock.now().as_micros());
    let aside = Ledger::restore(&folder.state, from, &aside, &lock)?;
    // What stood there may be what had to be replaced.
    let since = Ledger::open_to_read(&aside).and_then(|before| before.done_after(last));
    let (runs, writes) = since.unwrap_or_default();
    Ok(Restored {
        aside,
        runs,
        writes: writes.into_iter().collect(),
    })
}

fn refused(message: String, hint: &str) -> EngineError {
    EngineError::Forget {
        message,
        hint: hint.to_owned(),
    }
}
