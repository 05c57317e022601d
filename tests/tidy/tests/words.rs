//! One word for each idea, the same everywhere: what a reader would have to take
//! for something else is not used.

use std::fs;
use std::path::{Path, PathBuf};

/// Words that stand for an idea which has another word here. Put together so
/// that this file is not one of its own findings.
const SYNONYMS: &[(&str, &str)] = &[
    (concat!("base", "line"), "base"),
    (concat!("common ", "ancestor"), "base"),
    (concat!("x", "ref"), "link, or cross-reference"),
    (concat!("mer", "ger"), "resolver"),
    (concat!("arb", "iter"), "resolver"),
    (concat!("audit ", "log"), "journal"),
    (concat!("state ", "store"), "ledger"),
    (concat!("circuit ", "breaker"), "guard"),
    (concat!("data ", "source"), "system"),
    (concat!("external ", "system"), "system"),
    (concat!("remote ", "system"), "system"),
    (concat!("foreign ", "id"), "remote id"),
    (concat!("last known ", "good"), "settled"),
    (concat!("white", "list"), "what is allowed"),
    (concat!("black", "list"), "what is refused"),
    (concat!("sl", "ave"), "whatever it is"),
];

const EXTENSIONS: &[&str] = &["rs", "md", "wit", "sql", "toml"];

fn texts(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    let entries = fs::read_dir(folder).expect("a folder of the repository can be read");
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if entry.file_name() != "target" {
                texts(&path, found);
            }
            continue;
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        if extension.is_some_and(|extension| EXTENSIONS.contains(&extension)) {
            let text = fs::read_to_string(&path).expect("a text is UTF-8");
            found.push((path, text.to_lowercase()));
        }
    }
}

/// Whether a text holds a word, by itself.
fn holds(text: &str, word: &str) -> bool {
    let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    text.match_indices(word).any(|(at, _)| {
        let bytes = text.as_bytes();
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let mut end = at + word.len();
        // Or its plural.
        end += usize::from(bytes.get(end) == Some(&b's'));
        !is_letter(before) && !is_letter(bytes.get(end))
    })
}

#[test]
fn every_idea_has_one_word() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in ["host", "wit", "plugins", "tests", "examples"] {
        texts(&root.join(folder), &mut found);
    }
    assert!(found.len() > 100, "the walk found only {}", found.len());
    let mut wrong = Vec::new();
    for (path, text) in &found {
        for (synonym, word) in SYNONYMS {
            if holds(text, synonym) {
                let path = path.display();
                wrong.push(format!("{path}: {synonym:?}; here it is {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_word_is_found_by_itself_and_in_its_plural_only() {
    for text in ["one word.", "words", "a_word_b"] {
        assert!(holds(text, "word"), "{text}");
    }
    for text in ["swords", "wordless", "keyword"] {
        assert!(!holds(text, "word"), "{text}");
    }
}
