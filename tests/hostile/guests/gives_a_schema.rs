//! A resolver that says what its configuration has to be, and never looks at it.

use kit::resolver::keep_first;

const SCHEMA: &str = r#"{
  "type": "object",
  "properties": {
    "share": { "type": "number", "minimum": 0, "maximum": 1 },
    "order": { "type": "array", "items": { "enum": ["hubspot", "salesforce"] } }
  },
  "additionalProperties": false
}"#;

kit::resolver!(SCHEMA, |_, batch| batch.iter().map(keep_first).collect());
