//! `union`: sets merge three ways.

use crate::decide::Step;
use crate::field::Field;
use treaty_sdk::{Standing, Value};

/// Everything that some side added, and everything agreed that no side
/// removed.
///
/// A side removed an item when it was agreed on, the side edited the field and
/// lacks it. Where the agreed value itself stands among the sides, one of the
/// editors had not seen it, so that an item may be missing there because it
/// never arrived: then nothing counts as removed.
pub fn union<'f, 'a>(field: &'f Field<'a>) -> Step<'f, 'a> {
    let sides = || field.choices.iter().flat_map(|choice| &choice.candidates);
    let mut edited = Vec::new();
    let mut union: Vec<&String> = Vec::new();
    let mut unseen = false;
    for side in sides() {
        let Some(items) = items(side.value()) else {
            return Step::Passes(format!("{} holds no set", crate::field::place(*side)));
        };
        match side.standing() {
            Standing::Edited => edited.push(items),
            Standing::Agreed => unseen = true,
            Standing::FirstSeen => {}
        }
        union.extend(items);
    }
    let base = match field.contested.base() {
        Some(base) => items(base).unwrap_or_default(),
        None => &[],
    };
    if unseen {
        union.extend(base);
    } else {
        let removed =
            |item: &String| base.contains(item) && edited.iter().any(|side| !side.contains(item));
        union.retain(|item| !removed(item));
    }
    let union = match union.is_empty() {
        true => Value::Null,
        false => Value::from_choices(union),
    };
    let holder = field
        .choices
        .iter()
        .find(|choice| *choice.value() == union || (choice.is_empty() && union.is_null()));
    match holder {
        Some(choice) => Step::Wins(
            choice,
            "it already holds what all sides agree on".to_owned(),
        ),
        None => Step::Makes(
            union,
            "what was added on either side, without what was removed".to_owned(),
        ),
    }
}

/// The items of a set; null is a set without any.
fn items(value: &Value) -> Option<&[String]> {
    match value {
        Value::Null => Some(&[]),
        value => value.as_choices(),
    }
}
