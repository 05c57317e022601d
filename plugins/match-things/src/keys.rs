//! Blocking keys: under what a thing can be found.

use treaty_evidence::hash::{hash, hash_numbers};
use treaty_evidence::person_name::sound;
use treaty_evidence::record::Key;

use crate::thing::{Column, Field, Thing, Way};

/// How many words of a text make keys. Which words are rare only the host
/// knows; long ones usually are, and a block of a common one is the host's to
/// cap.
const KEY_WORDS_MAX: usize = 4;
/// How many letters a word needs to be part of a key.
const KEY_LETTERS_MIN: usize = 3;

/// The keys of a thing: each text as a whole and as it sounds, its long words
/// in pairs, and each other value, which is its own key.
#[must_use]
pub fn keys(columns: &[Column], thing: &Thing) -> Vec<Key> {
    let mut keys = Vec::new();
    for (column, field) in columns.iter().zip(&thing.fields) {
        let mut add = |kind, hash| keys.push(Key { kind, hash });
        let label = column.label;
        if field.wording.value.whole != 0 {
            add(
                "text",
                hash_numbers("text", &[label, field.wording.value.whole]),
            );
        }
        let sound = sound(&String::from_utf8_lossy(
            field.wording.value.joined.as_bytes(),
        ));
        if !sound.is_empty() {
            add(
                "sound",
                hash("sound", &[&label.to_le_bytes(), sound.as_bytes()]),
            );
        }
        let long = long_words(field);
        if let [word] = long[..] {
            add("word", hash("word", &[&label.to_le_bytes(), word]));
        }
        for (at, one) in long.iter().enumerate() {
            for other in &long[at + 1..] {
                let both = [one.min(other), one.max(other)];
                let parts: &[&[u8]] = &[&label.to_le_bytes(), both[0], both[1]];
                add("words", hash("words", parts));
            }
        }
        if field.value.value != 0 {
            let kind = match column.way {
                Way::Id => "id",
                _ => "value",
            };
            add(kind, hash_numbers(kind, &[label, field.value.value]));
        }
    }
    keys.sort();
    keys.dedup();
    keys
}

/// The longest words of a text.
fn long_words(field: &Field) -> Vec<&[u8]> {
    let words = field.words.iter().map(|word| word.value.as_bytes());
    let mut long: Vec<&[u8]> = words.filter(|word| word.len() >= KEY_LETTERS_MIN).collect();
    long.sort_by_key(|word| (std::cmp::Reverse(word.len()), *word));
    long.dedup();
    long.truncate(KEY_WORDS_MAX);
    long
}
