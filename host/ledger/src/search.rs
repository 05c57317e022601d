//! The texts that records and bases hold, page by page, for a person who knows
//! a value and no id. Every page is a transaction of its own, so that a process
//! at work never waits for the whole search.

use rusqlite::{Connection, params};
use serde_json::Value as Json;
use treaty_model::{EntityName, LinkId, RemoteId, SystemName};

use crate::json::from_json;
use crate::{Ledger, LedgerError, number};

/// Something that holds texts: a record, or the base of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its number among its kind, to go on from.
    pub number: i64,
    /// The link; none: a record that is in no link.
    pub link: Option<LinkId>,
    /// The record; none: it is the base of a link.
    pub record: Option<(SystemName, RemoteId)>,
    /// What it holds, as its system writes it and in canonical form.
    pub texts: Vec<String>,
}

struct KeptHolder {
    number: i64,
    link: Option<LinkId>,
    record: Option<(SystemName, RemoteId)>,
    rows: Vec<String>,
}

impl Ledger {
    /// Records of an entity with what they hold, by number, after one.
    pub fn record_texts(
        &self,
        entity: &EntityName,
        after: i64,
        records_max: usize,
    ) -> Result<Vec<Holder>, LedgerError> {
        let kept = self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT id, link, system, remote, own, observed FROM record
                 WHERE +entity = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
            )?;
            let wanted = params![entity.as_str(), after, number::limit(records_max)];
            let rows = statement.query_map(wanted, |row| {
                Ok(KeptHolder {
                    number: row.get(0)?,
                    link: row.get::<_, Option<i64>>(1)?.map(number::link),
                    record: Some((SystemName(row.get(2)?), RemoteId(row.get(3)?))),
                    rows: vec![row.get(4)?, row.get(5)?],
                })
            })?;
            rows.collect()
        })?;
        self.understand(kept, KeptHolder::read)
    }

    /// Links of an entity with what their bases hold, by number, after one.
    pub fn base_texts(
        &self,
        entity: &EntityName,
        after: i64,
        links_max: usize,
    ) -> Result<Vec<Holder>, LedgerError> {
        let kept = self.read(|db| base_rows(db, entity, after, links_max))?;
        self.understand(kept, KeptHolder::read)
    }
}

fn base_rows(
    db: &Connection,
    entity: &EntityName,
    after: i64,
    links_max: usize,
) -> rusqlite::Result<Vec<KeptHolder>> {
    let mut statement = db.prepare_cached(
        "SELECT id, base FROM link WHERE +entity = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    )?;
    let wanted = params![entity.as_str(), after, number::limit(links_max)];
    let rows = statement.query_map(wanted, |row| {
        let number = row.get(0)?;
        Ok(KeptHolder {
            number,
            link: Some(number::link(number)),
            record: None,
            rows: vec![row.get(1)?],
        })
    })?;
    rows.collect()
}

impl KeptHolder {
    fn read(self) -> rusqlite::Result<Holder> {
        let mut texts = Vec::new();
        for row in &self.rows {
            gather(from_json(row)?, &mut texts);
        }
        Ok(Holder {
            number: self.number,
            link: self.link,
            record: self.record,
            texts,
        })
    }
}

/// Takes the texts out of a row, however deep they stand in it.
fn gather(json: Json, texts: &mut Vec<String>) {
    match json {
        Json::String(text) => texts.push(text),
        Json::Number(number) => texts.push(number.to_string()),
        Json::Array(items) => items.into_iter().for_each(|item| gather(item, texts)),
        Json::Object(items) => {
            let values = items.into_iter().map(|(_, value)| value);
            values.for_each(|value| gather(value, texts));
        }
        Json::Null | Json::Bool(_) => {}
    }
}
