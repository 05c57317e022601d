//! Names of people: titles, generations, particles, double names.

use crate::text::{fold, is_placeholder, words};

/// A name in its parts, folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonName {
    /// The first given name; may be an initial; empty where not known.
    pub first: String,
    /// The family name with its particles, joined; empty where not known.
    pub last: String,
    /// Everything else: middle names, the halves of a double name, what a full
    /// name has besides.
    pub others: Vec<String>,
    /// The generation: 1 senior, 2 junior, 3 the third …; 0 where not said.
    pub generation: u8,
}

/// Puts a name together from what a record has of it.
#[must_use]
pub fn parse(first: Option<&str>, last: Option<&str>, full: Option<&str>) -> PersonName {
    let mut name = PersonName::default();
    let mut given = name.read(first);
    let family = name.read(last);
    let whole = full.map(|full| name.split_full(full)).unwrap_or_default();
    if given.is_empty() {
        // Only a title, or nothing: the full name may know more.
        given = whole
            .0
            .iter()
            .filter(|word| !family.contains(word))
            .cloned()
            .collect();
    }
    if given.is_empty() && family.is_empty() || (first.is_none() && last.is_none()) {
        (given, name.last) = (whole.0, whole.1.concat());
        name.add_halves(&whole.1);
    } else {
        name.last = family.concat();
        name.add_halves(&family);
        let extra = whole.0.into_iter().chain(whole.1);
        name.others
            .extend(extra.filter(|word| !given.contains(word) && !family.contains(word)));
    }
    if !given.is_empty() {
        name.first = given.remove(0);
        name.others.splice(0..0, given);
    }
    name.last = fold_vowels(&name.last);
    for other in &mut name.others {
        *other = fold_vowels(other);
    }
    let (first, last) = (name.first.clone(), name.last.clone());
    name.others.retain(|word| {
        *word != first && *word != last && word.len() > 1 && !PARTICLES.contains(&word.as_str())
    });
    name
}

impl PersonName {
    /// The words of one field, without titles and generation.
    fn read(&mut self, text: Option<&str>) -> Vec<String> {
        let Some(text) = text.filter(|text| !is_placeholder(text)) else {
            return Vec::new();
        };
        let mut kept = Vec::new();
        for word in fold(text).split(' ').filter(|word| !word.is_empty()) {
            if let Some(generation) = generation(word) {
                self.generation = generation;
            } else if !TITLES.contains(&word) && !TITLES_AND_NAMES.contains(&word) {
                kept.push(word.to_owned());
            }
        }
        if kept.is_empty() {
            words(&fold(text))
                .into_iter()
                .filter(|word| TITLES_AND_NAMES.contains(&word.as_str()))
                .collect()
        } else {
            kept
        }
    }

    /// `Doe, Jane M.` or `Jane M. van Doe`: given names and family name.
    fn split_full(&mut self, full: &str) -> (Vec<String>, Vec<String>) {
        if let Some((family, given)) = full.split_once(',') {
            let (family, given) = (self.read(Some(family)), self.read(Some(given)));
            if !given.is_empty() && !family.is_empty() {
                return (given, family);
            }
        }
        let mut given = self.read(Some(full));
        let particle = given
            .iter()
            .skip(1)
            .position(|word| PARTICLES.contains(&word.as_str()));
        let at = match particle {
            Some(at) if at + 2 < given.len() => at + 1,
            _ if given.len() > 1 => given.len() - 1,
            _ => return (Vec::new(), given),
        };
        let family = given.split_off(at);
        (given, family)
    }

    /// Both halves of a double name stand for it.
    fn add_halves(&mut self, family: &[String]) {
        if family.len() > 1 {
            self.others
                .extend(family.iter().filter(|word| word.len() > 2).cloned());
        }
    }
}

fn generation(word: &str) -> Option<u8> {
    match word {
        "sr" | "senior" | "snr" => Some(1),
        "jr" | "junior" | "jnr" | "ii" => Some(2),
        "iii" => Some(3),
        "iv" => Some(4),
        _ => None,
    }
}

/// Umlauts are written as one vowel or two: Mueller, Müller.
fn fold_vowels(name: &str) -> String {
    if name.len() < 4 {
        return name.to_owned();
    }
    name.replace("ae", "a")
        .replace("oe", "o")
        .replace("ue", "u")
}

