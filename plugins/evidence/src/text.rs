//! Folded text: lower case, ASCII, single spaces.

/// A short folded text kept inline, so that comparing allocates nothing.
/// Longer texts are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Self {
            bytes: [0; N],
            len: 0,
        }
    }
}

impl<const N: usize> Text<N> {
    /// Takes the first `N` bytes of a folded text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self::from_bytes(text.as_bytes())
    }

    /// As [`Text::new`], from bytes.
    #[must_use]
    pub fn from_bytes(text: &[u8]) -> Self {
        let len = text.len().min(N).min(64);
        let mut bytes = [0; N];
        bytes[..len].copy_from_slice(&text[..len]);
        Self {
            bytes,
            len: u8::try_from(len).expect("at most 64"),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// Lower case ASCII words with single spaces between them. Apostrophes and
/// dots inside initials vanish, everything else that is neither a letter nor a
/// digit becomes a space.
#[must_use]
pub fn fold(text: &str) -> String {
    let ascii;
    let source = if text.is_ascii() {
        text
    } else {
        ascii = any_ascii::any_ascii(text);
        &ascii
    };
    let mut folded = String::with_capacity(source.len());
    for character in source.chars() {
        if character.is_ascii_alphanumeric() {
            folded.push(character.to_ascii_lowercase());
        } else if character != '\''
            && character != '`'
            && !folded.is_empty()
            && !folded.ends_with(' ')
        {
            folded.push(' ');
        }
    }
    if folded.ends_with(' ') {
        folded.pop();
    }
    folded
}

/// The words of a folded text, with runs of single letters joined: what was
/// written `S.A.` or `J. P.` comes out as `sa`, `jp`.
#[must_use]
pub fn words(folded: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut letters = false;
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        let letter = word.len() == 1 && word.as_bytes()[0].is_ascii_alphabetic();
        match words.last_mut() {
            Some(last) if letter && letters => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
        letters = letter;
    }
    words
}

/// Whether a text only says that there is nothing: `n/a`, `none`, `unknown`,
/// `-`, `xxx`, `0000`.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    let folded = fold(text);
    let bytes = folded.as_bytes();
    let Some(first) = bytes.first() else {
        return true;
    };
    let repeated = bytes.iter().all(|byte| byte == first);
    if repeated && (bytes.len() >= 3 || matches!(first, b'0' | b'x')) {
        return true;
    }
    PLACEHOLDERS.contains(&folded.as_str())
}

const PLACEHOLDERS: &[&str] = &[
    "n a",
    "na",
    "nan",
    "none",
    "null",
    "nil",
    "unknown",
    "unbekannt",
    "not available",
    "not applicable",
    "not provided",
    "not specified",
    "no name",
    "noname",
    "anonymous",
    "anonym",
    "undefined",
    "empty",
    "blank",
    "missing",
    "tbd",
    "tba",
    "tbc",
    "test",
    "tester",
    "testing",
    "test test",
    "asdf",
    "qwerty",
    "dummy",
    "example",
    "sample",
    "xx",
    "no data",
    "keine angabe",
    "k a",
    "ka",
    "sin nombre",
    "inconnu",
    "desconocido",
    "leer",
    "first name",
    "last name",
    "firstname",
    "lastname",
    "company",
    "not set",
    "do not use",
    "delete",
    "deleted",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &str) {
        assert_eq!(fold(input), expected, "{input}");
    }

    #[test]
    fn folds() {
        check("  Łukasz  O'Brien-Smith ", "lukasz obrien smith");
        check("Müller & Söhne GmbH", "muller sohne gmbh");
        check("Иван", "ivan");
        check("--", "");
    }

    #[test]
    fn single_letters_join() {
        assert_eq!(words(&fold("Acme S.A.")), ["acme", "sa"]);
        assert_eq!(words(&fold("J. P. Morgan")), ["jp", "morgan"]);
    }

    #[test]
    fn placeholders_are_nothing() {
        for text in [
            "n/a", "N.A.", "-", "", "0000", "xxx", "Unknown", "test", "…",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["Ng", "Bo", "Nathan", "12", "Testa"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
