//! Life and death of a link.

use treaty_model::{
    Absentees, Archive, Candidate, Deletes, Entity, GivenUp, Life, Link, LinkPlan, Operation,
    Presence, Question, Revision, Settle, Side, Standing, SystemIndex, Value,
};

use crate::conclude::{Answer, Choice};
use crate::create::creatable;
use crate::decide::same_sides;
use crate::stand::{candidate, index, stand, stands};

/// A link that lives.
#[derive(Default)]
pub(crate) struct Lives {
    /// Records whose coming or going has been dealt with.
    pub(crate) presence: Vec<(SystemIndex, Presence)>,
    /// Systems whose deleted record is forgotten, so that they get a new one.
    pub(crate) detached: Vec<SystemIndex>,
    /// Set where the link was dead.
    pub(crate) revived: Option<Life>,
    /// Whether it is to be deleted.
    pub(crate) question: Option<Question>,
}

/// Decides like about a field: deletes are one side, edits the other. None: the
/// link was deleted, and whoever still has the record follows.
pub(crate) fn rule_on_life(entity: &Entity, link: &Link, answers: &[Answer]) -> Option<Lives> {
    let restored = which(entity, link, |_, side| side.presence == Presence::Restored);
    let edited = edited(entity, link);
    let dead = link.life == Life::Deleted;
    if dead && restored.is_empty() && !edited {
        // Carried out, or being carried out: whoever still has it follows.
        return None;
    }
    let mut lives = Lives {
        presence: restored
            .iter()
            .map(|system| (*system, Presence::Present))
            .collect(),
        revived: dead.then_some(Life::Alive),
        ..Lives::default()
    };
    if dead {
        // Somebody brought it back, or edited it before the delete arrived: the
        // edit wins, and whoever lost the record may get a new one.
        let gone = which(entity, link, |_, side| side.presence == Presence::Gone);
        let gone = gone.into_iter();
        lives.detached = gone.filter(|gone| creatable(entity, link, *gone)).collect();
    }

    let deleted = which(entity, link, |system, side| {
        is_deleted(entity, system, side)
    });
    let (counting, ignored): (Vec<_>, Vec<_>) = deleted
        .into_iter()
        .partition(|system| entity.part(*system).deletes_count && entity.deletes != Deletes::Leave);
    // The treaty says that this delete means nothing to the others.
    let ignored = ignored.into_iter().map(|system| (system, Presence::Gone));
    lives.presence.extend(ignored);
    if counting.is_empty() {
        return Some(lives);
    }
    let unseen = counting
        .iter()
        .any(|system| deleted_unseen(entity, link, *system));
    let concurrent = edited || unseen || !restored.is_empty();
    let candidates = candidates(entity, link, &counting);
    let left = candidates.iter().any(|side| side.value == STILL_THERE);
    let choice = person(&candidates, answers);
    match choice {
        Some(Choice::Delete) => return None,
        Some(Choice::Keep) => {}
        // Nobody else has it, so there is nothing to ask about.
        _ if !left => return None,
        _ if entity.deletes == Deletes::Ask => {
            lives.question = Some(question(entity, &counting, candidates, concurrent));
            return Some(lives);
        }
        // Deleted in one, unchanged elsewhere: the delete goes round.
        _ if !concurrent => return None,
        // Deleted in one, edited elsewhere: the edit wins.
        _ => {}
    }
    for system in counting {
        if creatable(entity, link, system) {
            lives.detached.push(system);
        } else if choice.is_some() || !waits_for_a_record(entity, link, system) {
            // Nobody is asked twice, and what cannot be made again is dealt with.
            lives.presence.push((system, Presence::Gone));
        }
    }
    lives.detached.sort();
    Some(lives)
}

/// The value of a candidate in a question about life.
const STILL_THERE: Value = Value::Boolean(true);

fn which(
    entity: &Entity,
    link: &Link,
    wanted: impl Fn(SystemIndex, &Side) -> bool,
) -> Vec<SystemIndex> {
    let systems = entity.system_indexes();
    systems
        .filter(|system| link.side(*system).is_some_and(|side| wanted(*system, side)))
        .collect()
}

/// Whether a system's record counts as deleted there, and nothing has been
/// decided about it.
fn is_deleted(entity: &Entity, system: SystemIndex, side: &Side) -> bool {
    match side.presence {
        Presence::Deleted => true,
        // A listing that does not show a record proves nothing, unless the
        // treaty says that this system's listings do. (A file of contacts.)
        Presence::Missing => entity.part(system).absentees == Absentees::Deleted,
        _ => false,
    }
}

