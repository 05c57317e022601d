//! Blocking keys: under what a person can be found.
//!
//! Each true pair should share at least one, and most blocks should be small.
//! A block that grows too large is the host's to cap, so every kind has a
//! partner that is narrower.

use treaty_evidence::hash::hash;
use treaty_evidence::nicknames;
use treaty_evidence::person_name::{PersonName, sound};
use treaty_evidence::record::Key;
use treaty_evidence::street::postcode_area;

use crate::person::{Person, day_number};

/// How much of a city's sound is in a key: what follows is often left out.
const CITY_SOUNDS: usize = 4;

/// The keys of a person.
#[must_use]
pub fn keys(person: &Person, name: &PersonName) -> Vec<Key> {
    let mut keys = Keys::default();
    let first = nicknames::canonical(&name.first);
    let first = if first.len() > 1 { first } else { "" };
    // Names stand in each other's field often enough to treat them alike.
    let last = nicknames::canonical(&name.last);
    let named = Named {
        first,
        last,
        first_sound: sound(first),
        last_sound: sound(last),
    };
    direct(&mut keys, person);
    names(&mut keys, &named, name);
    sounds(&mut keys, &named);
    with_organisation(&mut keys, person, &named);
    with_place(&mut keys, person, &named);
    with_birth(&mut keys, person, &named);
    keys.list.sort();
    keys.list.dedup();
    keys.list
}

struct Named<'a> {
    first: &'a str,
    last: &'a str,
    first_sound: String,
    last_sound: String,
}

impl Named<'_> {
    /// First and last name alike, each with its sound: people put them into
    /// each other's field.
    fn both(&self) -> [(&str, &[u8]); 2] {
        [
            (self.first, self.first_sound.as_bytes()),
            (self.last, self.last_sound.as_bytes()),
        ]
    }
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

fn head(text: &str, len: usize) -> &str {
    text.get(..len).unwrap_or(text)
}

/// What names a person without their name.
fn direct(keys: &mut Keys, person: &Person) {
    for mail in person.mails.iter().filter(|mail| mail.value.hash != 0) {
        let (local, domain) = (mail.value.local, mail.value.domain);
        let (local, domain) = (local.as_bytes(), domain.as_bytes());
        // A function's mailbox is no way to find a person.
        if !mail.value.role {
            keys.add("email", &[&mail.value.hash.to_le_bytes()]);
            keys.add("email-near", &[local, &domain[..domain.len().min(3)]]);
            // What is not made from the name is kept when the provider changes.
            if local.len() >= 5 && (mail.value.numbered || !mail.value.from_name) {
                keys.add("email-local", &[local]);
            }
        }
    }
    for phone in person.phones.iter().filter(|phone| phone.value.tail != 0) {
        keys.add("phone", &[&phone.value.tail.to_le_bytes()]);
    }
    keys.add("tax-id", &[person.tax.as_bytes()]);
    for external in person
        .externals
        .iter()
        .filter(|external| external.value != 0)
    {
        keys.add(
            "external-id",
            &[&external.name.to_le_bytes(), &external.value.to_le_bytes()],
        );
    }
}

fn names(keys: &mut Keys, named: &Named<'_>, name: &PersonName) {
    for other in [named.last]
        .into_iter()
        .chain(name.others.iter().take(3).map(String::as_str))
    {
        let mut both = [named.first, other];
        both.sort_unstable();
        keys.add("first-last", &[both[0].as_bytes(), both[1].as_bytes()]);
    }
}

/// Both names as they sound.
fn sounds(keys: &mut Keys, named: &Named<'_>) {
    let mut both = named.both().map(|(_, sound)| sound);
    both.sort_unstable();
    keys.add("sounds", &both);
}

fn with_organisation(keys: &mut Keys, person: &Person, named: &Named<'_>) {
    let company = person.company.value.name;
    let company = company.as_bytes();
    let company_start = &company[..company.len().min(5)];
    let domain = person.domain.value.to_le_bytes();
    for (name, _) in named.both() {
        if person.domain.value != 0 {
            keys.add("name-domain", &[name.as_bytes(), &domain]);
        }
        keys.add("name-company", &[name.as_bytes(), company_start]);
    }
}

fn with_place(keys: &mut Keys, person: &Person, named: &Named<'_>) {
    let (street, postcode, city) = (
        person.street.value,
        person.postcode.value,
        person.city.value,
    );
    let postcode = postcode.as_bytes();
    // As it sounds: people misspell cities as they do names.
    let city = sound(&String::from_utf8_lossy(city.as_bytes()));
    let city = &city.as_bytes()[..city.len().min(CITY_SOUNDS)];
    for (name, sound) in named.both() {
        keys.add("name-postcode", &[name.as_bytes(), postcode]);
        keys.add("sound-city", &[sound, city]);
        keys.add("sound-area", &[sound, postcode_area(postcode)]);
        keys.add(
            "house",
            &[
                street.name.as_bytes(),
                &street.number.to_le_bytes(),
                head(name, 2).as_bytes(),
            ],
        );
    }
}

fn with_birth(keys: &mut Keys, person: &Person, named: &Named<'_>) {
    let number = day_number(person.birth.value);
    if number == 0 {
        return;
    }
    let city = person.city.value;
    let city = city.as_bytes();
    // The number's low bytes are month and day.
    let (day, year) = (number.to_le_bytes(), person.birth.value.year.to_le_bytes());
    for (name, sound) in named.both() {
        keys.add("birth-name", &[&day, head(name, 2).as_bytes()]);
        keys.add("year-sound", &[&year, sound]);
        keys.add("day-sound", &[&day[..2], sound]);
    }
    keys.add("birth-city", &[&day, &city[..city.len().min(3)]]);
    if person.domain.value != 0 {
        keys.add("birth-domain", &[&day, &person.domain.value.to_le_bytes()]);
    }
    keys.add("birth-postcode", &[&year, person.postcode.value.as_bytes()]);
}
