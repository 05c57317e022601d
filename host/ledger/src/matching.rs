//! What the host keeps for matchers: keys, terms and features of every record.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, params};
use treaty_model::{EntityName, Prepared, Term, TermCount};

use crate::json::{from_json, to_json, wrong};
use crate::{Ledger, LedgerError, number};

/// Counting stops here: beyond it a value is common, whatever the number.
const COUNTED_RECORDS_MAX: u32 = 1_000;

/// Which record was prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One that is kept, by its number.
    Kept(i64),
    /// One of the same commit, by its place among the commit's records: a new
    /// one has no number yet.
    InCommit(usize),
}

/// What a matcher prepared for one version of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedRecord {
    /// Which record.
    pub record: Whose,
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

    /// The keys that are kept for records, in the order asked for.
    pub fn keys_of(&self, records: &[i64]) -> Result<Vec<Vec<MatchKey>>, LedgerError> {
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT keys FROM match_record WHERE record = ?1")?;
            let mut found = Vec::with_capacity(records.len());
            for record in records {
                let mut rows = statement.query([record])?;
                found.push(match rows.next()? {
                    Some(row) => keys(row.get_ref(0)?.as_blob()?)?,
                    None => Vec::new(),
                });
            }
            Ok(found)
        })
    }

    /// How often terms were seen, in the order asked for; counting stops at a
    /// thousand.
    pub fn term_counts(
        &self,
        entity: &EntityName,
        values: &[u64],
    ) -> Result<Vec<TermCount>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT count(*), count(DISTINCT nullif(witness, 0)) FROM
                     (SELECT witness FROM match_term WHERE entity = ?1 AND value = ?2 LIMIT ?3)",
            )?;
            let count = |value: &u64| {
                let wanted = params![
                    entity.as_str(),
                    number::stored_hash(*value),
                    COUNTED_RECORDS_MAX
                ];
                statement.query_row(wanted, |row| {
                    Ok(TermCount {
                        records: number::read(row.get(0)?),
                        witnesses: number::read(row.get(1)?),
                    })
                })
            };
            values.iter().map(count).collect()
        })
    }

    /// What is kept of records' preparation, in the order asked for; none where
    /// it is not of this version.
    pub fn prepared(
        &self,
        records: &[i64],
        version: &str,
    ) -> Result<Vec<Option<Prepared>>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT features, terms FROM match_record WHERE record = ?1 AND version = ?2",
            )?;
            let mut found = Vec::with_capacity(records.len());
            for record in records {
                let mut rows = statement.query(params![record, version])?;
                found.push(match rows.next()? {
                    Some(row) => Some(Prepared {
                        keys: Vec::new(),
                        terms: from_json(row.get_ref(1)?.as_str()?)?,
                        features: row.get(0)?,
                    }),
                    None => None,
                });
            }
            Ok(found)
        })
    }

    /// Whether a person said that the two records of a pair are not the same,
    /// in the order asked for.
    pub fn are_distinct(&self, pairs: &[(i64, i64)]) -> Result<Vec<bool>, LedgerError> {
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT 1 FROM distinct_pair WHERE first = ?1 AND second = ?2")?;
            let mut found = Vec::with_capacity(pairs.len());
            for (one, other) in pairs {
                found.push(statement.exists([one.min(other), one.max(other)])?);
            }
            Ok(found)
        })
    }

    /// Of some records, by number, the pairs that a person said are not the same, the
    /// smaller number first.
    pub fn distinct_among(&self, records: &[i64]) -> Result<Vec<(i64, i64)>, LedgerError> {
        let among: BTreeSet<i64> = records.iter().copied().collect();
        self.read(|db| {
            let mut statement =
                db.prepare_cached("SELECT second FROM distinct_pair WHERE first = ?1")?;
            let mut found = Vec::new();
            for first in &among {
                let seconds = statement.query_map([first], |row| row.get(0))?;
                for second in seconds {
                    let second = second?;
                    if among.contains(&second) {
                        found.push((*first, second));
                    }
                }
            }
            Ok(found)
        })
    }
}

