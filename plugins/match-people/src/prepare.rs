//! From a canonical row to a prepared person.

use treaty_evidence::hash::hash;
use treaty_evidence::nicknames;
use treaty_evidence::person_name::{self, PersonName};
use treaty_evidence::schema::{Meaning, View};
use treaty_evidence::text::{Text, fold, is_placeholder};
use treaty_evidence::{date, domain, email, external, organisation, phone, street};

use crate::person::{FORMALS_MAX, Mail, Number, Organisation, Person, name_hash};

/// Reads a row. The name comes along: keys are made of it.
#[must_use]
pub fn prepare(row: View<'_>) -> (Person, PersonName) {
    let name = person_name::parse(
        row.first(Meaning::FirstName),
        row.first(Meaning::LastName),
        row.first(Meaning::FullName),
    );
    let mut person = Person::default();
    read_name(&mut person, &name);
    read_mails(&mut person, row, &name);
    read_phones(&mut person, row);
    read_organisation(&mut person, row);
    read_place(&mut person, row);
    read_ids(&mut person, row);
    (person, name)
}

fn read_name(person: &mut Person, name: &PersonName) {
    person.first.value = Text::new(&name.first);
    person.last.value = Text::new(&name.last);
    person.generation = name.generation;
    if !name.last.is_empty() {
        person.last_hash = name_hash(&name.last);
    }
    if !name.first.is_empty() {
        let formals = nicknames::formal_names(&name.first).map(name_hash);
        let names = [name_hash(&name.first)].into_iter().chain(formals);
        for (slot, hash) in person.formals.iter_mut().zip(names.take(FORMALS_MAX)) {
            *slot = hash;
        }
    }
    for (slot, other) in person.others.iter_mut().zip(&name.others) {
        *slot = name_hash(other);
    }
}

fn read_mails(person: &mut Person, row: View<'_>, name: &PersonName) {
    let mails = row
        .all(Meaning::Email)
        .filter_map(|(_, text)| email::parse(text));
    let mut firsts = vec![name.first.as_str()];
    for formal in nicknames::formal_names(&name.first) {
        firsts.push(formal);
    }
    let mut at = 0;
    for mail in mails {
        let value = Mail {
            hash: hash("email", &[mail.local.as_bytes(), mail.domain.as_bytes()]),
            domain: Text::new(&mail.registrable.replace('.', "")),
            local: email::compact_local(&mail.local),
            role: mail.role,
            free: mail.free,
            from_name: email::is_made_from_name(&mail.local, &firsts, &name.last),
            numbered: email::digits(&mail.local) > 1,
        };
        if person
            .mails
            .iter()
            .any(|known| known.value.hash == value.hash)
        {
            continue;
        }
        if !mail.free && person.domain.value == 0 {
            person.domain.value = hash("domain", &[mail.registrable.as_bytes()]);
        }
        let Some(slot) = person.mails.get_mut(at) else {
            break;
        };
        *slot = value.into();
        at += 1;
    }
}

fn read_phones(person: &mut Person, row: View<'_>) {
    let mut at = 0;
    for (_, text) in row.all(Meaning::Phone) {
        let Some(number) = phone::parse(text) else {
            continue;
        };
        if person
            .phones
            .iter()
            .any(|known| known.value.tail == number.tail)
        {
            continue;
        }
        let Some(slot) = person.phones.get_mut(at) else {
            break;
        };
        slot.value = Number {
            tail: number.tail,
            full: number.full,
        };
        at += 1;
    }
}

fn read_organisation(person: &mut Person, row: View<'_>) {
    if let Some(company) = row.first(Meaning::Organisation) {
        let words = organisation::name_words(company);
        let mut hashes: Vec<u64> = words
            .iter()
            .map(|word| hash("word", &[word.as_bytes()]))
            .collect();
        hashes.truncate(4);
        hashes.sort_unstable();
        let mut value = Organisation {
            name: Text::new(&words.concat()),
            ..Organisation::default()
        };
        value.words[..hashes.len()].copy_from_slice(&hashes);
        person.company.value = value;
    }
    let sites = row.all(Meaning::Domain).chain(row.all(Meaning::Website));
    if let Some(site) = sites
        .filter_map(|(_, text)| domain::registrable(text))
        .find(|site| !domain::is_hosting(site))
    {
        person.domain.value = hash("domain", &[site.as_bytes()]);
    }
}

fn read_place(person: &mut Person, row: View<'_>) {
    if let Some(street) = row
        .joined(Meaning::Street)
        .filter(|text| !is_placeholder(text))
    {
        person.street.value = street::parse(&street).unwrap_or_default();
    }
    if let Some(city) = row.first(Meaning::City) {
        person.city.value = street::city(city).unwrap_or_default();
    }
    if let Some(postcode) = row.first(Meaning::Postcode) {
        person.postcode.value = street::postcode(postcode).unwrap_or_default();
    }
}

fn read_ids(person: &mut Person, row: View<'_>) {
    if let Some(day) = row.first(Meaning::BirthDate) {
        person.birth.value = date::parse(day).unwrap_or_default();
    }
    if let Some(tax) = row.first(Meaning::TaxId) {
        person.tax = Text::new(&fold(tax).replace(' ', ""));
    }
    person.externals = external::read(row);
}
