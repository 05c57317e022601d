//! `max`, `min` and `longest`: the value that is most of something.

use crate::decide::Step;
use crate::field::Field;
use std::cmp::Ordering;
use treaty_sdk::Value;

/// What a value must be most of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// The longest text, in characters.
    Longest,
    /// The largest number, date or time.
    Max,
    /// The smallest number, date or time.
    Min,
}

/// The value that beats all others. A tie, a cleared field and values that do
/// not compare are left to the next strategy.
pub fn extreme<'f, 'a>(field: &'f Field<'a>, extreme: Extreme) -> Step<'f, 'a> {
    if let Some(cleared) = field.choices.iter().find(|choice| choice.value().is_null()) {
        return Step::Passes(format!("{} cleared it", cleared.holders()));
    }
    let [first, rest @ ..] = &field.choices[..] else {
        return Step::Passes("no side has a value".to_owned());
    };
    let mut best = first;
    let mut tie = None;
    for choice in rest {
        match extreme.order(choice.value(), best.value()) {
            None => {
                return Step::Passes(format!(
                    "the values of {} and {} do not compare",
                    best.holders(),
                    choice.holders()
                ));
            }
            Some(Ordering::Greater) => (best, tie) = (choice, None),
            Some(Ordering::Equal) => tie = Some(choice),
            Some(Ordering::Less) => {}
        }
    }
    match tie {
        Some(other) => Step::Passes(format!(
            "the values of {} and {} are {}",
            best.holders(),
            other.holders(),
            match extreme {
                Extreme::Longest => "equally long",
                Extreme::Max | Extreme::Min => "equal",
            }
        )),
        None => Step::Wins(
            best,
            match extreme {
                Extreme::Longest => "the longest text".to_owned(),
                Extreme::Max => "the largest value".to_owned(),
                Extreme::Min => "the smallest value".to_owned(),
            },
        ),
    }
}

impl Extreme {
    /// Greater: the first value is more of what is looked for.
    fn order(self, one: &Value, other: &Value) -> Option<Ordering> {
        match self {
            Self::Max => size(one, other),
            Self::Min => size(other, one),
            Self::Longest => match (one, other) {
                (Value::Text(one), Value::Text(other)) => {
                    Some(one.chars().count().cmp(&other.chars().count()))
                }
                _ => None,
            },
        }
    }
}

/// Orders two values by size, exactly; nothing for kinds that have none.
fn size(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Integer(one), Value::Integer(other))
        | (Value::Instant(one), Value::Instant(other)) => Some(one.cmp(other)),
        // Days in the contract's notation order as text.
        (Value::Date(one), Value::Date(other)) => Some(one.cmp(other)),
        (Value::Decimal(one), Value::Decimal(other)) => decimals(one, other),
        (Value::Integer(one), Value::Decimal(other)) => decimals(&one.to_string(), other),
        (Value::Decimal(one), Value::Integer(other)) => decimals(one, &other.to_string()),
        _ => None,
    }
}

/// Orders two decimal numbers without rounding; nothing if one is no number.
fn decimals(one: &str, other: &str) -> Option<Ordering> {
    let (one, other) = (Decimal::read(one)?, Decimal::read(other)?);
    Some(match (one.negative, other.negative) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => one.magnitude(&other),
        (true, true) => other.magnitude(&one),
    })
}

struct Decimal<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        Some(Self {
            negative: negative && !(whole.is_empty() && fraction.is_empty()),
            whole,
            fraction,
        })
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        (self.whole.len(), self.whole, self.fraction).cmp(&(
            other.whole.len(),
            other.whole,
            other.fraction,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_compare_exactly() {
        let rising = [
            "-100",
            "-99.99",
            "-1.5",
            "-1.25",
            "0",
            "0.1",
            "0.11",
            "9",
            "10.000000000000000001",
            "10.00000000000000001",
        ];
        for (i, one) in rising.iter().enumerate() {
            for (j, other) in rising.iter().enumerate() {
                assert_eq!(decimals(one, other), Some(i.cmp(&j)), "{one} {other}");
            }
        }
        assert_eq!(decimals("-0", "0.00"), Some(Ordering::Equal));
        assert_eq!(decimals("1e3", "1"), None);
    }
}
