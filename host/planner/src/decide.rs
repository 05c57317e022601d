//! What becomes of the base of each field once rules and people have spoken.

use treaty_model::{
    ActorKind, BaseChange, Candidate, Decided, Decision, Entity, FieldIndex, Link, Origin,
    Provenance, Question, RuleId, RunId, Standing, Value, Why,
};

use crate::conclude::{Answer, Choice, Ruled};
use crate::examine::Examination;
use crate::group::keep_group_together;
use crate::ruling::{Ruling, Taken};
use crate::stand::first_by_name;

/// Why a person is asked about edits of those who do not own a field. The journal
/// keeps it.
pub const EDITED_ELSEWHERE: &str = "edited in a system that does not own the field";

/// What becomes of one field.
pub(crate) enum Outcome {
    /// Base stays, and goes to whoever is behind.
    Stays,
    /// Base changes, and goes to everybody.
    Changes(Box<BaseChange>),
    /// The field waits, and perhaps a person is asked.
    Held(Option<Question>),
    /// Base stays or changes, and goes to everybody but those that a person is
    /// asked about.
    Asks(Option<Box<BaseChange>>, Question),
}

/// Decides all fields of a link, in their order.
pub(crate) fn outcomes(
    entity: &Entity,
    link: &Link,
    examination: &Examination,
    ruled: &[Ruled],
    answers: &[Answer],
    run: RunId,
) -> Vec<Outcome> {
    let rulings = examination.rulings.iter().enumerate();
    let mut outcomes: Vec<_> = rulings
        .map(|(index, ruling)| {
            let field = FieldIndex(index);
            let case = Case {
                entity,
                link,
                field,
                run,
            };
            case.decide(ruling, ruled, answers)
        })
        .collect();
    for group in &examination.groups {
        keep_group_together(link, examination, group, &mut outcomes);
    }
    outcomes
}

/// Whether a person who saw the one set of sides has seen the other. The order
/// and the times do not matter, the values and who holds them do.
pub(crate) fn same_sides(one: &[Candidate], other: &[Candidate]) -> bool {
    let key = |candidates: &[Candidate]| {
        let mut sides: Vec<_> = candidates
            .iter()
            .map(|side| (side.system, side.value.clone(), side.standing))
            .collect();
        sides.sort();
        sides
    };
    key(one) == key(other)
}

/// One field of one link that is being decided.
struct Case<'a> {
    entity: &'a Entity,
    link: &'a Link,
    field: FieldIndex,
    run: RunId,
}

impl Case<'_> {
    fn decide(&self, ruling: &Ruling, ruled: &[Ruled], answers: &[Answer]) -> Outcome {
        match ruling {
            Ruling::Stay => Outcome::Stays,
            Ruling::Take(taken) => Outcome::Changes(self.take(taken)),
            Ruling::Drifted { taken, candidates } => self
                .answered(candidates, answers)
                .unwrap_or_else(|| self.drifted(taken.as_ref(), candidates)),
            Ruling::Contested(candidates) => self
                .answered(candidates, answers)
                .unwrap_or_else(|| self.ruled(candidates, ruled)),
        }
    }

    fn take(&self, taken: &Taken) -> Box<BaseChange> {
        self.change(&taken.winner, taken.why, None)
    }

    /// Base takes the value of a candidate. A verdict for what base holds
    /// already is a change too: its revision grows, so that the losers are
    /// behind and are written.
    fn change(&self, winner: &Candidate, why: Why, decided: Option<Decided>) -> Box<BaseChange> {
        let base = self.link.base(self.field);
        let provenance = Provenance {
            system: winner
                .system
                .and_then(|system| self.entity.systems.get(system as usize))
                .map(|part| part.system.clone()),
            origin: winner.origin.clone(),
            at: winner.at,
            rule: decided.as_ref().and_then(|decided| decided.rule.clone()),
            run: self.run,
        };
        Box::new(BaseChange {
            field: self.field,
            before: base.value.clone(),
            value: winner.value.clone(),
            revision: base.revision.next(),
            provenance,
            why,
            decided,
        })
    }

    /// What a person answered, if the sides are still those that were shown.
    fn answered(&self, candidates: &[Candidate], answers: &[Answer]) -> Option<Outcome> {
        let answer = answers.iter().find(|answer| {
            answer.field == Some(self.field) && same_sides(&answer.candidates, candidates)
        })?;
        let Choice::Value(value) = &answer.choice else {
            return None;
        };
        let decided = Decided {
            candidates: candidates.to_vec(),
            rule: None,
            reason: format!("decided by {}", answer.by),
        };
        let holding = candidates.iter().filter(|side| side.value == *value);
        let winner = match first_by_name(self.entity, holding) {
            Some(holder) => holder.clone(),
            None => made_up(value, ActorKind::Person, &answer.by),
        };
        let change = self.change(&winner, Why::PersonDecided, Some(decided));
        Some(Outcome::Changes(change))
    }

    /// What the rule said.
    fn ruled(&self, candidates: &[Candidate], ruled: &[Ruled]) -> Outcome {
        let Some(said) = ruled.iter().find(|ruled| ruled.field == self.field) else {
            // The row names no rule, or its rule is switched off.
            return self.ask(candidates, "no rule was asked", None);
        };
        let rule = || Some(said.rule.clone());
        let winner = match &said.decision {
            Ok(Decision::Keep(index)) => match candidates.get(*index as usize) {
                Some(candidate) => candidate.clone(),
                None => return self.ask(candidates, "the rule kept no side", rule()),
            },
            Ok(Decision::Set(value)) => made_up(value, ActorKind::Treaty, &said.rule.name),
            Ok(Decision::Escalate) => return self.ask(candidates, &said.reason, rule()),
            // The rule said no, trapped or ran out of fuel.
            Err(reason) => return self.ask(candidates, reason, rule()),
        };
        let decided = Decided {
            candidates: candidates.to_vec(),
            rule: rule(),
            reason: said.reason.clone(),
        };
        Outcome::Changes(self.change(&winner, Why::RuleDecided, Some(decided)))
    }

    /// Nobody has answered about the edits of those who do not own the field.
    fn drifted(&self, taken: Option<&Taken>, candidates: &[Candidate]) -> Outcome {
        let change = taken.map(|taken| self.take(taken));
        let base = candidates.first().map(|owner| owner.value.clone());
        let question = Question {
            field: Some(self.field),
            base,
            candidates: candidates.to_vec(),
            reason: EDITED_ELSEWHERE.to_owned(),
            rule: None,
        };
        Outcome::Asks(change, question)
    }

    fn ask(&self, candidates: &[Candidate], reason: &str, rule: Option<RuleId>) -> Outcome {
        Outcome::Held(Some(Question {
            field: Some(self.field),
            base: self.link.base(self.field).value.clone(),
            candidates: candidates.to_vec(),
            reason: reason.to_owned(),
            rule,
        }))
    }
}

/// A value that no side holds.
fn made_up(value: &Value, kind: ActorKind, by: &str) -> Candidate {
    Candidate {
        system: None,
        value: value.clone(),
        standing: Standing::Agreed,
        at: None,
        origin: Origin {
            kind,
            actor: Some(by.to_owned()),
        },
    }
}
