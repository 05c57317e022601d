//! The schema that a rule gives for its configuration, and whether a configuration
//! fits it.
//!
//! A schema comes from whoever made the rule, so it is not followed anywhere: it may
//! refer to parts of itself, not to files or addresses; not in a circle; and not so
//! often that holding a configuration against it would take for ever.

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;
use treaty_model::SetupProblem;

use crate::Limits;
use crate::text::cut_owned;

/// Parts of a schema, counted each time that something refers to them.
const PARTS_MAX: usize = 10_000;
/// How deep a schema may go, references included.
const DEPTH_MAX: usize = 100;
/// Bytes that a compiled pattern may have.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// Reads a schema, or says why a configuration cannot be held against it.
pub(crate) fn read(schema: &Value) -> Result<Validator, String> {
    let mut parts = PARTS_MAX;
    measure(schema, schema, true, DEPTH_MAX, &mut parts)?;
    let patterns = PatternOptions::regex()
        .size_limit(PATTERN_BYTES_MAX)
        .dfa_size_limit(PATTERN_BYTES_MAX);
    // In draft 4 any `id` moves what references are looked up in.
    if Draft::Draft202012.detect(schema) == Draft::Draft4 {
        return Err("it is of draft 4; draft 6 is the oldest that is read".to_owned());
    }
    let options = jsonschema::options().with_pattern_options(patterns);
    let read = options.build(schema);
    read.map_err(|error| error.to_string())
}

/// What of a configuration does not fit a schema, both as JSON.
///
/// ```
/// let schema = r#"{ "properties": { "share": { "maximum": 1 } } }"#;
/// let found = treaty_sandbox::configuration_misfits(schema, r#"{ "share": 2 }"#);
/// assert_eq!(found[0].place.as_deref(), Some("configuration.share"));
/// assert_eq!(found[0].message, "2 is greater than the maximum of 1");
/// ```
pub fn configuration_misfits(schema: &str, configuration: &str) -> Vec<SetupProblem> {
    let schema = match serde_json::from_str(schema) {
        Ok(schema) => read(&schema),
        Err(error) => Err(format!("it is no JSON: {error}")),
    };
    misfits(&schema, configuration, &Limits::default())
}

/// What of a configuration does not fit a schema.
pub(crate) fn misfits(
    schema: &Result<Validator, String>,
    configuration: &str,
    limits: &Limits,
) -> Vec<SetupProblem> {
    let problem = |place: String, message: String| SetupProblem {
        field: None,
        system: None,
        place: Some(cut_owned(place, limits.message_bytes)),
        message: cut_owned(message, limits.message_bytes),
    };
    let at_root = || "configuration".to_owned();
    let schema = match schema {
        Ok(schema) => schema,
        Err(why) => {
            let message = format!("the rule's schema for it cannot be used: {why}");
            return vec![problem(at_root(), message)];
        }
    };
    let configuration: Value = match serde_json::from_str(configuration) {
        Ok(configuration) => configuration,
        Err(error) => return vec![problem(at_root(), format!("it is no JSON: {error}"))],
    };
    let errors = schema.iter_errors(&configuration);
    let errors = errors.take(limits.list_elements).map(|error| {
        let path = error.instance_path().as_str();
        let place = format!("configuration{}", path.replace('/', "."));
        problem(place, error.to_string())
    });
    errors.collect()
}

/// Walks a part of a schema and all that it refers to, as whoever holds a
/// configuration against it would.
fn measure(
    root: &Value,
    part: &Value,
    is_root: bool,
    depth: usize,
    parts: &mut usize,
) -> Result<(), String> {
    let deeper = depth.checked_sub(1).ok_or_else(|| {
        format!("it goes deeper than {DEPTH_MAX} parts, or refers to itself in a circle")
    })?;
    *parts = parts
        .checked_sub(1)
        .ok_or_else(|| format!("with all that it refers to, it has more than {PARTS_MAX} parts"))?;
    match part {
        Value::Array(elements) => elements
            .iter()
            .try_for_each(|element| measure(root, element, false, deeper, parts)),
        Value::Object(entries) => entries.iter().try_for_each(|(key, entry)| {
            match (key.as_str(), entry) {
                ("$ref", Value::String(target)) => {
                    let target = referred(root, target)?;
                    measure(root, target, false, deeper, parts)
                }
                ("$dynamicRef" | "$recursiveRef", Value::String(_)) => {
                    Err(format!("it has {key}; only $ref is followed"))
                }
                // What stands below would no longer be found from the root.
                ("$id", Value::String(_)) if !is_root => {
                    Err("a part of it has an $id of its own".to_owned())
                }
                // Counted where something refers to it.
                ("$defs" | "definitions", Value::Object(_)) if is_root => Ok(()),
                _ => measure(root, entry, false, deeper, parts),
            }
        }),
        _ => Ok(()),
    }
}

