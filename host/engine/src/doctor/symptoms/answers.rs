//! What people were asked within two weeks, and what they said.

use treaty_ledger::{StoredQuestion, Subject};

use super::journal::Tally;
use crate::doctor::figures::{Calendar, Weeks};
use crate::question::FieldShown;
use crate::{EngineError, Reader};

/// What people were asked.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) weeks: Weeks<Week>,
}

/// What people were asked within a week.
#[derive(Default)]
pub(super) struct Week {
    pub(super) asked: u64,
    /// Of these, whether two records are the same.
    pub(super) about_pairs: u64,
    /// What they answered, by what they were asked about.
    pub(super) ways: Tally,
}

impl Answers {
    pub(super) fn read(reader: &Reader, calendar: Calendar) -> Result<Self, EngineError> {
        let mut answers = Self::default();
        for question in reader.ledger.questions_since(calendar.before_from)? {
            if let Some(week) = answers.weeks.of(calendar, question.opened_at) {
                week.asked += 1;
                week.about_pairs += u64::from(matches!(question.subject, Subject::Same(..)));
            }
            let answered = question.answer.as_ref().map(|answer| answer.at);
            let week = answered.and_then(|at| answers.weeks.of(calendar, at));
            if let (Some(week), Some(way)) = (week, way(&question)) {
                week.ways.count(way);
            }
        }
        Ok(answers)
    }
}

/// What was answered to what, in words that are the same for all such answers.
fn way(question: &StoredQuestion) -> Option<String> {
    let (entity, choice) = (&question.entity, &question.answer.as_ref()?.choice);
    let Subject::Field(_, field) = &question.subject else {
        return Some(format!("{entity} is answered {}", choice.as_str()?));
    };
    let shown: FieldShown = serde_json::from_value(question.content.clone()).ok()?;
    let chosen = choice.get("value")?;
    let mut sides = shown.candidates.iter();
    let side = sides.find(|side| serde_json::to_value(&side.value).ok().as_ref() == Some(chosen));
    let system = side.and_then(|side| shown.systems.get(side.system? as usize))?;
    Some(format!(
        "{entity} {field} is answered with what {system} says"
    ))
}
