//! What resolvers were asked, read back out of a journal file: also out of a copy of
//! it, without the ledger that belongs to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row as SqlRow, params};
use treaty_model::{Digest, EntityName, LinkId, RemoteId, RuleId, RunId, SystemName, Timestamp};

use crate::asked::Span;
use crate::files::StateFile;
use crate::forget::FORGOTTEN;
use crate::json::{from_json, wrong};
use crate::mark::Mark;
use crate::schema::{self, Holds};
use crate::{LedgerError, LedgerOptions, number};

/// Whether an entry says what it said when it was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Its mark fits.
    Fits,
    /// Its mark does not: somebody altered it.
    Altered,
    /// Something of it was forgotten, so that nobody can say.
    Forgotten,
}

/// What a rule was told once for a batch, without the batch's own time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSetup {
    /// The JSON text.
    pub content: String,
    mark: Mark,
}

/// A conflict and the answer to it, as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptDecision {
    /// Its number.
    pub number: i64,
    /// The entity.
    pub entity: EntityName,
    /// The link.
    pub link: LinkId,
    /// What was asked and answered; none: it was forgotten.
    pub said: Option<Said>,
    mark: Option<Mark>,
}

/// The JSON texts of a conflict and of the answer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The conflict.
    pub input: String,
    /// The answer.
    pub answer: String,
}

/// A batch as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptBatch {
    /// Its number.
    pub number: i64,
    /// When it was asked first.
    pub at: Timestamp,
    /// In which run.
    pub run: RunId,
    /// The rule.
    pub rule: RuleId,
    /// The number of its setup.
    pub setup: i64,
    /// The batch's own time, as the rule saw it.
    pub now: i64,
    /// The fuel; none: the host could not ask about all of it.
    pub fuel: Option<u64>,
    /// What was asked, in order.
    pub decisions: Vec<KeptDecision>,
    /// What other components answered.
    pub shadows: Vec<KeptShadow>,
    /// How many decisions there were: those that are gone are missing above.
    pub asked: usize,
    mark: Mark,
}

/// What another component answered to a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptShadow {
    /// The component.
    pub component: Digest,
    /// The number of its setup.
    pub setup: i64,
    /// The fuel; none: the host could not ask about all of it.
    pub fuel: Option<u64>,
    /// By the number of the decision, where it answered something else.
    pub answers: BTreeMap<i64, String>,
    mark: Mark,
}

/// A journal file, opened to be read.
#[derive(Debug)]
pub struct Recordings {
    db: Connection,
    path: PathBuf,
}

impl Recordings {
    /// Opens the journal of a state folder.
    pub fn open(state: &Path) -> Result<Self, LedgerError> {
        let path = StateFile::Journal.path(state);
        if !path.exists() {
            let path = state.to_owned();
            return Err(LedgerError::Missing { path });
        }
        Self::open_file(&path)
    }

    /// Opens a journal file by itself.
    pub fn open_file(path: &Path) -> Result<Self, LedgerError> {
        let failed = |message: &str| LedgerError::NoJournal {
            path: path.to_owned(),
            message: message.to_owned(),
        };
        if !path.is_file() {
            return Err(failed("there is no such file"));
        }
        let text = path
            .to_str()
            .ok_or_else(|| failed("its name is not Unicode"))?;
        let explain = |error| LedgerError::from_sqlite(path, &error);
        // A file whose writer was killed may have to be rolled back first.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_in_memory_with_flags(flags).map_err(explain)?;
        db.busy_timeout(LedgerOptions::default().wait)
            .map_err(explain)?;
        db.execute("ATTACH DATABASE ?1 AS journal", [text])
            .map_err(explain)?;
        if schema::inspect(&db, path, StateFile::Journal)? == Holds::Nothing {
            return Err(failed("it is empty"));
        }
        db.execute_batch("PRAGMA query_only = ON;")
            .map_err(explain)?;
        Ok(Self {
            db,
            path: path.to_owned(),
        })
    }

