//! Commit: everything that a batch did, in one transaction.

use rusqlite::Connection;
use treaty_model::{EntityName, LinkId};

use crate::asked::{self, AskedBatch};
use crate::feed::{self, CursorChange};
use crate::intent::{self, IntentChange};
use crate::journal::{self, Entry};
use crate::link::{LinkChange, LinkTexts, write_link};
use crate::matching::{self, PreparedRecord};
use crate::question::{self, QuestionChange};
use crate::record::{RecordTexts, StoredRecord, leave_link, write_record};
use crate::run::{self, RunChange};
use crate::shape::{EntityShape, ShapeBook};
use crate::side_by_side::each_of;
use crate::tally::Tally;
use crate::trip::{self, TripChange};
use crate::{Ledger, LedgerError, number};

/// Everything that a batch did. All of it becomes durable, or nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Commit {
    /// Links as they are now.
    pub links: Vec<LinkChange>,
    /// Records as they are now, kept under their keys.
    pub records: Vec<StoredRecord>,
    /// Records, by number, that a complete listing showed unchanged.
    pub listed: Vec<(i64, u64)>,
    /// Links that reconcile has to look at.
    pub attention: Vec<LinkId>,
    /// Cursors that moved.
    pub cursors: Vec<CursorChange>,
    /// Runs that began or ended.
    pub runs: Vec<RunChange>,
    /// Intents that were opened or closed.
    pub intents: Vec<IntentChange>,
    /// Questions.
    pub questions: Vec<QuestionChange>,
    /// What matchers prepared, of records that are kept or are in this commit.
    pub prepared: Vec<PreparedRecord>,
    /// Pairs of records, by number, that a person said are not the same.
    pub distinct: Vec<(EntityName, i64, i64)>,
    /// Guards that tripped, were approved, or are over.
    pub trips: Vec<TripChange>,
    /// Single facts by name.
    pub facts: Vec<(String, String)>,
    /// What is told of it all.
    pub journal: Vec<Entry>,
    /// What resolvers were asked.
    pub asked: Vec<AskedBatch>,
}

impl Commit {
    /// Whether there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Ledger {
    /// Says which fields the entities have now. Rows that are read come in this
    /// order, whatever order they were stored in.
    pub fn use_shapes(&self, shapes: Vec<EntityShape>) {
        self.desk().book.set(shapes);
    }

    /// Makes a batch durable, and gives the numbers of its records.
    pub fn commit(&self, commit: &Commit) -> Result<Vec<i64>, LedgerError> {
        let texts = Texts::of(commit);
        let mut desk = self.desk();
        let desk = &mut *desk;
        desk.book.unsettle();
        let result = desk.connection.transaction().and_then(|transaction| {
            let numbers = write(&transaction, &mut desk.book, commit, &texts)?;
            transaction.commit()?;
            Ok(numbers)
        });
        let numbers = result.map_err(|error| LedgerError::from_sqlite(self.path(), &error))?;
        desk.book.settle();
        Ok(numbers)
    }
}

/// What the rows of a commit say, made before its transaction begins.
struct Texts {
    links: Vec<LinkTexts>,
    records: Vec<RecordTexts>,
}

impl Texts {
    fn of(commit: &Commit) -> Self {
        Self {
            links: each_of(&commit.links, LinkTexts::of),
            records: each_of(&commit.records, RecordTexts::of),
        }
    }
}

fn write(
    db: &Connection,
    book: &mut ShapeBook,
    commit: &Commit,
    texts: &Texts,
) -> rusqlite::Result<Vec<i64>> {
    let mut tally = Tally::default();
    for (link, texts) in commit.links.iter().zip(&texts.links) {
        write_link(db, book, &mut tally, link, texts)?;
    }
    let numbers = write_records(db, book, &mut tally, &commit.records, &texts.records)?;
    tally.write(db)?;
    let mut listed = db.prepare_cached("UPDATE record SET listing = ?2 WHERE id = ?1")?;
    for (record, listing) in &commit.listed {
        listed.execute([*record, number::stored(*listing)])?;
    }
    let mut attention = db.prepare_cached("UPDATE link SET attention = 1 WHERE id = ?1")?;
    for link in &commit.attention {
        attention.execute([number::of_link(*link)])?;
    }
    for cursor in &commit.cursors {
        feed::write(db, cursor)?;
    }
    for run in &commit.runs {
        run::write_run(db, run)?;
    }
    for change in &commit.intents {
        intent::change(db, book, change)?;
    }
    for change in &commit.questions {
        question::change(db, change)?;
    }
    for prepared in &commit.prepared {
        matching::write(db, prepared, &numbers)?;
    }
    for (entity, one, other) in &commit.distinct {
        matching::write_distinct(db, entity, *one, *other)?;
    }
    for change in &commit.trips {
        trip::change(db, change)?;
    }
    for (name, value) in &commit.facts {
        run::write_fact(db, name, value)?;
    }
    for entry in &commit.journal {
        journal::append(db, entry)?;
    }
    for batch in &commit.asked {
        asked::write(db, batch)?;
    }
    Ok(numbers)
}

/// Writes records and gives their numbers.
fn write_records(
    db: &Connection,
    book: &mut ShapeBook,
    tally: &mut Tally,
    records: &[StoredRecord],
    texts: &[RecordTexts],
) -> rusqlite::Result<Vec<i64>> {
    // Records that leave a link make room for those that join it, whatever
    // order the batch has them in.
    if records.iter().any(|record| record.link.is_some()) {
        for record in records.iter().filter(|record| record.link.is_none()) {
            leave_link(db, tally, &record.key)?;
        }
    }
    let numbers = records.iter().zip(texts);
    numbers
        .map(|(record, texts)| write_record(db, book, tally, record, texts))
        .collect()
}
