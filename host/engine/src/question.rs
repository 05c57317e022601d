//! Questions to people: what they are shown, how they answer, and what an
//! answer means to the next pass.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use treaty_ledger::{
    Commit, Entry, EntryKind, LeftAnswer, QuestionChange, QuestionState, StoredLink,
    StoredQuestion, StoredRecord, Subject,
};
use treaty_model::{
    Candidate, Cell, LinkId, Question, RemoteId, SystemName, Timestamp, Value, ValueKind,
};
use treaty_planner::{Answer, Choice};

use crate::assign::Judged;
use crate::{Engine, EngineError, Part};

/// What a person is shown of a contested field or of a delete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldShown {
    /// What was agreed before.
    pub base: Cell,
    /// What stands where, in the order of the entity's systems.
    pub candidates: Vec<Candidate>,
    /// The systems' names, by the index that candidates use.
    pub systems: Vec<SystemName>,
    /// Which record it is, in each system.
    pub records: Vec<RecordShown>,
    /// Why a person is asked.
    pub reason: String,
    /// The rule that escalated.
    pub rule: Option<treaty_model::RuleId>,
}

/// What a person is shown of two records that may be the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SameShown {
    /// The two.
    pub records: Vec<RecordShown>,
    /// How likely they are the same.
    pub probability: f64,
    /// The evidence in words.
    pub evidence: Vec<String>,
    /// Whether both are in one system.
    pub duplicate: bool,
}

/// A record as a person is shown it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordShown {
    /// Its system.
    pub system: SystemName,
    /// Its id there.
    pub remote: RemoteId,
    /// Its canonical values by field; fields that hold nothing are left out.
    pub values: Vec<(String, Value)>,
}

impl Part {
    /// A record as a person is shown it.
    pub(crate) fn shown(&self, record: &StoredRecord) -> RecordShown {
        let fields = self.entity.table.rows.iter().zip(&record.observed);
        RecordShown {
            system: record.key.system.clone(),
            remote: record.key.remote.clone(),
            values: fields
                .filter_map(|(row, cell)| match cell {
                    None | Some(Value::Null) => None,
                    Some(value) => Some((row.name.clone(), value.clone())),
                })
                .collect(),
        }
    }
}

/// A question whether two records are the same, as the ledger keeps it.
pub(crate) fn same_question(
    part: &Part,
    pair: &Judged,
    shown: &SameShown,
    now: Timestamp,
) -> StoredQuestion {
    StoredQuestion {
        number: 0,
        entity: part.entity.name.clone(),
        subject: Subject::Same(pair.first, pair.second),
        link: None,
        content: json!(shown),
        opened_at: now,
        state: QuestionState::Open,
        answer: None,
    }
}

/// A planner's question, as the ledger keeps it.
pub(crate) fn link_question(
    part: &Part,
    link: LinkId,
    question: &Question,
    records: Vec<RecordShown>,
    now: Timestamp,
) -> StoredQuestion {
    let subject = match question.field {
        Some(field) => Subject::Field(link, part.field_name(field).to_owned()),
        None => Subject::Life(link),
    };
    let shown = FieldShown {
        base: question.base.clone(),
        candidates: question.candidates.clone(),
        systems: part
            .entity
            .systems
            .iter()
            .map(|system| system.system.clone())
            .collect(),
        records,
        reason: question.reason.clone(),
        rule: question.rule.clone(),
    };
    StoredQuestion {
        number: 0,
        entity: part.entity.name.clone(),
        subject,
        link: Some(link),
        content: json!(shown),
        opened_at: now,
        state: QuestionState::Open,
        answer: None,
    }
}

/// Whether an open question asks about the same sides as a new one.
pub(crate) fn asks_the_same(part: &Part, open: &StoredQuestion, question: &Question) -> bool {
    let field = match &open.subject {
        Subject::Field(_, name) => part.entity.table.field(name).ok(),
        Subject::Life(_) => None,
        Subject::Same(..) => return false,
    };
    let Ok(shown) = serde_json::from_value::<FieldShown>(open.content.clone()) else {
        return false;
    };
    field == question.field
        && shown.base == question.base
        && shown.candidates == question.candidates
        && shown.reason == question.reason
}

