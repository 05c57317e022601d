//! `phone-decides`: which of two telephone numbers stays.
//!
//! 1. What a person typed beats what automation wrote.
//! 2. A mobile number beats a switchboard: it reaches the person.
//! 3. Anything else is a question for somebody who can ring both.
//!
//! What is a mobile number and what a switchboard, the treaty says in the
//! rule's configuration. Numbers arrive in international form, the mapper sees
//! to that.

use serde::Deserialize;
use treaty_sdk::{
    About, ActorKind, Candidate, Contested, Record, Resolver, Rule, Setup, Standing, Verdict,
};

/// The rule, made for one setup: what the treaty says under
/// `[rules.phone-decides.configuration]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PhoneDecides {
    /// How mobile numbers begin, `+4917`.
    #[serde(default)]
    mobile_prefixes: Vec<String>,
    /// How switchboards end, `0`. Empty: nothing is known to be one.
    #[serde(default)]
    switchboard_ending: String,
}

const CONFIGURATION_SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "mobile-prefixes": {
      "type": "array",
      "description": "How mobile numbers begin, in international form: `+4917`.",
      "items": { "type": "string" },
      "default": []
    },
    "switchboard-ending": {
      "type": "string",
      "description": "How switchboards end: `0`. Empty: nothing is known to be one.",
      "default": ""
    }
  },
  "additionalProperties": false
}"#;

impl Rule for PhoneDecides {
    fn about() -> About {
        About::new(
            "phone-decides",
            env!("CARGO_PKG_VERSION"),
            "Decides between telephone numbers: a person over automation, a mobile number over \
             a switchboard.",
        )
        .configuration(CONFIGURATION_SCHEMA)
    }

    fn new(setup: &Setup) -> Result<Self, String> {
        let rule: Self = setup.config()?;
        for prefix in &rule.mobile_prefixes {
            if !prefix.starts_with('+') {
                return Err(format!(
                    "mobile-prefixes are in international form, such as +4917, not {prefix:?}"
                ));
            }
        }
        Ok(rule)
    }
}

impl Resolver for PhoneDecides {
    fn resolve_field(&self, field: Contested<'_>, _: Record<'_>) -> Verdict {
        let sides = sides(field);
        if let Some(only) = only_value(&sides) {
            return field.keep(only, "the other side was empty");
        }
        if let Some(typed) = by_person(&sides) {
            return field.keep(typed, "person over automation");
        }
        if let Some(mobile) = self.mobile_over_switchboard(&sides) {
            return field.keep(mobile, "a mobile number over a switchboard");
        }
        field.escalate("nothing says which of the numbers is right")
    }
}

/// The sides that have a say, by system, so that the order in which they came
/// changes nothing. A number that was never there was cleared by nobody.
fn sides(field: Contested<'_>) -> Vec<Candidate<'_>> {
    let never_there =
        |side: &Candidate<'_>| side.standing() == Standing::FirstSeen && side.value().is_null();
    let mut sides: Vec<_> = field.candidates().collect();
    sides.sort_by_key(|side| side.system());
    if sides.iter().any(|side| !side.value().is_null()) {
        sides.retain(|side| !never_there(side));
    }
    sides
}

/// The first of these sides, if all have the same value.
fn only_value<'a>(sides: &[Candidate<'a>]) -> Option<Candidate<'a>> {
    let (first, rest) = sides.split_first()?;
    let same = rest.iter().all(|side| side.value() == first.value());
    same.then_some(*first)
}

/// What people typed, if it is one number and every other side is known to be
/// no person.
fn by_person<'a>(sides: &[Candidate<'a>]) -> Option<Candidate<'a>> {
    let (typed, rest): (Vec<_>, Vec<_>) = sides.iter().partition(|side| side.by_person());
    let unknown = |side: Candidate<'_>| side.actor_kind() == ActorKind::Unknown;
    let winner = only_value(&typed)?;
    (!rest.into_iter().any(unknown)).then_some(winner)
}

impl PhoneDecides {
    /// The only mobile number among switchboards.
    fn mobile_over_switchboard<'a>(&self, sides: &[Candidate<'a>]) -> Option<Candidate<'a>> {
        let (mobiles, rest): (Vec<_>, Vec<_>) =
            sides.iter().partition(|side| self.is_mobile(**side));
        let winner = only_value(&mobiles)?;
        rest.into_iter()
            .all(|side| self.is_switchboard(side))
            .then_some(winner)
    }

    fn is_mobile(&self, side: Candidate<'_>) -> bool {
        let number = side.text().unwrap_or_default();
        self.mobile_prefixes
            .iter()
            .any(|prefix| number.starts_with(prefix.as_str()))
    }

    fn is_switchboard(&self, side: Candidate<'_>) -> bool {
        let number = side.text().unwrap_or_default();
        let ending = self.switchboard_ending.as_str();
        !ending.is_empty() && number.ends_with(ending) && !self.is_mobile(side)
    }
}

treaty_sdk::export_resolver!(PhoneDecides);
