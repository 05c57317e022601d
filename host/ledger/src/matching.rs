//! What the host keeps for matchers: keys, terms and features of every record.

use rusqlite::{Connection, params};
use treaty_model::{EntityName, Prepared, Term, TermCount};

use crate::json::{from_json, to_json};
use crate::{Ledger, LedgerError, number};

/// Counting stops here: beyond it a value is common, whatever the number.
const COUNTED_RECORDS_MAX: u32 = 1_000;

/// What a matcher prepared for one version of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedRecord {
    /// The record's number.
    pub record: i64,
    /// The entity.
    pub entity: EntityName,
    /// What prepared it and from what, as the engine names it.
    pub version: String,
    /// The keys, hashed with the treaty's secret.
    pub keys: Vec<MatchKey>,
    /// As prepared.
    pub terms: Vec<Term>,
    /// As prepared.
    pub features: Vec<u8>,
}

/// A blocking key as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatchKey(pub u64);

/// Records that share a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchHit {
    /// The key.
    pub key: MatchKey,
    /// Their numbers, in order, at most one more than the block's limit.
    pub records: Vec<i64>,
}

impl Ledger {
    /// The blocks of some keys.
    pub fn blocks(
        &self,
        entity: &EntityName,
        keys: &[MatchKey],
        records_max: usize,
    ) -> Result<Vec<MatchHit>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT record FROM match_key WHERE entity = ?1 AND hash = ?2
                 ORDER BY record LIMIT ?3",
            )?;
            let limit = number::limit(records_max.saturating_add(1));
            let block = |key: &MatchKey| {
                let wanted = params![entity.as_str(), number::stored_hash(key.0), limit];
                let records = statement.query_map(wanted, |row| row.get(0))?;
                Ok(MatchHit {
                    key: *key,
                    records: records.collect::<rusqlite::Result<_>>()?,
                })
            };
            keys.iter().map(block).collect()
        })
    }

    /// The keys that are kept for a record.
    pub fn keys_of(&self, record: i64) -> Result<Vec<MatchKey>, LedgerError> {
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT hash FROM match_key WHERE record = ?1 ORDER BY hash")?;
            let keys = statement
                .query_map([record], |row| Ok(MatchKey(number::read_hash(row.get(0)?))))?;
            keys.collect()
        })
    }

    /// How often a term was seen; counting stops at a thousand.
    pub fn term_count(&self, entity: &EntityName, value: u64) -> Result<TermCount, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT count(*), count(DISTINCT nullif(witness, 0)) FROM
                     (SELECT witness FROM match_term WHERE entity = ?1 AND value = ?2 LIMIT ?3)",
            )?;
            let wanted = params![
                entity.as_str(),
                number::stored_hash(value),
                COUNTED_RECORDS_MAX
            ];
            statement.query_row(wanted, |row| {
                Ok(TermCount {
                    records: number::read(row.get(0)?),
                    witnesses: number::read(row.get(1)?),
                })
            })
        })
    }

    /// What is kept of a record's preparation, if it is of this version.
    pub fn prepared(&self, record: i64, version: &str) -> Result<Option<Prepared>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT features, terms FROM match_record WHERE record = ?1 AND version = ?2",
            )?;
            let mut rows = statement.query(params![record, version])?;
            let Some(row) = rows.next()? else {
                return Ok(None);
            };
            Ok(Some(Prepared {
                keys: Vec::new(),
                terms: from_json(row.get_ref(1)?.as_str()?)?,
                features: row.get(0)?,
            }))
        })
    }

    /// Whether a person said that two records are not the same.
    pub fn are_distinct(&self, one: i64, other: i64) -> Result<bool, LedgerError> {
        self.read(|db| {
            db.prepare_cached("SELECT 1 FROM distinct_pair WHERE first = ?1 AND second = ?2")?
                .exists([one.min(other), one.max(other)])
        })
    }
}

/// Keeps that two records are not the same.
pub(crate) fn write_distinct(
    db: &Connection,
    entity: &EntityName,
    one: i64,
    other: i64,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO distinct_pair (first, second, entity) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
    )?
    .execute(params![one.min(other), one.max(other), entity.as_str()])?;
    Ok(())
}

pub(crate) fn write(db: &Connection, prepared: &PreparedRecord) -> rusqlite::Result<()> {
    let record = prepared.record;
    db.prepare_cached("DELETE FROM match_key WHERE record = ?1")?
        .execute([record])?;
    db.prepare_cached("DELETE FROM match_term WHERE record = ?1")?
        .execute([record])?;
    db.prepare_cached(
        "INSERT INTO match_record (record, entity, version, features, terms)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (record) DO UPDATE SET
             version = excluded.version, features = excluded.features, terms = excluded.terms",
    )?
    .execute(params![
        record,
        prepared.entity.as_str(),
        prepared.version,
        prepared.features,
        to_json(&prepared.terms),
    ])?;
    let mut key = db.prepare_cached(
        "INSERT INTO match_key (entity, hash, record) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )?;
    for hash in &prepared.keys {
        key.execute(params![
            prepared.entity.as_str(),
            number::stored_hash(hash.0),
            record
        ])?;
    }
    let mut term = db.prepare_cached(
        "INSERT INTO match_term (entity, value, witness, record) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
    )?;
    for each in &prepared.terms {
        let entity = prepared.entity.as_str();
        term.execute(params![
            entity,
            number::stored_hash(each.value),
            number::stored_hash(each.witness),
            record
        ])?;
    }
    Ok(())
}
