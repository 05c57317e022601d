//! Two databases that agree, and their treaty.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::Connection;
use treaty_engine::{
    Engine, Event, KeptRules, Mode, OpenSystem, Opening, Reader, RealAlerts, RealSystems, Report,
    ShippedRule, known,
};
use treaty_folder::TreatyFolder;
use treaty_ledger::LedgerOptions;
use treaty_model::{Clock, EntityName, SystemName, Timestamp};

/// The field table: one kind of value in each row.
const TABLE: &str = "\
field,type,left,right,owner,rule
email,email,email,email,shared,escalate
phone,phone,phone,phone,shared,escalate
note,text,note,note,shared,
since,date,since,since,shared,escalate
";

/// The field table with the left note read by these steps.
pub fn table_with_note(transform: &str) -> String {
    let (head, rows) = TABLE.split_once('\n').expect("a head and rows");
    let rows = rows.lines().map(|row| match row.starts_with("note,") {
        true => format!("{row},{transform}\n"),
        false => format!("{row},\n"),
    });
    format!("{head},left.transform\n{}", rows.collect::<String>())
}

const PEOPLE: &str = "
CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT, phone TEXT, memo TEXT, note TEXT,
    since TEXT, gone BOOLEAN);
INSERT INTO person VALUES
    (1, 'ida@lund.example', '+49301234567', 'a', 'n', '2020-01-01', false),
    (2, 'max@lund.example', '+49307654321', 'b', 'n', '2020-02-02', false);";

/// Ida as she stands in the right database.
pub const IDA: &str = "SELECT phone || ' ' || memo FROM person WHERE id = 1 AND gone IS NOT TRUE";

/// A clock that stands still until it is turned.
struct Dial(AtomicI64);

impl Clock for Dial {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// Something that somebody does to a database while a pass is deciding.
type Meanwhile = Arc<Mutex<Option<&'static str>>>;

/// Two databases that agree, and their treaty.
pub struct Pair {
    folder: tempfile::TempDir,
    engine: Option<Engine>,
    clock: Arc<Dial>,
    /// What is done to the right database once the next pass has decided.
    meanwhile: Meanwhile,
}

impl Pair {
    /// Two people in both databases; what happens to deletes is the caller's.
    pub async fn new(deletes: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder is made");
        for side in ["left.db", "right.db"] {
            run(&folder.path().join(side), PEOPLE);
        }
        let part = |side: &str, other: &str| {
            format!(
                "[entities.person.systems.{side}]\nsource = \"person\"\narchived = \"gone\"\n\
                 deletes-count = true\ncreates-from = [\"{other}\"]\n"
            )
        };
        let treaty = format!(
            "[treaty]\nname = \"pair\"\n\
             [systems.left]\nconnector = \"sqlite\"\npath = \"left.db\"\n\
             [systems.right]\nconnector = \"sqlite\"\npath = \"right.db\"\n\
             [entities.person]\ntable = \"person.csv\"\ndeletes = \"{deletes}\"\n\
             [entities.person.match]\nmatcher = \"match-keys\"\n{}{}\
             [rules.match-keys.configuration]\nkeys = [[\"email\"]]\n\
             [rules.resolve-standard.configuration]\ndefault = \"escalate\"\n\
             [guards]\ndeletes-share-max = 1.0\n",
            part("left", "right"),
            part("right", "left"),
        );
        std::fs::write(folder.path().join("treaty.toml"), treaty).expect("it is written");
        std::fs::write(folder.path().join("person.csv"), TABLE).expect("it is written");
        let mut pair = Self {
            folder,
            engine: None,
            clock: Arc::new(Dial(AtomicI64::new(1_800_000_000_000_000))),
            meanwhile: Meanwhile::default(),
        };
        pair.start(Arc::new(RealSystems)).await;
        pair.pass().await;
        assert!(pair.pass().await.is_quiet(), "the databases agree");
        pair
    }

    /// Starts Treaty again, with its systems opened in this way.
    pub async fn start(&mut self, systems: Arc<dyn OpenSystem>) {
        self.engine = None;
        let treaty = self.treaty();
        let (right, meanwhile) = (self.right_db(), Arc::clone(&self.meanwhile));
        let opening = Opening {
            shipped: shipped(),
            systems,
            alerts: Arc::new(RealAlerts),
            clock: self.clock.clone(),
            env: Arc::new(|_| None),
            // One test's compiled rules serve the others.
            compiler: None,
            cache: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("rules")),
            kept: KeptRules::default(),
            ledger: LedgerOptions::default(),
            progress: Arc::new(move |event| {
                if let Event::Reconciled { .. } = event
                    && let Some(sql) = meanwhile.lock().expect("nobody panicked").take()
                {
                    run(&right, sql);
                }
            }),
        };
        let engine = Engine::open(&treaty, &opening).await.expect("it opens");
        self.engine = Some(engine);
    }

