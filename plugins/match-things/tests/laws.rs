//! What must hold of any two things.

use std::collections::BTreeSet;

use match_things::Things;
use match_things::weights::Weights;
use proptest::prelude::*;
use treaty_evidence::record::{Matcher, Prepared, Score};
use treaty_evidence::trial::{counted, seen};
use treaty_evidence::weight::Population;

type Row = Vec<Option<String>>;

const FIELDS: [(&str, &str); 6] = [
    ("title", "text"),
    ("maker", "organisation"),
    ("price", "money"),
    ("kind", "choice"),
    ("number", "external-id"),
    ("changed", "instant"),
];

fn things() -> Things {
    Things::with(FIELDS, Weights::default())
}

/// Scores of pairs among rows that are counted together.
fn scores(rows: &[Row], pairs: &[(u32, u32)]) -> (Vec<Score>, Vec<Prepared>) {
    let things = things();
    let prepared: Vec<Prepared> = rows.iter().map(|row| things.prepare_row(row)).collect();
    let records = counted(&things, &prepared);
    let population = Population::new(5_000, 6_000_000);
    let score = |&(first, second): &(u32, u32)| {
        things.compare(&population, seen(&records, first), seen(&records, second))
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
            "Folding bicycle, blue",
            "Blue folding bicycle",
            "Folding bycicle blue",
            "Folding chair",
            "Mountain bicycle with a very long description that does not fit into what is kept of it",
            "Mountain bicycle with a very long description that does not fit into what is kept, second part",
            "n/a",
            "…",
        ]),
        cell(&["Acme", "ACME GmbH", "Globex"]),
        cell(&["19.9", "20", "0"]),
        cell(&["a", "b"]),
        cell(&["4711", "4712"]),
        cell(&["2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z"]),
    )
        .prop_map(|(title, maker, price, kind, number, changed)| {
            vec![title, maker, price, kind, number, changed]
        })
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
        let things = things();
        let prepared = things.prepare_row(&one);
        let mut thing = Matcher::read(&things, &prepared.features).expect("its own features");
        prop_assert_eq!(thing.encode(), prepared.features);
        prop_assert_eq!(thing.terms(things.columns()), prepared.terms);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Matcher::read(&things(), &bytes);
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
