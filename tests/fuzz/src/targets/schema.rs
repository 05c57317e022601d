//! Schemas that rules give for their configuration, and configurations beside them.

use treaty_sandbox::configuration_misfits;

use crate::target::{Reading, Target};

/// A schema, an empty line, and a configuration.
pub(crate) const TARGET: Target = Target {
    name: "schema",
    read: hold,
    more: || vec![SOUND.as_bytes().to_vec()],
    words: &[&[
        b"\"$ref\":\"#/$defs/weight\",",
        b"\"$ref\":\"#\",",
        b"\"$ref\":\"#/properties/rules/items\",",
        b"\"$dynamicRef\":\"#a\",",
        b"\"$id\":\"x\",",
        b"\"$schema\":\"http://json-schema.org/draft-07/schema#\",",
        b"\"$schema\":\"http://json-schema.org/draft-04/schema#\",",
        b"\"pattern\":\"(a+)+$\",",
        b"\"pattern\":\"(?=a)\\\\p{L}{1,99}\",",
        b"\"patternProperties\":{\"^(.*)*$\":true},",
        b"\"uniqueItems\":true,",
        b"\"multipleOf\":1e-300,",
        b"\"maximum\":1e308,",
        b"\"minLength\":-1,",
        b"\"unevaluatedProperties\":false,",
        b"\"dependentSchemas\":{\"rules\":false},",
        b"\"propertyNames\":{\"maxLength\":2},",
        b"\"if\":{},\"then\":false,",
        b"\"format\":\"email\",",
        b"\"contentEncoding\":\"base64\",",
        b"[",
        b"{",
        b"}",
        b",",
        b"1e999",
        b"\n\n",
    ]],
    runs: 1_500,
};

/// Much of what a schema may say, and a configuration that fits.
const SOUND: &str = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "properties": {
    "threshold": { "type": "number", "minimum": 0, "maximum": 1 },
    "keys": { "type": "array", "minItems": 1, "uniqueItems": true,
      "items": { "type": "array", "items": { "type": "string", "pattern": "^[a-z_]+$" } } },
    "weights": { "type": "object", "additionalProperties": { "$ref": "#/$defs/weight" } },
    "rules": { "type": "array", "items": { "anyOf": [
      { "type": "string", "enum": ["latest", "longest"] },
      { "type": "object", "required": ["prefer"], "properties": { "prefer": { "type": "string" } } } ] } }
  },
  "required": ["threshold"],
  "additionalProperties": false,
  "$defs": { "weight": { "oneOf": [ { "type": "number" }, { "const": "off" } ] } }
}

{ "threshold": 0.5, "keys": [["email"], ["name", "city"]],
  "weights": { "phone": 2.5, "city": "off" }, "rules": ["latest", { "prefer": "crm" }] }
"##;

/// Holds what stands after the first empty line against what stands before it: it fits,
/// or there are words.
fn hold(bytes: &[u8]) -> Reading {
    let text = String::from_utf8_lossy(bytes);
    let (schema, configuration) = text.split_once("\n\n").unwrap_or((&text, "{}"));
    let found = configuration_misfits(schema, configuration);
    let told = found.iter().all(|problem| !problem.message.is_empty());
    assert!(told, "refused without a word: {found:?}");
    match found.is_empty() {
        true => Reading::Taken,
        false => Reading::Refused,
    }
}
