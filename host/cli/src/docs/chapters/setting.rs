//! Guards and limits: what holds, and what would hold by default.

use treaty_engine::{Amount, SettingDocs, TreatyDocs};

use crate::docs::outline::{Block, Line, Section};

pub fn guards(docs: &TreatyDocs) -> Section {
    let rows = docs.guards.iter().map(|setting| {
        let guards = match setting.guards.is_empty() {
            true => Line::from("–"),
            false => Line::of_codes(setting.guards),
        };
        [
            Line::of_code(setting.key),
            amount(setting.value),
            origin(setting),
            guards,
            Line::from(setting.about),
        ]
    });
    let words = Line::from("A guard that trips says what it saw and gives a name; ")
        .code("treaty approve")
        .text(" with that name lets exactly this through, once. Two guards have no number: ")
        .code("canary")
        .text(" stops the plan when a record that has to stay visible cannot be read, and ")
        .code("schema-drift")
        .text(" pauses a field in a system where its column is renamed, gone or of another type.");
    Section::new(
        "Guards",
        vec![
            Block::paragraph(words),
            Block::table(
                ["key", "value", "set or default", "guard", "what it says"],
                rows,
            ),
        ],
    )
}

pub fn limits(docs: &TreatyDocs) -> Section {
    let rows = docs.limits.iter().map(|setting| {
        [
            Line::of_code(setting.key),
            amount(setting.value),
            origin(setting),
            Line::from(setting.about),
        ]
    });
    let words = "What a rule may use up. A rule that goes beyond gives no answer for that record, \
                 and nothing else stops.";
    Section::new(
        "Limits of rules",
        vec![
            Block::paragraph(words),
            Block::table(["key", "value", "set or default", "what it says"], rows),
        ],
    )
}

fn origin(setting: &SettingDocs) -> Line {
    match setting.is_default() {
        true => Line::from("default"),
        false => Line::default()
            .strong("set")
            .text("; default ")
            .then(amount(setting.default)),
    }
}

fn amount(amount: Amount) -> Line {
    match amount {
        Amount::Count(count) => Line::from(grouped(count)),
        Amount::Share(share) => Line::from(share.to_string()),
    }
}

/// A number as people read it: `100,000,000`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    if digits.len() < 6 {
        return digits;
    }
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn long_numbers_are_grouped() {
        let check = |count, expected: &str| assert_eq!(grouped(count), expected);
        check(0, "0");
        check(20_000, "20000");
        check(100_000, "100,000");
        check(1_234_567, "1,234,567");
    }
}
