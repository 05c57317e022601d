//! Copies fields to and from the own fields that the field table names.

use treaty_sdk::{
    About, Inbound, InboundAnswer, Mapper, Outbound, Reading, Rule, RuleError, Setup, Value,
    Writing, Written,
};

struct ThisRule;

impl Rule for ThisRule {
    fn about() -> About {
        About::new(
            "{{name}}",
            env!("CARGO_PKG_VERSION"),
            "Copies fields by their names, e-mail addresses in small letters.",
        )
    }

    fn new(_: &Setup) -> Result<Self, String> {
        Ok(Self)
    }
}

impl Mapper for ThisRule {
    fn read(&self, system: usize, inbound: Inbound<'_>) -> Result<InboundAnswer, RuleError> {
        let system = &inbound.setup.systems[system].name;
        let mut reading = Reading::new(inbound.setup);
        for (position, field) in inbound.setup.canonical.iter().enumerate() {
            // The column named after the system holds the name of its own field.
            let own = field
                .attribute(system)
                .and_then(|name| inbound.own.cell(name));
            if let Some(value) = own {
                reading.set_at(position, canonical(&field.kind, value));
            }
        }
        Ok(reading.done())
    }

    fn write(&self, system: usize, outbound: Outbound<'_>) -> Result<Written, RuleError> {
        let system = &outbound.setup.systems[system].name;
        let mut writing = Writing::new(&outbound);
        for (position, field) in outbound.setup.canonical.iter().enumerate() {
            let (Some(name), Some(value)) =
                (field.attribute(system), outbound.canonical.at(position))
            else {
                continue;
            };
            // What reads back the same is left as the system writes it.
            let stands = outbound.own.cell(name);
            if stands.is_none_or(|stands| canonical(&field.kind, stands) != *value) {
                writing.set(name, value.clone());
            }
        }
        Ok(writing.done())
    }
}

fn canonical(kind: &str, value: &Value) -> Value {
    match value.as_text() {
        Some(text) if kind == "email" => Value::from_text(text.to_lowercase()),
        _ => value.clone(),
    }
}

treaty_sdk::export_mapper!(ThisRule);

#[cfg(test)]
mod tests {
    use super::canonical;
    use treaty_sdk::Value;

    #[test]
    fn addresses_are_read_in_small_letters() {
        assert_eq!(
            canonical("email", &Value::from("Anna@A.de")),
            Value::from("anna@a.de")
        );
        assert_eq!(canonical("text", &Value::from("Anna")), Value::from("Anna"));
    }
}
