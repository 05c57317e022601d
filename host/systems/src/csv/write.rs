//! Writes to a file: all writes of a call in one replacement, and what became of
//! writes whose answer got lost.

mod draft;

use std::fs::{self, File, TryLockError};
use std::path::Path;

use treaty_model::{Cell as Position, Digest, RemoteId, Row};

use crate::convert::convert;
use crate::csv::file::{Loaded, Stat, failed};
use crate::csv::new_id::{Memory, beside, own_folder, text_id};
use crate::csv::replace::{Replaced, replace};
use crate::csv::scan::Cell;
use crate::csv::table::Table;
use crate::csv::{NewIds, Shared};
use crate::{Action, Found, Outcome, Record, Sought, Source, SystemError, SystemWrite, remote};
use draft::Draft;
use treaty_model::{OwnKind, Value};

/// How often a file is written that others change at the same moment.
const ATTEMPTS_MAX: usize = 5;

/// Carries out writes to one file.
pub(super) fn write(
    shared: &Shared,
    source: &Source,
    writes: &[SystemWrite],
) -> Result<Vec<Outcome>, SystemError> {
    let path = shared.path(source)?;
    let _lock = lock(&path)?;
    for _ in 0..ATTEMPTS_MAX {
        let loaded = shared.read(source)?;
        let mut memory = Memory::read(&path)?;
        let mut draft = Draft::of(&loaded.table, &shared.options, shared.clock.now());
        let outcomes: Vec<Outcome> = writes
            .iter()
            .map(|write| draft.apply(write, &mut memory))
            .collect();
        if !draft.is_changed() {
            return Ok(outcomes);
        }
        let bytes = loaded
            .table
            .dialect()
            .encode(&draft.text())
            .expect("every new value was encoded before it was accepted");
        memory.save()?;
        match replace(&path, &bytes, || is_unchanged(&loaded))? {
            Replaced::Done => return Ok(outcomes),
            Replaced::Overtaken => {}
            Replaced::Unsure(message) => return Ok(unsure(outcomes, &message)),
        }
    }
    Err(SystemError::Busy {
        system: path.display().to_string(),
        message: "somebody changes the file again and again; nothing was written".to_owned(),
    })
}

/// Whether a file still is what was read.
fn is_unchanged(loaded: &Loaded) -> Result<bool, SystemError> {
    let path = &loaded.path;
    if Stat::of(path)? != loaded.stat {
        return Ok(false);
    }
    let bytes = fs::read(path).map_err(|error| failed("read", path, &error))?;
    Ok(Digest::of(&bytes) == loaded.digest)
}

fn unsure(outcomes: Vec<Outcome>, message: &str) -> Vec<Outcome> {
    let unsure = |outcome| match outcome {
        Outcome::Done(_) => Outcome::Ambiguous {
            message: message.to_owned(),
        },
        other => other,
    };
    outcomes.into_iter().map(unsure).collect()
}

/// Keeps other Treaties away from a file while it is written. People and their
/// programs do not know of it.
fn lock(path: &Path) -> Result<File, SystemError> {
    let folder = own_folder(path);
    fs::create_dir_all(&folder).map_err(|error| failed("write", &folder, &error))?;
    let lock = beside(path, "lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock)
        .map_err(|error| failed("write", &lock, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SystemError::Busy {
            system: path.display().to_string(),
            message: "another Treaty is writing the file".to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(failed("lock", &lock, &error)),
    }
}

/// What became of writes whose answer got lost.
pub(super) fn find(
    shared: &Shared,
    source: &Source,
    intents: &[Sought],
) -> Result<Vec<Found>, SystemError> {
    let loaded = shared.read(source)?;
    let memory = Memory::read(&loaded.path)?;
    let table = &loaded.table;
    let find = |sought: &Sought| match &sought.action {
        Action::Create { values } => find_create(shared, table, &memory, sought, values),
        Action::Update { id, values, .. } => {
            let record = table.visible(id);
            if record.is_some() && holds(table, id, values, Amount::All) {
                // Every value stands there as it was sent.
                Found::Landed {
                    now: record,
                    left: None,
                }
            } else {
                Found::NotLanded(record)
            }
        }
        Action::Archive { id, .. } | Action::Delete { id, .. } => {
            let archives = matches!(sought.action, Action::Archive { .. });
            let stands = table.index().contains_key(id);
            match table.visible(id) {
                Some(record) => Found::NotLanded(Some(record)),
                None if stands && !archives => Found::NotLanded(None),
                None => Found::GONE,
            }
        }
    };
    Ok(intents.iter().map(find).collect())
}

fn find_create(
    shared: &Shared,
    table: &Table,
    memory: &Memory,
    sought: &Sought,
    values: &Row,
) -> Found {
    let given = given_id(table, values);
    let id = match (memory.get(&sought.intent), shared.options.new_ids) {
        (Some(id), _) => id.clone(),
        (None, NewIds::Text) if given.is_none() => RemoteId(text_id(&sought.intent)),
        // Nothing was ever begun. What stands under the key is another's.
        _ => {
            return Found::NotLanded(given.and_then(|id| table.visible(&id)));
        }
    };
    let record = table.visible(&id);
    if table.index().contains_key(&id) && holds(table, &id, values, Amount::Some) {
        Found::Landed {
            left: record.as_ref().map(|now| made(table, now, values)),
            now: record,
        }
    } else {
        Found::NotLanded(record)
    }
}

/// A new record as it was made: nothing in the cells that nobody gave.
fn made(table: &Table, now: &Record, values: &Row) -> Row {
    let cell = |column: usize| {
        if table.key().contains(&column) {
            return now.own[column].clone();
        }
        let value = cell_text(values.get(column).unwrap_or(&None)).unwrap_or_default();
        let quoted = table.dialect().quote_all;
        table.value(&Cell { value, quoted })
    };
    (0..now.own.len()).map(cell).collect()
}

/// How many of the given values a record must hold to be the one meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Amount {
    /// Every one.
    All,
    /// One besides the key, if any was given: somebody may have edited the
    /// record since, or made another one under the same number.
    Some,
}

fn holds(table: &Table, id: &RemoteId, values: &Row, amount: Amount) -> bool {
    let Some(&position) = table.index().get(id) else {
        return false;
    };
    let cells = &table.scan(position).cells;
    let mut given = (0..cells.len())
        .filter(|column| amount == Amount::All || !table.key().contains(column))
        .filter_map(|column| {
            let text = cell_text(values.get(column)?)?;
            let counts = amount == Amount::All || !text.is_empty();
            counts.then(|| cells[column].value == text)
        })
        .peekable();
    match amount {
        Amount::All => given.all(|equal| equal),
        Amount::Some => given.peek().is_none() || given.any(|equal| equal),
    }
}

/// The id that a caller chose for a new record; none where a part is missing.
fn given_id(table: &Table, values: &Row) -> Option<RemoteId> {
    let part = |&column: &usize| {
        let text = cell_text(values.get(column)?)?;
        (!text.is_empty()).then_some(text)
    };
    let parts: Option<Vec<String>> = table.key().iter().map(part).collect();
    parts.map(|parts| remote::join(&parts))
}

/// The text of a cell that holds a value; none where it is absent or cannot be
/// held.
fn cell_text(value: &Position) -> Option<String> {
    match convert(OwnKind::Text, value.as_ref()?).ok()? {
        Value::Text(text) => Some(text),
        _ => Some(String::new()),
    }
}
