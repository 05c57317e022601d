//! Cases that people know from their own lists.

use match_things::Things;
use treaty_evidence::trial::Written;
use treaty_sdk::{Comparison, Rule, Setup};

const FIELDS: [(&str, &str); 5] = [
    ("title", "text"),
    ("by", "text"),
    ("year", "number"),
    ("kind", "choice"),
    ("sku", "external-id"),
];

const WRITTEN: Written<'static> = Written {
    entity: "thing",
    fields: &FIELDS,
    records: 300,
};

fn compare(one: &str, other: &str) -> Comparison {
    WRITTEN.compare::<Things>(one, other)
}

fn between(least: f64, most: f64, one: &str, other: &str) {
    let found = compare(one, other);
    assert!(
        (least..=most).contains(&found.probability),
        "{one}\n{other}\n{found:?}"
    );
}

#[test]
fn one_thing_written_twice() {
    between(
        0.95,
        1.0,
        "title: Blue Folding Bicycle; by: Acme; year: 2024",
        "title: folding bicycle, blue; by: ACME; year: 2024",
    );
    between(
        0.95,
        1.0,
        "title: Semantic integration of models; by: D. Scott Mackay; year: 1999",
        "title: Semantic Integration of Models.; by: Scott Mackay; year: 1999",
    );
}

#[test]
fn a_title_alone_is_a_question() {
    between(
        0.2,
        0.949,
        "title: Blue Folding Bicycle",
        "title: Blue folding bicycle",
    );
}

#[test]
fn what_only_looks_alike_is_two() {
    between(
        0.0,
        0.2,
        "title: Blue folding bicycle; by: Acme; year: 2024",
        "title: Garden chair; by: Acme; year: 2024",
    );
    between(
        0.0,
        0.2,
        "title: Editorial; by: Anna Meier; year: 1999",
        "title: Editorial; by: Liam Garcia; year: 2003",
    );
}

#[test]
fn ids_decide() {
    between(
        0.99,
        1.0,
        "title: Bicycle; sku: 4711",
        "title: Garden chair; sku: 4711",
    );
    between(
        0.0,
        0.949,
        "title: Blue folding bicycle; by: Acme; sku: 4711",
        "title: Blue folding bicycle; by: Acme; sku: 4712",
    );
}

#[test]
fn the_evidence_is_said_in_words() {
    let found = compare(
        "title: Garden chair; year: 2024; kind: chair",
        "title: Garden chair, green; year: 2024; kind: seat",
    );
    let words: Vec<String> = found
        .evidence
        .iter()
        .map(|part| format!("{}: {}", part.about, part.finding))
        .collect();
    assert_eq!(
        words,
        [
            "title: partly the same words",
            "year: equal, and rare",
            "kind: different",
            "before comparing: as many records as could match, and nothing compared yet",
        ]
    );
}

#[test]
fn a_setup_is_checked() {
    assert!(Things::check(&WRITTEN.setup()).is_empty());
    let nothing = Setup::of("deal").field("amount", "money").done();
    assert!(
        Things::check(&nothing)[0]
            .message
            .starts_with("no field tells records apart")
    );
}
