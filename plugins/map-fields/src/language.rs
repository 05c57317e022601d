//! The language of the column `<system>.transform`: steps with ` | ` between
//! them, in the order in which a value is read. Writing goes backwards.
//! All of them: `../../reference.md`.

use crate::date::Pattern;
use crate::json::Pointer;
use crate::names::Part;
use crate::number::Style;
use crate::quoted::{split, unquote};
use crate::step::{Case, Step};
use crate::words::{Booleans, Words};

/// A transform as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transform {
    /// The steps, in the order of reading.
    pub steps: Vec<Step>,
    /// What stands between several own fields.
    pub join: Option<String>,
    /// The region for phone numbers without a country.
    pub region: Option<String>,
    /// The time zone.
    pub zone: Option<String>,
    /// What is written when a record is created without a value.
    pub default: Option<String>,
    /// What is written when a record is created, whatever the value.
    pub constant: Option<String>,
    /// Whether it is never written.
    pub read_only: bool,
}

/// Every step, as the message about an unknown one lists them.
const KNOWN: &str = "trim, lower, upper, title, prefix(…), suffix(…), email, phone(DE), \
    number(1.234,56), date(DD.MM.YYYY), instant(DD.MM.YYYY hh:mm), boolean(Ja/Nein), \
    map(Lead = lead; * = other), split(;), join(\" \"), part(first), part(last), \
    json(/address/city), zone(Europe/Berlin), default(…), constant(…), read-only";

impl Transform {
    /// Reads a cell.
    ///
    /// # Errors
    /// Everything in it that cannot be read, and what could be.
    pub fn read(cell: &str) -> Result<Self, Vec<String>> {
        let mut transform = Self::default();
        let mut problems = Vec::new();
        for text in split(cell, '|') {
            if let Err(problem) = transform.add(text) {
                problems.push(problem);
            }
        }
        if problems.is_empty() {
            Ok(transform)
        } else {
            Err(problems)
        }
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        let (name, argument) = match text.split_once('(') {
            None => (text, None),
            Some((name, rest)) => {
                let argument = rest
                    .strip_suffix(')')
                    .ok_or_else(|| format!("{text:?} lacks its closing parenthesis"))?;
                (name.trim_end(), Some(argument))
            }
        };
        let needed = || {
            argument
                .filter(|argument| !argument.is_empty())
                .ok_or_else(|| format!("{name} needs something in parentheses; known: {KNOWN}"))
        };
        match name {
            "trim" | "lower" | "upper" | "title" | "read-only" if argument.is_some() => {
                return Err(format!("{name} takes nothing in parentheses"));
            }
            "trim" => self.steps.push(Step::Trim),
            "lower" => self.steps.push(Step::Case(Case::Lower)),
            "upper" => self.steps.push(Step::Case(Case::Upper)),
            "title" => self.steps.push(Step::Case(Case::Title)),
            "read-only" => self.read_only = true,
            "prefix" => self.steps.push(Step::Prefix(unquote(needed()?).to_owned())),
            "suffix" => self.steps.push(Step::Suffix(unquote(needed()?).to_owned())),
            "email" => self.steps.push(email(argument)?),
            "phone" => self.add_phone(argument.unwrap_or_default())?,
            "number" => self.steps.push(Step::Number(Style::read(needed()?)?)),
            "date" => self
                .steps
                .push(Step::Date(Pattern::of_date(unquote(needed()?))?)),
            "instant" => self
                .steps
                .push(Step::Instant(Pattern::of_instant(unquote(needed()?))?)),
            "boolean" => self.steps.push(Step::Boolean(Booleans::read(needed()?)?)),
            "map" => self.steps.push(Step::Map(Words::read(needed()?)?)),
            "split" => self.steps.push(Step::Split(unquote(needed()?).to_owned())),
            "join" => self.join = Some(unquote(needed()?).to_owned()),
            "part" => self.steps.push(Step::Part(Part::read(needed()?)?)),
            "json" => self
                .steps
                .push(Step::Json(Pointer::read(unquote(needed()?))?)),
            "zone" => self.zone = Some(unquote(needed()?).to_owned()),
            "default" => self.default = Some(unquote(needed()?).to_owned()),
            "constant" => self.constant = Some(unquote(needed()?).to_owned()),
            "" => return Err("nothing stands between two |".to_owned()),
            _ => return Err(format!("unknown transform {name:?}; known: {KNOWN}")),
        }
        Ok(())
    }

    fn add_phone(&mut self, argument: &str) -> Result<(), String> {
        let mut strict = false;
        for part in split(argument, ',')
            .into_iter()
            .filter(|part| !part.is_empty())
        {
            if part == "strict" {
                strict = true;
            } else {
                crate::phone::region(part)?;
                self.region = Some(part.to_owned());
            }
        }
        self.steps.push(Step::Phone { strict });
        Ok(())
    }

    /// Why the transform can be read but not written, if that is so.
    pub fn one_way(&self) -> Option<&'static str> {
        if self.join.as_deref() == Some("") {
            return Some(
                "nothing stands between the joined fields, so that they cannot be told apart",
            );
        }
        self.steps.iter().find_map(Step::one_way)
    }
}

fn email(argument: Option<&str>) -> Result<Step, String> {
    match argument.map(str::trim) {
        None => Ok(Step::Email { strict: false }),
        Some("strict") => Ok(Step::Email { strict: true }),
        Some(other) => Err(format!("email takes strict or nothing, not {other:?}")),
    }
}
