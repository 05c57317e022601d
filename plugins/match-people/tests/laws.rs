//! What must hold of any two people, whatever they are called.

use std::collections::BTreeSet;

use match_people::People;
use match_people::weights::Weights;
use proptest::prelude::*;
use treaty_evidence::record::{Matcher, Prepared, Score};
use treaty_evidence::schema::Schema;
use treaty_evidence::trial::{counted, seen};
use treaty_evidence::weight::Population;

type Row = Vec<Option<String>>;

const FIELDS: [(&str, &str); 11] = [
    ("first", "first-name"),
    ("last", "last-name"),
    ("email", "email"),
    ("phone", "phone"),
    ("company", "organisation"),
    ("street", "street"),
    ("city", "city"),
    ("postcode", "postcode"),
    ("birth", "birth-date"),
    ("tax", "tax-id"),
    ("shop", "external-id"),
];

fn people() -> People {
    People::with(Schema::new(FIELDS), Weights::default())
}

/// Scores of pairs among rows that are counted together.
fn scores(rows: &[Row], pairs: &[(u32, u32)]) -> (Vec<Score>, Vec<Prepared>) {
    let people = people();
    let prepared: Vec<Prepared> = rows.iter().map(|row| people.prepare_row(row)).collect();
    let records = counted(&people, &prepared);
    let population = Population::new(20_000, 200_000_000);
    let score = |&(first, second): &(u32, u32)| {
        people.compare(&population, seen(&records, first), seen(&records, second))
    };
    (pairs.iter().map(score).collect(), prepared)
}

fn cell(values: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    proptest::option::weighted(
        0.7,
        proptest::sample::select(values).prop_map(str::to_owned),
    )
}

