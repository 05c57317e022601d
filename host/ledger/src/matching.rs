//! What the host keeps for matchers: keys, terms and features of every record.

use rusqlite::{Connection, params};
use treaty_model::{EntityName, Prepared, Term, TermCount};

use crate::shape::{from_json, to_json};

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

/// SQLite's integers are signed; the bits stay the same.
fn stored(hash: u64) -> i64 {
    hash.cast_signed()
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
        to_json(&prepared.terms).into_bytes(),
    ])?;
    let mut key = db.prepare_cached(
        "INSERT OR IGNORE INTO match_key (entity, hash, record) VALUES (?1, ?2, ?3)",
    )?;
    for hash in &prepared.keys {
        key.execute(params![prepared.entity.as_str(), stored(hash.0), record])?;
    }
    let mut term = db.prepare_cached(
        "INSERT OR IGNORE INTO match_term (entity, value, witness, record) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for each in &prepared.terms {
        let entity = prepared.entity.as_str();
        term.execute(params![
            entity,
            stored(each.value),
            stored(each.witness),
            record
        ])?;
    }
    Ok(())
}

/// The records under a key, at most `records_max` of them.
pub(crate) fn block(
    db: &Connection,
    entity: &EntityName,
    key: MatchKey,
    records_max: usize,
) -> rusqlite::Result<Vec<i64>> {
    let mut statement = db.prepare_cached(
        "SELECT record FROM match_key WHERE entity = ?1 AND hash = ?2 ORDER BY record LIMIT ?3",
    )?;
    let limit = i64::try_from(records_max).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![entity.as_str(), stored(key.0), limit], |r| r.get(0))?;
    rows.collect()
}

/// How often a value was seen. Counting stops at `records_max`: beyond that it
/// is common, whatever the number.
pub(crate) fn count(
    db: &Connection,
    entity: &EntityName,
    value: u64,
    records_max: u32,
) -> rusqlite::Result<TermCount> {
    let mut statement = db.prepare_cached(
        "SELECT count(*), count(DISTINCT nullif(witness, 0)) FROM
             (SELECT witness FROM match_term WHERE entity = ?1 AND value = ?2 LIMIT ?3)",
    )?;
    statement.query_row(
        params![entity.as_str(), stored(value), records_max],
        |row| {
            Ok(TermCount {
                records: u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0),
                witnesses: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
            })
        },
    )
}

/// What is kept of one record's preparation.
pub(crate) fn read(
    db: &Connection,
    record: i64,
    version: &str,
) -> rusqlite::Result<Option<Prepared>> {
    let mut statement = db.prepare_cached(
        "SELECT features, terms FROM match_record WHERE record = ?1 AND version = ?2",
    )?;
    let mut rows = statement.query(params![record, version])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let terms: Vec<u8> = row.get(1)?;
    Ok(Some(Prepared {
        keys: Vec::new(),
        terms: from_json(&String::from_utf8_lossy(&terms))?,
        features: row.get(0)?,
    }))
}
