//! Keeps the stage that is furthest along, among what people said if anybody did.
//!
//! How far a stage is, the treaty says in the rule's configuration. A stage that it
//! does not list is a question for somebody who knows.

use serde::Deserialize;
use treaty_sdk::{About, Candidate, Contested, Record, Resolver, Rule, Setup, Verdict};

/// The rule, made for one setup: what stands under
/// `[rules.keep-furthest.configuration]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeepFurthest {
    /// From the first to the furthest.
    #[serde(default)]
    stages: Vec<String>,
}

const CONFIGURATION_SCHEMA: &str = r#"{
  "type": "object",
  "properties": {
    "stages": {
      "type": "array",
      "description": "The stages, from the first to the furthest.",
      "items": { "type": "string" },
      "minItems": 1
    }
  },
  "required": ["stages"],
  "additionalProperties": false
}"#;

impl Rule for KeepFurthest {
    fn about() -> About {
        About::new(
            "keep-furthest",
            env!("CARGO_PKG_VERSION"),
            "Keeps the stage that is furthest along, among what people said if anybody did.",
        )
        .configuration(CONFIGURATION_SCHEMA)
    }

    fn new(setup: &Setup) -> Result<Self, String> {
        let rule: Self = setup.config()?;
        match rule.stages.is_empty() {
            true => Err("stages lists no stage".to_owned()),
            false => Ok(rule),
        }
    }
}

impl Resolver for KeepFurthest {
    fn resolve_field(&self, field: Contested<'_>, _: Record<'_>) -> Verdict {
        let all: Vec<_> = field.candidates().collect();
        let said: Vec<_> = all.iter().copied().filter(Candidate::by_person).collect();
        let (sides, reason) = match said.is_empty() || said.len() == all.len() {
            true => (all, "the furthest stage"),
            false => (said, "the furthest stage that a person said"),
        };
        let mut furthest: Option<(usize, Candidate<'_>)> = None;
        for side in sides {
            let reached = match self.reached(side) {
                Ok(reached) => reached,
                Err(why) => return field.escalate(why),
            };
            if furthest.is_none_or(|(most, _)| reached > most) {
                furthest = Some((reached, side));
            }
        }
        match furthest {
            Some((_, side)) => field.keep(side, reason),
            None => field.escalate("nobody said anything"),
        }
    }
}

impl KeepFurthest {
    /// How far a side is: none at all is 0, the first stage 1. Or why nobody knows.
    fn reached(&self, side: Candidate<'_>) -> Result<usize, String> {
        if side.value().is_null() {
            return Ok(0);
        }
        let stage = side.text().ok_or("a stage is a text")?;
        let at = self.stages.iter().position(|known| known == stage);
        at.map(|at| at + 1)
            .ok_or_else(|| format!("no list says how far {stage} is"))
    }
}

treaty_sdk::export_resolver!(KeepFurthest);

#[cfg(test)]
mod tests {
    use super::KeepFurthest;
    use treaty_sdk::Conflict;

    const STAGES: &str = r#"{"stages": ["lead", "opportunity", "customer"]}"#;

    #[test]
    fn the_furthest_stage_wins_and_a_strange_one_is_asked() {
        let decide = |stage| {
            Conflict::on("lifecycle")
                .configuration(STAGES)
                .base("lead")
                .side("hubspot", stage)
                .side("salesforce", "opportunity")
                .decide::<KeepFurthest>()
        };
        assert_eq!(decide("customer").winner(), Some("hubspot"));
        assert_eq!(decide("lead").winner(), Some("salesforce"));
        assert!(decide("evangelist").escalated());
    }

    #[test]
    fn a_person_is_heard_before_a_workflow() {
        let decided = Conflict::on("lifecycle")
            .configuration(STAGES)
            .side("hubspot", "customer")
            .by_automation("workflow")
            .side("salesforce", "lead")
            .by_person("kim")
            .decide::<KeepFurthest>();
        assert_eq!(decided.winner(), Some("salesforce"));
    }
}
