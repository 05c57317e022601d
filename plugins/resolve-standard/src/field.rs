//! A contested field with equal values put together, in an order that does not
//! depend on the order in which the sides came.

use treaty_sdk::{Candidate, Contested, Standing, Value};

/// A contested field and the values between which it is decided.
#[derive(Debug)]
pub struct Field<'a> {
    /// The field as it came.
    pub contested: Contested<'a>,
    /// The different values, by the name of the first system that holds each.
    pub choices: Vec<Choice<'a>>,
    /// Whether values that were empty when first met were put aside.
    pub empty_aside: bool,
}

/// One of the values, with every candidate that stands for it.
#[derive(Debug)]
pub struct Choice<'a> {
    /// The candidates, by name of their system; at least one.
    pub candidates: Vec<Candidate<'a>>,
}

impl<'a> Field<'a> {
    /// Puts equal values together. A value that was empty when it was first
    /// met was cleared by nobody, so it never stands against one that is not.
    pub fn new(contested: Contested<'a>) -> Self {
        let mut candidates: Vec<_> = contested.candidates().collect();
        candidates.sort_by_key(|candidate| {
            let agreed = candidate.standing() == Standing::Agreed;
            (candidate.system().is_none(), candidate.system(), agreed)
        });
        let count = candidates.len();
        if candidates
            .iter()
            .any(|candidate| !is_empty(candidate.value()))
        {
            candidates.retain(|candidate| {
                candidate.standing() != Standing::FirstSeen || !is_empty(candidate.value())
            });
        }
        let empty_aside = candidates.len() < count;
        let mut choices: Vec<Choice<'a>> = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let known = choices
                .iter_mut()
                .find(|choice| choice.value() == candidate.value());
            match known {
                Some(choice) => choice.candidates.push(candidate),
                None => choices.push(Choice {
                    candidates: vec![candidate],
                }),
            }
        }
        Self {
            contested,
            choices,
            empty_aside,
        }
    }

    /// The choice for which a system stands: with its own value where it has
    /// one, else with the agreed value that came from it.
    pub fn of_system(&self, system: &str) -> Option<&Choice<'a>> {
        let stands = |choice: &Choice<'_>, agreed: bool| {
            choice.candidates.iter().any(|candidate| {
                candidate.system() == Some(system)
                    && (candidate.standing() == Standing::Agreed) == agreed
            })
        };
        let own = self.choices.iter().find(|choice| stands(choice, false));
        own.or_else(|| self.choices.iter().find(|choice| stands(choice, true)))
    }
}

impl<'a> Choice<'a> {
    /// The value.
    pub fn value(&self) -> &'a Value {
        self.candidates[0].value()
    }

    /// The candidate that is kept when this value wins: that of the system
    /// whose name comes first.
    pub fn candidate(&self) -> Candidate<'a> {
        self.candidates[0]
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        is_empty(self.value())
    }

    /// Who holds the value, in words.
    pub fn holders(&self) -> String {
        let names: Vec<_> = self.candidates.iter().map(|side| place(*side)).collect();
        names.join(" and ")
    }
}

/// Where a value stands, in words.
pub fn place(candidate: Candidate<'_>) -> String {
    match (candidate.standing(), candidate.system()) {
        (Standing::Agreed, _) => "the other systems".to_owned(),
        (_, Some(system)) => system.to_owned(),
        (_, None) => "a system without a name".to_owned(),
    }
}

/// Null, an empty text and an empty set hold nothing.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::Choices(choices) => choices.is_empty(),
        _ => false,
    }
}
