//! The second half of reconcile: from rulings and verdicts to what happens to a
//! link.

use treaty_model::{
    BaseChange, BaseField, Candidate, Decision, Entity, FieldIndex, Link, LinkPlan, Operation,
    Question, RuleId, RunId, Standing, SystemIndex, Value,
};

use crate::create::plan_creates;
use crate::decide::{Outcome, outcomes};
use crate::examine::Examination;
use crate::life::{plan_removal, rule_on_life};
use crate::spread::{Spread, agreed_loses, spread};
use crate::write::Writes;

/// What a resolver said about one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruled {
    /// The field.
    pub field: FieldIndex,
    /// The rule.
    pub rule: RuleId,
    /// Its decision, checked against what was asked, or why there is none: the
    /// rule said no, or it failed.
    pub decision: Result<Decision, String>,
    /// Its reason, or empty.
    pub reason: String,
}

/// What a person answered to a question. It holds only while the candidates
/// are those that the person saw, and the caller forgets it once a plan that
/// used it was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The field; none: the question was about the record's life.
    pub field: Option<FieldIndex>,
    /// What the person saw.
    pub candidates: Vec<Candidate>,
    /// What the person chose.
    pub choice: Choice,
    /// Who it was.
    pub by: String,
}

/// What a person can choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This value, whether a side holds it or not.
    Value(Value),
    /// The record is deleted everywhere.
    Delete,
    /// The record stays where it still is.
    Keep,
}

/// Makes the plan of one link. The run is the one that will carry it out, and
/// stands in the provenance of what becomes base.
pub fn conclude(
    entity: &Entity,
    link: &Link,
    examination: &Examination,
    ruled: &[Ruled],
    answers: &[Answer],
    run: RunId,
) -> LinkPlan {
    let mut plan = LinkPlan::new(link.id, entity.name.clone());
    let Some(lives) = rule_on_life(entity, link, answers) else {
        plan_removal(entity, link, &mut plan);
        return plan;
    };
    plan.presence = lives.presence;
    plan.detached = lives.detached;
    plan.life = lives.revived;
    // While a person is asked whether the record is to be deleted, its fields
    // keep flowing, but nobody gets a new one.
    let creates = lives.question.is_none();
    plan.questions.extend(lives.question);

    let outcomes = outcomes(entity, link, examination, ruled, answers, run);
    let mut writes = Writes::new(entity, link);
    let mut bases = link.base.clone();
    for (index, outcome) in outcomes.into_iter().enumerate() {
        let field = FieldIndex(index);
        let (change, asked) = match outcome {
            Outcome::Held(question) => {
                writes.hold(field);
                plan.questions.extend(question);
                continue;
            }
            Outcome::Stays => (None, Vec::new()),
            Outcome::Changes(change) => (Some(change), Vec::new()),
            Outcome::Asks(change, question) => {
                let asked = holders(&question);
                plan.questions.push(question);
                (change, asked)
            }
        };
        if let Some(change) = &change {
            bases[index] = base_after(change);
            agreed_loses(entity, link, change, &mut plan);
        }
        let spreading = Spread {
            entity,
            link,
            field,
            base: &bases[index],
            change: change.as_deref(),
            asked: &asked,
        };
        spread(&spreading, &mut plan, &mut writes);
        plan.base.extend(change.map(|change| *change));
    }
    let made = if creates {
        plan_creates(entity, link, &plan.detached, &bases, &writes)
    } else {
        Vec::new()
    };
    plan.operations = writes.into_operations();
    plan.operations.extend(made);
    plan.operations.sort_by_key(Operation::system);
    plan
}

fn base_after(change: &BaseChange) -> BaseField {
    BaseField {
        value: Some(change.value.clone()),
        revision: change.revision,
        provenance: Some(change.provenance.clone()),
    }
}

/// The systems whose edits a question is about.
fn holders(question: &Question) -> Vec<SystemIndex> {
    let edits = question
        .candidates
        .iter()
        .filter(|side| side.standing != Standing::Agreed);
    edits
        .filter_map(|side| side.system)
        .map(|system| SystemIndex(system as usize))
        .collect()
}