/// Rows from few values, so that they agree, nearly agree and conflict.
fn row() -> impl Strategy<Value = Row> {
    (
        cell(&[
            "William",
            "Bill",
            "W.",
            "Jane",
            "jane marie",
            "Wiliam",
            "Schmidt",
            "Ада",
            "n/a",
        ]),
        cell(&[
            "Schmidt",
            "Schmitt",
            "Doe",
            "van der Berg",
            "Berg",
            "Doe Jr.",
            "Müller-Doe",
            "William",
        ]),
        cell(&[
            "jane@acme.com",
            "jdoe@acme.com",
            "bill17@gmail.com",
            "info@acme.com",
            "jane@acme.org",
            "test@x.de",
        ]),
        cell(&[
            "+49 30 1234567",
            "030 1234567",
            "030 1234576",
            "+1 212 555 0147",
            "0000000",
        ]),
        cell(&["Acme GmbH", "Acme", "Acme Logistics Inc.", "Globex"]),
        cell(&["12 Main Street", "12 Main St", "14 Main St", "Hauptstr. 5"]),
        cell(&["Berlin", "berlin", "West Berlin", "New York"]),
        cell(&["10115", "10117", "SW1A 1AA", "0000"]),
        cell(&[
            "1971-06-24",
            "1971-06-25",
            "1971-05-24",
            "1990-01-31",
            "1900-01-01",
        ]),
        cell(&["DE123456", "DE123457", "GB999"]),
        cell(&["4711", "4712"]),
    )
        .prop_map(|cells| {
            let (first, last, email, phone, company, street, city, postcode, birth, tax, shop) =
                cells;
            vec![
                first, last, email, phone, company, street, city, postcode, birth, tax, shop,
            ]
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(0x7EA7), ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn a_pair_and_its_mirror_score_alike(one in row(), other in row()) {
        let (scores, _) = scores(&[one, other], &[(0, 1), (1, 0)]);
        prop_assert_eq!(scores[0], scores[1]);
        prop_assert!(scores[0].weight.is_finite());
        prop_assert!((0.0..=1.0).contains(&scores[0].probability));
    }

    #[test]
    fn nobody_matches_a_record_better_than_itself(one in row(), other in row()) {
        let (scores, _) = scores(&[one, other], &[(0, 0), (0, 1)]);
        prop_assert!(scores[0].weight >= scores[1].weight - 1e-9, "{scores:?}");
    }

    #[test]
    fn more_evidence_never_scores_less(one in row(), other in row(), added in 2..FIELDS.len(), full in row()) {
        let mut without = [one, other];
        without[0][added] = None;
        without[1][added] = None;
        let mut with = without.clone();
        with[0][added].clone_from(&full[added]);
        with[1][added].clone_from(&full[added]);
        let (less, _) = scores(&without, &[(0, 1)]);
        let (more, _) = scores(&with, &[(0, 1)]);
        prop_assert!(more[0].weight >= less[0].weight - 1e-9, "{} {with:?} {less:?} {more:?}", FIELDS[added].0);
    }

    #[test]
    fn the_features_are_read_back(one in row()) {
        let people = people();
        let prepared = people.prepare_row(&one);
        let mut person = Matcher::read(&people, &prepared.features).expect("its own features");
        prop_assert_eq!(person.encode(), prepared.features);
        prop_assert_eq!(person.terms(), prepared.terms);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Matcher::read(&people(), &bytes);
    }
}

/// Nothing else is known of the two, and it is enough to link them.
#[test]
fn who_shares_a_birthday_and_a_website_is_found() {
    let schema = Schema::new([("birth", "birth-date"), ("site", "website")]);
    let people = People::with(schema, Weights::default());
    let row = ["1971-06-24", "https://berg.example"].map(|cell| Some(cell.to_owned()));
    let prepared: Vec<Prepared> = (0..2).map(|_| people.prepare_row(&row)).collect();
    let records = counted(&people, &prepared);
    let population = Population::new(20_000, 200_000_000);
    let score = people.compare(&population, seen(&records, 0), seen(&records, 1));
    assert!(score.probability >= 0.95, "{score:?}");
    let mut keys = prepared[0].keys.iter();
    assert!(keys.any(|key| prepared[1].keys.contains(key)));
}

const FIRST: [&str; 8] = [
    "William",
    "Catherine",
    "Jamal",
    "Ingrid",
    "Thomas",
    "Priya",
    "Zoltan",
    "Beatrice",
];
const LAST: [&str; 8] = [
    "Ashworth",
    "Kowalczyk",
    "Okonkwo",
    "Lindqvist",
    "Baumgartner",
    "Venkatesan",
    "Szabo",
    "Thibault",
];

/// One person as two systems have them: the second with slips of the pen.
fn corrupted() -> impl Strategy<Value = (Row, Row)> {
    let person = (0..8_usize, 0..8_usize, 1000..9999_u32);
    let slips = proptest::collection::vec((0..FIELDS.len(), 0..4_u8), 0..4);
    (person, slips).prop_map(|((first, last, number), slips)| {
        let (first, last) = (FIRST[first], LAST[last]);
        let mut row: Row = vec![
            Some(first.to_owned()),
            Some(last.to_owned()),
            Some(format!(
                "{}.{}@firm{number}.com",
                first.to_lowercase(),
                last.to_lowercase()
            )),
            Some(format!("+49 30 55{number}7")),
            Some(format!("{last} {number} GmbH")),
            Some(format!("{} Long Street", number % 90)),
            Some("Berlin".to_owned()),
            Some(format!("1{number}")),
            Some(format!(
                "19{}-0{}-1{}",
                40 + number % 50,
                1 + number % 9,
                number % 10
            )),
            None,
            None,
        ];
        let clean = row.clone();
        for (field, how) in slips {
            row[field] = row[field].take().and_then(|text| slip(&text, how));
        }
        (clean, row)
    })
}

fn slip(text: &str, how: u8) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    let middle = letters.len() / 2;
    match how {
        0 => return None,
        1 => letters.swap(middle, middle - 1),
        2 => drop(letters.remove(middle)),
        _ => return Some(text.to_uppercase()),
    }
    Some(letters.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(0x7EA7), ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn whatever_would_link_shares_a_key((one, other) in corrupted()) {
        let (scores, prepared) = scores(&[one, other], &[(0, 1)]);
        let keys = |at: usize| prepared[at].keys.iter().map(|key| (key.kind, key.hash)).collect::<BTreeSet<_>>();
        if scores[0].probability >= 0.95 {
            prop_assert!(!keys(0).is_disjoint(&keys(1)), "{:?}", scores[0]);
        }
    }
}
