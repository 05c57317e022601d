//! The matcher by keys: two records are the same where all fields of a key are.
//!
//! The treaty says what the keys are, in the rule's configuration: each is one
//! field (`["sku"]`) or several (`["email", "company-domain"]`). Values compare
//! in canonical form, texts besides without regard to case and outer spaces. An
//! empty or absent field makes a key say nothing. Nothing is ever guessed: a
//! pair is certain or it is no pair at all, so no person is asked about one,
//! unless two records of one system share a key.

#![cfg_attr(
    test,
    expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")
)]

use serde::Deserialize;
use treaty_sdk::{
    About, Comparison, Evidence, Field, Key, Problem, Record, RecordMatcher, Rule, Setup, Value,
};

/// The weight of a shared key, in bits: as good as certain.
const CERTAIN_BITS: f64 = 40.0;

const CONFIGURATION_SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "keys": {
      "type": "array",
      "minItems": 1,
      "description": "The keys. Each is a list of canonical fields that together name a record.",
      "items": { "type": "array", "minItems": 1, "items": { "type": "string" } }
    }
  },
  "required": ["keys"],
  "additionalProperties": false
}"#;

/// The rule, made for one setup.
#[derive(Clone, Debug)]
pub struct MatchKeys {
    fields: Vec<Field>,
    /// Each key as positions of fields.
    keys: Vec<Vec<usize>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    keys: Vec<Vec<String>>,
}

impl Rule for MatchKeys {
    fn about() -> About {
        About::new(
            "match-keys",
            env!("CARGO_PKG_VERSION"),
            "Matches records that are equal in all fields of a key, for instance an order number, \
             or an e-mail address and a domain.",
        )
        .configuration(CONFIGURATION_SCHEMA)
        .attribute("licence", env!("CARGO_PKG_LICENSE"))
    }

    fn check(setup: &Setup) -> Vec<Problem> {
        let configuration: Configuration = match setup.config() {
            Ok(configuration) => configuration,
            Err(message) => return vec![Problem::new(message)],
        };
        let mut problems = Vec::new();
        if configuration.keys.is_empty() {
            problems.push(Problem::new("there are no keys").at("/keys"));
        }
        for (at, key) in configuration.keys.iter().enumerate() {
            if key.is_empty() {
                problems.push(Problem::new("a key needs a field").at(format!("/keys/{at}")));
            }
            for (part, name) in key.iter().enumerate() {
                if let Err(message) = position(setup, name) {
                    problems.push(Problem::new(message).at(format!("/keys/{at}/{part}")));
                }
            }
        }
        problems
    }

    fn new(setup: &Setup) -> Result<Self, String> {
        let configuration: Configuration = setup.config()?;
        let positions = |key: &Vec<String>| key.iter().map(|name| position(setup, name)).collect();
        let keys = configuration
            .keys
            .iter()
            .map(positions)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            fields: setup.canonical.clone(),
            keys,
        })
    }
}

fn position(setup: &Setup, name: &str) -> Result<usize, String> {
    let mut fields = setup.canonical.iter();
    fields.position(|field| field.name == name).ok_or_else(|| {
        let known: Vec<_> = setup
            .canonical
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        format!("there is no field {name:?}; fields: {}", known.join(", "))
    })
}

impl MatchKeys {
    /// The content of a key in a record; none where a field says nothing.
    fn content(&self, key: &[usize], record: Record<'_>) -> Option<Vec<String>> {
        key.iter().map(|field| plain(record.at(*field)?)).collect()
    }
}

/// A value in the form that keys compare; none where it is empty.
fn plain(value: &Value) -> Option<String> {
    let text = match value {
        // Each system has its own ids: a reference names nothing to another.
        Value::Null | Value::Reference(_) => return None,
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Instant(value) => value.to_string(),
        Value::Choices(choices) => choices.join("\u{1f}"),
        Value::Decimal(text) | Value::Text(text) | Value::Date(text) | Value::Json(text) => {
            text.trim().to_lowercase()
        }
    };
    (!text.is_empty()).then_some(text)
}

