//! Rows of a system that lets anybody put anything into them: whole passes over a
//! database whose cells are of other types, broken texts and blobs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params_from_iter};
use tempfile::TempDir;
use treaty_engine::{
    Engine, Failure, KeptRules, Mode, Opening, RealAlerts, RealSystems, Report, ShippedRule, known,
};
use treaty_ledger::LedgerOptions;
use treaty_model::{Clock, Timestamp};

use crate::target::{Reading, Target};

/// The rows of one system, cell by cell.
pub(crate) const TARGET: Target = Target {
    name: "rows",
    read: sync,
    more: || vec![some_rows()],
    words: &[&[
        b"n",
        b"i\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"i\x80\0\0\0\0\0\0\0",
        b"r\x7f\xf0\0\0\0\0\0\0",
        b"r\x7f\xf8\0\0\0\0\0\0",
        b"t\0",
        b"t\x01\0",
        b"t\x02\xc3\x28",
        b"t\x0a2026-02-30",
        b"t\x0a2026-11-20",
        b"t\x051e400",
        b"t\x04-0.0",
        b"t\x0c{\"a\":[1,2,}]",
        b"b\x03\xff\0\x01",
        b"l\xff",
        b"t\x10ida@lund.example",
    ]],
    runs: 120,
};

/// The columns of the table, after its key.
const COLUMNS: &[(&str, &str)] = &[
    ("email", "TEXT"),
    ("phone", "TEXT"),
    ("note", "TEXT"),
    ("since", "DATE"),
    ("amount", "DECIMAL(12,2)"),
    ("agreed", "BOOLEAN"),
];

/// Nobody owns a field alone, and no rule prefers a side: what stands somewhere is
/// never written over.
const TABLE: &str = "\
field,type,left,right,owner,rule
email,email,email,email,shared,escalate
phone,phone,phone,phone,shared,escalate
note,text,note,note,shared,escalate
since,date,since,since,shared,escalate
amount,money,amount,amount,shared,escalate
agreed,boolean,agreed,agreed,shared,escalate
";

const TREATY: &str = "\
[treaty]
name = \"rows\"
[systems.left]
connector = \"sqlite\"
path = \"left.db\"
[systems.right]
connector = \"sqlite\"
path = \"right.db\"
[entities.person]
table = \"person.csv\"
[entities.person.match]
matcher = \"match-keys\"
[entities.person.systems.left]
source = \"person\"
creates-from = [\"right\"]
[entities.person.systems.right]
source = \"person\"
creates-from = [\"left\"]
[rules.match-keys.configuration]
keys = [[\"email\"]]
[guards]
questions-max = 1000
faults-max = 1000
errors-max = 1000
";

/// In how many passes the two have come to rest.
const PASSES_MAX: usize = 8;

/// More rows take long and find the same.
const ROWS_MAX: usize = 50;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000)
    }
}

/// A cell as bytes: a letter for its type, and what it holds.
fn text(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("a short text");
    [b"t".as_slice(), &[length], text.as_bytes()].concat()
}

/// Rows as a system has them that is in order.
fn some_rows() -> Vec<u8> {
    let row = |id: &str, email: &str| {
        let cells = [
            text(id),
            text(email),
            text("+493023125120"),
            text("called"),
            text("2026-11-20"),
            text("12.50"),
            [b"i".as_slice(), &1_i64.to_be_bytes()].concat(),
        ];
        cells.concat()
    };
    [
        row("1", "ida@lund.example"),
        row("2", "max@lund.example"),
        row("7", "eva@lund.example"),
    ]
    .concat()
}

/// The rows that bytes stand for; what is missing at the end is null.
fn rows_of(mut bytes: &[u8]) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    while !bytes.is_empty() && rows.len() < ROWS_MAX {
        let cells = (0..=COLUMNS.len()).map(|_| Cell::of(&mut bytes));
        rows.push(cells.collect());
    }
    rows
}

/// A value of SQLite, and the SQL that makes it out of what can be handed over.
struct Cell(&'static str, Stored);

impl Cell {
    const TEXT: &str = "CAST(? AS TEXT)";

    fn of(bytes: &mut &[u8]) -> Self {
        match take(bytes, 1).first() {
            Some(b'i') => Self("?", Stored::Integer(i64::from_be_bytes(eight(bytes)))),
            Some(b'r') => Self("?", Stored::Real(f64::from_be_bytes(eight(bytes)))),
            Some(b't') => Self(Self::TEXT, Stored::Blob(counted(bytes))),
            Some(b'b') => Self("?", Stored::Blob(counted(bytes))),
            Some(b'l') => {
                let times = take(bytes, 1).first().copied().unwrap_or(0);
                Self(
                    Self::TEXT,
                    Stored::Blob(b"long ".repeat(usize::from(times) * 1_000)),
                )
            }
            _ => Self("?", Stored::Null),
        }
    }
}

fn take<'b>(bytes: &mut &'b [u8], most: usize) -> &'b [u8] {
    let (taken, rest) = bytes.split_at(most.min(bytes.len()));
    *bytes = rest;
    taken
}

fn counted(bytes: &mut &[u8]) -> Vec<u8> {
    let length = take(bytes, 1).first().copied().unwrap_or(0);
    take(bytes, usize::from(length)).to_vec()
}

fn eight(bytes: &mut &[u8]) -> [u8; 8] {
    let mut all = [0; 8];
    let given = take(bytes, 8);
    all[..given.len()].copy_from_slice(given);
    all
}

