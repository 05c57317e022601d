//! The second half of reconcile: from rulings and verdicts to what happens to a
//! link.

use treaty_model::{
    BaseChange, BaseField, Candidate, Decided, Decision, Drift, Entity, FieldIndex, GivenUp, Link,
    LinkPlan, Owner, Provenance, Question, RuleId, RunId, Settle, Value, Why,
};

use crate::examine::Examination;
use crate::life::{LifeRuling, plan_creates, plan_removal, rule_on_life};
use crate::ruling::{Ruling, Stand, agreed, candidate, stands};
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
/// are those that the person saw.
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
    match rule_on_life(entity, link, answers) {
        LifeRuling::Lives {
            presence,
            detached,
            revived,
        } => {
            plan.presence = presence;
            plan.detached = detached;
            plan.life = revived;
        }
        LifeRuling::Removed => {
            plan_removal(entity, link, &mut plan);
            return plan;
        }
        LifeRuling::Asked(question) => {
            plan.questions.push(question);
            return plan;
        }
    }

    let outcomes = outcomes(entity, link, examination, ruled, answers, run);
    let mut writes = Writes::new(entity, link);
    let mut bases = link.base.clone();
    for (index, outcome) in outcomes.into_iter().enumerate() {
        let field = FieldIndex(index);
        match outcome {
            Outcome::Held(question) => {
                writes.hold(field);
                plan.questions.extend(question);
            }
            Outcome::Stays => spread(entity, link, field, &bases[index], &mut plan, &mut writes),
            Outcome::Changes(change) => {
                bases[index] = BaseField {
                    value: Some(change.value.clone()),
                    revision: change.revision,
                    provenance: Some(change.provenance.clone()),
                };
                unseen_base_loses(entity, link, &change, &mut plan);
                plan.base.push(*change);
                spread(entity, link, field, &bases[index], &mut plan, &mut writes);
            }
        }
    }
    let creates = plan_creates(entity, link, &plan.detached, &bases, &writes);
    plan.operations = writes.into_operations();
    plan.operations.extend(creates);
    plan.operations.sort_by_key(treaty_model::Operation::system);
    plan
}

/// What becomes of the base of one field.
enum Outcome {
    Stays,
    Changes(Box<BaseChange>),
    /// It waits, and perhaps a person is asked.
    Held(Option<Question>),
}

fn outcomes(
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
            match ruling {
                Ruling::Stay => Outcome::Stays,
                Ruling::Take { winner, why } => case.take(winner, *why, None),
                Ruling::Ask { candidates, reason } => case
                    .answered(candidates, answers)
                    .unwrap_or_else(|| case.ask(candidates, (*reason).to_owned(), None)),
                Ruling::Contested(candidates) => case
                    .answered(candidates, answers)
                    .unwrap_or_else(|| case.ruled(candidates, ruled)),
            }
        })
        .collect();
    for group in &examination.groups {
        keep_group_together(link, examination, group, &mut outcomes);
    }
    outcomes
}

/// One field of one link that is being decided.
struct Case<'a> {
    entity: &'a Entity,
    link: &'a Link,
    field: FieldIndex,
    run: RunId,
}