impl RecordMatcher for MatchKeys {
    fn keys(&self, record: Record<'_>) -> Vec<Key> {
        let keys = self.keys.iter().enumerate();
        keys.filter_map(|(number, key)| {
            let content = self.content(key, record)?;
            let parts: Vec<&str> = content.iter().map(String::as_str).collect();
            Some(Key::of_parts(&format!("key-{number}"), &parts))
        })
        .collect()
    }

    fn compare_records(&self, first: Record<'_>, second: Record<'_>) -> Comparison {
        let shared = self.keys.iter().find(|key| {
            let content = self.content(key, first);
            content.is_some() && content == self.content(key, second)
        });
        let Some(key) = shared else {
            return Comparison::of_weight(-CERTAIN_BITS);
        };
        let names: Vec<_> = key
            .iter()
            .map(|field| self.fields[*field].name.as_str())
            .collect();
        let evidence = Evidence::new(names.join(" and "), "equal", CERTAIN_BITS);
        Comparison::of_weight(CERTAIN_BITS).evidence(vec![evidence])
    }

    fn fields(&self) -> &[Field] {
        &self.fields
    }
}

treaty_sdk::export_matcher!(MatchKeys);

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(configuration: &str) -> Setup {
        let field = |name: &str| Field {
            name: name.to_owned(),
            kind: "text".to_owned(),
            attributes: Vec::new(),
        };
        Setup {
            entity: "article".to_owned(),
            canonical: vec![field("sku"), field("email"), field("domain")],
            systems: Vec::new(),
            configuration: configuration.to_owned(),
            attributes: Vec::new(),
        }
    }

    fn check(first: [Option<&str>; 3], second: [Option<&str>; 3], same: bool) {
        let rule = MatchKeys::new(&setup(r#"{"keys":[["sku"],["email","domain"]]}"#)).unwrap();
        let row = |cells: [Option<&str>; 3]| {
            cells
                .map(|cell| cell.map(|text| Value::Text(text.to_owned())))
                .to_vec()
        };
        let (one, other) = (row(first), row(second));
        let first = Record::new(&rule.fields, &one);
        let second = Record::new(&rule.fields, &other);
        let compared = rule.compare_records(first, second);
        assert_eq!(compared.probability > 0.999_999, same, "{one:?} {other:?}");
        assert_eq!(
            compared.probability < 0.000_001,
            !same,
            "nothing is in doubt"
        );
        let keys = rule.keys(first);
        let shared = rule
            .keys(second)
            .iter()
            .any(|key| keys.iter().any(|k| k.hash == key.hash));
        assert_eq!(
            shared, same,
            "what would link shares a key, and nothing else does"
        );
        assert_eq!(
            compared,
            rule.compare_records(second, first),
            "a pair and its mirror"
        );
    }

    #[test]
    fn a_record_is_known_by_all_fields_of_a_key() {
        check([Some("A-1"), None, None], [Some(" a-1 "), None, None], true);
        check([Some("A-1"), None, None], [Some("A-2"), None, None], false);
        check(
            [None, Some("x@y.de"), Some("y.de")],
            [None, Some("X@Y.de"), Some("y.de")],
            true,
        );
        check(
            [None, Some("x@y.de"), Some("y.de")],
            [None, Some("x@y.de"), Some("z.de")],
            false,
        );
    }

    #[test]
    fn an_empty_field_says_nothing() {
        check([None, None, None], [None, None, None], false);
        check([Some(""), None, None], [Some(" "), None, None], false);
        check(
            [None, Some("x@y.de"), None],
            [None, Some("x@y.de"), None],
            false,
        );
    }

    #[test]
    fn a_wrong_configuration_is_told_with_its_place() {
        let told = |configuration: &str| -> Vec<String> {
            let problems = MatchKeys::check(&setup(configuration));
            problems
                .into_iter()
                .map(|problem| {
                    format!("{}: {}", problem.place.unwrap_or_default(), problem.message)
                })
                .collect()
        };
        assert_eq!(
            told(r#"{"keys":[["sku","name"]]}"#),
            [r#"/keys/0/1: there is no field "name"; fields: sku, email, domain"#]
        );
        assert_eq!(told(r#"{"keys":[]}"#), ["/keys: there are no keys"]);
        assert_eq!(told(r#"{}"#).len(), 1);
    }
}