/// The keys that a row names.
fn keys(stored: &[u8]) -> rusqlite::Result<Vec<MatchKey>> {
    let (keys, rest) = stored.as_chunks();
    if !rest.is_empty() {
        return Err(wrong(format!("{} bytes of keys", stored.len())));
    }
    let keys = keys.iter();
    Ok(keys.map(|key| MatchKey(u64::from_be_bytes(*key))).collect())
}

/// Keys as a row names them.
fn stored_keys(keys: &[MatchKey]) -> Vec<u8> {
    let hashes = keys.iter().map(|key| number::stored_hash(key.0));
    let hashes: BTreeSet<_> = hashes.collect();
    hashes.into_iter().flat_map(i64::to_be_bytes).collect()
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

/// Keeps what was prepared. `numbers` are those of the commit's records.
pub(crate) fn write(
    db: &Connection,
    prepared: &PreparedRecord,
    numbers: &[i64],
) -> rusqlite::Result<()> {
    let record = match prepared.record {
        Whose::Kept(number) => number,
        Whose::InCommit(place) => numbers[place],
    };
    let terms = to_json(&prepared.terms);
    let keys = stored_keys(&prepared.keys);
    let now = params![
        record,
        prepared.entity.as_str(),
        prepared.version,
        prepared.features,
        terms,
        keys,
    ];
    let kept: Option<bool> = db
        .prepare_cached(
            "SELECT entity = ?2 AND version = ?3 AND features = ?4 AND terms = ?5 AND keys = ?6
             FROM match_record WHERE record = ?1",
        )?
        .query_row(now, |row| row.get(0))
        .optional()?;
    match kept {
        Some(true) => return Ok(()),
        Some(false) => forget(db, record)?,
        None => {}
    }
    db.prepare_cached(
        "INSERT INTO match_record (record, entity, version, features, terms, keys)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (record) DO UPDATE SET entity = excluded.entity, version = excluded.version,
             features = excluded.features, terms = excluded.terms, keys = excluded.keys",
    )?
    .execute(now)?;
    write_keys_and_terms(db, record, prepared)
}

/// Takes away a record's keys and terms.
fn forget(db: &Connection, record: i64) -> rusqlite::Result<()> {
    let (entity, hashes, terms): (String, Vec<u8>, String) = db
        .prepare_cached("SELECT entity, keys, terms FROM match_record WHERE record = ?1")?
        .query_row([record], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut key =
        db.prepare_cached("DELETE FROM match_key WHERE entity = ?1 AND hash = ?2 AND record = ?3")?;
    for hash in keys(&hashes)? {
        key.execute(params![entity, number::stored_hash(hash.0), record])?;
    }
    let mut term = db.prepare_cached(
        "DELETE FROM match_term WHERE entity = ?1 AND value = ?2 AND witness = ?3 AND record = ?4",
    )?;
    for each in from_json::<Vec<Term>>(&terms)? {
        term.execute(params![
            entity,
            number::stored_hash(each.value),
            number::stored_hash(each.witness),
            record
        ])?;
    }
    Ok(())
}

fn write_keys_and_terms(
    db: &Connection,
    record: i64,
    prepared: &PreparedRecord,
) -> rusqlite::Result<()> {
    let entity = prepared.entity.as_str();
    let mut key = db.prepare_cached(
        "INSERT INTO match_key (entity, hash, record) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )?;
    for hash in &prepared.keys {
        key.execute(params![entity, number::stored_hash(hash.0), record])?;
    }
    let mut term = db.prepare_cached(
        "INSERT INTO match_term (entity, value, witness, record) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
    )?;
    for each in &prepared.terms {
        term.execute(params![
            entity,
            number::stored_hash(each.value),
            number::stored_hash(each.witness),
            record
        ])?;
    }
    Ok(())
}
