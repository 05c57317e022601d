//! What `serde_json` reads, this reads alike; what is wrong is said in words.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::read;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Configuration {
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    nested: BTreeMap<String, Option<f64>>,
    most: Option<u8>,
    pair: Option<(i64, bool)>,
    #[serde(default)]
    how: How,
    letter: Option<char>,
    either: Option<Either>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum How {
    #[default]
    Plain,
    Named(String),
    Both(i32, i32),
    Full {
        at: u64,
    },
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Either {
    Whole(u64),
    Below(i64),
    Number(f64),
    Text(String),
    List(Vec<Either>),
}

#[test]
fn it_reads_what_serde_json_reads() {
    for text in [
        "{}",
        r#" { "names" : [ "a" , "\"\\\/\b\f\n\r\t" ] , "most" : 7 } "#,
        r#"{"names": ["\u00e9\ud83d\ude00", "größer", ""]}"#,
        r#"{"nested": {"a": 1, "b": -2.5e3, "c": null, "": 0.1}}"#,
        r#"{"pair": [-9223372036854775808, true], "most": null}"#,
        r#"{"how": "plain"}"#,
        r#"{"how": {"named": "x"}}"#,
        r#"{"how": {"both": [1, -2]}}"#,
        r#"{"how": {"full": {"at": 18446744073709551615}}}"#,
        r#"{"letter": "ß", "either": [1, -1, 1.5, "x", [[]]]}"#,
    ] {
        let expected: Configuration = serde_json::from_str(text).unwrap();
        assert_eq!(read(text), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_key() {
    let check = |text: &str, expected: &str| {
        assert_eq!(
            read::<Configuration>(text),
            Err(expected.to_owned()),
            "{text}"
        );
    };
    check(
        r#"{"names": "a"}"#,
        "names: expected a sequence, found a text",
    );
    check(
        r#"{"names": [1]}"#,
        "names: expected a string, found a number",
    );
    check(
        r#"{"nested": {"a": "1"}}"#,
        "nested.a: expected f64, found a text",
    );
    check(r#"{"most": 256}"#, "most: expected u8, found a number");
    check(
        r#"{"how": "other"}"#,
        "how: unknown variant `other`, expected one of `plain`, `named`, `both`, `full`",
    );
    check(r#"{"how": "named"}"#, "how: the variant needs content");
    check(
        r#"{"letter": "ab"}"#,
        "letter: expected a character, found `ab`",
    );
    check("[]", "expected struct Configuration, found a list");
    check("{} {}", "something follows after the end");
    check(r#"{"names""#, "expected :, found the end");
    check(r#"{"names": ["a" "b"]}"#, "names: expected ,, found a text");
    check(r#"{"names": ["a"#, "names: a text without an end");
    check(
        r#"{"names": ["\ud800"]}"#,
        "names: a text with a backslash that means nothing",
    );
}

#[test]
fn an_unknown_key_is_named_with_those_that_are_known() {
    let message = read::<Configuration>(r#"{"name": []}"#).unwrap_err();
    assert!(
        message.starts_with("unknown field `name`, expected one of `names`, `nested`"),
        "{message}"
    );
}

#[test]
fn depth_has_an_end() {
    let text = "[".repeat(1_000);
    let message = read::<Either>(&text).unwrap_err();
    assert_eq!(message, "too deeply nested");
}

/// Whatever is cut off or put in, reading comes to an end and never panics.
#[test]
fn no_text_is_too_broken() {
    let whole = r#"{"names": ["\u00e9\\"], "nested": {"a": -1.5e3}, "how": {"full": {"at": 1}}}"#;
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        assert!(read::<Configuration>(&whole[..end]).is_err(), "{end}");
        for put in ["é", "\\u", "]", "\"", "9"] {
            let _ = read::<Configuration>(&[&whole[..end], put, &whole[end..]].concat());
        }
    }
}
