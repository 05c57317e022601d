//! The laws of resolvers.

use treaty_folder::Asked;
use treaty_model::{Candidate, Conflict, Decision, FieldIndex, Standing, Value, Verdict};

use super::conflicts::conflict;
use super::trial::{Judgement, hold, waived};
use super::{Ground, LawResult, batch};

const ORDER: &str = "the order of the sides does not matter";
const DECIDED: &str = "deciding the decided changes nothing";
const THREE: &str = "three systems decided two by two come to the same, whoever comes first";

/// What a rule says of itself that decides by the order of the sides.
const ORDER_MATTERS: (&str, &str) = ("order-of-sides", "matters");

pub(super) fn laws(ground: &Ground<'_>, fields: &[FieldIndex]) -> Vec<LawResult> {
    let any = conflict(ground, fields, 2);
    let shown = |conflict: &Conflict| Asked::Resolve(conflict.clone(), None);
    let ask = |conflicts: &[Conflict]| ground.rule.resolve(ground.setup, conflicts);
    let mut results = batch::laws(ground, any.clone(), ask, shown);
    let matters = ground.says(ORDER_MATTERS.0) == Some(ORDER_MATTERS.1);
    if matters {
        results.push(waived(ground, ORDER, "the rule says that it does"));
    } else {
        results.push(hold(ground, ORDER, &any, |one| turned(ground, one), shown));
    }
    results.push(hold(
        ground,
        DECIDED,
        &any,
        |one| decided(ground, one),
        shown,
    ));
    let systems = ground.settings.entity.systems.len();
    if systems < 3 {
        results.push(waived(ground, THREE, "the entity has two systems"));
    } else if matters {
        results.push(waived(
            ground,
            THREE,
            "the rule says that the order matters",
        ));
    } else {
        let three = conflict(ground, fields, 3);
        results.push(hold(
            ground,
            THREE,
            &three,
            |one| pairwise(ground, one),
            shown,
        ));
    }
    results
}

/// The verdicts of one conflict; none where the rule said no, or broke.
fn resolve(ground: &Ground<'_>, conflict: &Conflict) -> Option<Vec<Verdict>> {
    let conflicts = std::slice::from_ref(conflict);
    let answers = ground.rule.resolve(ground.setup, conflicts).answers;
    answers.into_iter().next()?.ok()
}

/// What a verdict comes to: the value and whose it is; none where a person is
/// asked.
fn outcome<'c>(
    candidates: &'c [Candidate],
    verdict: &'c Verdict,
) -> Option<(&'c Value, Option<&'c Candidate>)> {
    match &verdict.decision {
        Decision::Keep(at) => {
            let side = candidates.get(*at as usize)?;
            Some((&side.value, Some(side)))
        }
        Decision::Set(value) => Some((value, None)),
        Decision::Escalate => None,
    }
}

/// The same sides backwards come to the same value of the same side.
fn turned(ground: &Ground<'_>, one: &Conflict) -> Judgement {
    let mut other = one.clone();
    for contested in &mut other.contested {
        contested.candidates.reverse();
    }
    let (Some(these), Some(those)) = (resolve(ground, one), resolve(ground, &other)) else {
        return Judgement::SaysNothing;
    };
    let pairs = one.contested.iter().zip(&other.contested);
    for ((one, other), (this, that)) in pairs.zip(these.iter().zip(&those)) {
        let (this_way, that_way) = (
            outcome(&one.candidates, this),
            outcome(&other.candidates, that),
        );
        if this_way != that_way {
            let words = ground.words();
            return Judgement::Fails(format!(
                "{}; and with the sides turned round: {}",
                words.verdict(one, this),
                words.verdict(other, that)
            ));
        }
    }
    Judgement::Holds
}

