//! The strategies at work: the first that can tell decides.

use crate::compare::{self, Extreme};
use crate::field::{Choice, Field, place};
use crate::strategy::Strategy;
use crate::union;
use treaty_sdk::{ActorKind, Candidate, Value, Verdict};

/// What one strategy makes of a field.
#[derive(Debug)]
pub enum Step<'f, 'a> {
    /// This value wins, for this reason.
    Wins(&'f Choice<'a>, String),
    /// A value wins that no side holds.
    Makes(Value, String),
    /// It cannot tell, for this reason: the next strategy is asked.
    Passes(String),
}

/// Decides a field. What no strategy can decide is escalated, with what each of
/// them found in the way.
pub fn decide(field: &Field<'_>, strategies: &[Strategy], tolerance_micros: u64) -> Verdict {
    let contested = field.contested;
    if let [only] = &field.choices[..] {
        let reason = match field.empty_aside {
            true => "the other side was empty",
            false => "all sides have the same value",
        };
        return contested.keep(only.candidate(), reason);
    }
    let mut in_the_way = Vec::new();
    for strategy in strategies {
        let step = match strategy {
            Strategy::Latest => latest(field, tolerance_micros),
            Strategy::Person => person(field),
            Strategy::Prefer(systems) => prefer(field, systems),
            Strategy::FirstNonEmpty(systems) => first_non_empty(field, systems),
            Strategy::Longest => compare::extreme(field, Extreme::Longest),
            Strategy::Max => compare::extreme(field, Extreme::Max),
            Strategy::Min => compare::extreme(field, Extreme::Min),
            Strategy::Union => union::union(field),
            Strategy::Escalate => break,
        };
        match step {
            Step::Wins(choice, reason) => return contested.keep(choice.candidate(), reason),
            Step::Makes(value, reason) => return contested.set(value, reason),
            Step::Passes(reason) => in_the_way.push(format!("{}: {reason}", strategy.name())),
        }
    }
    match in_the_way.is_empty() {
        true => contested.escalate("the field table leaves this to a person"),
        false => contested.escalate(in_the_way.join("; ")),
    }
}

/// The newest change wins if it is newer than every other value by more than
/// the clocks of two systems may be apart.
fn latest<'f, 'a>(field: &'f Field<'a>, tolerance_micros: u64) -> Step<'f, 'a> {
    let sides = || {
        let choices = field.choices.iter().enumerate();
        choices.flat_map(|(index, choice)| choice.candidates.iter().map(move |side| (index, *side)))
    };
    let newest = sides().filter_map(|(index, side)| Some((side.at()?, index, side)));
    // Of equal times the first system's counts; they only ever both win when
    // they hold the same value.
    let newest = newest.reduce(|best, next| if next.0 > best.0 { next } else { best });
    let Some((at, winner, side)) = newest else {
        return Step::Passes("no side says when it was changed".to_owned());
    };
    let mut gap_micros = u64::MAX;
    let mut second = side;
    for (_, other) in sides().filter(|(index, _)| *index != winner) {
        let Some(other_at) = other.at() else {
            return Step::Passes(format!("{} does not say when it was changed", place(other)));
        };
        let gap = at.abs_diff(other_at);
        if gap < gap_micros {
            (gap_micros, second) = (gap, other);
        }
    }
    if gap_micros <= tolerance_micros {
        return Step::Passes(format!(
            "{} and {} were changed within {}, and their clocks may be {} apart",
            place(side),
            place(second),
            duration(gap_micros),
            duration(tolerance_micros),
        ));
    }
    let reason = format!(
        "changed last: {}, {} after {}",
        place(side),
        duration(gap_micros),
        place(second),
    );
    Step::Wins(&field.choices[winner], reason)
}

/// A person's edit beats what automation or Treaty wrote. Of somebody unknown
/// nobody can say that it was no person.
fn person<'f, 'a>(field: &'f Field<'a>) -> Step<'f, 'a> {
    let mut by_people = field.choices.iter().filter_map(|choice| {
        let mut sides = choice.candidates.iter();
        Some((choice, *sides.find(|side| side.by_person())?))
    });
    let (winner, side) = match (by_people.next(), by_people.next()) {
        (None, _) => return Step::Passes("no side was changed by a person".to_owned()),
        (Some(only), None) => only,
        (Some((_, one)), Some((_, other))) => {
            return Step::Passes(format!(
                "two people changed it: {} and {}",
                who(one),
                who(other)
            ));
        }
    };
    let others = field
        .choices
        .iter()
        .filter(|choice| !std::ptr::eq(*choice, winner));
    let unknown = others
        .flat_map(|choice| &choice.candidates)
        .find(|side| side.actor_kind() == ActorKind::Unknown);
    match unknown {
        Some(unknown) => Step::Passes(format!("{} does not say who changed it", place(*unknown))),
        None => Step::Wins(winner, format!("person over automation: {}", who(side))),
    }
}

fn prefer<'f, 'a>(field: &'f Field<'a>, systems: &[String]) -> Step<'f, 'a> {
    let mut held = systems
        .iter()
        .filter_map(|system| Some((system, field.of_system(system)?)));
    match held.next() {
        Some((system, choice)) => Step::Wins(choice, format!("{system} is preferred")),
        None => Step::Passes(format!("none of {} changed it", systems.join(", "))),
    }
}

fn first_non_empty<'f, 'a>(field: &'f Field<'a>, systems: &[String]) -> Step<'f, 'a> {
    if systems.is_empty() {
        let mut filled = field.choices.iter().filter(|choice| !choice.is_empty());
        return match (filled.next(), filled.next()) {
            (Some(only), None) => Step::Wins(only, format!("only {} has a value", only.holders())),
            (Some(one), Some(other)) => Step::Passes(format!(
                "{} and {} have different values",
                one.holders(),
                other.holders()
            )),
            (None, _) => Step::Passes("no side has a value".to_owned()),
        };
    }
    let mut held = systems
        .iter()
        .filter_map(|system| Some((system, field.of_system(system)?)))
        .filter(|(_, choice)| !choice.is_empty());
    match held.next() {
        Some((system, choice)) => {
            Step::Wins(choice, format!("{system} is the first that has a value"))
        }
        None => Step::Passes(format!("none of {} has a value", systems.join(", "))),
    }
}

fn who(side: Candidate<'_>) -> String {
    match side.actor() {
        Some(actor) => format!("{actor} in {}", place(side)),
        None => format!("somebody in {}", place(side)),
    }
}

/// A length of time for a person: the two largest units.
fn duration(micros: u64) -> String {
    let seconds = micros / 1_000_000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes, seconds % 60) {
        (0, 0, 0, _) if micros.is_multiple_of(1_000_000) => format!("{seconds} s"),
        (0, 0, 0, _) => format!("{}.{:03} s", seconds, micros / 1_000 % 1_000),
        (0, 0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min"),
        (1, hours, ..) => format!("1 day {hours} h"),
        (days, hours, ..) => format!("{days} days {hours} h"),
    }
}
