//! Questions to people, and their answers.

use rusqlite::{Connection, OptionalExtension as _, Params, Row as SqlRow, params};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use treaty_model::{EntityName, LinkId, Timestamp};

use crate::json::{from_json, to_json, wrong};
use crate::{Ledger, LedgerError, number};

/// What a question is about. At most one question is open about a subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// One field of a link.
    Field(LinkId, String),
    /// Whether a link's record is to be deleted.
    Life(LinkId),
    /// Whether two records, by their numbers in the ledger, the smaller first,
    /// are the same thing.
    Same(i64, i64),
}

/// Where a question stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuestionState {
    /// Nobody answered yet.
    Open,
    /// A person answered; the next pass acts on it.
    Answered,
    /// It is moot: the sides changed, or agree.
    Superseded,
    /// The answer was carried out.
    CarriedOut,
}

/// A question as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredQuestion {
    /// Its number, which people use. 0: not kept yet.
    pub number: i64,
    /// The entity.
    pub entity: EntityName,
    /// What it is about.
    pub subject: Subject,
    /// The link, where it is about one.
    pub link: Option<LinkId>,
    /// What was shown: the engine's own form.
    pub content: Json,
    /// Since when.
    pub opened_at: Timestamp,
    /// Where it stands.
    pub state: QuestionState,
    /// The answer, in the engine's own form.
    pub answer: Option<AnswerGiven>,
}

/// A person's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerGiven {
    /// What was chosen: the engine's own form.
    pub choice: Json,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What happens to a question in a commit.
#[derive(Clone, Debug, PartialEq)]
pub enum QuestionChange {
    /// It is asked. If a question about the same subject shows the same
    /// content, nothing happens; one that shows other content is superseded.
    Ask(StoredQuestion),
    /// A person answers.
    Answer {
        /// Which.
        number: i64,
        /// What.
        answer: AnswerGiven,
    },
    /// It is over.
    Close {
        /// Which.
        number: i64,
        /// How: superseded or carried out. A question that is over stays as
        /// it is.
        state: QuestionState,
    },
}

const STATES: [(QuestionState, &str); 4] = [
    (QuestionState::Open, "open"),
    (QuestionState::Answered, "answered"),
    (QuestionState::Superseded, "superseded"),
    (QuestionState::CarriedOut, "carried-out"),
];

fn text_of(state: QuestionState) -> &'static str {
    STATES
        .iter()
        .find(|(known, _)| *known == state)
        .map_or("open", |(_, text)| text)
}

impl Ledger {
    /// Questions that are open or answered, oldest first.
    pub fn questions(&self) -> Result<Vec<StoredQuestion>, LedgerError> {
        self.read(|db| questions_where(db, "true", []))
    }

    /// Questions about links that are open or answered: for each link asked for
    /// its own, oldest first.
    pub fn questions_of(&self, links: &[LinkId]) -> Result<Vec<Vec<StoredQuestion>>, LedgerError> {
        self.read(|db| {
            let links = links.iter();
            links
                .map(|link| questions_where(db, "link = ?1", [number::of_link(*link)]))
                .collect()
        })
    }

    /// Every question about a link, also those that are over, oldest first.
    pub fn all_questions_of(&self, link: LinkId) -> Result<Vec<StoredQuestion>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {QUESTION_COLUMNS} FROM question WHERE link = ?1 ORDER BY id"
            ))?;
            let questions = statement.query_map([number::of_link(link)], read_question)?;
            questions.collect()
        })
    }

    /// A question by its number, also one that is over.
    pub fn question(&self, number: i64) -> Result<Option<StoredQuestion>, LedgerError> {
        self.read(|db| {
            db.prepare_cached(&format!(
                "SELECT {QUESTION_COLUMNS} FROM question WHERE id = ?1"
            ))?
            .query_row([number], read_question)
            .optional()
        })
    }

    /// Questions that were asked or answered since a time, also those that are
    /// over, oldest first.
    pub fn questions_since(&self, since: Timestamp) -> Result<Vec<StoredQuestion>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {QUESTION_COLUMNS} FROM question
                 WHERE opened_at >= ?1 OR answered_at >= ?1 ORDER BY id"
            ))?;
            statement
                .query_map([since.as_micros()], read_question)?
                .collect()
        })
    }

    /// How many questions nobody had answered at a time. Those that became moot
    /// since then are left out: nobody knows when they did.
    pub fn questions_open_at(&self, time: Timestamp) -> Result<u64, LedgerError> {
        self.read(|db| {
            db.prepare_cached(
                "SELECT count(*) FROM question WHERE opened_at < ?1
                   AND (state = 'open' OR answered_at >= ?1)",
            )?
            .query_row([time.as_micros()], |row| row.get(0))
            .map(number::read)
        })
    }

    /// All questions about a link, and all about whether one of some records, by
    /// number, is the same as another: also those that are over, oldest first.
    pub fn questions_ever(
        &self,
        entity: &EntityName,
        link: Option<LinkId>,
        records: &[i64],
    ) -> Result<Vec<StoredQuestion>, LedgerError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {QUESTION_COLUMNS} FROM question
                 WHERE entity = ?1 AND (link = ?2 OR link IS NULL) ORDER BY id"
            ))?;
            let link = link.map(number::of_link);
            let mut rows = statement.query(params![entity.as_str(), link])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                // Most are about others: their content is not read.
                let about = match from_json(row.get_ref(2)?.as_str()?)? {
                    Subject::Same(one, other) => records.contains(&one) || records.contains(&other),
                    Subject::Field(..) | Subject::Life(_) => true,
                };
                if about {
                    found.push(read_question(row)?);
                }
            }
            Ok(found)
        })
    }
}