/// The part of a schema that a reference names.
fn referred<'s>(root: &'s Value, target: &str) -> Result<&'s Value, String> {
    let outside = || format!("it refers to {target:?}; only `#/…` is followed");
    let pointer = target.strip_prefix('#').ok_or_else(outside)?;
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err(outside());
    }
    // A pointer in a reference is percent-encoded; names that need it are not worth
    // a decoder.
    if pointer.contains('%') {
        return Err(outside());
    }
    let found = root.pointer(pointer);
    found.ok_or_else(|| format!("it refers to {target:?}, which it does not have"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(schema: &Value, configuration: &Value) -> Vec<String> {
        let schema = read(schema);
        let found = misfits(&schema, &configuration.to_string(), &Limits::default());
        let told = found.into_iter().map(|problem| {
            let place = problem.place.expect("a place");
            format!("{place}: {}", problem.message)
        });
        told.collect()
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_place() {
        let schema = json!({
            "type": "object",
            "properties": {
                "threshold": { "$ref": "#/$defs/share" },
                "order": { "type": "array", "items": { "type": "string", "pattern": "^[a-z]+$" } }
            },
            "required": ["threshold"],
            "additionalProperties": false,
            "$defs": { "share": { "type": "number", "minimum": 0, "maximum": 1 } }
        });
        let check = |configuration: Value, expected: &[&str]| {
            assert_eq!(told(&schema, &configuration), expected, "{configuration}");
        };
        check(json!({ "threshold": 0.5, "order": ["crm"] }), &[]);
        check(
            json!({ "threshold": 2 }),
            &["configuration.threshold: 2 is greater than the maximum of 1"],
        );
        check(
            json!({}),
            &["configuration: \"threshold\" is a required property"],
        );
        check(
            json!({ "threshold": 1, "order": ["crm", "Help desk"] }),
            &["configuration.order.1: \"Help desk\" does not match \"^[a-z]+$\""],
        );
        check(
            json!({ "threshold": 1, "treshold": 1 }),
            &["configuration: Additional properties are not allowed ('treshold' was unexpected)"],
        );
    }

    #[test]
    fn a_schema_that_leads_away_or_has_no_end_is_not_used() {
        let check = |schema: Value, expected: &str| {
            let found = told(&schema, &json!({ "a": [1] }));
            let [message] = &found[..] else {
                panic!("{found:?} for {schema}");
            };
            assert!(message.contains(expected), "{message}");
        };
        check(
            json!({ "$ref": "https://example.com/schema.json" }),
            "only `#/…` is followed",
        );
        check(
            json!({ "$ref": "file:///etc/passwd" }),
            "only `#/…` is followed",
        );
        check(json!({ "$ref": "#/$defs/a" }), "which it does not have");
        check(
            json!({ "$schema": "https://example.com/meta", "type": "object" }),
            "https://example.com/meta",
        );
        check(
            json!({ "properties": { "a": { "$ref": "#" } } }),
            "in a circle",
        );
        check(
            json!({ "properties": { "a": { "$dynamicRef": "#" } } }),
            "only $ref is followed",
        );
        check(
            json!({ "properties": { "a": { "$id": "x", "$ref": "#/properties" } } }),
            "$id of its own",
        );
        check(
            json!({ "$schema": "http://json-schema.org/draft-04/schema#" }),
            "draft 6 is the oldest",
        );
        check(json!({ "type": "objekt" }), "cannot be used");
        check(
            json!({ "properties": { "a": { "pattern": "(" } } }),
            "cannot be used",
        );
        check(
            json!({ "properties": { "a": { "pattern": "((a{1000}){1000}){1000}" } } }),
            "cannot be used",
        );
    }

    #[test]
    fn references_that_double_are_not_followed_to_the_end() {
        let mut definitions = serde_json::Map::new();
        for level in 0..20 {
            let next = format!("#/$defs/l{}", level + 1);
            let twice = json!({ "anyOf": [{ "$ref": next }, { "$ref": next }] });
            definitions.insert(format!("l{level}"), twice);
        }
        definitions.insert("l20".to_owned(), json!({ "type": "string" }));
        let schema = json!({ "$ref": "#/$defs/l0", "$defs": definitions });
        let found = told(&schema, &json!({}));
        assert!(found[0].contains("more than 10000 parts"), "{found:?}");
    }

    #[test]
    fn a_schema_as_deep_as_it_may_be_is_held_against_the_deepest_configuration() {
        let mut schema = json!({ "type": "string" });
        let mut configuration = json!(1);
        for _ in 0..48 {
            schema = json!({ "properties": { "a": schema } });
            configuration = json!({ "a": configuration });
        }
        let found = told(&schema, &configuration);
        assert!(
            found[0].ends_with(".a.a: 1 is not of type \"string\""),
            "{found:?}"
        );
    }
}
