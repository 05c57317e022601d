//! The matcher as a component.

use treaty_evidence::component as shell;
use treaty_evidence::record::Matcher as _;
use treaty_evidence::schema::Meaning;
use treaty_sdk::{
    About, Comparison, Counted, Detail, Matcher, Population, Prepared, Problem, Record, Rule,
    RuleError, Setup,
};

use crate::Companies;
use crate::company::{Company, FEATURES_VERSION};
use crate::weights::Weights;

/// Without one of these nothing says which organisation it is.
const NEEDED: &[(Meaning, &str)] = &[
    (Meaning::Organisation, "organisation"),
    (Meaning::Domain, "domain"),
    (Meaning::Website, "website"),
    (Meaning::Phone, "phone"),
    (Meaning::TaxId, "tax-id"),
    (Meaning::ExternalId, "external-id"),
];

impl Rule for Companies {
    fn about() -> About {
        About::new(
            "match-companies",
            env!("CARGO_PKG_VERSION"),
            "Says which records are the same organisation or place, by name, domain, phone, tax id and address.",
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

impl Matcher for Companies {
    type Features<'a> = Company;

    fn prepare(&self, record: Record<'_>) -> Result<Prepared, RuleError> {
        Ok(shell::prepared(self.prepare_row(&shell::texts(record))))
    }

    fn read(&self, features: &[u8]) -> Result<Company, RuleError> {
        shell::read(self, features)
    }

    fn compare(
        &self,
        first: Counted<'_, Company>,
        second: Counted<'_, Company>,
        population: &Population,
        detail: Detail,
    ) -> Result<Comparison, RuleError> {
        Ok(shell::compare(self, first, second, population, detail))
    }
}
