//! Carries the base of one field to every system that reads it.

use treaty_model::{
    BaseChange, BaseField, Candidate, Drift, Entity, FieldIndex, GivenUp, Link, LinkPlan, Owner,
    Settle, Standing, SystemIndex, Value, Why,
};

use crate::stand::{Stand, agreed, candidate, stands};
use crate::write::Writes;

/// Why an edit is given up that somebody made who does not own the field. The
/// journal keeps it.
pub const OWNED_ELSEWHERE: &str = "the field belongs to another system";

/// One field whose base is known, and goes to the systems.
pub(crate) struct Spread<'a> {
    pub(crate) entity: &'a Entity,
    pub(crate) link: &'a Link,
    pub(crate) field: FieldIndex,
    /// Base as it will be.
    pub(crate) base: &'a BaseField,
    /// How it came to be that, where it changes now.
    pub(crate) change: Option<&'a BaseChange>,
    /// Systems that a person is asked about: they wait.
    pub(crate) asked: &'a [SystemIndex],
}

/// Settles the systems that agree with base, and writes those that do not.
pub(crate) fn spread(spread: &Spread<'_>, plan: &mut LinkPlan, writes: &mut Writes<'_>) {
    // Nothing was agreed yet: its owner has no such record.
    let Some(value) = &spread.base.value else {
        return;
    };
    let row = spread.entity.table.row(spread.field);
    for mut stand in stands(spread.entity, spread.link, spread.field) {
        // Everybody is behind what has just become base.
        stand.behind |= spread.change.is_some();
        if spread.asked.contains(&stand.system) || (!stand.behind && !stand.changed) {
            // What it settled with need not be base's value: a system may store
            // it its own way, and is not written again.
            continue;
        }
        if stand.says == Some(value) {
            // It agrees: an echo of our write, or the side that won.
            plan.settle.push(spread.settle(&stand));
            continue;
        }
        if !stand.legible() {
            continue;
        }
        if stand.changed {
            plan.given_up
                .extend(candidate(&stand).map(|loser| spread.give_up(loser, value)));
        }
        // A stray edit that the treaty leaves alone stays until the owner's
        // value changes; an older one that is still on its way is such a change.
        let left = stand.changed
            && !stand.behind
            && row.drift == Drift::Leave
            && row.owner != Owner::Shared;
        if left || !row.writable(stand.system) {
            plan.settle.push(spread.settle(&stand));
        } else {
            let why = spread.why(&stand);
            writes.add(stand.system, spread.field, spread.base, why);
        }
    }
}

/// When an editor had not seen base, base was a side; if it lost, that is a
/// value somebody may ask for.
pub(crate) fn agreed_loses(entity: &Entity, link: &Link, change: &BaseChange, plan: &mut LinkPlan) {
    let Some(base) = agreed(entity, link.base(change.field)) else {
        return;
    };
    let candidates = change
        .decided
        .iter()
        .flat_map(|decided| &decided.candidates);
    let was_side = candidates
        .filter(|side| side.standing == Standing::Agreed)
        .any(|side| side.value == base.value);
    // The owner of a field edits it without being asked about a person's
    // decision against its older value, which had not reached it.
    let row = entity.table.row(change.field);
    let unseen = stands(entity, link, change.field)
        .iter()
        .any(|stand| stand.changed && stand.unseen && row.is_source(stand.system));
    if (was_side || unseen) && base.value != change.value {
        let loser = given_up(base, change.field, &change.value, Some(change));
        plan.given_up.push(loser);
    }
}

impl Spread<'_> {
    fn settle(&self, stand: &Stand<'_>) -> Settle {
        Settle {
            system: stand.system,
            field: self.field,
            value: stand.says.cloned(),
            revision: self.base.revision,
        }
    }

    fn give_up(&self, loser: Candidate, winner: &Value) -> GivenUp {
        given_up(loser, self.field, winner, self.change)
    }

    fn why(&self, stand: &Stand<'_>) -> Why {
        match self.entity.table.row(self.field).owner {
            Owner::System(owner) if stand.changed && !stand.first && owner != stand.system => {
                Why::WriteBack
            }
            _ => Why::Behind,
        }
    }
}

fn given_up(
    candidate: Candidate,
    field: FieldIndex,
    winner: &Value,
    change: Option<&BaseChange>,
) -> GivenUp {
    let decided = change.and_then(|change| change.decided.as_ref());
    GivenUp {
        winner: Some(winner.clone()),
        field,
        candidate,
        reason: match decided {
            Some(decided) => decided.reason.clone(),
            None => OWNED_ELSEWHERE.to_owned(),
        },
        rule: decided.and_then(|decided| decided.rule.clone()),
    }
}
