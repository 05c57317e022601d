//! From a canonical row to a prepared thing.

use treaty_evidence::hash::hash;
use treaty_evidence::text::{Text, fold, is_placeholder};

use crate::thing::{Column, Field, Thing, WORDS_MAX, Way, Wording};

/// Reads a row.
#[must_use]
pub fn prepare(columns: &[Column], row: &[Option<String>]) -> Thing {
    let field = |column: &Column| {
        let text = row.get(column.position).and_then(Option::as_deref);
        let text = text.filter(|text| !text.trim().is_empty());
        match (text, column.way) {
            (None, _) => Field::default(),
            (Some(text), Way::Words) => wording(text),
            (Some(text), _) => Field {
                value: hash("value", &[text.trim().as_bytes()]).into(),
                ..Field::default()
            },
        }
    };
    Thing {
        fields: columns.iter().map(field).collect(),
    }
}

fn wording(text: &str) -> Field {
    if is_placeholder(text) {
        return Field::default();
    }
    let folded = fold(text);
    let joined = folded.replace(' ', "");
    if joined.is_empty() {
        return Field::default();
    }
    let wording = Wording {
        whole: hash("wording", &[joined.as_bytes()]),
        joined: Text::new(&joined),
    };
    Field {
        wording: wording.into(),
        words: longest(&folded)
            .map(|word| Text::new(word).into())
            .collect(),
        ..Field::default()
    }
}

/// The words that are compared. Of many, the longest: they are the rarest as a
/// rule, and the same ones in whatever order a list was written.
fn longest(folded: &str) -> impl Iterator<Item = &str> {
    let mut words: Vec<&str> = folded.split(' ').collect();
    words.sort_by_key(|word| (std::cmp::Reverse(word.len()), *word));
    words.into_iter().take(WORDS_MAX)
}
