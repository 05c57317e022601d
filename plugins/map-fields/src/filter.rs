//! Which records take part: `lifecycle = customer and country in (DE, AT)`.
//!
//! The grammar: `../../reference.md`.

use crate::normal::is_blank;
use crate::own;
use treaty_sdk::{Cell, Field, Value};

/// A filter as it was read.
#[derive(Clone, Debug)]
pub struct Filter {
    text: String,
    condition: Condition,
}

#[derive(Clone, Debug)]
enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Says {
        field: usize,
        words: Vec<String>,
        holds: Holds,
    },
    Empty {
        field: usize,
        holds: Holds,
    },
}

/// Whether a condition or its opposite is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    So,
    Not,
}

impl Filter {
    /// Reads a filter over own fields.
    ///
    /// # Errors
    /// The first thing that cannot be read, and what could be.
    pub fn read(text: &str, fields: &[Field]) -> Result<Self, String> {
        let mut reader = Reader {
            words: words(text)?,
            at: 0,
            fields,
        };
        let condition = reader.any()?;
        match reader.next() {
            None => Ok(Self {
                text: text.trim().to_owned(),
                condition,
            }),
            Some(word) => Err(format!("and or or is expected before {:?}", word.text())),
        }
    }

    /// Whether an own row takes part. A field that the system did not say
    /// counts as empty.
    pub fn accepts(&self, own: &[Cell]) -> bool {
        self.condition.holds(own)
    }

    /// The filter as the treaty has it.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Condition {
    fn holds(&self, own: &[Cell]) -> bool {
        let cell = |field: &usize| own.get(*field).and_then(Option::as_ref);
        match self {
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(own)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(own)),
            Self::Says {
                field,
                words,
                holds,
            } => {
                let says = cell(field).is_some_and(|value| says(value, words));
                says == (*holds == Holds::So)
            }
            Self::Empty { field, holds } => {
                cell(field).is_none_or(is_blank) == (*holds == Holds::So)
            }
        }
    }
}

fn says(value: &Value, words: &[String]) -> bool {
    match value {
        Value::Null => false,
        Value::Choices(choices) => choices.iter().any(|choice| words.contains(choice)),
        value => own::text(value).is_ok_and(|text| words.iter().any(|word| word == text.trim())),
    }
}

/// A word of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// As it stands there; it may be a keyword.
    Bare(String),
    /// In double quotes: never a keyword.
    Quoted(String),
}

impl Word {
    fn text(&self) -> &str {
        match self {
            Self::Bare(text) | Self::Quoted(text) => text,
        }
    }

    fn is(&self, keyword: &str) -> bool {
        matches!(self, Self::Bare(text) if text.eq_ignore_ascii_case(keyword))
    }
}

fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '(' | ')' | ',' | '=' => 1,
            '!' if rest.starts_with("!=") => 2,
            '"' => {
                let end = rest[1..].find('"').ok_or("a double quote is not closed")?;
                words.push(Word::Quoted(rest[1..=end].to_owned()));
                rest = rest[end + 2..].trim_start();
                continue;
            }
            _ => rest
                .find(|mark: char| mark.is_whitespace() || "(),=!\"".contains(mark))
                .unwrap_or(rest.len())
                .max(first.len_utf8()),
        };
        words.push(Word::Bare(rest[..end].to_owned()));
        rest = rest[end..].trim_start();
    }
    Ok(words)
}

struct Reader<'a> {
    words: Vec<Word>,
    at: usize,
    fields: &'a [Field],
}

