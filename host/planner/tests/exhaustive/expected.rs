//! What the tables of the specification say of a combination.

use std::collections::{BTreeMap, BTreeSet};

use treaty_model::{Candidate, Cell, Drift, Owner, Presence, Revision, SystemIndex, Value, Why};

use super::state::{Base, Column, Record, State};
use super::{Combination, Tables, next};

/// What a plan does, as far as the tables speak of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// What base becomes.
    pub base: Option<(Value, Revision, Why)>,
    /// Who settles, with what.
    pub settled: BTreeMap<SystemIndex, (Cell, Revision)>,
    /// Who is written what, and why.
    pub written: BTreeMap<SystemIndex, (Cell, Revision, Why)>,
    /// What is given up by which system; none: by base.
    pub given_up: BTreeSet<(Option<u32>, Value)>,
    /// Between which sides a person is asked; none: base.
    pub asked: Option<Vec<(Option<u32>, Value)>>,
    /// Whose presence is dealt with.
    pub presence: BTreeMap<SystemIndex, Presence>,
}

/// What rules and people say.
#[derive(Clone, Copy, Debug)]
pub enum Said {
    /// The rule escalates, nobody answers.
    Nothing,
    RuleKeeps(usize),
    RuleSets,
    RuleEscalates,
    RuleFails,
    PersonKeeps(usize),
    PersonSets,
    PersonAnsweredOthers,
}

/// Looks a combination up in the tables. The candidates are only needed to know
/// which of them was meant by its number.
pub fn expect(
    tables: &Tables,
    combination: &Combination<'_>,
    candidates: &[Candidate],
    said: &Said,
) -> Expected {
    let result = match combination.owner {
        Owner::Shared => shared(tables, combination),
        Owner::System(owner) => owned(tables, combination, owner),
    };
    let mut expected = Expected::default();
    let edits = changed(combination);
    let old = combination.base.agreed();
    let mut waiting: Vec<usize> = Vec::new();
    let sides = match result.as_str() {
        "contested" | "contested-with-base" => {
            let mut sides: Vec<_> = edits
                .iter()
                .map(|(at, value)| (Some(*at), value.clone()))
                .collect();
            if result == "contested-with-base" {
                sides.extend(old.clone().map(|(value, _)| (None, value)));
            }
            waiting = (0..combination.states.len()).collect();
            Some(sides)
        }
        _ => {
            for word in result.split(',') {
                match (word, word.strip_prefix("takes:")) {
                    (_, Some(why)) => {
                        let value = taken(combination, &edits);
                        expected.base = Some((value, next(combination.base), why_of(why)));
                    }
                    ("loses", _) => {
                        let lost = old.clone().expect("a base that loses");
                        expected.given_up.insert((None, lost.0));
                    }
                    _ => {}
                }
            }
            result.ends_with("asks").then(|| {
                let latest = latest(&expected, &old).expect("asked against a base");
                let strays = strays(combination, &latest.0);
                waiting = strays.iter().map(|(at, _)| *at as usize).collect();
                let mut sides = vec![(None, latest.0)];
                sides.extend(strays.into_iter().map(|(at, value)| (Some(at), value)));
                sides
            })
        }
    };
    if let Some(mut sides) = sides {
        if let Some(decided) = decided(said, candidates) {
            waiting.clear();
            base_loses(combination, &result, &sides, &decided.0, &mut expected);
            let (value, why) = decided;
            expected.base = Some((value, next(combination.base), why));
        } else {
            sides.sort();
            expected.asked = Some(sides);
        }
    }
    for index in 0..combination.states.len() {
        system(
            tables,
            combination,
            index,
            waiting.contains(&index),
            &mut expected,
        );
    }
    expected
}

/// Whether the old base is given up for what was decided: it was a side, or the
/// owner had not seen it.
fn base_loses(
    combination: &Combination<'_>,
    result: &str,
    sides: &[(Option<u32>, Value)],
    value: &Value,
    expected: &mut Expected,
) {
    expected.given_up.clear();
    let Some((old, _)) = combination.base.agreed() else {
        return;
    };
    let was_side = sides.contains(&(None, old.clone()));
    if old != *value && (was_side || result.contains("loses")) {
        expected.given_up.insert((None, old));
    }
}

fn decided(said: &Said, candidates: &[Candidate]) -> Option<(Value, Why)> {
    let new = || Value::text("new");
    match said {
        Said::RuleKeeps(at) => Some((candidates[*at].value.clone(), Why::RuleDecided)),
        Said::RuleSets => Some((new(), Why::RuleDecided)),
        Said::PersonKeeps(at) => Some((candidates[*at].value.clone(), Why::PersonDecided)),
        Said::PersonSets => Some((new(), Why::PersonDecided)),
        Said::Nothing | Said::RuleEscalates | Said::RuleFails | Said::PersonAnsweredOthers => None,
    }
}

fn shared(tables: &Tables, combination: &Combination<'_>) -> String {
    let edits = changed(combination);
    let alike = edits.windows(2).all(|pair| pair[0].1 == pair[1].1);
    let base = match (combination.base.agreed(), edits.first()) {
        (None, _) => "none",
        (Some((base, _)), Some((_, edit))) if alike && *edit == base => "same",
        (Some(_), _) => "other",
    };
    let mut states = combination.states.iter();
    let unseen = states.any(|state| state.changed() && state.unseen(combination.base));
    let facts = [
        ["none", "one", "several"][edits.len().min(2)],
        if alike { "alike" } else { "differ" },
        base,
        yes(unseen),
    ];
    tables.shared.look_up(&facts).to_owned()
}

