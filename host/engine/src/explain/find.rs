//! Which record a person means.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use treaty_ledger::{Holder, RecordKey, StoredRecord};
use treaty_model::{Cell, Entity, EntityName, LinkId, RemoteId, SystemName, Value};

use crate::{EngineError, Reader};

/// How many records are looked through at once.
const HOLDERS_AT_ONCE: usize = 5000;
/// How many things are listed where a value does not say which is meant.
const FOUND_MAX: usize = 50;
/// How many values of a record are shown to tell it from others.
const VALUES_SHOWN: usize = 4;

/// One thing that a person may mean.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Found {
    /// What names exactly this one: `#7`, or `crm:17` where it has no link.
    pub name: String,
    /// The link; none: the record is in no link.
    pub link: Option<LinkId>,
    /// Its records.
    pub records: Vec<(SystemName, RemoteId)>,
    /// Some of what it holds, to tell it from others.
    pub values: Vec<String>,
}

/// A place to find something: a link, or a record without one.
type Spot = (Option<LinkId>, Option<(SystemName, RemoteId)>);

impl Reader {
    /// What a person may mean: by remote id in any system, else by `#` and a
    /// link's number, else by value.
    pub(crate) fn find(&self, entity: &Entity, which: &str) -> Result<Vec<Found>, EngineError> {
        let by_id = self.by_remote(entity, which)?;
        if !by_id.is_empty() {
            return self.describe(entity, by_id);
        }
        let number = which.strip_prefix('#').and_then(|text| text.parse().ok());
        if let Some(number) = number {
            let links = self.ledger.links(&[LinkId(number)])?;
            let of_entity = links.iter().filter(|link| link.entity == entity.name);
            let spots = of_entity.map(|link| (Some(link.id), None)).collect();
            return self.describe(entity, spots);
        }
        let by_value = self.by_value(&entity.name, which)?;
        if !by_value.is_empty() {
            return self.describe(entity, by_value);
        }
        let told = self.ledger.links_told_of(&entity.name, &which.into())?;
        let spots = told.into_iter().map(|link| (Some(link), None)).collect();
        self.describe(entity, spots)
    }

    fn by_remote(&self, entity: &Entity, which: &str) -> Result<BTreeSet<Spot>, EngineError> {
        let systems = entity.systems.iter().map(|part| &part.system);
        let anywhere = systems.clone().map(|system| (system, which));
        let there = systems.filter_map(|system| {
            let remote = which.strip_prefix(system.as_str())?.strip_prefix(':')?;
            Some((system, remote))
        });
        let keys: Vec<_> = anywhere
            .chain(there)
            .map(|(system, remote)| key(entity, system, &remote.into()))
            .collect();
        let mut spots = BTreeSet::new();
        for record in self.ledger.records(&keys)?.into_iter().flatten() {
            let RecordKey { system, remote, .. } = record.key;
            let told = match record.link {
                Some(_) => Vec::new(),
                // It may have been in a link before.
                None => self.ledger.links_told_of(&entity.name, &remote)?,
            };
            let only = <[LinkId; 1]>::try_from(told).ok().map(|[link]| link);
            spots.insert(match record.link.or(only) {
                Some(link) => (Some(link), None),
                None => (None, Some((system, remote))),
            });
        }
        Ok(spots)
    }

    fn by_value(&self, entity: &EntityName, which: &str) -> Result<BTreeSet<Spot>, EngineError> {
        let wanted = Wanted::new(which);
        let mut spots = BTreeSet::new();
        let mut take = |page: Vec<Holder>| {
            let last = page.last().map(|holder| holder.number);
            let fits = page.into_iter().filter(|holder| wanted.fits(&holder.texts));
            spots.extend(fits.map(|holder| match holder.link {
                Some(link) => (Some(link), None),
                None => (None, holder.record),
            }));
            last
        };
        let mut after = 0;
        while let Some(last) = take(self.ledger.record_texts(entity, after, HOLDERS_AT_ONCE)?) {
            after = last;
        }
        after = 0;
        while let Some(last) = take(self.ledger.base_texts(entity, after, HOLDERS_AT_ONCE)?) {
            after = last;
        }
        Ok(spots)
    }

    fn describe(&self, entity: &Entity, spots: BTreeSet<Spot>) -> Result<Vec<Found>, EngineError> {
        let mut found = Vec::new();
        for (link, record) in spots.into_iter().take(FOUND_MAX) {
            let records: Vec<StoredRecord> = match (link, &record) {
                (Some(link), _) => {
                    let links = self.ledger.links(&[link])?.into_iter();
                    links.flat_map(|link| link.records).flatten().collect()
                }
                (None, Some((system, remote))) => {
                    let key = key(entity, system, remote);
                    self.ledger.records(&[key])?.into_iter().flatten().collect()
                }
                (None, None) => Vec::new(),
            };
            let name = match (link, record) {
                (Some(link), _) => format!("#{link}"),
                (None, Some((system, remote))) => format!("{system}:{remote}"),
                (None, None) => continue,
            };
            found.push(Found {
                name,
                link,
                values: values_of(entity, &records),
                records: records
                    .into_iter()
                    .map(|record| (record.key.system, record.key.remote))
                    .collect(),
            });
        }
        Ok(found)
    }
}

pub(crate) fn key(entity: &Entity, system: &SystemName, remote: &RemoteId) -> RecordKey {
    RecordKey {
        entity: entity.name.clone(),
        system: system.clone(),
        remote: remote.clone(),
    }
}

fn values_of(entity: &Entity, records: &[StoredRecord]) -> Vec<String> {
    let mut values = BTreeMap::new();
    for (at, row) in entity.table.rows.iter().enumerate() {
        let mut cells = records.iter().map(|record| &record.observed[at]);
        let said = |cell: &&Cell| !matches!(cell, None | Some(Value::Null | Value::Reference(_)));
        if let Some(Some(value)) = cells.find(said) {
            values.insert(at, format!("{} {value}", row.name));
        }
    }
    values.into_values().take(VALUES_SHOWN).collect()
}

/// What a person typed, in the form in which values are compared.
struct Wanted {
    whole: String,
    words: Vec<String>,
}

impl Wanted {
    fn new(which: &str) -> Self {
        Self {
            whole: plain(which),
            words: which.split_whitespace().map(plain).collect(),
        }
    }

    /// Whether one of these texts is it; or each of its words is one of them, for
    /// first and last name are two fields.
    fn fits(&self, texts: &[String]) -> bool {
        if self.whole.is_empty() {
            return false;
        }
        let texts: Vec<_> = texts.iter().map(|text| plain(text)).collect();
        texts.contains(&self.whole)
            || self.words.len() > 1 && self.words.iter().all(|word| texts.contains(word))
    }
}

/// A text without spaces and without regard to case.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|letter| !letter.is_whitespace());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_as_a_person_types_it() {
        let check = |typed: &str, holds: &[&str], expected: bool| {
            let holds: Vec<_> = holds.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(
                Wanted::new(typed).fits(&holds),
                expected,
                "{typed} {holds:?}"
            );
        };
        check("ANNA@berg.example", &["Anna@Berg.example"], true);
        check(" 030 231 251 20 ", &["030 23125120"], true);
        check("Anna Berg", &["Berg", "Berlin", "Anna"], true);
        check("Anna Berg", &["Anna"], false);
        check("GROSSE ÄHRE", &["große ähre"], false);
        check("GROẞE ÄHRE", &["große ähre"], true);
        check("anna", &["anna@berg.example"], false);
        check(" ", &[""], false);
    }
}
