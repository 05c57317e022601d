//! What the steps of a transform mean, in words: for those of the mapper that
//! ships. A mapper of the user's own has its own language, and a step that is not
//! known here is shown as it is and not explained.

/// The mapper whose language this is.
pub const MAPPER: &str = "shipped:map-fields";

/// Steps that mean nothing without what stands in their parentheses.
const NEED_MORE: [&str; 13] = [
    "prefix", "suffix", "number", "date", "instant", "map", "split", "join", "part", "json",
    "zone", "default", "constant",
];

/// What each step of a transform means; a step that is not known has no words.
pub fn in_words(transform: &str) -> Vec<(String, Option<String>)> {
    let steps = split(transform, '|').into_iter();
    steps
        .map(|step| {
            let words = step_in_words(&step);
            (step, words)
        })
        .collect()
}

fn step_in_words(step: &str) -> Option<String> {
    let (name, rest) = step.split_once('(').unwrap_or((step, ""));
    let inner = rest.strip_suffix(')').unwrap_or(rest).trim();
    let first = bare(split(inner, ',').first().map_or("", String::as_str));
    let says_nothing = NEED_MORE.contains(&name.trim()) && inner.is_empty();
    if says_nothing {
        return None;
    }
    Some(match (name.trim(), first.as_str()) {
        ("trim", _) => "spaces around it do not count".to_owned(),
        ("lower", _) => "read in lower case".to_owned(),
        ("upper", _) => "read in upper case".to_owned(),
        ("title", _) => "read with capitals".to_owned(),
        ("prefix", _) => format!("read without {:?} before it, written with it", bare(inner)),
        ("suffix", _) => format!("read without {:?} after it, written with it", bare(inner)),
        ("email", "strict") => "an e-mail address; said where it is none".to_owned(),
        ("email", _) => "an e-mail address".to_owned(),
        ("phone", "") => "an international phone number".to_owned(),
        ("phone", region) => {
            format!("an international phone number; without a country code it is of {region}")
        }
        ("number", _) => format!("a number written like {}", bare(inner)),
        ("date", _) => format!("a day written like {}", bare(inner)),
        ("instant", "unix") => "a time in seconds since 1970".to_owned(),
        ("instant", "unix-ms") => "a time in milliseconds since 1970".to_owned(),
        ("instant", _) => format!("a time written like {}", bare(inner)),
        ("boolean", _) => match split(inner, '/').as_slice() {
            [yes, no] => format!("{} is true, {} is false", bare(yes), bare(no)),
            _ => return None,
        },
        ("map", _) => map_in_words(inner),
        ("split", _) => format!("a set of choices with {:?} between them", bare(inner)),
        ("join", _) => {
            format!(
                "several own fields as one text, with {:?} between them",
                bare(inner)
            )
        }
        ("part", part) => format!("only the {part} part of a full name; the rest stays"),
        ("json", _) => format!("only what stands at {} in the JSON", bare(inner)),
        ("zone", zone) => format!("in the time zone {zone}"),
        ("default", _) => {
            format!(
                "{:?} where a record is created without a value",
                bare(inner)
            )
        }
        ("constant", _) => format!("not read; {:?} where a record is created", bare(inner)),
        ("read-only", _) => "never written".to_owned(),
        _ => return None,
    })
}

/// `Lead = lead; * = other` as `"Lead" is "lead", anything else is "other"`.
fn map_in_words(pairs: &str) -> String {
    let pairs = split(pairs, ';').into_iter().filter_map(|pair| {
        let sides = split(&pair, '=');
        match sides.as_slice() {
            [from, to] if from == "*" && to == "*" => Some("anything else stays".to_owned()),
            [from, to] if from == "*" => Some(format!("anything else is {:?}", bare(to))),
            [from, to] => Some(format!("{:?} is {:?}", bare(from), bare(to))),
            _ => None,
        }
    });
    let pairs: Vec<_> = pairs.collect();
    pairs.join(", ")
}

/// A text without the double quotes around it.
fn bare(text: &str) -> String {
    let text = text.trim();
    let inner = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    inner.unwrap_or(text).to_owned()
}

/// The parts between separators that stand in no quotes and no parentheses,
/// without spaces around them.
fn split(text: &str, separator: char) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut quoted, mut depth) = (false, 0_usize);
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if letter == separator && !quoted && depth == 0 {
            parts.push(part.trim().to_owned());
            part.clear();
        } else {
            part.push(letter);
        }
    }
    parts.push(part.trim().to_owned());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_words() {
        let check = |transform: &str, expected: &str| {
            let words = in_words(transform).into_iter();
            let words: Vec<_> = words
                .map(|(_, words)| words.unwrap_or("?".to_owned()))
                .collect();
            assert_eq!(words.join(" / "), expected, "{transform}");
        };
        check(
            "trim | lower",
            "spaces around it do not count / read in lower case",
        );
        check(
            "prefix(\"a | b\")",
            "read without \"a | b\" before it, written with it",
        );
        check(
            "map(Ja = yes; * = *)",
            "\"Ja\" is \"yes\", anything else stays",
        );
        check(
            "split(;) | map(a = b; * = other)",
            "a set of choices with \";\" between them / \"a\" is \"b\", anything else is \"other\"",
        );
        check("boolean(Ja/Nein)", "Ja is true, Nein is false");
        check(
            "phone(DE, strict)",
            "an international phone number; without a country code it is of DE",
        );
        check("instant(unix-ms)", "a time in milliseconds since 1970");
        check("number(1.234,56)", "a number written like 1.234,56");
        check("shout | split", "? / ?");
    }

    /// The reference that users read, and these words, know the same steps.
    #[test]
    fn every_step_of_the_reference_has_words() {
        let reference = include_str!("../../../../plugins/reference.md");
        let steps = reference.split("## Transforms").nth(1);
        let steps = steps.and_then(|text| text.split("\n## ").next());
        let rows = steps.expect("the section is there").lines();
        let rows = rows.filter(|row| row.starts_with("| `"));
        let cells = rows.filter_map(|row| row.split(" | ").next());
        let named = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
        let named: Vec<_> = named.collect();
        assert!(named.len() > 20, "{named:?}");
        for step in named {
            assert!(step_in_words(step).is_some(), "{step} has no words");
        }
    }
}
