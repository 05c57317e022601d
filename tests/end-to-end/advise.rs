//! Advice on the way out of two-way, from a history that was really made: every
//! figure is one of what the test did.

mod diff;

use serde_json::{Value as Json, json};

use crate::golden::Transcript;
use crate::watch::{Watch, until};
use crate::{Bench, database};

const TREATY: &str = r#"
[treaty]
name = "acme"
[systems.crm]
connector = "sqlite"
path = "crm.db"
[systems.shop]
connector = "sqlite"
path = "shop.db"
automations = ["enrich-*"]
[entities.person]
table = "person.csv"
[entities.person.match]
matcher = "match-keys"
[rules.match-keys.configuration]
keys = [["email"]]
[entities.person.systems.crm]
source = "person"
actor = "editor"
[entities.person.systems.shop]
source = "client"
actor = "editor"
creates-from = ["crm"]
"#;

const TABLE: &str = "\
field,type,owner,rule,group,crm,shop,notes
email,email,crm,,,mail,email,\"who it is, in both\"
phone,phone,shared,prefer(crm),,phone,tel,\"ask \"\"Anna\"\"\"
name,text,shared,prefer(crm),,name,name,
street,text,shared,prefer(crm),address,street,road,Straße
town,text,shared,prefer(crm),address,town,town,
status,text,shared,,,status,state,
score,number,shared,max,,score,points,
title,text,crm,,,title,title,
memo,text,shared,,,memo,memo,
";

/// So many people, and a record of each in both systems.
const PEOPLE: u32 = 20;

/// Two systems and what people and automations did in them.
struct History {
    bench: Bench,
}

impl History {
    /// Twenty people in agreement; nobody has edited anything.
    fn begun() -> Self {
        let bench = Bench::with(&[("treaty.toml", TREATY), ("person.csv", TABLE)]);
        let history = Self { bench };
        history.crm(
            "CREATE TABLE person (id INTEGER PRIMARY KEY, mail TEXT, phone TEXT, name TEXT,
                 street TEXT, town TEXT, status TEXT, score INTEGER, title TEXT, memo TEXT,
                 editor TEXT)",
        );
        history.shop(
            "CREATE TABLE client (id INTEGER PRIMARY KEY, email TEXT, tel TEXT, name TEXT,
                 road TEXT, town TEXT, state TEXT, points INTEGER, title TEXT, memo TEXT,
                 editor TEXT)",
        );
        for id in 1..=PEOPLE {
            history.crm(&format!(
                "INSERT INTO person VALUES ({id}, 'p{id}@x.example', NULL, 'Ida', 'Ring', 'Bonn',
                     'new', 1, 'Dr.', '', 'anna')"
            ));
        }
        history.bench.settle();
        history
    }

    /// The same, and then they work.
    fn made() -> Self {
        let history = Self::begun();
        // Twenty phone numbers by people; three of them by automation too.
        history.crm("UPDATE person SET phone = '+4930231251' || (id + 20), editor = 'anna'");
        history.shop(
            "UPDATE client SET tel = '+4930231252' || (id + 20), editor = 'enrich-acme'
             WHERE email IN ('p1@x.example', 'p2@x.example', 'p3@x.example')",
        );
        // Somebody in the shop gives twelve titles, which belong to the CRM.
        history.bench.sync();
        history.crm("UPDATE person SET name = 'Ida' || id, editor = 'anna' WHERE id <= 12");
        history.shop("UPDATE client SET title = 'Prof.', editor = 'bob' WHERE id <= 12");
        history.bench.sync();
        history.crm(
            "UPDATE person SET street = 'Weg ' || id, town = 'Ulm', editor = 'anna' WHERE id > 10",
        );
        history.shop("UPDATE client SET points = 5, editor = 'enrich-acme' WHERE id = 1");
        history.bench.sync();
        // Both give a status, once to the same person: nobody has said who wins.
        history.crm("UPDATE person SET status = 'lead', editor = 'anna' WHERE id <= 10");
        history.shop(
            "UPDATE client SET state = 'client', editor = 'bob'
             WHERE CAST(substr(email, 2) AS INTEGER) >= 10",
        );
        history.bench.sync();
        history
            .bench
            .treaty(&["decide", "1", "--keep", "shop", "--by", "Dora"])
            .expect(0);
        history.bench.settle();
        history
    }

    fn crm(&self, sql: &str) {
        database::execute(&self.bench.path().join("crm.db"), sql);
    }

    fn shop(&self, sql: &str) {
        database::execute(&self.bench.path().join("shop.db"), sql);
    }

    fn advice(&self, arguments: &[&str]) -> Json {
        let arguments = [&["advise", "--format", "json"], arguments].concat();
        self.bench.treaty(&arguments).expect(0).json()
    }

    fn diff(&self) -> String {
        self.bench.treaty(&["advise", "--diff"]).expect(0).stdout
    }
}

