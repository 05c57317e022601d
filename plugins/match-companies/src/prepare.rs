//! From a canonical row to a prepared company.

use treaty_evidence::hash::hash;
use treaty_evidence::schema::{Meaning, View};
use treaty_evidence::text::{Text, fold, is_placeholder};
use treaty_evidence::{domain, email, external, organisation, phone, street};

use crate::company::{Company, Domain};

/// Reads a row. The words of the name come along: keys are made of them.
#[must_use]
pub fn prepare(row: View<'_>) -> (Company, Vec<String>) {
    let mut company = Company::default();
    let name = row
        .first(Meaning::Organisation)
        .or_else(|| row.first(Meaning::FullName));
    let words = name.map(organisation::name_words).unwrap_or_default();
    company.name.value = Text::new(&words.concat());
    for (slot, word) in company.words.iter_mut().zip(&words) {
        slot.value = Text::new(word);
    }
    company.acronym = organisation::acronym(&words)
        .map(|letters| Text::new(&letters))
        .unwrap_or_default();
    read_domains(&mut company, row);
    read_phones(&mut company, row);
    read_address(&mut company, row);
    if let Some(tax) = row.first(Meaning::TaxId) {
        company.tax = Text::new(&fold(tax).replace(' ', ""));
    }
    company.externals = external::read(row);
    (company, words)
}

fn read_domains(company: &mut Company, row: View<'_>) {
    let sites = row.all(Meaning::Domain).chain(row.all(Meaning::Website));
    let sites = sites.filter_map(|(_, text)| domain::registrable(text));
    let mails = row
        .all(Meaning::Email)
        .filter_map(|(_, text)| Some(email::parse(text)?.registrable));
    let mut at = 0;
    for site in sites.chain(mails).filter(|site| !domain::is_hosting(site)) {
        let value = Domain {
            hash: hash("domain", &[site.as_bytes()]),
            label: hash("domain label", &[domain::label(&site).as_bytes()]),
        };
        if company
            .domains
            .iter()
            .any(|known| known.value.hash == value.hash)
        {
            continue;
        }
        let Some(slot) = company.domains.get_mut(at) else {
            break;
        };
        slot.value = value;
        at += 1;
    }
}

fn read_phones(company: &mut Company, row: View<'_>) {
    let mut at = 0;
    for (_, text) in row.all(Meaning::Phone) {
        let Some(number) = phone::parse(text) else {
            continue;
        };
        if company
            .phones
            .iter()
            .any(|known| known.value == number.tail)
        {
            continue;
        }
        let Some(slot) = company.phones.get_mut(at) else {
            break;
        };
        slot.value = number.tail;
        at += 1;
    }
}

fn read_address(company: &mut Company, row: View<'_>) {
    if let Some(street) = row
        .joined(Meaning::Street)
        .filter(|text| !is_placeholder(text))
    {
        company.street.value = street::parse(&street).unwrap_or_default();
    }
    if let Some(city) = row.first(Meaning::City) {
        company.city.value = street::city(city).unwrap_or_default();
    }
    if let Some(postcode) = row.first(Meaning::Postcode) {
        company.postcode.value = street::postcode(postcode).unwrap_or_default();
    }
}