/// Whether a system that still has the record edited it since it last agreed.
/// A field that is new in the table was not edited; a record that never agreed
/// on anything was not there when the delete was made.
fn edited(entity: &Entity, link: &Link) -> bool {
    let new = entity.system_indexes().any(|system| {
        let side = link.present(system);
        side.is_some_and(|side| side.settled.iter().all(Option::is_none))
    });
    let changed = entity.table.fields().any(|(field, row)| {
        stands(entity, link, field)
            .iter()
            .any(|stand| stand.changed && !stand.first && row.is_source(stand.system))
    });
    new || changed
}

/// Whether a system deleted its record before base's latest values had been
/// written to it: the delete and the edit are concurrent.
fn deleted_unseen(entity: &Entity, link: &Link, system: SystemIndex) -> bool {
    let Some(side) = link.side(system) else {
        return false;
    };
    entity.table.fields().any(|(field, row)| {
        let base = link.base(field);
        let stand = stand(row, system, side, base, field);
        row.writable(system)
            && base.value.is_some()
            && stand.behind
            && stand.legible()
            && stand.says != base.value.as_ref()
    })
}

/// Whether a record that would be made in a system again comes from one that nobody can
/// see now: what becomes of the delete is decided once it shows.
fn waits_for_a_record(entity: &Entity, link: &Link, system: SystemIndex) -> bool {
    let mut sources = entity.part(system).creates_from.iter();
    sources.any(|source| {
        link.side(*source).is_some_and(|side| {
            let unseen = matches!(side.presence, Presence::Missing | Presence::LeftOut(_));
            unseen && !is_deleted(entity, *source, side)
        })
    })
}

/// What a person answered about this delete.
fn person<'a>(candidates: &[Candidate], answers: &'a [Answer]) -> Option<&'a Choice> {
    let answer = answers
        .iter()
        .find(|answer| answer.field.is_none() && same_sides(&answer.candidates, candidates))?;
    Some(&answer.choice)
}

fn question(
    entity: &Entity,
    deleted: &[SystemIndex],
    candidates: Vec<Candidate>,
    concurrent: bool,
) -> Question {
    let names: Vec<_> = deleted
        .iter()
        .map(|system| entity.part(*system).system.as_str())
        .collect();
    let but = if concurrent {
        ", and edited elsewhere"
    } else {
        ""
    };
    Question {
        field: None,
        base: None,
        candidates,
        reason: format!("deleted in {}{but}", names.join(", ")),
        rule: None,
    }
}

/// The sides of a question about life: who still has the record, as far as is
/// known (true), and who deleted it (false). Whose record is gone has had its
/// say.
fn candidates(entity: &Entity, link: &Link, deleted: &[SystemIndex]) -> Vec<Candidate> {
    let sides = entity
        .system_indexes()
        .filter_map(|system| link.side(system).map(|side| (system, side)));
    sides
        .filter(|(system, side)| {
            deleted.contains(system) || !matches!(side.presence, Presence::Deleted | Presence::Gone)
        })
        .map(|(system, side)| Candidate {
            system: Some(index(system)),
            value: Value::Boolean(!deleted.contains(&system)),
            standing: Standing::Edited,
            at: side.changed_at,
            origin: side.origin.clone(),
        })
        .collect()
}

/// The link is deleted: whoever still has the record archives or deletes it,
/// and what only stands there is given up.
pub(crate) fn plan_removal(entity: &Entity, link: &Link, plan: &mut LinkPlan) {
    if link.life == Life::Alive {
        plan.life = Some(Life::Deleted);
    }
    for system in entity.system_indexes() {
        let Some(side) = link.side(system) else {
            continue;
        };
        if is_deleted(entity, system, side) {
            plan.presence.push((system, Presence::Gone));
        } else if side.presence.takes_part() {
            if side.presence == Presence::Restored {
                plan.presence.push((system, Presence::Present));
            }
            plan.operations.push(Operation::Archive(Archive {
                system,
                remote: side.remote.clone(),
                for_good: entity.deletes == Deletes::Delete,
            }));
        }
        // What we cannot see (left out, missing) we do not touch.
    }
    for (field, _) in entity.table.fields() {
        let base = link.base(field);
        let stands = stands(entity, link, field);
        for stand in stands.iter().filter(|stand| stand.changed) {
            // What the delete was decided against must not bring the record back
            // while it waits to be archived. It agreed with no revision, so that
            // base is written there if something else brings it back.
            if base.value.is_some() {
                plan.settle.push(Settle {
                    system: stand.system,
                    field,
                    value: stand.says.cloned(),
                    revision: Revision(0),
                });
            }
            if stand.says != base.value.as_ref() {
                plan.given_up
                    .extend(candidate(stand).map(|candidate| GivenUp {
                        winner: None,
                        field,
                        candidate,
                        reason: "the record was deleted".to_owned(),
                        rule: None,
                    }));
            }
        }
    }
}
