//! What must hold of any two companies, and cases that people know.

use std::collections::BTreeSet;

use match_companies::Companies;
use match_companies::weights::Weights;
use proptest::prelude::*;
use treaty_evidence::record::{Matcher, Prepared, Score};
use treaty_evidence::schema::Schema;
use treaty_evidence::trial::{counted, seen};
use treaty_evidence::weight::Population;

type Row = Vec<Option<String>>;

const FIELDS: [(&str, &str); 8] = [
    ("name", "organisation"),
    ("website", "website"),
    ("phone", "phone"),
    ("street", "street"),
    ("city", "city"),
    ("postcode", "postcode"),
    ("tax", "tax-id"),
    ("shop", "external-id"),
];

fn companies() -> Companies {
    Companies::with(Schema::new(FIELDS), Weights::default())
}

/// Scores of pairs among rows that are counted together.
fn scores(rows: &[Row], pairs: &[(u32, u32)]) -> (Vec<Score>, Vec<Prepared>) {
    let companies = companies();
    let prepared: Vec<Prepared> = rows.iter().map(|row| companies.prepare_row(row)).collect();
    let records = counted(&companies, &prepared);
    let population = Population::new(5_000, 6_000_000);
    let score = |&(first, second): &(u32, u32)| {
        companies.compare(&population, seen(&records, first), seen(&records, second))
    };
    (pairs.iter().map(score).collect(), prepared)
}

fn cell(values: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    proptest::option::weighted(
        0.7,
        proptest::sample::select(values).prop_map(str::to_owned),
    )
}

fn row() -> impl Strategy<Value = Row> {
    (
        cell(&[
            "Acme GmbH",
            "ACME",
            "Acme Logistics Inc.",
            "Globex",
            "International Business Machines",
            "IBM",
            "Acme Logistik",
            "n/a",
        ]),
        cell(&[
            "https://acme.com",
            "www.acme.de",
            "shop.acme.com",
            "globex.io",
            "facebook.com/acme",
        ]),
        cell(&[
            "+49 30 1234567",
            "030 1234567",
            "030 1234576",
            "+1 212 555 0147",
            "0000000",
        ]),
        cell(&["12 Main Street", "12 Main St", "14 Main St", "Hauptstr. 5"]),
        cell(&["Berlin", "West Berlin", "New York"]),
        cell(&["10115", "10117", "SW1A 1AA", "0000"]),
        cell(&["DE123456", "DE123457", "GB999"]),
        cell(&["4711", "4712"]),
    )
        .prop_map(
            |(name, website, phone, street, city, postcode, tax, shop)| {
                vec![name, website, phone, street, city, postcode, tax, shop]
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(0x7EA7), ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn a_pair_and_its_mirror_score_alike(one in row(), other in row()) {
        let (scores, _) = scores(&[one, other], &[(0, 1), (1, 0)]);
        prop_assert_eq!(scores[0], scores[1]);
        prop_assert!(scores[0].weight.is_finite());
    }

    #[test]
    fn nothing_matches_a_record_better_than_itself(one in row(), other in row()) {
        let (scores, _) = scores(&[one, other], &[(0, 0), (0, 1)]);
        prop_assert!(scores[0].weight >= scores[1].weight - 1e-9, "{scores:?}");
    }

    #[test]
    fn more_evidence_never_scores_less(one in row(), other in row(), added in 1..FIELDS.len(), full in row()) {
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
        let companies = companies();
        let prepared = companies.prepare_row(&one);
        let mut company = Matcher::read(&companies, &prepared.features).expect("its own features");
        prop_assert_eq!(company.encode(), prepared.features);
        prop_assert_eq!(company.terms(), prepared.terms);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Matcher::read(&companies(), &bytes);
    }

    #[test]
    fn whatever_would_link_shares_a_key(one in row(), other in row()) {
        let (scores, prepared) = scores(&[one, other], &[(0, 1)]);
        let keys = |at: usize| prepared[at].keys.iter().map(|key| (key.kind, key.hash)).collect::<BTreeSet<_>>();
        if scores[0].probability >= 0.95 {
            prop_assert!(!keys(0).is_disjoint(&keys(1)), "{:?}", scores[0]);
        }
    }
}
