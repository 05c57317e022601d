//! Blocking keys: under what a company can be found.

use treaty_evidence::hash::hash;
use treaty_evidence::person_name::sound;
use treaty_evidence::record::Key;
use treaty_evidence::street::postcode_area;

use crate::company::Company;

/// How many words of a name make keys. Which words are rare only the host
/// knows; long ones usually are, and a block of a common one is the host's to
/// cap.
const KEY_WORDS_MAX: usize = 3;

/// The keys of a company with the words of its name.
#[must_use]
pub fn keys(company: &Company, words: &[String]) -> Vec<Key> {
    let mut keys = Keys::default();
    for domain in company
        .domains
        .iter()
        .filter(|domain| domain.value.hash != 0)
    {
        keys.add("domain", &[&domain.value.label.to_le_bytes()]);
    }
    for phone in company.phones.iter().filter(|phone| phone.value != 0) {
        keys.add("phone", &[&phone.value.to_le_bytes()]);
    }
    keys.add("tax-id", &[company.tax.as_bytes()]);
    for external in company
        .externals
        .iter()
        .filter(|external| external.value != 0)
    {
        keys.add(
            "external-id",
            &[&external.name.to_le_bytes(), &external.value.to_le_bytes()],
        );
    }
    let (city, area) = (company.city.value, company.postcode.value);
    let (city, area) = (city.as_bytes(), postcode_area(area.as_bytes()));
    let name = company.name.value;
    keys.add("name", &[name.as_bytes()]);
    keys.add("name-sound", &[sound(&words.concat()).as_bytes()]);
    keys.add(
        "start-city",
        &[&name.as_bytes()[..name.as_bytes().len().min(4)], city],
    );
    let letters = if words.len() == 1 {
        words[0].as_bytes()
    } else {
        company.acronym.as_bytes()
    };
    if letters.len() <= 8 {
        keys.add("acronym-city", &[letters, city]);
        keys.add("acronym-area", &[letters, area]);
    }
    let mut long: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !GENERIC.contains(word))
        .collect();
    long.sort_by_key(|word| (std::cmp::Reverse(word.len()), *word));
    long.dedup();
    long.truncate(KEY_WORDS_MAX);
    for (at, word) in long.iter().enumerate() {
        keys.add("word", &[word.as_bytes()]);
        keys.add("word-city", &[word.as_bytes(), city]);
        keys.add("word-area", &[word.as_bytes(), area]);
        for other in &long[at + 1..] {
            let mut both = [*word, *other];
            both.sort_unstable();
            keys.add("words", &[both[0].as_bytes(), both[1].as_bytes()]);
        }
    }
    let street = company.street.value;
    keys.add(
        "house",
        &[&street.number.to_le_bytes(), street.name.as_bytes()],
    );
    keys.list.sort();
    keys.list.dedup();
    keys.list
}

#[derive(Default)]
struct Keys {
    list: Vec<Key>,
}

impl Keys {
    /// Adds a key where none of its parts is empty.
    fn add(&mut self, kind: &'static str, parts: &[&[u8]]) {
        if parts.iter().all(|part| !part.is_empty()) {
            self.list.push(Key {
                kind,
                hash: hash(kind, parts),
            });
        }
    }
}

/// Words that say what kind of business it is, and so find too many.
const GENERIC: &[&str] = &[
    "services",
    "service",
    "solutions",
    "consulting",
    "group",
    "holding",
    "holdings",
    "international",
    "global",
    "systems",
    "technologies",
    "technology",
    "management",
    "partners",
    "restaurant",
    "hotel",
    "cafe",
    "bar",
    "grill",
    "company",
    "industries",
    "enterprises",
    "associates",
    "trading",
    "media",
    "design",
    "logistics",
    "marketing",
    "software",
    "digital",
    "verwaltung",
    "handel",
    "gesellschaft",
];
