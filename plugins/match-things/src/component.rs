//! The matcher as a component.

use treaty_evidence::component as shell;
use treaty_evidence::record::Matcher as _;
use treaty_sdk::{
    About, Comparison, Counted, Detail, Matcher, Population, Prepared, Problem, Record, Rule,
    RuleError, Setup,
};

use crate::Things;
use crate::thing::{FEATURES_VERSION, Thing, Way};
use crate::weights::Weights;

impl Rule for Things {
    fn about() -> About {
        About::new(
            "match-things",
            env!("CARGO_PKG_VERSION"),
            "Says which records are the same thing, by the rare words of their texts and by their other values.",
        )
        .configuration(&shell::configuration_schema::<Weights>())
        .attribute("licence", env!("CARGO_PKG_LICENSE"))
        .attribute("features-version", &FEATURES_VERSION.to_string())
    }

    fn check(setup: &Setup) -> Vec<Problem> {
        let mut problems = shell::weights::<Weights>(setup).err().unwrap_or_default();
        let things = things(setup, Weights::default());
        if !things.columns.iter().any(|column| column.way != Way::Value) {
            let message = "no field tells records apart: `text`, a name or `external-id`";
            problems.push(Problem::new(message));
        }
        problems
    }

    fn new(setup: &Setup) -> Result<Self, String> {
        let weights = shell::weights(setup).map_err(|problems| {
            problems
                .into_iter()
                .map(|problem| problem.message)
                .collect::<Vec<_>>()
                .join("; ")
        })?;
        Ok(things(setup, weights))
    }
}

fn things(setup: &Setup, weights: Weights) -> Things {
    let fields = setup.canonical.iter();
    Things::with(
        fields.map(|field| (field.name.as_str(), field.kind.as_str())),
        weights,
    )
}

impl Matcher for Things {
    type Features<'a> = Thing;

    fn prepare(&self, record: Record<'_>) -> Result<Prepared, RuleError> {
        Ok(shell::prepared(self.prepare_row(&shell::texts(record))))
    }

    fn read(&self, features: &[u8]) -> Result<Thing, RuleError> {
        shell::read(self, features)
    }

    fn compare(
        &self,
        first: Counted<'_, Thing>,
        second: Counted<'_, Thing>,
        population: &Population,
        detail: Detail,
    ) -> Result<Comparison, RuleError> {
        Ok(shell::compare(self, first, second, population, detail))
    }
}