fn owned(tables: &Tables, combination: &Combination<'_>, owner: SystemIndex) -> String {
    let state = combination.states[owner.0];
    let base = combination.base.agreed();
    let same = state.observed.cell() == base.as_ref().map(|(value, _)| value.clone());
    let fact = match (state.changed() && !same, state.settled) {
        (false, _) => "silent",
        (true, None) => "first",
        (true, Some(_)) if base.is_some() && state.unseen(combination.base) => "unseen",
        (true, Some(_)) => "seen",
    };
    let latest = match fact {
        "silent" => base.clone().map(|(value, _)| value),
        _ => state.observed.cell(),
    };
    let strays = latest.is_some_and(|latest| !strays(combination, &latest).is_empty());
    let drift = drift(combination.drift);
    let base = if base.is_some() { "some" } else { "none" };
    tables
        .owned
        .look_up(&[fact, base, yes(strays), drift])
        .to_owned()
}

fn system(
    tables: &Tables,
    combination: &Combination<'_>,
    index: usize,
    waits: bool,
    expected: &mut Expected,
) {
    let state = &combination.states[index];
    let system = SystemIndex(index);
    match state.record {
        Record::Restored => expected.presence.insert(system, Presence::Present),
        Record::Deleted => expected.presence.insert(system, Presence::Gone),
        _ => None,
    };
    let latest = latest(expected, &combination.base.agreed());
    let says = state.observed.cell();
    let facts = [
        yes(state.takes_part()),
        yes(waits),
        if latest.is_some() { "some" } else { "none" },
        match (&says, &latest) {
            (None, _) => "silent",
            (Some(says), Some((base, _))) if says == base => "same",
            (Some(_), _) => "other",
        },
        settled(state, combination.base, expected),
        match state.settled.map(|(says, _)| says.cell()) {
            Some(None) => "none",
            _ => "words",
        },
        yes(state.changed()),
        match combination.owner {
            Owner::Shared => "shared",
            Owner::System(owner) if owner == system => "own",
            Owner::System(_) => "other",
        },
        drift(combination.drift),
        match state.column {
            Column::ReadOnly => "read-only",
            Column::Writable | Column::None => "writable",
        },
    ];
    for word in tables.system.look_up(&facts).split(',') {
        let Some((value, revision)) = latest.clone() else {
            continue;
        };
        match (word, word.strip_prefix("write:")) {
            ("settle", _) => {
                expected.settled.insert(system, (says.clone(), revision));
            }
            (_, Some(why)) => {
                let what = (Some(value), revision, why_of(why));
                expected.written.insert(system, what);
            }
            ("loses", _) => {
                let lost = says.clone().expect("what loses was said");
                let at = u32::try_from(index).expect("few systems");
                expected.given_up.insert((Some(at), lost));
            }
            _ => {}
        }
    }
}

fn settled(state: &State, base: Base, expected: &Expected) -> &'static str {
    match state.settled {
        None => "never",
        // Everybody is behind what has just become base.
        Some(_) if expected.base.is_some() || state.behind(base) => "old",
        Some(_) => "now",
    }
}

/// The base as it will be.
fn latest(expected: &Expected, old: &Option<(Value, Revision)>) -> Option<(Value, Revision)> {
    let new = expected.base.clone();
    new.map(|(value, revision, _)| (value, revision))
        .or_else(|| old.clone())
}

/// Who changed it, to what.
fn changed(combination: &Combination<'_>) -> Vec<(u32, Value)> {
    let states = (0..).zip(combination.states);
    let changed = states.filter(|(_, state)| state.changed());
    changed
        .filter_map(|(at, state)| Some((at, state.observed.cell()?)))
        .collect()
}

/// What base takes: the owner's edit, or the one that they all made.
fn taken(combination: &Combination<'_>, edits: &[(u32, Value)]) -> Value {
    let of = |at: &u32| match combination.owner {
        Owner::System(owner) => owner.0 == *at as usize,
        Owner::Shared => true,
    };
    let mut edits = edits.iter().filter(|(at, _)| of(at));
    edits.next().expect("an edit that is taken").1.clone()
}

/// The edits of those who settled before and do not own the field.
fn strays(combination: &Combination<'_>, latest: &Value) -> Vec<(u32, Value)> {
    let mut strays = changed(combination);
    strays.retain(|(at, value)| {
        let at = *at as usize;
        let owns = combination.owner == Owner::System(SystemIndex(at));
        !owns && combination.states[at].settled.is_some() && value != latest
    });
    strays
}

fn drift(drift: Drift) -> &'static str {
    match drift {
        Drift::WriteBack => "write-back",
        Drift::Leave => "leave",
        Drift::Ask => "ask",
    }
}

fn why_of(word: &str) -> Why {
    match word {
        "first-meeting" => Why::FirstMeeting,
        "owner-changed" => Why::OwnerChanged,
        "one-changed" => Why::OneChanged,
        "all-changed-alike" => Why::AllChangedAlike,
        "behind" => Why::Behind,
        "write-back" => Why::WriteBack,
        other => panic!("unknown reason {other}"),
    }
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}