    /// Batches since a time, by number, after one; the first of them whole, and more
    /// as long as they have together no more decisions than this.
    pub fn batches(
        &self,
        since: Timestamp,
        after: i64,
        decisions_max: usize,
    ) -> Result<Vec<KeptBatch>, LedgerError> {
        let found = self.read_batches(since, after, decisions_max);
        found.map_err(|error| self.explain(&error))
    }

    /// A setup by its number; none where there is none.
    pub fn setup(&self, setup: i64) -> Result<Option<KeptSetup>, LedgerError> {
        let read = || {
            self.db
                .prepare_cached("SELECT content, mark FROM journal.setup WHERE id = ?1")?
                .query_row([setup], |row| {
                    Ok(KeptSetup {
                        content: row.get(0)?,
                        mark: row.get(1)?,
                    })
                })
                .optional()
        };
        read().map_err(|error| self.explain(&error))
    }

    /// Records that the journal names together with a link.
    pub fn records_told_of(
        &self,
        entity: &EntityName,
        link: LinkId,
    ) -> Result<Vec<(SystemName, RemoteId)>, LedgerError> {
        let read = || {
            let mut statement = self.db.prepare_cached(
                "SELECT DISTINCT system, remote FROM journal.entry
                 WHERE entity = ?1 AND link = ?2 AND system IS NOT NULL AND remote IS NOT NULL
                 ORDER BY system, remote",
            )?;
            let wanted = params![entity.as_str(), number::of_link(link)];
            let rows = statement.query_map(wanted, |row| {
                Ok((SystemName(row.get(0)?), RemoteId(row.get(1)?)))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error: rusqlite::Error| self.explain(&error))
    }

    fn explain(&self, error: &rusqlite::Error) -> LedgerError {
        LedgerError::from_sqlite(&self.path, error)
    }

    fn read_batches(
        &self,
        since: Timestamp,
        after: i64,
        decisions_max: usize,
    ) -> rusqlite::Result<Vec<KeptBatch>> {
        let mut statement = self.db.prepare_cached(
            "SELECT id, mark, at, run, rule, component, setup, decisions, fuel, now
             FROM journal.asked WHERE id > ?1 AND at >= ?2 ORDER BY id",
        )?;
        let mut rows = statement.query([after, since.as_micros()])?;
        let mut batches = Vec::new();
        let mut decisions = 0;
        while let Some(row) = rows.next()? {
            let (mut batch, spans) = read_batch(row)?;
            decisions += batch.asked;
            if decisions > decisions_max && !batches.is_empty() {
                break;
            }
            for span in spans {
                self.read_decisions(span, &mut batch.decisions)?;
            }
            batch.shadows = self.read_shadows(batch.number)?;
            batches.push(batch);
        }
        Ok(batches)
    }

    fn read_decisions(&self, span: Span, into: &mut Vec<KeptDecision>) -> rusqlite::Result<()> {
        let (first, last) = span.ends();
        let mut statement = self.db.prepare_cached(
            "SELECT id, mark, entity, link, input, answer FROM journal.decision
             WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
        )?;
        let rows = statement.query_map([first, last], |row| {
            let input: String = row.get(4)?;
            let said = match input == FORGOTTEN {
                true => None,
                false => Some(Said {
                    input,
                    answer: row.get(5)?,
                }),
            };
            Ok(KeptDecision {
                number: row.get(0)?,
                mark: row.get(1)?,
                entity: EntityName(row.get(2)?),
                link: number::link(row.get(3)?),
                said,
            })
        })?;
        for row in rows {
            into.push(row?);
        }
        Ok(())
    }

    fn read_shadows(&self, batch: i64) -> rusqlite::Result<Vec<KeptShadow>> {
        let mut statement = self.db.prepare_cached(
            "SELECT id, mark, component, setup, fuel FROM journal.shadow
             WHERE asked = ?1 ORDER BY id",
        )?;
        let mut answers = self.db.prepare_cached(
            "SELECT decision, answer FROM journal.shadow_answer WHERE shadow = ?1",
        )?;
        let shadows = statement.query_map([batch], |row| {
            let number: i64 = row.get(0)?;
            let answers = answers.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(KeptShadow {
                answers: answers.collect::<rusqlite::Result<_>>()?,
                mark: row.get(1)?,
                component: digest(row.get_ref(2)?.as_str()?)?,
                setup: row.get(3)?,
                fuel: row.get::<_, Option<i64>>(4)?.map(number::read),
            })
        })?;
        shadows.collect()
    }
}

fn read_batch(row: &SqlRow<'_>) -> rusqlite::Result<(KeptBatch, Vec<Span>)> {
    let spans: Vec<Span> = from_json(row.get_ref(7)?.as_str()?)?;
    let length = |span: &Span| {
        let (first, last) = span.ends();
        usize::try_from(last.saturating_sub(first)).map_or(0, |more| more.saturating_add(1))
    };
    let batch = KeptBatch {
        number: row.get(0)?,
        mark: row.get(1)?,
        at: Timestamp::from_micros(row.get(2)?),
        run: RunId(number::read(row.get(3)?)),
        rule: RuleId {
            name: row.get(4)?,
            digest: digest(row.get_ref(5)?.as_str()?)?,
        },
        setup: row.get(6)?,
        fuel: row.get::<_, Option<i64>>(8)?.map(number::read),
        now: row.get(9)?,
        decisions: Vec::new(),
        shadows: Vec::new(),
        asked: spans
            .iter()
            .fold(0, |sum: usize, span| sum.saturating_add(length(span))),
    };
    Ok((batch, spans))
}

fn digest(text: &str) -> rusqlite::Result<Digest> {
    serde_json::from_value(text.into()).map_err(|error| wrong(format!("{error}: {text}")))
}

impl KeptSetup {
    /// Whether it says what it said.
    pub fn fit(&self) -> Fit {
        fit(self.mark == Mark::of_setup(&self.content))
    }
}

impl KeptDecision {
    /// Whether it says what it said.
    pub fn fit(&self) -> Fit {
        let (Some(said), Some(mark)) = (&self.said, self.mark) else {
            return match (&self.said, self.mark) {
                (None, None) => Fit::Forgotten,
                _ => Fit::Altered,
            };
        };
        let expected = Mark::of_decision(&self.entity, self.link, &said.input, &said.answer);
        fit(mark == expected)
    }
}

impl KeptBatch {
    /// Whether it says what it said, with these decisions in this order.
    pub fn fit(&self, setup: &KeptSetup) -> Fit {
        let marks: Option<Vec<Mark>> = self.decisions.iter().map(|kept| kept.mark).collect();
        match marks {
            None => Fit::Forgotten,
            Some(marks) => {
                fit(self.mark == Mark::of_batch(&self.rule, &setup.mark, self.fuel, &marks))
            }
        }
    }

    /// Whether the other component's answers say what they said.
    pub fn fit_of_shadow(&self, shadow: &KeptShadow, setup: &KeptSetup) -> Fit {
        if self.decisions.iter().any(|kept| kept.said.is_none()) {
            return Fit::Forgotten;
        }
        let answers = shadow.answers.iter();
        let answers = answers.map(|(decision, answer)| (*decision, answer.as_str()));
        let KeptShadow {
            component, fuel, ..
        } = shadow;
        let mark = Mark::of_shadow(
            &self.mark,
            component,
            &setup.mark,
            *fuel,
            &answers.collect(),
        );
        fit(shadow.mark == mark)
    }
}

fn fit(fits: bool) -> Fit {
    match fits {
        true => Fit::Fits,
        false => Fit::Altered,
    }
}