/// The answers to questions about a link, as the planner takes them. Who lets a
/// record go has to have seen it as it is: an edit since is asked about again.
pub(crate) fn answers_of(
    part: &Part,
    link: &StoredLink,
    questions: &[StoredQuestion],
) -> Vec<Answer> {
    let as_shown = |shown: &RecordShown| {
        let mut records = link.records.iter().flatten();
        let record = records.find(|record| {
            let key = (&record.key.system, &record.key.remote);
            key == (&shown.system, &shown.remote) && record.presence.takes_part()
        });
        record.is_none_or(|record| part.shown(record).values == shown.values)
    };
    questions
        .iter()
        .filter_map(|question| {
            let given = question.answer.as_ref()?;
            let shown: FieldShown = serde_json::from_value(question.content.clone()).ok()?;
            let field = match &question.subject {
                Subject::Field(_, name) => Some(part.entity.table.field(name).ok()?),
                Subject::Life(_) if !shown.records.iter().all(as_shown) => return None,
                Subject::Life(_) => None,
                Subject::Same(..) => return None,
            };
            Some(Answer {
                field,
                candidates: shown.candidates,
                choice: choice_from(&given.choice)?,
                by: given.by.clone(),
            })
        })
        .collect()
}

fn choice_from(json: &Json) -> Option<Choice> {
    if let Some(value) = json.get("value") {
        return serde_json::from_value(value.clone())
            .ok()
            .map(Choice::Value);
    }
    match json.as_str()? {
        "delete" => Some(Choice::Delete),
        "keep" => Some(Choice::Keep),
        _ => None,
    }
}

/// What a person says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The value that this system holds.
    Keep(SystemName),
    /// What was agreed before.
    Base,
    /// This value; read as the field's kind.
    Set(String),
    /// The field is cleared.
    Clear,
    /// The two records are the same.
    Same,
    /// They are not.
    Different,
    /// The record is deleted everywhere.
    Delete,
    /// The record stays.
    Stay,
}

impl Engine {
    /// Questions that are open or answered but not carried out yet.
    pub fn questions(&self) -> Result<Vec<StoredQuestion>, EngineError> {
        Ok(self.ledger.questions()?)
    }

    /// How many records have something that cannot be read or written.
    pub fn records_in_trouble(&self) -> Result<u64, EngineError> {
        Ok(self.ledger.problem_count()?)
    }

    /// Takes up the answers that people have left since the last pass.
    pub(crate) fn take_answers(&self) -> Result<(), EngineError> {
        let left = self.ledger.left_answers()?;
        if left.is_empty() {
            return Ok(());
        }
        let questions = self.ledger.questions()?;
        for left in left {
            let of = |question: &&StoredQuestion| question.number == left.number;
            // A question that is over was superseded before the answer came.
            if let Some(question) = questions.iter().find(of) {
                self.take_answer(question, &left)?;
            }
            self.ledger.forget_left(&left)?;
        }
        Ok(())
    }

    fn take_answer(&self, question: &StoredQuestion, left: &LeftAnswer) -> Result<(), EngineError> {
        let LeftAnswer { number, answer } = left.clone();
        let mut commit = Commit {
            journal: vec![Entry {
                at: answer.at,
                run: self.run.get(),
                kind: EntryKind::Answer,
                entity: question.entity.clone(),
                link: question.link,
                system: None,
                remote: None,
                field: match &question.subject {
                    Subject::Field(_, name) => Some(name.clone()),
                    _ => None,
                },
                content: json!({ "question": number, "choice": answer.choice, "by": answer.by })
                    .into(),
                // Taken up again after a crash it is the same answer.
                mark: Some(format!("answer {number} {} {}", answer.by, answer.at)),
            }],
            ..Commit::default()
        };
        commit.attention.extend(question.link);
        let different = answer.choice == json!("different");
        commit
            .questions
            .push(QuestionChange::Answer { number, answer });
        if let (Subject::Same(one, other), true) = (&question.subject, different) {
            commit
                .distinct
                .push((question.entity.clone(), *one, *other));
            let state = QuestionState::CarriedOut;
            commit
                .questions
                .push(QuestionChange::Close { number, state });
        }
        self.ledger.commit(&commit)?;
        Ok(())
    }
}

