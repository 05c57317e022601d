//! Keeps what a person wrote over what an automation wrote, then the newest.

use treaty_sdk::{About, ActorKind, Candidate, Contested, Record, Resolver, Rule, Setup, Verdict};

struct ThisRule {
    tolerance_micros: i64,
}

impl Rule for ThisRule {
    fn about() -> About {
        About::new(
            "{{name}}",
            env!("CARGO_PKG_VERSION"),
            "Keeps what a person wrote over what an automation wrote, then the newest.",
        )
    }

    fn new(setup: &Setup) -> Result<Self, String> {
        let tolerance_ms = setup.attribute("clock-tolerance-ms").unwrap_or("0");
        let tolerance_ms: u32 = tolerance_ms
            .parse()
            .map_err(|_| format!("the clock tolerance {tolerance_ms} is no whole number"))?;
        Ok(Self {
            tolerance_micros: i64::from(tolerance_ms) * 1_000,
        })
    }
}

impl Resolver for ThisRule {
    fn resolve_field(&self, field: Contested<'_>, _: Record<'_>) -> Verdict {
        let has_person = field.candidates().any(|side| side.by_person());
        let is_automation = |side: &Candidate<'_>| side.actor_kind() == ActorKind::Automation;
        let sides: Vec<_> = field
            .candidates()
            .filter(|side| !(has_person && is_automation(side)))
            .collect();
        if let Some(side) = only_value(&sides) {
            return field.keep(side, "person over automation");
        }
        let Some(times) = sides.iter().map(Candidate::at).collect::<Option<Vec<_>>>() else {
            return field.escalate("a side does not say when it was changed");
        };
        let newest = times.iter().copied().max().unwrap_or_default();
        let tied: Vec<_> = sides
            .into_iter()
            .zip(times)
            .filter(|(_, at)| newest.saturating_sub(*at) <= self.tolerance_micros)
            .map(|(side, _)| side)
            .collect();
        match only_value(&tied) {
            Some(side) => field.keep(side, "the newest"),
            None => field.escalate("the sides were changed at the same time"),
        }
    }
}

/// The first of the sides, where all of them hold the same.
fn only_value<'a>(sides: &[Candidate<'a>]) -> Option<Candidate<'a>> {
    let (first, others) = sides.split_first()?;
    let same = others.iter().all(|side| side.value() == first.value());
    same.then_some(*first)
}

treaty_sdk::export_resolver!(ThisRule);

#[cfg(test)]
mod tests {
    use super::ThisRule;
    use treaty_sdk::Conflict;

    #[test]
    fn a_person_wins_over_an_automation() {
        let decided = Conflict::on("phone")
            .base("1")
            .side("crm", "2")
            .by_person("anna")
            .at(1)
            .side("desk", "3")
            .by_automation("enrichment")
            .at(2)
            .decide::<ThisRule>();
        assert_eq!(decided.winner(), Some("crm"));
    }

    #[test]
    fn of_two_people_the_later_wins_and_a_tie_is_asked() {
        let decide = |first, second| {
            Conflict::on("phone")
                .base("1")
                .side("crm", "2")
                .by_person("anna")
                .at(first)
                .side("desk", "3")
                .by_person("ben")
                .at(second)
                .decide::<ThisRule>()
        };
        assert_eq!(decide(1, 2).winner(), Some("desk"));
        assert!(decide(2, 2).escalated());
    }
}