impl Case<'_> {
    /// Base takes the value of a candidate, unless it has it already.
    fn take(&self, winner: &Candidate, why: Why, decided: Option<Decided>) -> Outcome {
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
        // A verdict for what base holds already still is a change: its
        // revision grows, so that the losers are behind and are written.
        Outcome::Changes(Box::new(BaseChange {
            field: self.field,
            before: base.value.clone(),
            value: winner.value.clone(),
            revision: base.revision.next(),
            provenance,
            why,
            decided,
        }))
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
        let holder = candidates
            .iter()
            .find(|candidate| candidate.value == *value);
        let winner = holder
            .cloned()
            .unwrap_or_else(|| made_up(value.clone(), &answer.by));
        Some(self.take(&winner, Why::PersonDecided, Some(decided)))
    }

    /// What the rule said.
    fn ruled(&self, candidates: &[Candidate], ruled: &[Ruled]) -> Outcome {
        let Some(said) = ruled.iter().find(|ruled| ruled.field == self.field) else {
            return self.ask(candidates, "no rule was asked".to_owned(), None);
        };
        let rule = Some(said.rule.clone());
        let winner = match &said.decision {
            Ok(Decision::Keep(index)) => match candidates.get(*index as usize) {
                Some(candidate) => candidate.clone(),
                None => return self.ask(candidates, "the rule kept no side".to_owned(), rule),
            },
            Ok(Decision::Set(value)) => Candidate {
                origin: treaty_model::Origin {
                    kind: treaty_model::ActorKind::Treaty,
                    actor: Some(said.rule.name.clone()),
                },
                ..made_up(value.clone(), "")
            },
            Ok(Decision::Escalate) => return self.ask(candidates, said.reason.clone(), rule),
            Err(reason) => return self.ask(candidates, reason.clone(), rule),
        };
        let decided = Decided {
            candidates: candidates.to_vec(),
            rule,
            reason: said.reason.clone(),
        };
        self.take(&winner, Why::RuleDecided, Some(decided))
    }

    fn ask(&self, candidates: &[Candidate], reason: String, rule: Option<RuleId>) -> Outcome {
        Outcome::Held(Some(Question {
            field: Some(self.field),
            base: self.link.base(self.field).value.clone(),
            candidates: candidates.to_vec(),
            reason,
            rule,
        }))
    }
}

/// A value that no side holds.
fn made_up(value: Value, by: &str) -> Candidate {
    Candidate {
        system: None,
        value,
        standing: treaty_model::Standing::Agreed,
        at: None,
        origin: treaty_model::Origin {
            kind: treaty_model::ActorKind::Person,
            actor: Some(by.to_owned()),
        },
    }
}

/// Whether a person who saw the one set of sides has seen the other.
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

/// A group is taken from one side or from none: where the verdicts put it
/// together from several, or leave a part of it open, all of it is asked.
fn keep_group_together(
    link: &Link,
    examination: &Examination,
    group: &[FieldIndex],
    outcomes: &mut [Outcome],
) {
    let contested: Vec<FieldIndex> = group
        .iter()
        .copied()
        .filter(|field| matches!(examination.rulings[field.0], Ruling::Contested(_)))
        .collect();
    let open = contested
        .iter()
        .any(|field| matches!(outcomes[field.0], Outcome::Held(_)));
    if !open && one_side_holds_all(&contested, examination, outcomes) {
        return;
    }
    for field in contested {
        let Ruling::Contested(candidates) = &examination.rulings[field.0] else {
            continue;
        };
        let decided = match &outcomes[field.0] {
            Outcome::Changes(change) => change.decided.clone(),
            Outcome::Stays | Outcome::Held(_) => continue,
        };
        // A person decides field by field and may put together what they like.
        let Some(rule) = decided.and_then(|decided| decided.rule) else {
            continue;
        };
        outcomes[field.0] = Outcome::Held(Some(Question {
            field: Some(field),
            base: link.base(field).value.clone(),
            candidates: candidates.clone(),
            reason: "the fields of its group were not decided for one side".to_owned(),
            rule: Some(rule),
        }));
    }
}

fn one_side_holds_all(
    contested: &[FieldIndex],
    examination: &Examination,
    outcomes: &[Outcome],
) -> bool {
    let holders = |field: &FieldIndex| -> Vec<(Option<u32>, treaty_model::Standing)> {
        let (Ruling::Contested(candidates), Outcome::Changes(change)) =
            (&examination.rulings[field.0], &outcomes[field.0])
        else {
            return Vec::new();
        };
        candidates
            .iter()
            .filter(|candidate| candidate.value == change.value)
            .map(|candidate| (candidate.system, candidate.standing))
            .collect()
    };
    let Some(first) = contested.first() else {
        return true;
    };
    holders(first)
        .into_iter()
        .any(|side| contested.iter().all(|field| holders(field).contains(&side)))
}