/// What is said of a field.
fn field<'a>(advice: &'a Json, name: &str) -> &'a Json {
    let fields = advice["entities"][0]["fields"].as_array().expect("a list");
    let mut fields = fields.iter();
    let found = fields.find(|field| field["field"] == name);
    found.unwrap_or_else(|| panic!("{name} is in {advice:#}"))
}

/// The waves as `number: fields to owner`.
fn waves(advice: &Json) -> Vec<String> {
    let texts = |list: &Json| -> Vec<String> {
        let list = list.as_array().expect("a list").iter();
        list.map(|text| text.as_str().expect("a text").to_owned())
            .collect()
    };
    let wave = |wave: &Json| {
        let moves = wave["moves"].as_array().expect("a list").iter();
        let moves: Vec<_> = moves
            .map(|step| format!("{} to {}", texts(&step["fields"]).join("+"), step["to"]))
            .collect();
        format!("{}: {}", wave["number"], moves.join(", ")).replace('"', "")
    };
    advice["waves"]
        .as_array()
        .expect("a list")
        .iter()
        .map(wave)
        .collect()
}

#[test]
fn every_figure_is_one_of_what_was_done() {
    let history = History::made();
    let advice = history.advice(&[]);
    assert_eq!(advice["days"], 30);
    assert_eq!(advice["shared"], 7);
    assert_eq!(advice["forgotten"], 0);
    let edits = |edits: u64, who: &str, agreed: u64, given_up: u64| {
        let mut of = json!({ "edits": edits, "people": 0, "automations": 0, "ours": 0,
                             "unknown": 0, "agreed": agreed, "given_up": given_up });
        of[who] = json!(edits);
        of
    };
    let check = |name: &str, figures: [u64; 5], systems: Json, suggestion: Json| {
        let field = field(&advice, name);
        let keys = [
            "changes",
            "collisions",
            "decided_by_rule",
            "decided_by_person",
            "asked",
        ];
        let found = keys.map(|key| field[key].as_u64().expect("a number"));
        assert_eq!(found, figures, "{name}: {keys:?}");
        assert_eq!(field["systems"], systems, "{name}");
        assert_eq!(field["suggestion"], suggestion, "{name}");
    };
    check(
        "phone",
        [20, 3, 3, 0, 0],
        json!({ "crm": edits(20, "people", 20, 0), "shop": edits(3, "automations", 0, 3) }),
        json!({ "suggests": "owner", "system": "crm", "edits": 20, "of": 23 }),
    );
    assert_eq!(field(&advice, "phone")["disagreement"], 0.15);
    check(
        "name",
        [12, 0, 0, 0, 0],
        json!({ "crm": edits(12, "people", 12, 0) }),
        json!({ "suggests": "owner", "system": "crm", "edits": 12, "of": 12 }),
    );
    for name in ["street", "town"] {
        check(
            name,
            [10, 0, 0, 0, 0],
            json!({ "crm": edits(10, "people", 10, 0) }),
            json!({ "suggests": "owner", "system": "crm", "edits": 20, "of": 20 }),
        );
    }
    check(
        "status",
        [20, 1, 0, 1, 1],
        json!({ "crm": edits(10, "people", 9, 1), "shop": edits(11, "people", 11, 0) }),
        json!({ "suggests": "several-edit", "systems": ["shop", "crm"] }),
    );
    check(
        "score",
        [1, 0, 0, 0, 0],
        json!({ "shop": edits(1, "automations", 1, 0) }),
        json!({ "suggests": "no-owner-needed", "strategy": "max" }),
    );
    check(
        "title",
        [12, 0, 0, 0, 0],
        json!({ "shop": edits(12, "people", 0, 12) }),
        json!({ "suggests": "other-owner", "system": "shop", "edits": 12, "of": 12 }),
    );
    for name in ["memo", "email"] {
        check(name, [0; 5], json!({}), json!({ "suggests": "not-edited" }));
    }
    let order = [
        "1: name to crm",
        "2: street+town to crm",
        "4: phone to crm",
        "5: title to shop",
    ];
    assert_eq!(waves(&advice), order);
    let shared = |at: usize| {
        let wave = &advice["waves"][at];
        (
            wave["shared_before"].as_u64(),
            wave["shared_after"].as_u64(),
        )
    };
    assert_eq!(
        [shared(0), shared(1)],
        [(Some(7), Some(6)), (Some(6), Some(4))]
    );
    assert_eq!(
        [shared(2), shared(3)],
        [(Some(4), Some(3)), (Some(3), Some(3))]
    );
    let mut lost = edits(3, "automations", 0, 3);
    lost["system"] = json!("shop");
    assert_eq!(advice["waves"][2]["moves"][0]["lost"], json!([lost]));
}