fn questions_where(
    db: &Connection,
    condition: &str,
    params: impl Params,
) -> rusqlite::Result<Vec<StoredQuestion>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {QUESTION_COLUMNS} FROM question
         WHERE {condition} AND state IN ('open', 'answered') ORDER BY id"
    ))?;
    statement.query_map(params, read_question)?.collect()
}

pub(crate) fn change(db: &Connection, change: &QuestionChange) -> rusqlite::Result<()> {
    match change {
        QuestionChange::Ask(question) => ask(db, question),
        QuestionChange::Answer { number, answer } => db
            .prepare_cached(
                "UPDATE question SET state = 'answered', answer = ?2, answered_by = ?3,
                     answered_at = ?4 WHERE id = ?1 AND state IN ('open', 'answered')",
            )?
            .execute(params![
                number,
                answer.choice.to_string(),
                answer.by,
                answer.at.as_micros()
            ])
            .map(|_| ()),
        QuestionChange::Close { number, state } => close(db, *number, *state),
    }
}

fn close(db: &Connection, number: i64, state: QuestionState) -> rusqlite::Result<()> {
    let over = matches!(state, QuestionState::Superseded | QuestionState::CarriedOut);
    assert!(over, "a question is closed to be over");
    db.prepare_cached(
        "UPDATE question SET state = ?2 WHERE id = ?1 AND state IN ('open', 'answered')",
    )?
    .execute(params![number, text_of(state)])?;
    Ok(())
}

fn ask(db: &Connection, question: &StoredQuestion) -> rusqlite::Result<()> {
    let subject = to_json(&question.subject);
    let content = question.content.to_string();
    let known: Option<(i64, String)> = db
        .prepare_cached(
            "SELECT id, content FROM question
             WHERE entity = ?1 AND subject = ?2 AND state IN ('open', 'answered')",
        )?
        .query_row(params![question.entity.as_str(), subject], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    match known {
        Some((_, shown)) if is_same(&shown, &content, &question.content)? => return Ok(()),
        Some((number, _)) => close(db, number, QuestionState::Superseded)?,
        None => {}
    }
    db.prepare_cached(
        "INSERT INTO question (entity, subject, link, content, opened_at, state)
         VALUES (?1, ?2, ?3, ?4, ?5, 'open')",
    )?
    .execute(params![
        question.entity.as_str(),
        subject,
        question.link.map(number::of_link),
        content,
        question.opened_at.as_micros(),
    ])?;
    Ok(())
}

/// Whether a question shows what it showed: as text, for a weight may not read
/// back to the last bit; or as JSON, whose keys have no order.
fn is_same(shown: &str, text: &str, content: &Json) -> rusqlite::Result<bool> {
    Ok(shown == text || from_json::<Json>(shown)? == *content)
}

const QUESTION_COLUMNS: &str = "id, entity, subject, link, content, opened_at, state, \
     answer, answered_by, answered_at";

fn read_question(row: &SqlRow<'_>) -> rusqlite::Result<StoredQuestion> {
    let state = row.get_ref(6)?.as_str()?;
    let known = STATES.iter().find(|(_, text)| *text == state);
    let (state, _) = known.ok_or_else(|| wrong(format!("{state:?} is no state of a question")))?;
    let answer = match (
        row.get::<_, Option<String>>(7)?,
        row.get::<_, Option<String>>(8)?,
    ) {
        (Some(choice), Some(by)) => Some(AnswerGiven {
            choice: from_json(&choice)?,
            by,
            at: Timestamp::from_micros(row.get::<_, Option<i64>>(9)?.unwrap_or(0)),
        }),
        _ => None,
    };
    Ok(StoredQuestion {
        number: row.get(0)?,
        entity: EntityName(row.get(1)?),
        subject: from_json(row.get_ref(2)?.as_str()?)?,
        link: row.get::<_, Option<i64>>(3)?.map(number::link),
        content: from_json(row.get_ref(4)?.as_str()?)?,
        opened_at: Timestamp::from_micros(row.get(5)?),
        state: *state,
        answer,
    })
}
