//! What could not be read of records, or written to them.

use rusqlite::params;
use treaty_model::{EntityName, FieldProblem, LinkId, RemoteId, SystemName, Trouble};

use crate::json::from_json;
use crate::{Ledger, LedgerError, number};

/// Something that could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordProblem {
    /// The record, in its system.
    pub remote: RemoteId,
    /// The record's link, if it has one.
    pub link: Option<LinkId>,
    /// The field; none: the whole record.
    pub field: Option<String>,
    /// What kind of problem it is.
    pub trouble: Trouble,
    /// What is wrong.
    pub message: String,
}

impl Ledger {
    /// How many records have problems.
    pub fn problem_count(&self) -> Result<u64, LedgerError> {
        self.read(|db| {
            db.prepare_cached("SELECT count(*) FROM record WHERE problems <> '[]'")?
                .query_row([], |row| row.get(0))
                .map(number::read)
        })
    }

    /// The problems of a system's records, in the order of the records. Needs no shapes: fields are named as they were when the record
    /// was read.
    pub fn problems(
        &self,
        entity: &EntityName,
        system: &SystemName,
    ) -> Result<Vec<RecordProblem>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT remote, link, problems, names FROM record JOIN shape ON shape.id = shape
                 WHERE entity = ?1 AND system = ?2 AND problems <> '[]' ORDER BY record.id",
            )?;
            let mut rows = statement.query(params![entity.as_str(), system.as_str()])?;
            let mut problems = Vec::new();
            while let Some(row) = rows.next()? {
                let remote = RemoteId(row.get(0)?);
                let link = row.get::<_, Option<i64>>(1)?.map(number::link);
                let stored: Vec<FieldProblem> = from_json(row.get_ref(2)?.as_str()?)?;
                let names: Vec<String> = from_json(row.get_ref(3)?.as_str()?)?;
                problems.extend(stored.into_iter().map(|problem| {
                    RecordProblem {
                        remote: remote.clone(),
                        link,
                        field: problem
                            .field()
                            .and_then(|field| names.get(field.0).cloned()),
                        trouble: problem.trouble,
                        message: problem.message,
                    }
                }));
            }
            Ok(problems)
        })
    }
}