/// How a name sounds, roughly: consonants in classes, no vowels but a leading
/// one, nothing twice. For blocking keys only.
#[must_use]
pub fn sound(name: &str) -> String {
    let name = name
        .replace("ph", "f")
        .replace("gh", "h")
        .replace("sch", "s")
        .replace("ck", "k");
    let mut sound = String::new();
    for (at, byte) in name.bytes().enumerate() {
        let class = match byte {
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' if at == 0 => 'a',
            b'b' | b'p' => 'p',
            b'f' | b'v' | b'w' => 'f',
            b'c' | b'g' | b'j' | b'k' | b'q' | b'x' => 'k',
            b's' | b'z' => 's',
            b'd' | b't' => 't',
            b'm' | b'n' => 'n',
            b'l' => 'l',
            b'r' => 'r',
            _ => continue,
        };
        if !sound.ends_with(class) {
            sound.push(class);
        }
    }
    sound
}

const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "doctor",
    "prof",
    "professor",
    "sir",
    "dame",
    "lady",
    "lord",
    "rev",
    "reverend",
    "fr",
    "hon",
    "herr",
    "frau",
    "hr",
    "dipl",
    "ing",
    "mag",
    "med",
    "phil",
    "jur",
    "rer",
    "nat",
    "phd",
    "md",
    "mba",
    "msc",
    "bsc",
    "esq",
    "cpa",
    "dds",
    "dvm",
    "monsieur",
    "madame",
    "mme",
    "mlle",
    "senor",
    "senora",
    "sr.",
    "sra",
    "don",
    "dona",
    "dott",
    "ir",
    "drs",
    "viscount",
    "bt",
    "1st",
    "2nd",
    "3rd",
    "4th",
    "5th",
    "6th",
    "7th",
    "8th",
    "9th",
    "10th",
    "capt",
    "captain",
    "col",
    "colonel",
    "gen",
    "lt",
    "sgt",
];

/// Titles that are also names: left out beside a name, kept where they stand
/// alone.
const TITLES_AND_NAMES: &[&str] = &[
    "baron", "baronet", "count", "dean", "duke", "earl", "general", "king", "major", "marquess",
    "prince",
];

const PARTICLES: &[&str] = &[
    "van", "von", "der", "den", "de", "la", "le", "du", "di", "da", "del", "della", "dos", "das",
    "ter", "ten", "zu", "zur", "zum", "of", "al", "el", "bin", "ibn", "und", "y",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: PersonName, first: &str, last: &str, others: &[&str]) {
        assert_eq!((input.first.as_str(), input.last.as_str()), (first, last));
        assert_eq!(input.others, others);
    }

    #[test]
    fn full_names() {
        check(
            parse(None, None, Some("Dr. Jane M. Doe")),
            "jane",
            "doe",
            &[],
        );
        check(
            parse(None, None, Some("Doe, Jane Mary")),
            "jane",
            "doe",
            &["mary"],
        );
        check(
            parse(None, None, Some("Jan van der Berg")),
            "jan",
            "vanderberg",
            &["berg"],
        );
        check(
            parse(
                Some("Tom"),
                Some("Chudleigh"),
                Some("Tom Clifford of Chudleigh"),
            ),
            "tom",
            "chudleigh",
            &["clifford"],
        );
        check(parse(None, None, Some("Cher")), "", "cher", &[]);
    }

    #[test]
    fn double_names_and_umlauts() {
        check(
            parse(Some("Jean-Luc"), Some("Müller-Lüden")),
            "jean",
            "mullerluden",
            &["luc", "muller", "luden"],
        );
        assert_eq!(
            parse(None, Some("Mueller")).last,
            parse(None, Some("Müller")).last
        );

        fn parse(first: Option<&str>, last: Option<&str>) -> PersonName {
            super::parse(first, last, None)
        }
    }

    #[test]
    fn generations() {
        assert_eq!(parse(Some("John"), Some("Doe Jr."), None).generation, 2);
        assert_eq!(parse(None, None, Some("John Doe Sr")).generation, 1);
    }

    #[test]
    fn sounds() {
        assert_eq!(sound("meyer"), sound("maier"));
        assert_eq!(sound("schmidt"), sound("smit"));
        assert_eq!(sound("philips"), sound("filip").clone() + "s");
    }
}
