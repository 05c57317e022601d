//! Streets, cities and postcodes.

use crate::text::{Text, fold, words};

/// A street address in its normal form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Street {
    /// The number of the house; zero where there is none.
    pub number: u32,
    /// The name without its kind (`main` of `Main Street`) and direction.
    pub name: Text<32>,
}

/// Reads a street. Nothing where no name is left.
#[must_use]
pub fn parse(text: &str) -> Option<Street> {
    let folded = fold(text);
    let mut number = 0;
    let mut names: Vec<String> = Vec::new();
    let mut fallback = None;
    let mut skip = false;
    for word in words(&folded) {
        if std::mem::take(&mut skip) {
            continue;
        }
        // `at Main Street`, `between 5th and 6th`: how to find it, not where it is.
        if CROSSINGS.contains(&word.as_str()) && !names.is_empty() {
            break;
        }
        if UNITS.contains(&word.as_str()) {
            skip = true;
            continue;
        }
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let ordinal = matches!(&word[digits..], "st" | "nd" | "rd" | "th") && digits > 0;
        if digits > 0 && !ordinal {
            if number == 0 {
                number = word[..digits.min(7)].parse().unwrap_or(0);
            }
            continue;
        }
        if ordinal {
            names.push(word[..digits].to_owned());
        } else if KINDS.contains(&word.as_str()) || DIRECTIONS.contains(&word.as_str()) {
            fallback.get_or_insert(word);
        } else if let Some(ordinal) = ORDINALS.iter().position(|name| *name == word) {
            names.push((ordinal + 1).to_string());
        } else {
            names.push(without_kind(&word).to_owned());
        }
    }
    if names.is_empty() {
        names.extend(fallback);
    }
    let name = Text::new(&names.concat());
    (!name.is_empty()).then_some(Street { number, name })
}

/// `Hauptstraße` and `Hauptstr.` are both `haupt`.
fn without_kind(word: &str) -> &str {
    for kind in [
        "strasse", "straat", "str", "gasse", "vagen", "gatan", "weg", "platz", "allee",
    ] {
        if let Some(name) = word.strip_suffix(kind).filter(|name| name.len() >= 3) {
            return name;
        }
    }
    word
}

/// A city without what says which part or kind of place it is.
#[must_use]
pub fn city(text: &str) -> Option<Text<24>> {
    let folded = fold(text.split(['(', ',', '/']).next().unwrap_or(text));
    let kept: Vec<&str> = folded
        .split(' ')
        .map(|word| match word {
            "saint" | "sankt" | "ste" => "st",
            "mount" => "mt",
            "fort" => "ft",
            word => word,
        })
        .filter(|word| {
            !DIRECTIONS.contains(word)
                && !matches!(*word, "city" | "town" | "of" | "the" | "new" | "greater")
        })
        .collect();
    let text = if kept.is_empty() {
        folded.replace(' ', "")
    } else {
        kept.concat()
    };
    (!text.is_empty()).then(|| Text::new(&text))
}

/// A postcode without spaces.
#[must_use]
pub fn postcode(text: &str) -> Option<Text<12>> {
    let folded = fold(text).replace(' ', "");
    let zeros = folded.bytes().all(|byte| byte == b'0');
    (folded.len() >= 3 && !zeros).then(|| Text::new(&folded))
}

/// The part of a postcode that names the larger area: all but the last three
/// characters of one with letters (`SW1A 1AA`), the first three digits of one
/// without.
#[must_use]
pub fn postcode_area(postcode: &[u8]) -> &[u8] {
    let letters = postcode.iter().any(u8::is_ascii_alphabetic);
    let kept = if letters && postcode.len() > 4 {
        postcode.len() - 3
    } else {
        3
    };
    &postcode[..kept.min(postcode.len())]
}

const UNITS: &[&str] = &[
    "suite",
    "ste",
    "apt",
    "apartment",
    "unit",
    "floor",
    "fl",
    "room",
    "rm",
    "top",
    "etage",
];

const CROSSINGS: &[&str] = &[
    "between", "near", "at", "off", "corner", "nr", "opposite", "behind",
];

const DIRECTIONS: &[&str] = &[
    "n", "s", "e", "w", "ne", "nw", "se", "sw", "north", "south", "east", "west", "upper", "lower",
];

const KINDS: &[&str] = &[
    "street",
    "st",
    "str",
    "road",
    "rd",
    "avenue",
    "ave",
    "av",
    "aves",
    "boulevard",
    "blvd",
    "blv",
    "bd",
    "drive",
    "dr",
    "lane",
    "ln",
    "place",
    "pl",
    "court",
    "ct",
    "circuit",
    "cct",
    "crescent",
    "cres",
    "cr",
    "close",
    "cl",
    "square",
    "sq",
    "terrace",
    "ter",
    "tce",
    "parade",
    "pde",
    "way",
    "highway",
    "hwy",
    "parkway",
    "pkwy",
    "route",
    "rte",
    "rue",
    "via",
    "calle",
    "plaza",
    "platz",
    "strasse",
    "gasse",
    "weg",
    "allee",
    "straat",
    "between",
    "near",
    "at",
    "off",
    "corner",
    "the",
    "in",
    "de",
    "la",
    "del",
    "der",
    "den",
    "du",
    "des",
];

const ORDINALS: &[&str] = &[
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, number: u32, name: &str) {
        let street = parse(input).expect("a street");
        assert_eq!(
            (street.number, street.name.as_bytes()),
            (number, name.as_bytes()),
            "{input}"
        );
    }

    #[test]
    fn streets() {
        check("136 Corella Pl", 136, "corella");
        check("Hauptstraße 12a", 12, "haupt");
        check("Hauptstr. 12", 12, "haupt");
        check("21 W. 52nd St.", 21, "52");
        check("8638 w. third st.", 8638, "3");
        check("12 Park Avenue, Suite 300", 12, "park");
        check("747 9th Ave. between 50th and 51st Sts.", 747, "9");
        check("7 The Avenue", 7, "the");
        assert_eq!(parse("12"), None);
    }

    #[test]
    fn places() {
        assert_eq!(city("West Devon"), city("devon"));
        assert_eq!(city("Bristol, City of"), city("bristol"));
        assert_eq!(postcode("sw1a 1aa"), postcode("SW1A1AA"));
        assert_eq!(postcode("0000"), None);
        assert_eq!(postcode_area(b"sw1a1aa"), b"sw1a");
        assert_eq!(postcode_area(b"10115"), b"101");
    }
}
