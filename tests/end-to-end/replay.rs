//! What resolvers decided is kept and decided again: by the same rule, by another,
//! and beside the rule that decides.

mod packs;
mod shadow;

use std::path::Path;

use rusqlite::Connection;
use serde_json::Value as Json;
use treaty_hostile::guests;
use treaty_model::Digest;

use crate::Bench;

const TREATY: &str = r#"
[treaty]
name = "acme"
[systems.crm]
connector = "csv"
path = "crm"
[systems.shop]
connector = "csv"
path = "shop"
[entities.contact]
table = "contact.csv"
cross-reference = "pairs.csv"
[entities.contact.systems.crm]
source = "contacts"
[entities.contact.systems.shop]
source = "people"
[rules.decider]
component = "decider.wasm"
[rules.decider.configuration]
side = "first"
"#;

const TABLE: &str = "\
field,type,owner,rule,crm,shop
name,text,shared,decider,Name,name
city,text,shared,decider,City,city
phone,text,shared,,Phone,phone
";

const PEOPLE: usize = 12;

/// Two systems that differ in every field, after their first pass.
fn decided() -> Bench {
    let rows = |side: &str| {
        let row = |at| format!("{at},{side}-name-{at},{side}-city-{at},{side}-phone-{at}\n");
        (1..=PEOPLE).map(row).collect::<String>()
    };
    let pairs: String = (1..=PEOPLE).map(|at| format!("{at},{at}\n")).collect();
    let bench = Bench::with(&[
        ("treaty.toml", TREATY),
        ("contact.csv", TABLE),
        ("pairs.csv", &format!("crm,shop\n{pairs}")),
        (
            "crm/contacts.csv",
            &format!("id,Name,City,Phone\n{}", rows("crm")),
        ),
        (
            "shop/people.csv",
            &format!("id,name,city,phone\n{}", rows("shop")),
        ),
    ]);
    bench.write("decider.wasm", guests::FAILS_AS_TOLD);
    bench.sync();
    bench
}

fn replay(bench: &Bench, more: &[&str]) -> Json {
    let arguments = [&["rules", "replay", "--format", "json"], more].concat();
    bench.treaty(&arguments).json()["replayed"].clone()
}

/// Same, different, over budget, errors.
fn counts(replayed: &Json) -> [u64; 4] {
    ["same", "different", "over_budget", "errors"].map(|word| {
        let count = &replayed["decisions"][word];
        count.as_u64().unwrap_or_else(|| panic!("{replayed}"))
    })
}

/// Changes the journal as only somebody can who wants to.
fn tamper(bench: &Bench, sql: &str) {
    let db = Connection::open(bench.path().join(".treaty/journal.db")).expect("it opens");
    let names: Vec<String> = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .and_then(|mut sql| sql.query_map([], |row| row.get(0))?.collect())
        .expect("it has triggers");
    for name in names {
        db.execute_batch(&format!("DROP TRIGGER {name}"))
            .expect("it goes");
    }
    assert_eq!(db.execute(sql, []).expect("nobody refuses"), 1, "{sql}");
}

#[test]
fn the_same_rule_decides_the_same_again() {
    let bench = decided();
    let replayed = replay(&bench, &[]);
    assert_eq!(counts(&replayed), [24, 0, 0, 0]);
    // One batch of each rule.
    assert_eq!(
        (&replayed["batches"], &replayed["batches_again"]),
        (&2.into(), &2.into())
    );
    bench
        .treaty(&["rules", "replay", "--rule", "decider"])
        .expect(0)
        .says("12 decisions: 12 same, 0 different")
        .says("contact.city                 decider              12 same, 0 different")
        .says("left out: 12 decisions of resolve-standard")
        .says("2 batches, of which 1 came out again to the letter and with the same fuel");
    bench
        .treaty(&["rules", "replay", "--rule", "decder"])
        .expect(1)
        .says("the treaty has no rule \"decder\"");
    assert_eq!(counts(&replay(&bench, &["--since", "1h"])), [24, 0, 0, 0]);
    assert_eq!(counts(&replay(&bench, &["--since", "0h"])), [0, 0, 0, 0]);
    for wrong in [["--since", "soon"], ["--gate", "2"]] {
        let arguments = ["rules", "replay", wrong[0], wrong[1]];
        bench.treaty(&arguments).expect(64);
    }
}