/// When an editor had not seen base, base was a side; if it lost, that is a
/// value somebody may ask for.
fn unseen_base_loses(entity: &Entity, link: &Link, change: &BaseChange, plan: &mut LinkPlan) {
    let stands = stands(entity, link, change.field);
    let row = entity.table.row(change.field);
    let unseen = stands
        .iter()
        .any(|stand| stand.changed && stand.behind && row.is_source(stand.system));
    let Some(base) = agreed(entity, link.base(change.field)) else {
        return;
    };
    if unseen && base.value != change.value {
        plan.given_up
            .push(given_up(base, change.field, &change.value, change));
    }
}

fn given_up(
    candidate: Candidate,
    field: FieldIndex,
    winner: &Value,
    change: &BaseChange,
) -> GivenUp {
    let reason = match &change.decided {
        Some(decided) => decided.reason.clone(),
        None => "the owner's value stands".to_owned(),
    };
    let rule = change
        .decided
        .as_ref()
        .and_then(|decided| decided.rule.clone());
    GivenUp {
        winner: Some(winner.clone()),
        field,
        candidate,
        reason,
        rule,
    }
}

/// Carries base to every system that reads the field: settles those that agree,
/// writes those that do not.
fn spread(
    entity: &Entity,
    link: &Link,
    field: FieldIndex,
    base: &BaseField,
    plan: &mut LinkPlan,
    writes: &mut Writes<'_>,
) {
    let Some(value) = &base.value else { return };
    let row = entity.table.row(field);
    let changed_now = plan
        .base
        .last()
        .filter(|change| change.field == field)
        .cloned();
    for stand in stands(entity, link, field) {
        let behind = stand.side.settled[field.0]
            .as_ref()
            .is_none_or(|settled| settled.revision < base.revision);
        if stand.says == Some(value) {
            // It agrees: an echo of our write, or the side that won.
            if behind || stand.changed {
                plan.settle.push(settle(&stand, field, base));
            }
            continue;
        }
        if stand.says.is_none() && !wordless(&stand, field) {
            // What it holds could not be read. Writing would lose it unseen.
            continue;
        }
        if !behind && !stand.changed {
            // It settled with what it made of base.
            continue;
        }
        let leaves =
            row.drift == Drift::Leave && row.owner != Owner::Shared && changed_now.is_none();
        let loses = stand.changed && stand.says.is_some();
        let stays = !row.writable(stand.system) || (leaves && loses);
        if loses {
            plan.given_up
                .push(loser(&stand, field, value, changed_now.as_ref()));
        }
        if stays {
            plan.settle.push(settle(&stand, field, base));
        } else {
            let why = match row.owner {
                Owner::System(owner) if loses && owner != stand.system => Why::WriteBack,
                _ => Why::Behind,
            };
            writes.add(stand.system, field, base, why);
        }
    }
}

/// Whether a system agreed on a field before without ever saying what it holds.
fn wordless(stand: &Stand<'_>, field: FieldIndex) -> bool {
    let settled = stand.side.settled[field.0].as_ref();
    settled.is_some_and(|settled| settled.value.is_none())
}

fn settle(stand: &Stand<'_>, field: FieldIndex, base: &BaseField) -> Settle {
    Settle {
        system: stand.system,
        field,
        value: stand.says.cloned(),
        revision: base.revision,
    }
}

fn loser(
    stand: &Stand<'_>,
    field: FieldIndex,
    winner: &Value,
    change: Option<&BaseChange>,
) -> GivenUp {
    match change {
        Some(change) => given_up(candidate(stand), field, winner, change),
        None => GivenUp {
            winner: Some(winner.clone()),
            field,
            candidate: candidate(stand),
            reason: "the field belongs to another system".to_owned(),
            rule: None,
        },
    }
}
