//! Life and death of a link, and records that are to be made.

use treaty_model::{
    Archive, BaseField, Candidate, Create, Deletes, Entity, FieldIndex, Life, Link, LinkPlan,
    Operation, Origin, Presence, Question, Row, Side, Standing, SystemIndex, Value,
};

use crate::conclude::{Answer, Choice, same_sides};
use crate::ruling::{index, stands};
use crate::write::Writes;

/// What becomes of a link as a whole.
pub(crate) enum LifeRuling {
    /// It lives. Deleted records in single systems have been dealt with.
    Lives {
        presence: Vec<(SystemIndex, Presence)>,
        detached: Vec<SystemIndex>,
        /// Set where it was dead.
        revived: Option<Life>,
    },
    /// It was deleted, and the others follow.
    Removed,
    /// A person must say.
    Asked(Question),
}

pub(crate) fn rule_on_life(entity: &Entity, link: &Link, answers: &[Answer]) -> LifeRuling {
    let with = |wanted: Presence| -> Vec<SystemIndex> {
        let systems = entity.system_indexes();
        systems
            .filter(|system| {
                link.side(*system)
                    .is_some_and(|side| side.presence == wanted)
            })
            .collect()
    };
    let restored = with(Presence::Restored);
    let edited = edited(entity, link);
    if link.life == Life::Deleted && restored.is_empty() && !edited {
        // Carried out, or being carried out: whoever still has it follows.
        return LifeRuling::Removed;
    }
    let mut presence: Vec<_> = restored
        .iter()
        .map(|system| (*system, Presence::Present))
        .collect();
    let mut detached = Vec::new();
    let revived = (link.life == Life::Deleted).then_some(Life::Alive);
    if revived.is_some() {
        // Somebody brought it back, or edited it before the delete arrived: the
        // edit wins, and whoever lost the record may get a new one.
        for gone in with(Presence::Gone) {
            if creatable(entity, link, gone) {
                detached.push(gone);
            }
        }
    }

    let deleted = with(Presence::Deleted);
    let (counting, ignored): (Vec<_>, Vec<_>) = deleted
        .into_iter()
        .partition(|system| entity.part(*system).deletes_count && entity.deletes != Deletes::Leave);
    presence.extend(ignored.into_iter().map(|system| (system, Presence::Gone)));
    if counting.is_empty() {
        return LifeRuling::Lives {
            presence,
            detached,
            revived,
        };
    }
    let unseen = counting
        .iter()
        .any(|system| deleted_unseen(entity, link, *system));
    let concurrent = edited || unseen || !restored.is_empty();
    let left = entity
        .system_indexes()
        .any(|system| link.present(system).is_some());
    let keep = match person(entity, link, &counting, answers) {
        Some(Choice::Delete) => false,
        Some(Choice::Keep) => true,
        // Nobody else has it, so there is nothing to ask about.
        _ if !left => false,
        _ if entity.deletes == Deletes::Ask => {
            return LifeRuling::Asked(question(entity, link, &counting, concurrent));
        }
        _ => concurrent,
    };
    if !keep {
        return LifeRuling::Removed;
    }
    for system in counting {
        if creatable(entity, link, system) {
            detached.push(system);
        } else {
            presence.push((system, Presence::Gone));
        }
    }
    detached.sort();
    LifeRuling::Lives {
        presence,
        detached,
        revived,
    }
}

/// Whether a system that still has the record edited it since it last agreed.
fn edited(entity: &Entity, link: &Link) -> bool {
    entity.table.fields().any(|(field, row)| {
        stands(entity, link, field)
            .iter()
            .any(|stand| stand.changed && !stand.first && row.is_source(stand.system))
    })
}

/// Whether a system deleted its record without having seen base's latest
/// values: the delete and the edit are concurrent.
fn deleted_unseen(entity: &Entity, link: &Link, system: SystemIndex) -> bool {
    let Some(side) = link.side(system) else {
        return false;
    };
    entity.table.fields().any(|(field, row)| {
        let settled = side.settled[field.0].as_ref();
        row.reads(system)
            && row.writable(system)
            && link.base(field).revision.0 > 0
            && settled.is_none_or(|settled| settled.revision < link.base(field).revision)
    })
}

