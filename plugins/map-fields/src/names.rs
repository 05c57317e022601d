//! Full names and other texts made of parts.

use treaty_sdk::Value;

/// A part of a full name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything before the last name.
    First,
    /// The last name, with what belongs to it: `van Beethoven`.
    Last,
}

impl Part {
    /// Reads `first` or `last`.
    pub fn read(text: &str) -> Result<Self, String> {
        match text.trim() {
            "first" => Ok(Self::First),
            "last" => Ok(Self::Last),
            other => Err(format!("part is first or last, not {other:?}")),
        }
    }

    /// This part of a full name; null where the name lacks it.
    pub fn read_from(self, full: &str) -> Value {
        let (first, last) = split(full);
        let part = match self {
            Self::First => first,
            Self::Last => last,
        };
        match part.is_empty() {
            true => Value::Null,
            false => Value::Text(part),
        }
    }

    /// A full name with only this part replaced.
    pub fn write_into(self, full: Option<&str>, part: &Value) -> Value {
        let full = full.unwrap_or_default();
        let (mut first, mut last) = split(full);
        let part = part.as_text().unwrap_or_default().to_owned();
        match self {
            Self::First => first = part,
            Self::Last => last = part,
        }
        match (first.is_empty(), last.is_empty()) {
            (true, true) => Value::Null,
            (true, false) => Value::Text(last),
            (false, true) => Value::Text(first),
            (false, false) if full.contains(',') => Value::Text(format!("{last}, {first}")),
            (false, false) => Value::Text(format!("{first} {last}")),
        }
    }
}

/// First and last name. `Beethoven, Ludwig` says which is which; else the last
/// name is the last word, with the small words before it; a single word is a
/// last name, because most systems insist on one.
fn split(full: &str) -> (String, String) {
    if let Some((last, first)) = full.split_once(',') {
        return (words(first).join(" "), words(last).join(" "));
    }
    let words = words(full);
    let Some(final_word) = words.len().checked_sub(1) else {
        return (String::new(), String::new());
    };
    let mut start = final_word;
    // Where all words are small, being small says nothing.
    if words.iter().any(|word| !is_small(word)) {
        while start > 1 && is_small(words[start - 1]) {
            start -= 1;
        }
    }
    (words[..start].join(" "), words[start..].join(" "))
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn is_small(word: &str) -> bool {
    word.starts_with(char::is_lowercase)
}

/// Joins own texts that are not empty.
pub fn join<T: AsRef<str>>(parts: &[T], separator: &str) -> String {
    let filled: Vec<_> = parts
        .iter()
        .map(|part| part.as_ref().trim())
        .filter(|part| !part.is_empty())
        .collect();
    filled.join(separator)
}

/// Takes a joined text apart again. What stands in the own fields and is still
/// there at the beginning or the end stays where it is; of the rest the first
/// field gets all but the last words.
pub fn take_apart(text: &str, separator: &str, standing: &[String]) -> Vec<String> {
    let mut parts = vec![String::new(); standing.len()];
    let (mut start, mut end, mut rest) = (0, standing.len(), text);
    while end - start > 1 {
        let after = |known: &str| rest.strip_prefix(known)?.strip_prefix(separator);
        let before = |known: &str| rest.strip_suffix(known)?.strip_suffix(separator);
        let (head, tail) = (standing[start].trim(), standing[end - 1].trim());
        if let Some(left) = before(tail).filter(|_| !tail.is_empty()) {
            end -= 1;
            (parts[end], rest) = (tail.to_owned(), left);
        } else if let Some(left) = after(head).filter(|_| !head.is_empty()) {
            parts[start] = head.to_owned();
            (start, rest) = (start + 1, left);
        } else {
            break;
        }
    }
    let fields = end - start;
    let mut pieces: Vec<&str> = rest.rsplitn(fields.max(1), separator).collect();
    pieces.reverse();
    for (offset, piece) in pieces.into_iter().enumerate() {
        parts[start + offset] = piece.trim().to_owned();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(full: &str, first: &str, last: &str) {
        assert_eq!(split(full), (first.to_owned(), last.to_owned()), "{full}");
    }

    #[test]
    fn a_full_name_has_two_parts() {
        check("Anna Maria Schmidt", "Anna Maria", "Schmidt");
        check("Ludwig van Beethoven", "Ludwig", "van Beethoven");
        check("anna maria schmidt", "anna maria", "schmidt");
        check("Schmidt,  Anna Maria", "Anna Maria", "Schmidt");
        check("Madonna", "", "Madonna");
        check("", "", "");
    }

    #[test]
    fn only_one_part_is_replaced() {
        let write = |part: Part, full, text: &str| {
            part.write_into(Some(full), &Value::from(text))
                .as_text()
                .map(str::to_owned)
        };
        assert_eq!(
            write(Part::Last, "Anna Schmidt", "Meier").as_deref(),
            Some("Anna Meier")
        );
        assert_eq!(
            write(Part::First, "Schmidt, Anna", "Eva").as_deref(),
            Some("Schmidt, Eva")
        );
        assert_eq!(
            write(Part::First, "Schmidt", "Eva").as_deref(),
            Some("Eva Schmidt")
        );
    }

    #[test]
    fn what_is_still_there_stays_in_its_field() {
        let apart = |text: &str, first: &str, last: &str| {
            take_apart(text, " ", &[first.to_owned(), last.to_owned()])
        };
        assert_eq!(
            apart("Hanna von Berg", "Anna", "von Berg"),
            ["Hanna", "von Berg"]
        );
        assert_eq!(
            apart("Anna Maria Zu Guttenberg", "Anna Maria", "Alt"),
            ["Anna Maria", "Zu Guttenberg"]
        );
        assert_eq!(apart("Am Markt 5", "", ""), ["Am Markt", "5"]);
        assert_eq!(apart("Markt", "", ""), ["Markt", ""]);
    }
}