#[test]
fn what_every_pass_asks_again_is_kept_once() {
    let bench = decided();
    let kept = || {
        let sql = "SELECT (SELECT count(*) FROM decision), (SELECT count(*) FROM asked),
                       (SELECT count(*) FROM setup)";
        bench.journal(sql)
    };
    bench.sync();
    let after_two = kept();
    for _ in 0..3 {
        bench.sync();
    }
    assert_eq!(kept(), after_two);
    // A plan is weighed only, and keeps nothing.
    bench.edit("treaty.toml", "side = \"first\"", "side = \"last\"");
    bench.edit("shop/people.csv", "shop-phone-3", "another");
    bench.treaty(&["plan"]);
    assert_eq!(kept(), after_two);
}

#[test]
fn another_configuration_shows_what_it_would_change() {
    let bench = decided();
    bench.edit("treaty.toml", "side = \"first\"", "side = \"last\"");
    let replayed = replay(&bench, &[]);
    assert_eq!(counts(&replayed), [12, 12, 0, 0]);
    let changes = replayed["changes"].as_array().expect("they are listed");
    assert_eq!(
        (changes.len(), &replayed["changes_in_all"]),
        (24, &24.into())
    );
    let first = &changes[0];
    let outcome = |value: &str, reason: &str| serde_json::json!({ "outcome": "value", "value": value, "reason": reason });
    assert_eq!(first["was"], outcome("crm-name-1", "the first"), "{first}");
    assert_eq!(first["is"], outcome("shop-name-1", "the last"), "{first}");
    assert_eq!(
        (&first["field"], &first["link"]),
        (&"name".into(), &1.into())
    );
    bench
        .treaty(&["rules", "replay", "--rule", "decider", "--gate", "2%"])
        .expect(6)
        .says("12 decisions: 0 same, 12 different")
        .says("    was  \"crm-name-1\"  (the first)\n    is   \"shop-name-1\"  (the last)")
        .says("… and 4 more")
        .says("100.00% are not the same, more than --gate 2% allows");
    bench
        .treaty(&["rules", "replay", "--gate", "50%"])
        .expect(0);
    bench
        .treaty(&["rules", "replay", "--gate", "49%"])
        .expect(6);
    // Nothing was decided by it.
    let first = "SELECT count(*) FROM decision WHERE answer LIKE '%the last%'";
    assert_eq!(bench.journal(first), ["0"]);
}

#[test]
fn another_component_is_told_what_was_told_then() {
    let bench = decided();
    let resolver = |component: &str| {
        let replayed = replay(&bench, &[component, "--rule", "decider"]);
        counts(&replayed)
    };
    assert_eq!(resolver("decider.wasm"), [12, 0, 0, 0]);
    // It does not know this configuration.
    assert_eq!(resolver("shipped:resolve-standard"), [0, 0, 0, 12]);
    bench.write("always.wasm", guests::TRAPS_ALWAYS);
    assert_eq!(resolver("always.wasm"), [0, 0, 0, 12]);
    bench.write("loops.wasm", guests::LOOPS);
    let [same, different, over, failed] = resolver("loops.wasm");
    assert_eq!((same, different, over + failed), (0, 0, 12));
    assert!(over > 0, "{over} over budget, {failed} failed");
    bench
        .treaty(&["rules", "replay", "shipped:map-fields"])
        .expect(1)
        .says("shipped:map-fields is no resolver");
    bench.treaty(&["rules", "replay", "nothing.wasm"]).expect(1);
}

#[test]
fn what_was_tampered_with_is_found() {
    let check = |sql: &str, says: &str| {
        let bench = decided();
        tamper(&bench, sql);
        bench
            .treaty(&["rules", "replay"])
            .expect(1)
            .says(says)
            .says("tampered with");
    };
    check(
        "UPDATE decision SET answer = replace(answer, 'the first', 'the best') WHERE id = 3",
        "tampered: decision 3: its mark does not fit what it says (contact #3)",
    );
    check(
        "UPDATE decision SET input = replace(input, 'shop-city-5', 'elsewhere') WHERE id = 5",
        "tampered: decision 5: its mark does not fit what it says (contact #5)",
    );
    check(
        "DELETE FROM decision WHERE id = 7",
        "tampered: batch 1: 1 of its decisions are not there",
    );
    check(
        "UPDATE asked SET fuel = fuel + 1 WHERE id = 1",
        "tampered: batch 1: its mark",
    );
    check(
        "UPDATE setup SET content = replace(content, 'first', 'last') WHERE id = 1",
        "tampered: setup 1: its mark does not fit",
    );
}