/// What a person answered about this delete.
fn person(
    entity: &Entity,
    link: &Link,
    deleted: &[SystemIndex],
    answers: &[Answer],
) -> Option<Choice> {
    let candidates = candidates(entity, link, deleted);
    let answer = answers
        .iter()
        .find(|answer| answer.field.is_none() && same_sides(&answer.candidates, &candidates))?;
    Some(answer.choice.clone())
}

fn question(entity: &Entity, link: &Link, deleted: &[SystemIndex], concurrent: bool) -> Question {
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
        candidates: candidates(entity, link, deleted),
        reason: format!("deleted in {}{but}", names.join(", ")),
        rule: None,
    }
}

/// The sides of a question about life: who still has the record (true) and who
/// deleted it (false).
fn candidates(entity: &Entity, link: &Link, deleted: &[SystemIndex]) -> Vec<Candidate> {
    let sides = entity
        .system_indexes()
        .filter_map(|system| link.side(system).map(|s| (system, s)));
    sides
        .filter(|(system, side)| side.presence.takes_part() || deleted.contains(system))
        .map(|(system, side)| Candidate {
            system: Some(index(system)),
            value: Value::Boolean(side.presence.takes_part()),
            standing: Standing::Edited,
            at: side.changed_at,
            origin: Origin::clone(&side.origin),
        })
        .collect()
}

/// The link is deleted: whoever still has the record archives or deletes it.
pub(crate) fn plan_removal(entity: &Entity, link: &Link, plan: &mut LinkPlan) {
    if link.life == Life::Alive {
        plan.life = Some(Life::Deleted);
    }
    for system in entity.system_indexes() {
        let Some(side) = link.side(system) else {
            continue;
        };
        match side.presence {
            Presence::Deleted => plan.presence.push((system, Presence::Gone)),
            Presence::Present | Presence::Restored => {
                plan.operations.push(archive(entity, system, side));
            }
            // What we cannot see we do not touch.
            Presence::LeftOut(_) | Presence::Missing | Presence::Gone => {}
        }
    }
}

fn archive(entity: &Entity, system: SystemIndex, side: &Side) -> Operation {
    Operation::Archive(Archive {
        system,
        remote: side.remote.clone(),
        for_good: entity.deletes == Deletes::Delete,
    })
}

/// Whether a record may be made in a system for a link that another one holds.
fn creatable(entity: &Entity, link: &Link, system: SystemIndex) -> bool {
    let sources = &entity.part(system).creates_from;
    sources
        .iter()
        .any(|source| *source != system && link.present(*source).is_some())
}

/// Records that are to be made: in systems that have none, where the treaty
/// says so.
pub(crate) fn plan_creates(
    entity: &Entity,
    link: &Link,
    detached: &[SystemIndex],
    bases: &[BaseField],
    writes: &Writes<'_>,
) -> Vec<Operation> {
    entity
        .system_indexes()
        .filter(|system| link.side(*system).is_none() || detached.contains(system))
        .filter(|system| creatable(entity, link, *system))
        .filter_map(|system| create(entity, system, bases, writes))
        .map(Operation::Create)
        .collect()
}

fn create(
    entity: &Entity,
    system: SystemIndex,
    bases: &[BaseField],
    writes: &Writes<'_>,
) -> Option<Create> {
    let mut values: Row = vec![None; entity.table.len()];
    let mut revisions = Vec::new();
    for (field, row) in entity.table.fields() {
        let base = &bases[field.0];
        if row.writable(system) && base.value.is_some() && !writes.holds(field) {
            values[field.0].clone_from(&base.value);
            revisions.push((FieldIndex(field.0), base.revision));
        }
    }
    // A record of nothing is no record.
    (!revisions.is_empty()).then_some(Create {
        system,
        values,
        revisions,
    })
}