/// Where all sides hold what was decided, it is decided again.
fn decided(ground: &Ground<'_>, one: &Conflict) -> Judgement {
    let Some(verdicts) = resolve(ground, one) else {
        return Judgement::SaysNothing;
    };
    let mut after = one.clone();
    for (contested, verdict) in after.contested.iter_mut().zip(&verdicts) {
        let Some((value, _)) = outcome(&contested.candidates, verdict) else {
            return Judgement::SaysNothing;
        };
        let value = value.clone();
        for side in &mut contested.candidates {
            side.value = value.clone();
        }
    }
    let Some(again) = resolve(ground, &after) else {
        return Judgement::Fails("the rule fails on what it decided itself".to_owned());
    };
    for (contested, verdict) in after.contested.iter().zip(&again) {
        let came = outcome(&contested.candidates, verdict).map(|(value, _)| value);
        let was = contested.candidates.first().map(|side| &side.value);
        if came.is_some() && came != was {
            let words = ground.words();
            let was = was.map(Value::to_string).unwrap_or_default();
            let verdict = words.verdict(contested, verdict);
            return Judgement::Fails(format!("all hold {was}, and then: {verdict}"));
        }
    }
    Judgement::Holds
}

/// Two are decided, and their winner meets the third: whichever two begin.
fn pairwise(ground: &Ground<'_>, one: &Conflict) -> Judgement {
    let mut finals: Vec<Vec<Value>> = Vec::new();
    for last in 0..3 {
        let Some(values) = two_and_one(ground, one, last) else {
            return Judgement::SaysNothing;
        };
        finals.push(values);
    }
    Judgement::unless(finals.iter().any(|values| *values != finals[0]), || {
        let ways = finals.iter().map(|values| {
            let values: Vec<_> = values.iter().map(Value::to_string).collect();
            values.join(", ")
        });
        let ways: Vec<_> = ways.collect();
        format!("by who comes last it comes to {}", ways.join(", or to "))
    })
}

/// The values where the side at `last` meets what the two others came to.
fn two_and_one(ground: &Ground<'_>, one: &Conflict, last: usize) -> Option<Vec<Value>> {
    let mut two = one.clone();
    for contested in &mut two.contested {
        contested.candidates.truncate(3);
        contested.candidates.remove(last);
    }
    let verdicts = resolve_unequal(ground, &two)?;
    let mut then = one.clone();
    for (at, contested) in then.contested.iter_mut().enumerate() {
        let third = contested.candidates[last].clone();
        let candidates = &two.contested[at].candidates;
        let (value, side) = &verdicts[at];
        let winner = Candidate {
            value: value.clone(),
            ..side.clone().unwrap_or_else(|| latest(candidates))
        };
        contested.candidates = vec![winner, third];
        contested.candidates.sort_by_key(|side| side.system);
    }
    let finals = resolve_unequal(ground, &then)?;
    Some(finals.into_iter().map(|(value, _)| value).collect())
}

/// A made value counts as said by whoever spoke last.
fn latest(candidates: &[Candidate]) -> Candidate {
    let latest = candidates.iter().max_by_key(|side| side.at);
    latest.cloned().unwrap_or_else(|| Candidate {
        system: None,
        value: Value::Null,
        standing: Standing::Edited,
        at: None,
        origin: Default::default(),
    })
}

/// What each field comes to. Sides that are equal are no conflict: a pass does not
/// ask about them.
fn resolve_unequal(
    ground: &Ground<'_>,
    conflict: &Conflict,
) -> Option<Vec<(Value, Option<Candidate>)>> {
    let mut open = conflict.clone();
    let is_equal = |sides: &[Candidate]| sides.iter().all(|side| side.value == sides[0].value);
    open.contested.retain(|field| !is_equal(&field.candidates));
    let verdicts = match open.contested.is_empty() {
        true => Vec::new(),
        false => resolve(ground, &open)?,
    };
    let mut verdicts = verdicts.iter();
    let fields = conflict.contested.iter().map(|field| {
        if is_equal(&field.candidates) {
            let latest = latest(&field.candidates);
            return Some((latest.value.clone(), Some(latest)));
        }
        let (value, side) = outcome(&field.candidates, verdicts.next()?)?;
        Some((value.clone(), side.cloned()))
    });
    fields.collect()
}
