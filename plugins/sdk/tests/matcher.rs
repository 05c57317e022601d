//! A rule that only compares two records is a whole matcher, across the border
//! and back.

use treaty_sdk::contract::matcher::exports::treaty::rules::matcher::{Candidate, Guest, Pair};
use treaty_sdk::{
    About, Comparison, Detail, Exported, Field, Key, Population, Record, RecordMatcher, Rule,
    Setup, Value,
};

struct MatchEmail {
    fields: Vec<Field>,
}

impl Rule for MatchEmail {
    fn about() -> About {
        About::new(
            "match-email",
            "1.0.0",
            "The same address is the same person.",
        )
    }

    fn new(setup: &Setup) -> Result<Self, String> {
        setup.field("email").ok_or("there is no field email")?;
        Ok(Self {
            fields: setup.canonical.clone(),
        })
    }
}

impl RecordMatcher for MatchEmail {
    fn keys(&self, record: Record<'_>) -> Vec<Key> {
        let email = record.text("email");
        email
            .map(|email| Key::of("email", email))
            .into_iter()
            .collect()
    }

    fn compare_records(&self, first: Record<'_>, second: Record<'_>) -> Comparison {
        let same = first.text("email").is_some() && first.text("email") == second.text("email");
        Comparison::of_weight(if same { 10.0 } else { -10.0 })
    }

    fn fields(&self) -> &[Field] {
        &self.fields
    }
}

treaty_sdk::export_matcher!(MatchEmail);

#[test]
fn records_are_prepared_and_compared() {
    let setup = || Setup::of("contact").field("email", "email").done();
    let rows = ["anna@a.de", "anna@a.de", "ben@b.de"].map(|email| vec![Some(Value::from(email))]);
    let prepared = <Exported<MatchEmail> as Guest>::prepare(setup(), rows.to_vec());
    let records: Vec<_> = prepared
        .into_iter()
        .map(|prepared| prepared.expect("the records can be prepared"))
        .inspect(|prepared| assert_eq!(prepared.keys[0].kind, "email"))
        .map(|prepared| Candidate {
            features: prepared.features,
            counts: Vec::new(),
        })
        .collect();
    let pairs = [(0, 1), (0, 2), (0, 9)].map(|(first, second)| Pair { first, second });
    let population = Population {
        records: 3,
        pairs: 3,
        attributes: Vec::new(),
    };
    let compared = <Exported<MatchEmail> as Guest>::compare(
        setup(),
        population,
        records,
        pairs.to_vec(),
        Detail::Score,
    );
    let weights: Vec<_> = compared
        .iter()
        .map(|answer| {
            answer
                .as_ref()
                .map(|comparison| comparison.weight)
                .map_err(|e| &*e.message)
        })
        .collect();
    assert_eq!(
        weights,
        [
            Ok(10.0),
            Ok(-10.0),
            Err("record 9 is not among the 3 of the batch")
        ]
    );
}

#[test]
fn a_rule_that_cannot_be_made_answers_every_element() {
    let answers =
        <Exported<MatchEmail> as Guest>::prepare(Setup::of("deal").done(), vec![vec![], vec![]]);
    let messages: Vec<_> = answers
        .into_iter()
        .map(|answer| answer.map_err(|e| e.message))
        .collect();
    let refused = Err("there is no field email".to_owned());
    assert_eq!(messages, [refused.clone(), refused]);
}
