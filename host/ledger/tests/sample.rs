//! A small ledger with one of everything.

use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;
use treaty_ledger::{
    AnswerGiven, AskedBatch, Commit, Content, CursorChange, Decided, EntityShape, Entry, EntryKind,
    Intent, IntentAction, IntentChange, IntentContent, Ledger, LinkChange, MatchKey,
    PreparedRecord, QuestionChange, QuestionState, RecordKey, RunChange, ShadowBatch,
    StoredQuestion, StoredRecord, Subject, TripChange, Whose,
};
use treaty_model::{
    ActorKind, BaseField, Cell, Digest, FieldIndex, FieldProblem, IntentId, Life, LinkId, Origin,
    Presence, Provenance, Revision, RuleId, RunId, Scope, Settled, Term, Timestamp, Trip, Trouble,
    Value,
};

/// A fresh state folder with an open ledger that knows [`shapes`].
pub fn open() -> (TempDir, Ledger) {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let ledger = reopen(&folder);
    (folder, ledger)
}

/// Opens a state folder (again).
pub fn reopen(folder: &TempDir) -> Ledger {
    let ledger = Ledger::open(folder.path()).expect("the ledger opens");
    ledger.use_shapes(shapes());
    ledger
}

/// One of the two files, past the ledger.
pub fn raw(folder: &TempDir, file: &str) -> Connection {
    Connection::open(folder.path().join(file)).expect("SQLite opens the file")
}

/// What SQLite's check says of a file: `ok`.
pub fn quick_check(folder: &TempDir, file: &str) -> String {
    raw(folder, file)
        .query_row("PRAGMA quick_check", [], |row| row.get(0))
        .expect("the check runs")
}

/// Contacts with three fields, in two systems.
pub fn shapes() -> Vec<EntityShape> {
    vec![shape(
        "contact",
        "name phone city",
        &[("crm", "Name Phone"), ("shop", "full_name tel town vip")],
    )]
}

/// A shape in short.
pub fn shape(entity: &str, fields: &str, systems: &[(&str, &str)]) -> EntityShape {
    let names = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    let systems = systems.iter();
    EntityShape {
        entity: entity.into(),
        fields: names(fields),
        systems: systems
            .map(|(system, own)| ((*system).into(), names(own)))
            .collect(),
    }
}

pub fn key(system: &str, remote: &str) -> RecordKey {
    RecordKey {
        entity: "contact".into(),
        system: system.into(),
        remote: remote.into(),
    }
}

pub fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(1_763_632_800_000_000 + micros)
}

pub fn text(text: &str) -> Cell {
    Some(Value::text(text))
}

/// A record of the CRM, not identified.
pub fn crm(remote: &str) -> StoredRecord {
    let own = vec![text(remote), None];
    let mut record = StoredRecord::new(key("crm", remote), own, 3);
    record.observed = vec![text(remote), None, Some(Value::Null)];
    record
}

/// A record of the shop with everything said.
pub fn shop(remote: &str) -> StoredRecord {
    let own = vec![text("Anna"), text("0151"), None, Some(Value::Boolean(true))];
    let settled = |value, revision| {
        Some(Settled {
            value,
            revision: Revision(revision),
        })
    };
    StoredRecord {
        number: 0,
        key: key("shop", remote),
        link: Some(LinkId(1)),
        presence: Presence::LeftOut("no \"buyer\"".to_owned()),
        own,
        settled_own: Some(vec![text("Anne"), text("0151"), None, None]),
        observed: vec![text("Anna"), text("+49 151"), None],
        settled: vec![settled(text("Anne"), 2), settled(text("+49 151"), 1), None],
        origin: Origin {
            kind: ActorKind::Person,
            actor: Some("anna".to_owned()),
        },
        changed_at: Some(at(5)),
        problems: vec![FieldProblem {
            field: 2,
            message: "no town".to_owned(),
            trouble: Trouble::Unread,
        }],
        waiting: false,
        listing: 3,
        quiet_at: Some(at(11)),
    }
}

pub fn link(id: u64) -> LinkChange {
    let provenance = |run, digest: &[u8]| {
        Some(Provenance {
            system: Some("crm".into()),
            origin: Origin::default(),
            at: Some(at(1)),
            rule: Some(RuleId {
                name: "keep-newest".to_owned(),
                digest: Digest::of(digest),
            }),
            run: RunId(run),
        })
    };
    let field = |value, revision, provenance| BaseField {
        value,
        revision: Revision(revision),
        provenance,
    };
    LinkChange {
        id: LinkId(id),
        entity: "contact".into(),
        life: Life::Alive,
        base: vec![
            field(text("Anna"), 3, provenance(1, b"a")),
            field(text("+49 151"), 1, provenance(2, b"b")),
            BaseField::default(),
        ],
        attention: true,
    }
}

pub fn intent(id: &str, opened_at: i64) -> Intent {
    Intent {
        id: IntentId(id.to_owned()),
        run: RunId(1),
        entity: "contact".into(),
        link: LinkId(1),
        system: "crm".into(),
        remote: Some("c1".into()),
        content: IntentContent {
            action: IntentAction::Update,
            own: vec![text("Anna"), None],
            expected: vec![text("Anne"), text("0151")],
            revisions: vec![(FieldIndex(0), Revision(3)), (FieldIndex(1), Revision(1))],
        },
        opened_at: at(opened_at),
    }
}

