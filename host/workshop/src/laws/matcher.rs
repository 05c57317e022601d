//! The laws of matchers.

use proptest::prelude::*;
use treaty_folder::{Asked, Matching, Meeting, Other};
use treaty_model::{Comparison, MatchCandidate, Pair, Population, Prepared, Row, TermCount};
use treaty_sandbox::{Answers, Detail};

use super::trial::{Judgement, hold};
use super::{Ground, LawResult, batch};

/// Weights are sums of the same parts in another order.
const ROUNDING: f64 = 1e-9;

/// Among how many records the generated ones are.
const RECORDS: u64 = 10_000;

/// A record and another that is like it in most.
type Two = (Row, Row);

pub(super) fn laws(ground: &Ground<'_>, matching: &Matching) -> Vec<LawResult> {
    let record = ground.rows();
    let two = (
        record.clone(),
        record.clone(),
        proptest::collection::vec(any::<bool>(), 64),
    )
        .prop_map(|(one, other, kept)| {
            let cells = one.iter().zip(other).zip(kept.iter().cycle());
            let alike = cells.map(|((one, other), kept)| if *kept { one.clone() } else { other });
            let alike = alike.collect();
            (one, alike)
        })
        .boxed();
    let of_one = |record: &Row| meeting(record, record);
    let of_two = |(one, other): &Two| meeting(one, other);
    let prepare = |rows: &[Row]| -> Answers<Prepared> { ground.rule.prepare(ground.setup, rows) };
    let mut results = batch::laws(ground, record.clone(), prepare, of_one);
    results.push(hold(
        ground,
        "a pair and its mirror score alike",
        &two,
        |(one, other)| mirror(ground, one, other),
        of_two,
    ));
    results.push(hold(
        ground,
        "a record matches itself best",
        &two,
        |(one, other)| itself(ground, one, other),
        of_two,
    ));
    results.push(hold(
        ground,
        "whatever would be linked shares a blocking key",
        &two,
        |(one, other)| shares(ground, matching, one, other),
        of_two,
    ));
    results.push(hold(
        ground,
        "more evidence never scores less",
        &two,
        |(one, other)| more(ground, one, other),
        of_two,
    ));
    results
}

fn meeting(one: &Row, other: &Row) -> Asked {
    let meeting = Meeting {
        rows: [one.clone(), other.clone()],
        others: Vec::<Other>::new(),
        records: Some(RECORDS),
    };
    Asked::Match(Box::new(meeting), None)
}

/// Two records prepared; none where the rule says no.
fn prepared(ground: &Ground<'_>, one: &Row, other: &Row) -> Option<[Prepared; 2]> {
    let rows = [one.clone(), other.clone()];
    let mut answers = ground.rule.prepare(ground.setup, &rows).answers.into_iter();
    Some([answers.next()?.ok()?, answers.next()?.ok()?])
}

fn compared(ground: &Ground<'_>, both: &[&Prepared; 2]) -> Option<Comparison> {
    // Every term is as rare as can be, whoever else holds it: what is compared is
    // the records, not the crowd.
    let candidate = |prepared: &Prepared| MatchCandidate {
        features: prepared.features.clone(),
        counts: vec![
            TermCount {
                records: 2,
                witnesses: 2,
            };
            prepared.terms.len()
        ],
    };
    let candidates = both.map(candidate);
    let population = Population {
        records: RECORDS,
        pairs: RECORDS * RECORDS / 4,
        attributes: Vec::new(),
    };
    let pair = Pair {
        first: 0,
        second: 1,
    };
    let rule = ground.rule;
    let answers = rule.compare(
        ground.setup,
        &population,
        &candidates,
        &[pair],
        Detail::Score,
    );
    answers.answers.into_iter().next()?.ok()
}

fn mirror(ground: &Ground<'_>, one: &Row, other: &Row) -> Judgement {
    let Some([first, second]) = prepared(ground, one, other) else {
        return Judgement::SaysNothing;
    };
    let this = compared(ground, &[&first, &second]);
    let that = compared(ground, &[&second, &first]);
    let (Some(this), Some(that)) = (this, that) else {
        return Judgement::SaysNothing;
    };
    Judgement::unless((this.weight - that.weight).abs() > ROUNDING, || {
        format!("{} and, mirrored, {}", this.weight, that.weight)
    })
}

fn itself(ground: &Ground<'_>, one: &Row, other: &Row) -> Judgement {
    let Some([first, second]) = prepared(ground, one, other) else {
        return Judgement::SaysNothing;
    };
    let same = compared(ground, &[&first, &first]);
    let alike = compared(ground, &[&first, &second]);
    let (Some(same), Some(alike)) = (same, alike) else {
        return Judgement::SaysNothing;
    };
    Judgement::unless(alike.weight > same.weight + ROUNDING, || {
        format!("{} with itself, {} with another", same.weight, alike.weight)
    })
}

fn shares(ground: &Ground<'_>, matching: &Matching, one: &Row, other: &Row) -> Judgement {
    let Some([first, second]) = prepared(ground, one, other) else {
        return Judgement::SaysNothing;
    };
    let Some(compared) = compared(ground, &[&first, &second]) else {
        return Judgement::SaysNothing;
    };
    if compared.probability < matching.link_from {
        return Judgement::SaysNothing;
    }
    let shares = first.keys.iter().any(|key| second.keys.contains(key));
    Judgement::unless(!shares, || {
        format!("probability {}, and no key in common", compared.probability)
    })
}

/// A field in which both are equal says no less than the same field left out.
fn more(ground: &Ground<'_>, one: &Row, other: &Row) -> Judgement {
    let cells = one.iter().zip(other).enumerate();
    let mut equal = cells.filter(|(_, (one, other))| one.is_some() && one == other);
    let Some((at, _)) = equal.next() else {
        return Judgement::SaysNothing;
    };
    let (mut less_one, mut less_other) = (one.clone(), other.clone());
    less_one[at] = None;
    less_other[at] = None;
    let weight = |one: &Row, other: &Row| {
        let [first, second] = prepared(ground, one, other)?;
        Some(compared(ground, &[&first, &second])?.weight)
    };
    let (Some(more), Some(less)) = (weight(one, other), weight(&less_one, &less_other)) else {
        return Judgement::SaysNothing;
    };
    Judgement::unless(more < less - ROUNDING, || {
        let field = ground.words().field(treaty_model::FieldIndex(at));
        format!("{more} with an equal {field}, {less} without it")
    })
}
