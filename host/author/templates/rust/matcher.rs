//! Two records are the same where their e-mail addresses are.

use treaty_sdk::{About, Comparison, Evidence, Field, Key, Record, RecordMatcher, Rule, Setup};

/// What an equal address is worth, in bits; another address costs as much.
const WEIGHT: f64 = 10.0;

struct ThisRule {
    fields: Vec<Field>,
}

impl Rule for ThisRule {
    fn about() -> About {
        About::new(
            "{{name}}",
            env!("CARGO_PKG_VERSION"),
            "The same e-mail address is the same record.",
        )
    }

    fn new(setup: &Setup) -> Result<Self, String> {
        setup.field("email").ok_or("there is no field email")?;
        Ok(Self {
            fields: setup.canonical.clone(),
        })
    }
}

impl RecordMatcher for ThisRule {
    fn keys(&self, record: Record<'_>) -> Vec<Key> {
        email(record)
            .map(|email| Key::of("email", &email))
            .into_iter()
            .collect()
    }

    fn compare_records(&self, first: Record<'_>, second: Record<'_>) -> Comparison {
        let (finding, weight) = match (email(first), email(second)) {
            (Some(first), Some(second)) if first == second => ("equal", WEIGHT),
            (Some(_), Some(_)) => ("different", -WEIGHT),
            _ => ("missing", 0.0),
        };
        Comparison::of_weight(weight).evidence(vec![Evidence::new("email", finding, weight)])
    }

    fn fields(&self) -> &[Field] {
        &self.fields
    }
}

fn email(record: Record<'_>) -> Option<String> {
    record
        .text("email")
        .map(|email| email.trim().to_lowercase())
}

treaty_sdk::export_matcher!(ThisRule);

#[cfg(test)]
mod tests {
    use super::ThisRule;
    use treaty_sdk::{Record, RecordMatcher, Rule, Setup, Value};

    #[test]
    fn the_size_of_letters_means_nothing() {
        let setup = Setup::of("contact").field("email", "email").done();
        let rule = ThisRule::new(&setup).expect("the setup has an email");
        let [first, second] = ["Anna@A.de", "anna@a.de"].map(|text| [Some(Value::from(text))]);
        let record = |cells| Record::new(&setup.canonical, cells);
        assert!(rule.compare_records(record(&first), record(&second)).weight > 0.0);
    }
}