/// Makes passes until both rest. Nothing that stood in either is written over, and a
/// row that cannot be read is told.
fn sync(bytes: &[u8]) -> Reading {
    let folder = treaty();
    let right = folder.path().join("right.db");
    let left = folder.path().join("left.db");
    fill(&left, &rows_of(&some_rows()));
    fill(&right, &rows_of(bytes));
    let before = [dump(&left), dump(&right)];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let reports = runtime.block_on(passes(folder.path()));
    for (database, before) in [&left, &right].into_iter().zip(before) {
        let now = dump(database);
        for (number, row) in before {
            let now = now.iter().find(|(other, _)| *other == number);
            let now = &now.expect("no row goes").1;
            for (was, is) in row.iter().zip(now) {
                let stood = was != "NULL";
                assert!(!stood || was == is, "{was} became {is} in row {number}");
            }
        }
    }
    let reports = match reports {
        Ok(reports) => reports,
        Err(error) => {
            assert!(!error.is_empty(), "refused without a word");
            return Reading::Refused;
        }
    };
    let last = reports.last().expect("there was a pass");
    if !last.failures.is_empty() {
        let whole = |failure: &Failure| !failure.message.is_empty() && !failure.hint.is_empty();
        assert!(last.failures.iter().all(whole), "{:?}", last.failures);
        return Reading::Refused;
    }
    assert!(
        last.is_quiet(),
        "after {PASSES_MAX} passes there is still something to do: {last:?}"
    );
    let systems = reports.iter().flat_map(|report| &report.entities);
    let mut systems = systems.flat_map(|entity| entity.systems.values());
    let unread = systems.any(|system| {
        let unread = system.parked + system.unread > 0;
        assert!(!unread || !system.problems.is_empty(), "{system:?}");
        unread
    });
    match unread {
        true => Reading::Refused,
        false => Reading::Taken,
    }
}

/// A treaty folder with two databases that have an empty table each.
fn treaty() -> TempDir {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    };
    write("treaty.toml", TREATY);
    write("person.csv", TABLE);
    folder
}

fn fill(path: &Path, rows: &[Vec<Cell>]) {
    let database = Connection::open(path).expect("it opens");
    let columns = COLUMNS
        .iter()
        .map(|(name, kind)| format!(", {name} {kind}"));
    let columns: String = columns.collect();
    let table = format!("CREATE TABLE person (id TEXT PRIMARY KEY{columns})");
    database.execute_batch(&table).expect("a table is made");
    for row in rows {
        let places: Vec<_> = row.iter().map(|Cell(sql, _)| *sql).collect();
        let insert = format!(
            "INSERT OR IGNORE INTO person VALUES ({})",
            places.join(", ")
        );
        let values = params_from_iter(row.iter().map(|Cell(_, value)| value));
        database.execute(&insert, values).expect("SQLite takes all");
    }
}

/// What stands in the table, to the byte. A text of spaces is none, as in a phone number.
fn dump(path: &Path) -> Vec<(i64, Vec<String>)> {
    let database = Connection::open(path).expect("it opens");
    let exact = |name: &str| format!("typeof({name}) || ' ' || quote(CAST({name} AS BLOB))");
    let names = std::iter::once("id").chain(COLUMNS.iter().map(|(name, _)| *name));
    let exact: Vec<_> = names
        .map(|name| {
            format!(
                "CASE WHEN {name} IS NULL OR typeof({name}) = 'text' AND trim({name}) = ''
                     THEN 'NULL' ELSE {} END",
                exact(name)
            )
        })
        .collect();
    let query = format!(
        "SELECT rowid, {} FROM person ORDER BY rowid",
        exact.join(", ")
    );
    let mut statement = database.prepare(&query).expect("it is SQL");
    let rows = statement.query_map([], |row| {
        let cells = (1..=exact.len()).map(|at| row.get(at));
        Ok((row.get(0)?, cells.collect::<Result<_, _>>()?))
    });
    let rows = rows.expect("it answers");
    rows.collect::<Result<_, _>>().expect("it can be read")
}

/// Passes until nothing is left to do; or why there are none.
async fn passes(folder: &Path) -> Result<Vec<Report>, String> {
    let shipped = || -> Vec<ShippedRule> {
        let all = treaty_shipped::all().iter();
        let shipped = all.map(|rule| ShippedRule {
            name: rule.name,
            component: rule.component,
        });
        shipped.collect()
    };
    static KEPT: OnceLock<KeptRules> = OnceLock::new();
    let treaty = treaty_folder::read(folder, &known(&shipped())).expect("the treaty is sound");
    let opening = Opening {
        shipped: shipped(),
        systems: Arc::new(RealSystems),
        alerts: Arc::new(RealAlerts),
        clock: Arc::new(Still),
        env: Arc::new(|_| None),
        compiler: None,
        cache: Some(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/rules")),
        kept: KEPT.get_or_init(KeptRules::default).clone(),
        ledger: LedgerOptions::default(),
        progress: Arc::new(|_| {}),
    };
    let engine = Engine::open(&treaty, &opening).await;
    let engine = engine.map_err(|error| error.to_string())?;
    let mut reports = Vec::new();
    for _ in 0..PASSES_MAX {
        let report = engine.pass(Mode::Sync, &BTreeSet::new()).await;
        let report = report.map_err(|error| error.to_string())?;
        let rests = report.is_quiet();
        reports.push(report);
        if rests {
            break;
        }
    }
    Ok(reports)
}
