//! What resolvers were asked and what they answered, kept so that it can be decided
//! again: rules are pure, so the same component gives the same answers.
//!
//! A conflict with its answer is a *decision*, decisions that were made together are
//! a *batch*. Both have a mark made of what they say, so a question that every pass
//! asks again is kept once.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, params};
use treaty_model::{Digest, EntityName, LinkId, RuleId, RunId, Timestamp};

use crate::mark::Mark;
use crate::{Content, json, number};

/// A batch that a resolver was asked while a plan was carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct AskedBatch {
    /// When.
    pub at: Timestamp,
    /// In which run.
    pub run: RunId,
    /// The rule.
    pub rule: RuleId,
    /// What it was told once, without the batch's own time.
    pub setup: Content,
    /// The batch's own time, as it was told.
    pub now: i64,
    /// The entity.
    pub entity: EntityName,
    /// What it was asked and answered, in order.
    pub decisions: Vec<Decided>,
    /// The fuel of the whole batch; none: the host could not ask about all of it.
    pub fuel: Option<u64>,
    /// What the component beside it answered.
    pub shadow: Option<ShadowBatch>,
}

/// A conflict and the answer to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// The link.
    pub link: LinkId,
    /// The conflict.
    pub input: Content,
    /// The answer.
    pub answer: Content,
}

/// What another component answered to the same batch.
#[derive(Clone, Debug, PartialEq)]
pub struct ShadowBatch {
    /// The component.
    pub component: Digest,
    /// What it was told once, without the batch's own time.
    pub setup: Content,
    /// Its answers, as many as there are decisions.
    pub answers: Vec<Content>,
    /// The fuel of the whole batch; none: the host could not ask about all of it.
    pub fuel: Option<u64>,
}

/// Keeps a batch, unless all of it is kept already.
pub(crate) fn write(db: &Connection, batch: &AskedBatch) -> rusqlite::Result<()> {
    let marks: Vec<_> = batch
        .decisions
        .iter()
        .map(|decided| {
            let Decided {
                link,
                input,
                answer,
            } = decided;
            Mark::of_decision(&batch.entity, *link, input.text(), answer.text())
        })
        .collect();
    let setup_mark = Mark::of_setup(batch.setup.text());
    let mark = Mark::of_batch(&batch.rule, &setup_mark, batch.fuel, &marks);
    let known = known(db, "SELECT id FROM journal.asked WHERE mark = ?1", &mark)?;
    let (asked, numbers) = match known {
        Some(_) if batch.shadow.is_none() => return Ok(()),
        Some(asked) => (asked, write_decisions(db, batch, &marks)?),
        None => {
            let numbers = write_decisions(db, batch, &marks)?;
            let setup = write_setup(db, &batch.setup, &setup_mark)?;
            db.prepare_cached(
                "INSERT INTO journal.asked
                     (mark, at, run, rule, component, setup, decisions, fuel, now)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                mark,
                batch.at.as_micros(),
                number::of_run(batch.run),
                batch.rule.name,
                batch.rule.digest.to_string(),
                setup,
                json::to_json(&Span::of(&numbers)),
                batch.fuel.map(number::stored),
                batch.now,
            ])?;
            (db.last_insert_rowid(), numbers)
        }
    };
    match &batch.shadow {
        Some(shadow) => write_shadow(db, batch, shadow, (asked, &mark), &numbers),
        None => Ok(()),
    }
}

/// The number of what has a mark. It is looked for before anything is added, so that
/// what is asked again leaves the file as it is.
fn known(db: &Connection, sql: &str, mark: &Mark) -> rusqlite::Result<Option<i64>> {
    let mut statement = db.prepare_cached(sql)?;
    statement.query_row([mark], |row| row.get(0)).optional()
}

