//! The matcher as a component.

use treaty_evidence::component as shell;
use treaty_evidence::record::Matcher as _;
use treaty_evidence::schema::Meaning;
use treaty_sdk::{
    About, Comparison, Counted, Detail, Matcher, Population, Prepared, Problem, Record, Rule,
    RuleError, Setup,
};

use crate::People;
use crate::person::{FEATURES_VERSION, Person};
use crate::weights::Weights;

/// Without one of these nothing says who somebody is.
const NEEDED: &[(Meaning, &str)] = &[
    (Meaning::LastName, "last-name"),
    (Meaning::FullName, "full-name"),
    (Meaning::Email, "email"),
    (Meaning::Phone, "phone"),
    (Meaning::TaxId, "tax-id"),
    (Meaning::ExternalId, "external-id"),
];

impl Rule for People {
    fn about() -> About {
        About::new(
            "match-people",
            env!("CARGO_PKG_VERSION"),
            "Says which records are the same person, by name, e-mail, phone, organisation, place, birth date and ids.",
        )
        .configuration(&shell::configuration_schema::<Weights>())
        .attribute("licence", env!("CARGO_PKG_LICENSE"))
        .attribute("features-version", &FEATURES_VERSION.to_string())
    }

    fn check(setup: &Setup) -> Vec<Problem> {
        shell::check::<Weights>(setup, NEEDED)
    }

    fn new(setup: &Setup) -> Result<Self, String> {
        let weights = shell::weights(setup).map_err(|problems| {
            problems
                .into_iter()
                .map(|problem| problem.message)
                .collect::<Vec<_>>()
                .join("; ")
        })?;
        Ok(Self::with(shell::schema(setup), weights))
    }
}

impl Matcher for People {
    type Features<'a> = Person;

    fn prepare(&self, record: Record<'_>) -> Result<Prepared, RuleError> {
        Ok(shell::prepared(self.prepare_row(&shell::texts(record))))
    }

    fn read(&self, features: &[u8]) -> Result<Person, RuleError> {
        shell::read(self, features)
    }

    fn compare(
        &self,
        first: Counted<'_, Person>,
        second: Counted<'_, Person>,
        population: &Population,
        detail: Detail,
    ) -> Result<Comparison, RuleError> {
        Ok(shell::compare(self, first, second, population, detail))
    }
}