    fn treaty(&self) -> TreatyFolder {
        let treaty = treaty_folder::read(self.folder.path(), &known(&shipped()));
        treaty.expect("the treaty is sound")
    }

    /// The ledger, opened to be asked.
    pub fn reader(&self) -> Reader {
        Reader::open(&self.treaty(), self.clock.clone()).expect("it opens")
    }

    /// The clock is set to the machine's.
    pub fn tell_the_time(&self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.expect("it is after 1970").as_micros();
        self.clock.0.store(now as i64, Ordering::Relaxed);
    }

    /// Time passes.
    pub fn wait_seconds(&self, seconds: i64) {
        self.clock
            .0
            .fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    /// What `treaty status --problems` tells of the people of a system.
    pub fn problems(&self, system: &str) -> Vec<String> {
        let reader = self.reader();
        let status = reader.status().expect("it is told");
        let people = &status.entities[&EntityName::from("person")];
        let problems = people.systems[&SystemName::from(system)].problems.iter();
        let told = problems.map(|problem| {
            let field = problem.field.as_deref().unwrap_or("record");
            format!("{} {field}: {}", problem.remote, problem.message)
        });
        told.collect()
    }

    /// Starts Treaty again.
    pub async fn restart(&mut self) {
        self.start(Arc::new(RealSystems)).await;
    }

    /// Edits the treaty: this text becomes that.
    pub fn edit_treaty(&self, from: &str, to: &str) {
        let path = self.folder.path().join("treaty.toml");
        let treaty = std::fs::read_to_string(&path).expect("it is there");
        assert_eq!(treaty.matches(from).count(), 1, "{from:?} in {treaty}");
        std::fs::write(path, treaty.replace(from, to)).expect("it is written");
    }

    /// Writes a file of the treaty.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("it is written");
    }

    /// Saves another field table.
    pub fn write_table(&self, table: &str) {
        std::fs::write(self.folder.path().join("person.csv"), table).expect("it is written");
    }

    /// Treaty as it runs.
    pub fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("it was started")
    }

    /// Makes a pass in which nothing is stopped and nothing fails.
    pub async fn pass(&self) -> Report {
        self.pass_in(Mode::Sync).await
    }

    /// Makes a pass, and gives the guards that tripped, by name.
    pub async fn guarded(&self) -> Vec<String> {
        let report = self.engine().pass(Mode::Sync, &BTreeSet::new()).await;
        let trips = report.expect("the pass is made").trips.into_iter();
        trips.map(|trip| trip.guard).collect()
    }

    /// A person approves everything that stands.
    pub fn approve_all(&self) {
        self.approve(|_| true);
    }

    /// A person approves what these guards stopped.
    pub fn approve(&self, which: impl Fn(&str) -> bool) {
        let reader = self.reader();
        let trips = reader.trips().expect("they load").into_iter();
        for kept in trips.filter(|kept| which(&kept.trip.guard)) {
            let approved = reader.approve(&kept.trip.approval, "berta");
            approved.expect("it stands");
        }
    }

    /// The same, or only its plan.
    pub async fn pass_in(&self, mode: Mode) -> Report {
        let report = self.engine().pass(mode, &BTreeSet::new()).await;
        let report = report.expect("the pass is made");
        assert!(
            report.trips.is_empty() && report.failures.is_empty(),
            "{report:?}"
        );
        report
    }

    /// Passes until there is nothing to do.
    pub async fn settle(&self) {
        self.pass().await;
        self.pass().await;
        assert!(self.pass().await.is_quiet());
    }

    /// Once the next pass has decided, somebody does this to the right database.
    pub fn meanwhile(&self, sql: &'static str) {
        *self.meanwhile.lock().expect("nobody panicked") = Some(sql);
    }

    /// Whether that has happened.
    pub fn has_happened(&self) -> bool {
        self.meanwhile.lock().expect("nobody panicked").is_none()
    }

    /// The left database.
    pub fn left_db(&self) -> PathBuf {
        self.folder.path().join("left.db")
    }

    /// The right database.
    pub fn right_db(&self) -> PathBuf {
        self.folder.path().join("right.db")
    }

    /// Ida in the right database.
    pub fn right(&self) -> Option<String> {
        query(&self.right_db(), IDA)
    }
}

fn shipped() -> Vec<ShippedRule> {
    let shipped = treaty_shipped::all().iter().map(|rule| ShippedRule {
        name: rule.name,
        component: rule.component,
    });
    shipped.collect()
}

/// Runs statements.
pub fn run(database: &Path, sql: &str) {
    let connection = Connection::open(database).expect("it opens");
    connection.execute_batch(sql).expect("it runs");
}

/// What a query gives first.
pub fn query(database: &Path, sql: &str) -> Option<String> {
    let connection = Connection::open(database).expect("it opens");
    connection.query_row(sql, [], |row| row.get(0)).ok()
}
