//! Words for words: `map(Lead = lead; * = other)` and `boolean(Ja/Nein)`.

use crate::own;
use crate::quoted::{split, unquote};
use treaty_sdk::Value;

/// Own words and the canonical ones that they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pairs: Vec<(String, String)>,
    others: Others,
}

/// What becomes of an own word that is not listed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Others {
    /// It is a problem.
    Refused,
    /// It stays as it is, in both directions.
    Kept,
    /// It reads as this word.
    Read(String),
}

impl Words {
    /// Reads `Lead = lead; Customer = customer; * = other`.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut words = Self {
            pairs: Vec::new(),
            others: Others::Refused,
        };
        for entry in split(text, ';')
            .into_iter()
            .filter(|entry| !entry.is_empty())
        {
            let [own, canonical] = split(entry, '=')[..] else {
                return Err(format!(
                    "map lists own words and what they mean, Lead = lead; Customer = customer, \
                     and {entry:?} is no such pair"
                ));
            };
            match (own, canonical) {
                ("*", "*") => words.others = Others::Kept,
                ("*", other) => words.others = Others::Read(unquote(other).to_owned()),
                (own, canonical) => {
                    let own = unquote(own).to_owned();
                    if words.pairs.iter().any(|(known, _)| *known == own) {
                        return Err(format!("map lists {own:?} twice"));
                    }
                    words.pairs.push((own, unquote(canonical).to_owned()));
                }
            }
        }
        Ok(words)
    }

    /// The canonical word for an own one.
    pub fn read_word(&self, own: &str) -> Result<String, String> {
        let own = own.trim();
        let listed = self.pairs.iter().find(|(known, _)| known == own);
        match (listed, &self.others) {
            (Some((_, canonical)), _) => Ok(canonical.clone()),
            (None, Others::Read(canonical)) => Ok(canonical.clone()),
            (None, Others::Kept) => Ok(own.to_owned()),
            (None, Others::Refused) => Err(format!(
                "{own:?} is not in the map, which knows {}",
                list(self.pairs.iter().map(|(own, _)| own))
            )),
        }
    }

    /// The first own word that reads as a canonical one.
    pub fn write_word(&self, canonical: &str) -> Result<String, String> {
        let listed = self.pairs.iter().find(|(_, known)| known == canonical);
        match (listed, &self.others) {
            (Some((own, _)), _) => Ok(own.clone()),
            (None, Others::Kept) => Ok(canonical.to_owned()),
            (None, _) => Err(format!(
                "{canonical:?} has no own word in the map, which knows {}",
                list(self.pairs.iter().map(|(_, canonical)| canonical))
            )),
        }
    }

    /// Whether some words can be read that can never be written.
    pub fn one_way(&self) -> Option<&'static str> {
        match &self.others {
            Others::Read(word) if !self.pairs.iter().any(|(_, known)| known == word) => {
                Some("no own word is listed for what * stands for, so that it cannot be written")
            }
            _ => None,
        }
    }
}

fn list<'a>(words: impl Iterator<Item = &'a String>) -> String {
    let words: Vec<_> = words.map(|word| format!("{word:?}")).collect();
    words.join(", ")
}

/// Two words for true and false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booleans {
    yes: String,
    no: String,
}

impl Booleans {
    /// Reads `Ja/Nein`.
    pub fn read(text: &str) -> Result<Self, String> {
        match split(text, '/')[..] {
            [yes, no] if !yes.is_empty() && !no.is_empty() && yes != no => Ok(Self {
                yes: unquote(yes).to_owned(),
                no: unquote(no).to_owned(),
            }),
            _ => Err(format!(
                "boolean needs the words for true and false, boolean(Ja/Nein), not {text:?}"
            )),
        }
    }

    /// True or false.
    pub fn parse(&self, value: Value) -> Result<Value, String> {
        if let Value::Boolean(_) = value {
            return Ok(value);
        }
        let text = own::text(&value)?.trim().to_lowercase();
        if text == self.yes.to_lowercase() {
            Ok(Value::Boolean(true))
        } else if text == self.no.to_lowercase() {
            Ok(Value::Boolean(false))
        } else {
            Err(format!(
                "{text:?} is neither {:?} nor {:?}",
                self.yes, self.no
            ))
        }
    }

    /// One of the two words.
    pub fn write(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::Boolean(true) => Ok(Value::Text(self.yes.clone())),
            Value::Boolean(false) => Ok(Value::Text(self.no.clone())),
            other => Err(format!("a {} is neither true nor false", other.kind())),
        }
    }
}