#[test]
fn a_forged_answer_with_a_fitting_mark_is_found_too() {
    let bench = decided();
    let sql = "SELECT link, input, replace(answer, 'the first', 'the best') FROM decision
               WHERE id = 3";
    let row = bench.journal(sql).remove(0);
    let mut parts = row.splitn(2, '|');
    let (link, texts) = (parts.next().expect("a link"), parts.next().expect("texts"));
    let said = format!("contact\n{link}\n{}", texts.replace(",[]]|[[", ",[]]\n[["));
    let mark = &Digest::of(said.as_bytes()).hex()[..32];
    tamper(
        &bench,
        &format!(
            "UPDATE decision SET answer = replace(answer, 'the first', 'the best'), mark = x'{mark}'
             WHERE id = 3"
        ),
    );
    bench
        .treaty(&["rules", "replay"])
        .expect(1)
        .says("tampered: batch 1: its mark does not fit")
        .says(
            "tampered: decision 3: the same component, told the same, answers otherwise (contact #3)",
        );
}

#[test]
fn a_copied_journal_is_enough() {
    let bench = decided();
    let away = Bench::new();
    let copy = |name: &str, to: &str| {
        std::fs::copy(bench.path().join(name), away.path().join(to)).expect("it is copied");
    };
    copy(".treaty/journal.db", "copy.db");
    copy("decider.wasm", "decider.wasm");
    let arguments = ["decider.wasm", "--rule", "decider", "--journal", "copy.db"];
    let replayed = replay(&away, &arguments);
    assert_eq!(counts(&replayed), [12, 0, 0, 0]);
    assert_eq!(replayed["batches_again"], 1);
    let other = [
        "rules",
        "replay",
        "decider.wasm",
        "--journal",
        "decider.wasm",
    ];
    away.treaty(&other).expect(1).says("decider.wasm");
    away.treaty(&["rules", "replay", "decider.wasm", "--journal", "nothing.db"])
        .expect(1)
        .says("nothing.db is no journal: there is no such file");
    away.treaty(&["rules", "replay", "--journal", "copy.db"])
        .expect(4);
    assert!(!Path::new(&away.path().join("nothing.db")).exists());
}

#[test]
fn a_person_who_was_forgotten_is_not_decided_about() {
    let bench = decided();
    let from_to = |file: &str, text: String| bench.edit(file, &text, "");
    from_to(
        "treaty.toml",
        "cross-reference = \"pairs.csv\"\n".to_owned(),
    );
    bench.edit(
        "treaty.toml",
        "source = \"contacts\"",
        "source = \"contacts\"\ndeletes-count = true\nabsentees = \"deleted\"",
    );
    bench.edit(
        "treaty.toml",
        "source = \"people\"",
        "source = \"people\"\ndeletes-count = true\nabsentees = \"deleted\"",
    );
    for file in ["crm/contacts.csv", "shop/people.csv"] {
        let text = bench.read(file);
        let kept = text.lines().filter(|line| !line.starts_with("4,"));
        let kept: Vec<_> = kept.collect();
        bench.write(file, kept.join("\n") + "\n");
    }
    bench.sync();
    bench.sync();
    bench.treaty(&["forget", "contact", "#4"]).expect(0);
    let state = std::fs::read(bench.path().join(".treaty/journal.db")).expect("it is there");
    let held = b"crm-name-4";
    assert!(!state.windows(held.len()).any(|some| some == held));
    let replayed = replay(&bench, &["--rule", "decider"]);
    assert_eq!(counts(&replayed), [11, 0, 0, 0]);
    assert_eq!(
        (&replayed["forgotten"], &replayed["altered"]),
        (&2.into(), &serde_json::json!([]))
    );
    bench
        .treaty(&["rules", "replay"])
        .expect(0)
        .says("forgotten, so that nobody can say: ")
        .says("not checked for fuel, because part of them is forgotten");
}

#[test]
fn what_is_too_old_goes_with_the_journal() {
    let bench = decided();
    bench
        .treaty(&["forget", "--before", "9999-01-01"])
        .expect(0);
    assert_eq!(counts(&replay(&bench, &[])), [0, 0, 0, 0]);
    let left = "SELECT count(*) FROM setup";
    assert_eq!(bench.journal(left), ["0"]);
}