/// What a reply means to a question, in the engine's own form.
pub(crate) fn choice_for(question: &StoredQuestion, reply: &Reply) -> Result<Json, EngineError> {
    match (&question.subject, reply) {
        (Subject::Same(..), Reply::Same) => Ok(json!("same")),
        (Subject::Same(..), Reply::Different) => Ok(json!("different")),
        (Subject::Same(..), _) => Err(wrong(
            "this question is answered by --same or --different".to_owned(),
        )),
        (Subject::Life(_), Reply::Delete) => Ok(json!("delete")),
        (Subject::Life(_), Reply::Stay) => Ok(json!("keep")),
        (Subject::Life(_), _) => Err(wrong(
            "this question is answered by --delete or --stay".to_owned(),
        )),
        (Subject::Field(..), reply) => {
            let shown: FieldShown = serde_json::from_value(question.content.clone())
                .map_err(|error| wrong(format!("the question cannot be read: {error}")))?;
            Ok(json!({ "value": field_value(&shown, reply)? }))
        }
    }
}

fn field_value(shown: &FieldShown, reply: &Reply) -> Result<Value, EngineError> {
    match reply {
        Reply::Keep(name) => {
            let of = |candidate: &&Candidate| {
                let system = candidate
                    .system
                    .and_then(|at| shown.systems.get(at as usize));
                system == Some(name)
            };
            let holder = shown.candidates.iter().find(of);
            holder
                .map(|candidate| candidate.value.clone())
                .ok_or_else(|| {
                    let known: Vec<_> = shown
                        .candidates
                        .iter()
                        .filter_map(|candidate| shown.systems.get(candidate.system? as usize))
                        .map(SystemName::as_str)
                        .collect();
                    wrong(format!(
                        "{name} holds no side of it; sides: {}",
                        known.join(", ")
                    ))
                })
        }
        Reply::Base => shown
            .base
            .clone()
            .ok_or_else(|| wrong("nothing was agreed on this field before".to_owned())),
        Reply::Clear => Ok(Value::Null),
        Reply::Set(text) => parse_like(&shown.candidates, text),
        _ => Err(wrong(
            "this question is answered by --keep <system>, --base, --set <value> or --clear"
                .to_owned(),
        )),
    }
}

/// Reads a value of the kind that the sides have.
fn parse_like(candidates: &[Candidate], text: &str) -> Result<Value, EngineError> {
    let kind = candidates
        .iter()
        .map(|candidate| candidate.value.kind())
        .find(|kind| *kind != ValueKind::Null)
        .unwrap_or(ValueKind::Text);
    let value = match kind {
        ValueKind::Null | ValueKind::Text => Some(Value::text(text)),
        ValueKind::Boolean => text.parse().ok().map(Value::Boolean),
        ValueKind::Integer => text.parse().ok().map(Value::Integer),
        ValueKind::Decimal => text.parse().ok().map(Value::Decimal),
        ValueKind::Date => Some(Value::Date(text.to_owned())),
        ValueKind::Instant => Timestamp::parse(text).ok().map(Value::Instant),
        ValueKind::Choices => Some(Value::choices(
            text.split(';').map(|choice| choice.trim().to_owned()),
        )),
        ValueKind::Reference => Some(Value::Reference(text.to_owned())),
        ValueKind::Json => serde_json::from_str::<Json>(text)
            .ok()
            .map(|json| Value::Json(json.to_string())),
    };
    value.ok_or_else(|| wrong(format!("{text:?} is no {kind}")))
}

fn wrong(message: String) -> EngineError {
    EngineError::Answer { message }
}
