//! Ledger files that something else wrote into.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use treaty_ledger::{
    Commit, EntityShape, Intent, IntentAction, IntentChange, IntentContent, Ledger, LedgerError,
    LinkChange, RecordKey, StoredRecord,
};
use treaty_model::{
    BaseField, FieldIndex, IntentId, Life, LinkId, Revision, RunId, Settled, Timestamp, Value,
};

use crate::target::{Reading, Target};

/// The first of the two files, beside a sound journal.
pub(crate) const TARGET: Target = Target {
    name: "ledger",
    read: open,
    more: || vec![sound().0.clone()],
    words: &[&[
        b"SQLite format 3\0",
        b"\xff\xff\xff\xff",
        b"\0\0\0\0",
        b"\x0d",
        b"\x05",
        b"\x0a",
        b"CREATE TABLE",
        b"[",
        b"{",
        b"\"",
        b"contact",
        b"-1",
        b"\x7f\xff\xff\xff\xff\xff\xff\xff",
    ]],
    runs: 600,
};

const LEDGER: &str = "ledger.db";
const JOURNAL: &str = "journal.db";

fn shapes() -> Vec<EntityShape> {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    vec![EntityShape {
        entity: "contact".into(),
        fields: names(&["name", "phone"]),
        systems: vec![
            ("crm".into(), names(&["Name", "Phone"])),
            ("shop".into(), names(&["full_name", "tel"])),
        ],
    }]
}

/// The files of a small ledger.
fn sound() -> &'static (Vec<u8>, Vec<u8>) {
    static SOUND: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
    SOUND.get_or_init(|| {
        let folder = tempfile::tempdir().expect("there is a folder for temporary files");
        let ledger = Ledger::open(folder.path()).expect("a fresh ledger opens");
        ledger.use_shapes(shapes());
        ledger.commit(&some()).expect("it commits");
        drop(ledger);
        let read = |name| fs::read(folder.path().join(name)).expect("the ledger made it");
        (read(LEDGER), read(JOURNAL))
    })
}

/// A link of two records, with a write on its way.
fn some() -> Commit {
    let row = || vec![Some(Value::text("Anna")), Some(Value::text("+49 151"))];
    let record = |system: &str| {
        let key = RecordKey {
            entity: "contact".into(),
            system: system.into(),
            remote: "1".into(),
        };
        let settled = |value| {
            Some(Settled {
                value,
                revision: Revision(1),
            })
        };
        let mut record = StoredRecord::new(key, row(), 2);
        record.link = Some(LinkId(1));
        record.observed = row();
        record.settled = row().into_iter().map(settled).collect();
        record
    };
    let base = |value| BaseField {
        value,
        revision: Revision(1),
        provenance: None,
    };
    let intent = Intent {
        id: IntentId("i-1".to_owned()),
        run: RunId(1),
        entity: "contact".into(),
        link: LinkId(1),
        system: "crm".into(),
        remote: Some("1".into()),
        content: IntentContent {
            action: IntentAction::Update,
            own: row(),
            expected: row(),
            revisions: vec![(FieldIndex(0), Revision(1))],
        },
        opened_at: Timestamp::from_micros(1),
    };
    Commit {
        links: vec![LinkChange {
            id: LinkId(1),
            entity: "contact".into(),
            life: Life::Alive,
            base: row().into_iter().map(base).collect(),
            attention: true,
        }],
        records: vec![record("crm"), record("shop")],
        intents: vec![IntentChange::Open(intent)],
        ..Commit::default()
    }
}

/// Opens a ledger with this file and reads all that there is: answers, or an
/// error that names the folder. What is not Treaty's is not touched.
fn open(bytes: &[u8]) -> Reading {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let place = |name: &str| folder.path().join(name);
    fs::write(place(LEDGER), bytes).expect("it can be written");
    fs::write(place(JOURNAL), &sound().1).expect("it can be written");
    let result = Ledger::open(folder.path()).and_then(|ledger| load(&ledger));
    let Err(error) = result else {
        return Reading::Taken;
    };
    let said = error.to_string();
    let named = said.contains(&folder.path().display().to_string());
    assert!(named, "the folder is not named: {said}");
    if matches!(
        error,
        LedgerError::Foreign { .. } | LedgerError::Newer { .. }
    ) {
        assert_untouched(&place(LEDGER), bytes);
        assert_untouched(&place(JOURNAL), &sound().1);
    }
    Reading::Refused
}

fn assert_untouched(path: &Path, bytes: &[u8]) {
    let now = fs::read(path).expect("it is still there");
    assert!(now == bytes, "{} was written to", path.display());
}

fn load(ledger: &Ledger) -> Result<(), LedgerError> {
    ledger.use_shapes(shapes());
    let contact = "contact".into();
    ledger.all_records(&contact, 0, 100)?;
    ledger.attention(&contact, LinkId(0), 100)?;
    ledger.links(&[LinkId(1)])?;
    ledger.open_intents(&"crm".into())?;
    ledger.questions()?;
    ledger.trips()?;
    ledger.problems(&contact, &"crm".into())?;
    ledger.history(&contact, LinkId(1), 0, 100)?;
    ledger.totals()?;
    ledger.next_link()?;
    ledger.next_run()?;
    Ok(())
}