fn write_setup(db: &Connection, setup: &Content, mark: &Mark) -> rusqlite::Result<i64> {
    if let Some(known) = known(db, "SELECT id FROM journal.setup WHERE mark = ?1", mark)? {
        return Ok(known);
    }
    db.prepare_cached("INSERT INTO journal.setup (mark, content) VALUES (?1, ?2)")?
        .execute(params![mark, setup.text()])?;
    Ok(db.last_insert_rowid())
}

/// Keeps the decisions that are new, and gives the numbers of all.
fn write_decisions(
    db: &Connection,
    batch: &AskedBatch,
    marks: &[Mark],
) -> rusqlite::Result<Vec<i64>> {
    let mut add = db.prepare_cached(
        "INSERT INTO journal.decision (mark, at, entity, link, input, answer)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let decisions = batch.decisions.iter().zip(marks);
    let numbers = decisions.map(|(decided, mark)| {
        if let Some(known) = known(db, "SELECT id FROM journal.decision WHERE mark = ?1", mark)? {
            return Ok(known);
        }
        add.execute(params![
            mark,
            batch.at.as_micros(),
            batch.entity.as_str(),
            number::of_link(decided.link),
            decided.input.text(),
            decided.answer.text(),
        ])?;
        Ok(db.last_insert_rowid())
    });
    numbers.collect()
}

fn write_shadow(
    db: &Connection,
    batch: &AskedBatch,
    shadow: &ShadowBatch,
    (asked, asked_mark): (i64, &Mark),
    numbers: &[i64],
) -> rusqlite::Result<()> {
    let answers = batch.decisions.iter().zip(&shadow.answers).zip(numbers);
    let others: BTreeMap<i64, &str> = answers
        .filter(|((decided, answer), _)| decided.answer != **answer)
        .map(|((_, answer), number)| (*number, answer.text()))
        .collect();
    let setup_mark = Mark::of_setup(shadow.setup.text());
    let mark = Mark::of_shadow(
        asked_mark,
        &shadow.component,
        &setup_mark,
        shadow.fuel,
        &others,
    );
    if known(db, "SELECT id FROM journal.shadow WHERE mark = ?1", &mark)?.is_some() {
        return Ok(());
    }
    let setup = write_setup(db, &shadow.setup, &setup_mark)?;
    db.prepare_cached(
        "INSERT INTO journal.shadow (mark, asked, at, component, setup, fuel)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        mark,
        asked,
        batch.at.as_micros(),
        shadow.component.to_string(),
        setup,
        shadow.fuel.map(number::stored),
    ])?;
    let number = db.last_insert_rowid();
    let mut add = db.prepare_cached(
        "INSERT INTO journal.shadow_answer (shadow, decision, answer) VALUES (?1, ?2, ?3)
         ON CONFLICT DO NOTHING",
    )?;
    for (decision, answer) in others {
        add.execute(params![number, decision, answer])?;
    }
    Ok(())
}

/// One number, or the first and the last of several that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub(crate) enum Span {
    /// One number.
    One(i64),
    /// From the first to the last.
    Many(i64, i64),
}

impl Span {
    /// Numbers in short.
    pub(crate) fn of(numbers: &[i64]) -> Vec<Self> {
        let runs = numbers.chunk_by(|one, next| one.checked_add(1) == Some(*next));
        runs.map(|run| match run {
            [one] => Self::One(*one),
            _ => Self::Many(run[0], run[run.len() - 1]),
        })
        .collect()
    }

    /// The first number, and the last.
    pub(crate) fn ends(self) -> (i64, i64) {
        match self {
            Self::One(one) => (one, one),
            Self::Many(first, last) => (first, last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_short_keep_their_order() {
        let check = |numbers: &[i64], expected: &str| {
            assert_eq!(json::to_json(&Span::of(numbers)), expected);
        };
        check(&[], "[]");
        check(&[7], "[7]");
        check(&[1, 2, 3, 9, 4, 5], "[[1,3],9,[4,5]]");
        check(&[3, 2, 1], "[3,2,1]");
    }
}
