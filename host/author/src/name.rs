//! The name of a rule: a folder, a component, a crate and a module are named so.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::BadName;

/// Longer names make paths that some systems refuse.
const LETTERS_MAX: usize = 60;

/// A rule's name: verb and noun, `keep-newest`.
///
/// Small letters, digits and hyphens, at least one hyphen. With a hyphen in it a
/// name is no reserved word in any of the languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleName(String);

impl RuleName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RuleName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let part_is_good = |part: &str| {
            let mut letters = part.bytes();
            let is_good = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit();
            !part.is_empty() && letters.all(is_good)
        };
        let starts_well = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        let good = starts_well
            && text.len() <= LETTERS_MAX
            && text.contains('-')
            && text.split('-').all(part_is_good)
            // The name of the crate that a rule in Rust depends on.
            && text != "treaty-sdk";
        match good {
            true => Ok(Self(text.to_owned())),
            false => Err(BadName {
                name: text.to_owned(),
            }),
        }
    }
}

impl TryFrom<String> for RuleName {
    type Error = BadName;

    fn try_from(text: String) -> Result<Self, BadName> {
        text.parse()
    }
}

impl From<RuleName> for String {
    fn from(name: RuleName) -> Self {
        name.0
    }
}

impl fmt::Display for RuleName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_verb_and_a_noun() {
        let check = |text: &str, good: bool| {
            assert_eq!(text.parse::<RuleName>().is_ok(), good, "{text:?}");
        };
        check("keep-newest", true);
        check("match-people-2", true);
        check("match", false);
        check("Keep-newest", false);
        check("keep--newest", false);
        check("-keep-newest", false);
        check("keep-newest-", false);
        check("2-keep", false);
        check("keep_newest", false);
        check("../keep-newest", false);
        check("keep-größte", false);
        check("treaty-sdk", false);
        check(&format!("a-{}", "b".repeat(LETTERS_MAX)), false);
        check("", false);
    }
}