#[test]
fn what_advise_says_in_words() {
    let history = History::made();
    let mut transcript = Transcript::of(&history.bench);
    transcript.run(&["advise"]).expect(0);
    transcript.run(&["advise", "--diff"]).expect(0);
    transcript.run(&["advise", "contract"]).expect(1);
    transcript.check("advise");
}

#[test]
fn the_window_is_that_of_the_days_asked_for() {
    let history = History::begun();
    let plant = |days: u32| {
        let sql = format!(
            "INSERT INTO entry (at, run, kind, entity, link, content) VALUES
             ((CAST(strftime('%s', 'now') AS INTEGER) - {days} * 86400) * 1000000, 1, 'base',
             'person', 1, '{{\"fields\": [{{\"field\": \"name\", \"to\": {{\"before\": null,
             \"value\": \"Ida\", \"system\": \"crm\", \"at\": null, \"revision\": 1,
             \"origin\": {{\"kind\": \"person\"}}, \"why\": \"one-changed\"}}}}]}}')"
        );
        database::execute(&history.bench.path().join(".treaty/journal.db"), &sql);
    };
    plant(29);
    plant(31);
    let changes = |arguments: &[&str]| field(&history.advice(arguments), "name")["changes"].clone();
    assert_eq!(changes(&[]), 1);
    assert_eq!(changes(&["--days", "32"]), 2);
    assert_eq!(changes(&["--days", "28"]), 0);
    history.bench.treaty(&["advise", "--days", "0"]).expect(64);
}

#[test]
fn a_journal_that_was_emptied_is_told() {
    let history = History::begun();
    history.crm("UPDATE person SET name = 'Ida' || id, editor = 'anna' WHERE id <= 12");
    history.bench.settle();
    history
        .bench
        .treaty(&["forget", "--before", "9999-01-01"])
        .expect(0);
    let advice = history.advice(&[]);
    assert_eq!(field(&advice, "name")["changes"], 0);
    // Twenty first meetings and twelve edits.
    assert_eq!(advice["forgotten"], 32);
    history
        .bench
        .treaty(&["advise"])
        .expect(0)
        .says("32 entries of the journal are forgotten");
    history.crm("UPDATE person SET name = 'Idalia', editor = 'anna' WHERE id = 1");
    history.bench.settle();
    let advice = history.advice(&[]);
    assert_eq!(field(&advice, "name")["changes"], 1);
    assert_eq!(advice["forgotten"], 0);
    let begins = advice["journal_begins"].as_str().expect("a time");
    history.bench.treaty(&["advise"]).expect(0).says(&format!(
        "the journal begins on {begins}: what was edited before is not known"
    ));
}

#[test]
fn it_reads_beside_a_process_at_work() {
    let history = History::begun();
    let watch = Watch::start(&history.bench);
    history.crm("UPDATE person SET memo = 'call', editor = 'anna' WHERE id = 1");
    let shop = history.bench.path().join("shop.db");
    until("the edit is carried over", || {
        database::rows(&shop, "SELECT count(*) FROM client WHERE memo = 'call'") == ["1"]
    });
    let advice = history.advice(&[]);
    assert_eq!(watch.end(), Some(0));
    assert_eq!(field(&advice, "memo")["systems"]["crm"]["people"], 1);
}

#[test]
fn before_the_first_sync_there_is_nothing_to_advise_on() {
    let bench = Bench::with(&[("treaty.toml", TREATY), ("person.csv", TABLE)]);
    bench.treaty(&["advise"]).expect(1).says("hint: ");
}