pub fn question(field: &str, content: serde_json::Value) -> StoredQuestion {
    StoredQuestion {
        number: 0,
        entity: "contact".into(),
        subject: Subject::Field(LinkId(1), field.to_owned()),
        link: Some(LinkId(1)),
        content,
        opened_at: at(7),
        state: QuestionState::Open,
        answer: None,
    }
}

pub fn entry(kind: EntryKind, mark: Option<&str>) -> Entry {
    Entry {
        at: at(8),
        run: RunId(1),
        kind,
        entity: "contact".into(),
        link: Some(LinkId(1)),
        system: Some("crm".into()),
        remote: Some("c1".into()),
        field: Some("phone".to_owned()),
        content: json!({ "lost": "0151" }).into(),
        mark: mark.map(str::to_owned),
    }
}

pub fn trip(approval: &str, scope: Scope) -> Trip {
    let guard = approval
        .rsplit_once('-')
        .map_or(approval, |(guard, _)| guard);
    Trip {
        guard: guard.to_owned(),
        message: "too much".to_owned(),
        approval: approval.to_owned(),
        scope,
        holds: scope == Scope::Rule,
    }
}

/// A commit with one of everything that a fresh ledger can hold.
pub fn everything() -> Commit {
    let mut joined = crm("c1");
    joined.link = Some(LinkId(1));
    let answer = AnswerGiven {
        choice: json!({ "keep": "crm" }),
        by: "berta".to_owned(),
        at: at(9),
    };
    Commit {
        links: vec![link(1)],
        records: vec![joined, shop("s1"), crm("c2")],
        listed: vec![(1, 4)],
        attention: Vec::new(),
        cursors: vec![CursorChange {
            entity: "contact".into(),
            system: "shop".into(),
            cursor: Some("page 2".to_owned()),
            listing: 3,
            listing_open: true,
            asked_at: at(2),
        }],
        runs: vec![RunChange {
            run: RunId(1),
            started_at: at(1),
            ended_at: Some(at(10)),
            summary: json!({ "writes": 1 }),
        }],
        intents: vec![
            IntentChange::Open(intent("i-1", 4)),
            IntentChange::Open(intent("i-2", 3)),
            IntentChange::Close {
                id: IntentId("i-1".to_owned()),
                at: at(6),
                outcome: "done",
            },
        ],
        questions: vec![
            QuestionChange::Ask(question("phone", json!({ "a": 1 }))),
            QuestionChange::Ask(question("city", json!({ "b": [0.1] }))),
            QuestionChange::Answer { number: 1, answer },
        ],
        prepared: vec![prepared(1)],
        distinct: vec![("contact".into(), 3, 1)],
        trips: vec![
            TripChange::Seen {
                trip: trip("write-cap-0a", Scope::Plan),
                entity: "contact".into(),
                at: at(3),
            },
            TripChange::Seen {
                trip: trip("flip-flop-0b", Scope::Link(LinkId(1))),
                entity: "contact".into(),
                at: at(4),
            },
            TripChange::Approve {
                approval: "flip-flop-0b".to_owned(),
                by: "berta".to_owned(),
            },
        ],
        facts: vec![("mapper".to_owned(), "v1".to_owned())],
        journal: vec![
            entry(EntryKind::GivenUp, Some("m")),
            entry(EntryKind::Write, None),
        ],
        asked: vec![asked(&[("a", "b"), ("c", "d")])],
    }
}

/// A batch of these conflicts, of links 1, 2, 3 and so on, with their answers.
pub fn asked(said: &[(&str, &str)]) -> AskedBatch {
    let decided = |(at, (input, answer)): (usize, &(&str, &str))| Decided {
        link: LinkId(at as u64 + 1),
        input: Content::of(input),
        answer: Content::of(answer),
    };
    let answers = said.iter().map(|(_, answer)| Content::of(answer));
    let mut answers: Vec<_> = answers.collect();
    answers[0] = Content::of(&"other");
    AskedBatch {
        at: at(8),
        run: RunId(1),
        rule: RuleId {
            name: "keep-newest".to_owned(),
            digest: Digest::of(b"a"),
        },
        setup: Content::of(&"setup"),
        now: 5,
        entity: "contact".into(),
        decisions: said.iter().enumerate().map(decided).collect(),
        fuel: Some(7),
        shadow: Some(ShadowBatch {
            component: Digest::of(b"b"),
            setup: Content::of(&"another"),
            answers,
            fuel: None,
        }),
    }
}

pub fn prepared(record: i64) -> PreparedRecord {
    let term = |value, witness| Term { value, witness };
    PreparedRecord {
        record: Whose::Kept(record),
        entity: "contact".into(),
        version: "matcher 1".to_owned(),
        keys: vec![MatchKey(7), MatchKey(u64::MAX)],
        terms: vec![term(u64::MAX, 0), term(5, 6)],
        features: vec![0, 255, 1],
    }
}
