//! What people are asked, ready to be shown, chosen from and answered, many at a
//! time.

use serde_json::Value as Json;
use treaty_folder::QuestionKind;
use treaty_ledger::{AnswerGiven, LeftAnswer, QuestionState, StoredQuestion, Subject};
use treaty_model::{Digest, EntityName, SystemName, Timestamp, Value};

use crate::question::choice_for;
use crate::{EngineError, FieldShown, Reader, Reply, SameShown, Told};

/// Microseconds in a day.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// A question as a person is shown it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The question.
    pub question: StoredQuestion,
    /// What it is about.
    pub kind: QuestionKind,
    /// The field, where it is about one.
    pub field: Option<String>,
    /// Who is asked; none: whoever looks.
    pub to: Option<String>,
    /// For how many whole days it has been open.
    pub age_days: u64,
    /// What is shown of it.
    pub shown: Shown,
    /// A short digest of what is shown: other sides are another version.
    pub version: String,
}

/// What is shown of a question.
#[derive(Clone, Debug)]
pub enum Shown {
    /// Of a contested field, or of a delete.
    Field(FieldShown),
    /// Of two records that may be the same.
    Same(SameShown),
    /// Another version of Treaty has written it.
    Unclear,
}

/// Which questions are meant. What is not said fits all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuestionFilter {
    /// Who is asked.
    pub to: Option<String>,
    /// About which entity.
    pub entity: Option<String>,
    /// About which field.
    pub field: Option<String>,
    /// About what.
    pub kind: Option<QuestionKind>,
    /// Open for more than so many days.
    pub older_than_days: Option<u64>,
}

/// An answer that was found to fit its question, and is not given yet.
#[derive(Clone, Debug)]
pub struct Fitting(LeftAnswer);

impl Asked {
    /// Whether somebody has answered, and no pass has carried it out yet.
    pub fn answered_by(&self) -> Option<&str> {
        let answer = self.question.answer.as_ref();
        answer.map(|answer| answer.by.as_str())
    }

    /// What a system has in the field, where that is known.
    pub fn value_in(&self, system: &SystemName) -> Option<&Value> {
        let (Shown::Field(shown), Some(field)) = (&self.shown, &self.field) else {
            return None;
        };
        let of = |at: u32| shown.systems.get(at as usize) == Some(system);
        let mut sides = shown.candidates.iter();
        if let Some(side) = sides.find(|side| side.system.is_some_and(of)) {
            return Some(&side.value);
        }
        let mut records = shown.records.iter();
        let record = records.find(|record| record.system == *system)?;
        let mut values = record.values.iter();
        values
            .find(|(name, _)| name == field)
            .map(|(_, value)| value)
    }
}

impl QuestionFilter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn fits(&self, asked: &Asked) -> bool {
        let is = |wanted: &Option<String>, there: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| Some(wanted) == there)
        };
        is(&self.to, asked.to.as_deref())
            && is(&self.entity, Some(asked.question.entity.as_str()))
            && is(&self.field, asked.field.as_deref())
            && self.kind.is_none_or(|kind| kind == asked.kind)
            && self
                .older_than_days
                .is_none_or(|days| asked.age_days > days)
    }
}

impl Reader {
    /// Questions that are open, or answered and not carried out yet, oldest first.
    ///
    /// # Errors
    /// [`EngineError::Explain`] where a filter names an entity or a field that
    /// there is not: it would fit nothing for ever.
    pub fn asked(&self, filter: &QuestionFilter) -> Result<Vec<Asked>, EngineError> {
        self.check_names(filter)?;
        let now = self.clock.now();
        let questions = self.questions()?.into_iter();
        let asked = questions.map(|question| self.show(question, now));
        Ok(asked.filter(|asked| filter.fits(asked)).collect())
    }

