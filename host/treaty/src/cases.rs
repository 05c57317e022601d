//! Case files: examples of what the rules of a treaty must decide, `cases/*.toml`.
//!
//! The form is documented for those who write it in `plugins/cases.md`.

mod compare;
mod conflict;
mod expect;
mod map;
mod read;
mod value;

use std::path::{Path, PathBuf};
use std::{fs, io};

use treaty_model::{
    Cell, Conflict, EntityName, FieldIndex, Inbound, Outbound, OwnSchema, Row, SystemIndex,
    Timestamp, Value,
};

use crate::Place;

/// The folder of a treaty that holds its cases.
const CASES: &str = "cases";

pub use read::{Expectations, no_cases, read_cases};

/// One case file without problems.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// The file, as it was named.
    pub path: PathBuf,
    /// The batch's own time, which rules are told.
    pub now: Timestamp,
    /// The own schemas of the entities that the cases are about, in the order of
    /// each entity's systems.
    pub schemas: Vec<(EntityName, Vec<OwnSchema>)>,
    /// The cases, in the order of the file.
    pub cases: Vec<Case>,
}

/// The case files of a treaty folder, `cases/*.toml`, in the order of their
/// names, as they are told: from the folder on. None where there is no such
/// folder.
pub fn case_files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let cases = Path::new(CASES);
    let entries = match fs::read_dir(root.join(cases)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = cases.join(entry?.file_name());
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// The entity that it is about.
    pub entity: EntityName,
    /// The rule that is asked, by its name in the treaty.
    pub rule: String,
    /// The most fuel that the answer may take.
    pub fuel_max: Option<u64>,
    /// What the rule is asked, and what it must answer.
    pub asked: Asked,
}

/// What a rule is asked, and what it must answer; none where a case says nothing
/// of that.
#[derive(Clone, Debug)]
pub enum Asked {
    /// A resolver decides a conflict.
    Resolve(Conflict, Option<Expected<Vec<ExpectedVerdict>>>),
    /// A mapper reads an own row.
    Read(SystemIndex, Inbound, Option<Expected<ExpectedRead>>),
    /// A mapper writes an own row.
    Write(SystemIndex, Outbound, Option<Expected<ExpectedRow>>),
    /// A matcher compares two canonical rows.
    Match(Box<Meeting>, Option<Expected<ExpectedMatch>>),
}

/// Two records that are compared, and the others that there are: what many of
/// them hold says little.
#[derive(Clone, Debug)]
pub struct Meeting {
    /// The two.
    pub rows: [Row; 2],
    /// Some of the others.
    pub others: Vec<Other>,
    /// How many records there are in all; none: those that are listed.
    pub records: Option<u64>,
}

/// Records that are there besides: as many as that, each of another person with
/// the same values.
#[derive(Clone, Debug)]
pub struct Other {
    /// What each of them holds.
    pub record: Row,
    /// How many there are.
    pub times: u64,
}

/// An expected answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected<T> {
    /// This one.
    Answer(T),
    /// The rule says no, in words that have this part.
    Error(String),
}

/// What is expected for one contested field.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedVerdict {
    /// The field.
    pub field: FieldIndex,
    /// What is decided.
    pub decision: ExpectedDecision,
    /// A part of the reason.
    pub reason: Option<String>,
}

/// An expected decision.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectedDecision {
    /// What this system holds; none: what was agreed before.
    Keep(Option<SystemIndex>),
    /// This value, made by the rule.
    Set(Value),
    /// This value, kept or made.
    Value(Value),
    /// A person decides.
    Escalate,
}

/// What becomes of an own row.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectedRead {
    /// It is read.
    Row(ExpectedRow),
    /// It takes no part, for a reason that has this part.
    LeftOut(String),
}

/// An expected row, and what cannot be read or written of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedRow {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// Canonical fields that have a problem, each with a part of its message.
    pub problems: Vec<(FieldIndex, String)>,
}

/// What a comparison is expected to come to.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedMatch {
    /// What a pass makes of it.
    pub is: Sameness,
    /// Between which probabilities.
    pub probability: Option<(f64, f64)>,
}

/// What a pass makes of two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sameness {
    /// They are linked.
    Same,
    /// They are not.
    Different,
    /// A person is asked.
    Ask,
}
