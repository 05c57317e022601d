//! Fields that a table marks as a group are decided together: an address is
//! never put together from two people's edits.

use std::collections::BTreeMap;

use treaty_model::{
    Candidate, Entity, FieldIndex, Link, Owner, Question, Standing, SystemIndex, Value,
};

use crate::decide::Outcome;
use crate::examine::Examination;
use crate::ruling::Ruling;
use crate::stand::{Stand, agreed, candidate, stands};

/// The fields of each group of shared fields.
pub(crate) fn groups(entity: &Entity) -> Vec<Vec<FieldIndex>> {
    let mut groups: BTreeMap<&str, Vec<FieldIndex>> = BTreeMap::new();
    for (field, row) in entity.table.fields() {
        if let (Some(group), Owner::Shared) = (&row.group, row.owner) {
            groups.entry(group).or_default().push(field);
        }
    }
    groups.into_values().collect()
}

/// Puts the rulings of a group in place of those of its single fields, where
/// two systems changed the group to different things. (One moved the house
/// number, another the city: neither field collides, the addresses do.)
pub(crate) fn rule_on_group(
    entity: &Entity,
    link: &Link,
    group: &[FieldIndex],
    rulings: &mut [Ruling],
) {
    let by_field: Vec<Vec<Stand<'_>>> = group
        .iter()
        .map(|field| stands(entity, link, *field))
        .collect();
    let all = || by_field.iter().flatten();
    let editors: Vec<SystemIndex> = entity
        .system_indexes()
        .filter(|system| all().any(|stand| stand.system == *system && stand.changed))
        .collect();
    // An editor of the street who had not seen the new city edited another
    // address than the one that was agreed.
    let unseen =
        all().any(|stand| editors.contains(&stand.system) && stand.unseen && stand.says.is_some());
    for (field, stands) in group.iter().zip(&by_field) {
        let base = link.base(*field);
        let mut candidates: Vec<_> = stands
            .iter()
            .filter(|stand| editors.contains(&stand.system))
            .filter_map(|stand| holds(stand, base.value.as_ref()))
            .collect();
        candidates.extend(unseen.then(|| agreed(entity, base)).flatten());
        let mut pairs = candidates.windows(2);
        if pairs.any(|pair| pair[0].value != pair[1].value) {
            rulings[field.0] = Ruling::Contested(candidates);
        }
    }
}

/// What an editor of the group holds in one of its fields. Where it agrees with
/// base that is base's value, even if the system stores it its own way.
fn holds(stand: &Stand<'_>, base: Option<&Value>) -> Option<Candidate> {
    let mut candidate = candidate(stand)?;
    if let (false, false, Some(base)) = (stand.changed, stand.unseen, base) {
        candidate.value = base.clone();
    }
    Some(candidate)
}

/// A group is taken from one side or from none. Where the verdicts put it
/// together from several, or leave a part of it open, all of it waits for a
/// person.
pub(crate) fn keep_group_together(
    link: &Link,
    examination: &Examination,
    group: &[FieldIndex],
    outcomes: &mut [Outcome],
) {
    let contested: Vec<(FieldIndex, &[Candidate])> = group
        .iter()
        .filter_map(|field| match &examination.rulings[field.0] {
            Ruling::Contested(candidates) => Some((*field, candidates.as_slice())),
            _ => None,
        })
        .collect();
    let open = contested
        .iter()
        .any(|(field, _)| matches!(outcomes[field.0], Outcome::Held(_)));
    if !open && is_whole(&contested, outcomes) {
        return;
    }
    for field in group {
        let candidates = contested.iter().find(|(contested, _)| contested == field);
        let question = match (candidates, &outcomes[field.0]) {
            (_, Outcome::Held(_)) => continue,
            (Some((_, candidates)), Outcome::Changes(change)) => {
                let rule = change
                    .decided
                    .as_ref()
                    .and_then(|decided| decided.rule.clone());
                let reason = match (&rule, open) {
                    (None, _) => "answered; other fields of its group are still open",
                    (Some(_), true) => "another field of its group is open",
                    (Some(_), false) => "the fields of its group were not decided for one side",
                };
                Some(Question {
                    field: Some(*field),
                    base: link.base(*field).value.clone(),
                    candidates: candidates.to_vec(),
                    reason: reason.to_owned(),
                    rule,
                })
            }
            // One system alone reads this part of the address, or nobody
            // changed it: there is nothing to ask, but it waits with the rest.
            _ => None,
        };
        outcomes[field.0] = Outcome::Held(question);
    }
}

/// Whether what was decided for the contested fields of a group may stand: a
/// person decided all of it, or a rule made all of it up, or one side holds it.
fn is_whole(contested: &[(FieldIndex, &[Candidate])], outcomes: &[Outcome]) -> bool {
    let by_person = contested.iter().all(|(field, _)| {
        let Outcome::Changes(change) = &outcomes[field.0] else {
            return false;
        };
        let decided = change.decided.as_ref();
        decided.is_some_and(|decided| decided.rule.is_none())
    });
    // What was agreed is one side, whichever system each value once came from.
    let holders: Vec<Vec<Option<u32>>> = contested
        .iter()
        .map(|(field, candidates)| {
            let Outcome::Changes(change) = &outcomes[field.0] else {
                return Vec::new();
            };
            let holding = candidates.iter().filter(|side| side.value == change.value);
            holding
                .map(|side| side.system.filter(|_| side.standing != Standing::Agreed))
                .collect()
        })
        .collect();
    let made_up = holders.iter().all(Vec::is_empty);
    let one_side = holders.first().is_some_and(|first| {
        first
            .iter()
            .any(|side| holders.iter().all(|holders| holders.contains(side)))
    });
    by_person || made_up || one_side
}