    /// All systems of the treaty that take part in an entity, each once.
    pub fn systems(&self) -> Vec<SystemName> {
        let mut systems: Vec<SystemName> = Vec::new();
        for part in self.entities.iter().flat_map(|entity| &entity.systems) {
            if !systems.contains(&part.system) {
                systems.push(part.system.clone());
            }
        }
        systems
    }

    /// The last events about what a question is about, but for the asking itself.
    pub fn last_of(&self, asked: &Asked, events_max: usize) -> Result<Vec<Told>, EngineError> {
        let Some(link) = asked.question.link else {
            return Ok(Vec::new());
        };
        let field = asked.field.as_deref();
        self.last_events(&asked.question.entity, link, field, events_max)
    }

    /// Whether an answer fits a question, without giving it.
    pub fn fit(&self, asked: &Asked, reply: &Reply, by: &str) -> Result<Fitting, EngineError> {
        let answer = AnswerGiven {
            choice: choice_for(&asked.question, reply)?,
            by: by.to_owned(),
            at: self.clock.now(),
        };
        let number = asked.question.number;
        Ok(Fitting(LeftAnswer { number, answer }))
    }

    /// Leaves answers for the next pass.
    pub fn give(&self, answers: &[Fitting]) -> Result<(), EngineError> {
        for Fitting(left) in answers {
            self.ledger.leave_answer(left)?;
        }
        Ok(())
    }

    /// How a question ended, in a few words; none: there never was one of this
    /// number.
    pub fn ended(&self, number: i64) -> Result<Option<String>, EngineError> {
        let question = self.ledger.question(number)?;
        Ok(question.map(|question| match question.state {
            QuestionState::Open => "it is open".to_owned(),
            QuestionState::Superseded => "other sides have taken its place".to_owned(),
            QuestionState::Answered | QuestionState::CarriedOut => match question.answer {
                Some(answer) => format!("{} has answered it", answer.by),
                None => "it is over".to_owned(),
            },
        }))
    }

    fn show(&self, question: StoredQuestion, now: Timestamp) -> Asked {
        let (kind, field) = match &question.subject {
            Subject::Field(_, field) => (QuestionKind::Field, Some(field.clone())),
            Subject::Life(_) => (QuestionKind::Delete, None),
            Subject::Same(..) => (QuestionKind::Match, None),
        };
        let content = question.content.clone();
        let shown = match kind {
            QuestionKind::Match => serde_json::from_value(content).map(Shown::Same),
            _ => serde_json::from_value(content).map(Shown::Field),
        };
        let mut assignments = self.assignments.iter();
        let to =
            assignments.find(|assigned| assigned.fits(&question.entity, kind, field.as_deref()));
        let age = now.micros_since(question.opened_at) / DAY;
        Asked {
            to: to.map(|assigned| assigned.to.clone()),
            age_days: u64::try_from(age).unwrap_or(0),
            shown: shown.unwrap_or(Shown::Unclear),
            version: version(&question.entity, &question.subject, &question.content),
            question,
            kind,
            field,
        }
    }

    fn check_names(&self, filter: &QuestionFilter) -> Result<(), EngineError> {
        let of = match &filter.entity {
            Some(name) => vec![self.entity(name)?],
            None => self.entities.iter().collect(),
        };
        let Some(field) = &filter.field else {
            return Ok(());
        };
        let rows = of.iter().flat_map(|entity| &entity.table.rows);
        let mut known: Vec<_> = rows.map(|row| row.name.as_str()).collect();
        if known.contains(&field.as_str()) {
            return Ok(());
        }
        known.sort_unstable();
        known.dedup();
        Err(EngineError::Explain {
            message: format!("there is no field {field:?}; known: {}", known.join(", ")),
            hint: "name a field of the table".to_owned(),
        })
    }
}

fn version(entity: &EntityName, subject: &Subject, content: &Json) -> String {
    let text = format!("{entity} {} {content}", serde_json::json!(subject));
    Digest::of(text.as_bytes()).short()
}