impl Reader<'_> {
    fn any(&mut self) -> Result<Condition, String> {
        let mut conditions = vec![self.all()?];
        while self.take("or") {
            conditions.push(self.all()?);
        }
        Ok(Condition::Any(conditions))
    }

    fn all(&mut self) -> Result<Condition, String> {
        let mut conditions = vec![self.one()?];
        while self.take("and") {
            conditions.push(self.one()?);
        }
        Ok(Condition::All(conditions))
    }

    fn one(&mut self) -> Result<Condition, String> {
        if self.take("(") {
            let condition = self.any()?;
            return self.expect(")").map(|()| condition);
        }
        let field = self.field()?;
        let holds = |so: bool| if so { Holds::So } else { Holds::Not };
        if self.take("is") {
            let holds = holds(!self.take("not"));
            return self
                .expect("empty")
                .map(|()| Condition::Empty { field, holds });
        }
        for (sign, holds) in [("=", Holds::So), ("!=", Holds::Not)] {
            if self.take(sign) {
                let words = vec![self.value()?];
                return Ok(Condition::Says {
                    field,
                    words,
                    holds,
                });
            }
        }
        let holds = holds(!self.take("not"));
        if !self.take("in") {
            return Err(format!(
                "after the field {:?} one of =, !=, in (…), is empty, is not empty is expected",
                self.fields[field].name
            ));
        }
        self.expect("(")?;
        let mut words = vec![self.value()?];
        while self.take(",") {
            words.push(self.value()?);
        }
        self.expect(")")?;
        Ok(Condition::Says {
            field,
            words,
            holds,
        })
    }

    fn field(&mut self) -> Result<usize, String> {
        let word = self.next().ok_or("a field is expected at the end")?;
        let position = self
            .fields
            .iter()
            .position(|field| field.name == word.text());
        position.ok_or_else(|| {
            let known: Vec<_> = self
                .fields
                .iter()
                .map(|field| field.name.as_str())
                .collect();
            format!(
                "the system has no field {:?}; known: {}",
                word.text(),
                known.join(", ")
            )
        })
    }

    fn value(&mut self) -> Result<String, String> {
        match self.next() {
            Some(Word::Quoted(text)) => Ok(text),
            Some(Word::Bare(text)) if !"(),=!=".contains(&text) => Ok(text),
            _ => Err("a word to compare with is expected".to_owned()),
        }
    }

    fn next(&mut self) -> Option<Word> {
        let word = self.words.get(self.at).cloned();
        self.at += 1;
        word
    }

    fn take(&mut self, keyword: &str) -> bool {
        let there = self.words.get(self.at).is_some_and(|word| word.is(keyword));
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, keyword: &str) -> Result<(), String> {
        match self.take(keyword) {
            true => Ok(()),
            false => Err(format!("{keyword:?} is expected")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Vec<Field> {
        ["lifecycle", "country", "Lead Status"]
            .map(|name| Field::new(name, "text"))
            .to_vec()
    }

    fn check(text: &str, row: [&str; 3], expected: bool) {
        let filter = Filter::read(text, &fields()).unwrap();
        let row = row.map(|cell| match cell {
            "" => Some(Value::Null),
            cell => Some(Value::from(cell)),
        });
        assert_eq!(filter.accepts(&row), expected, "{text}");
    }

    #[test]
    fn conditions_hold_or_not() {
        let text = "lifecycle = customer and country in (DE, AT)";
        check(text, ["customer", "AT", ""], true);
        check(text, ["customer", "FR", ""], false);
        check("country != DE", ["", "", ""], true);
        check("country not in (DE, AT)", ["", "AT", ""], false);
        check("\"Lead Status\" is not empty", ["", "", "x"], true);
        check("\"Lead Status\" = \"in work\"", ["", "", "in work"], true);
        check(
            "lifecycle = a or lifecycle = b and country = DE",
            ["a", "FR", ""],
            true,
        );
        check(
            "(lifecycle = a or lifecycle = b) and country = DE",
            ["a", "FR", ""],
            false,
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let refuse = |text: &str, expected: &str| {
            let message = Filter::read(text, &fields()).unwrap_err();
            assert!(message.contains(expected), "{text}: {message}");
        };
        refuse("stage = x", "no field \"stage\"; known: lifecycle, country");
        refuse("lifecycle", "one of =, !=");
        refuse("lifecycle = a country = b", "and or or is expected");
        refuse("(lifecycle = a", "\")\" is expected");
        refuse("lifecycle = \"a", "not closed");
        refuse("lifecycle =", "a word to compare with");
        refuse("", "a field is expected");
    }
}
