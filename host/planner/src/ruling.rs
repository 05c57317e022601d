//! The decision about one field of one link: the table of the design, branch by
//! branch.

use treaty_model::{
    Candidate, Drift, Entity, FieldIndex, Link, Owner, Revision, Settled, Standing, SystemIndex,
    Value, Why,
};

use crate::stand::{Stand, agreed, candidate, first_by_name, stands};

/// What is to become of the base of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// It stays.
    Stay,
    /// It takes a value.
    Take(Taken),
    /// A rule must say.
    Contested(Vec<Candidate>),
    /// Base stays or takes the owner's value, and a person is asked about those
    /// who edited what is not theirs.
    Drifted {
        /// The owner's edit, where there is one too.
        taken: Option<Taken>,
        /// The owner's value first, then the edits of the others.
        candidates: Vec<Candidate>,
    },
}

/// A value that becomes base without anybody being asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The value, and where it comes from.
    pub(crate) winner: Candidate,
    /// Which branch.
    pub(crate) why: Why,
}

/// Decides one field that stands by itself.
pub(crate) fn rule_on(entity: &Entity, link: &Link, field: FieldIndex) -> Ruling {
    let stands = stands(entity, link, field);
    match entity.table.row(field).owner {
        Owner::System(owner) => rule_on_owned(entity, link, field, owner, &stands),
        Owner::Shared => rule_on_shared(entity, link, field, &stands),
    }
}

/// An owned field: only the owner's edits become base. (A field with an owner
/// cannot conflict; edits elsewhere are drift.)
fn rule_on_owned(
    entity: &Entity,
    link: &Link,
    field: FieldIndex,
    owner: SystemIndex,
    stands: &[Stand<'_>],
) -> Ruling {
    let base = link.base(field);
    if has_no_say(link, field, owner)
        && entity.table.row(field).writable(owner)
        && let Some(taken) = brought(entity, owner, base.value.as_ref(), stands)
    {
        return Ruling::Take(taken);
    }
    let taken = stands
        .iter()
        .filter(|stand| stand.system == owner && stand.changed)
        // It changed back to what was agreed: there is nothing to take.
        .filter(|stand| stand.says != base.value.as_ref())
        .find_map(|stand| {
            Some(Taken {
                winner: candidate(stand)?,
                why: if stand.first {
                    Why::FirstMeeting
                } else {
                    Why::OwnerChanged
                },
            })
        });
    if entity.table.row(field).drift != Drift::Ask {
        // Written back or left: that is for the systems, base does not care.
        return stays_or_takes(taken);
    }
    let standing = match &taken {
        Some(taken) => Some(Candidate {
            standing: Standing::Agreed,
            ..taken.winner.clone()
        }),
        None => agreed(entity, base),
    };
    let Some(standing) = standing else {
        // The owner has no such record yet: everybody waits for it.
        return Ruling::Stay;
    };
    // Somebody edited what is not theirs, and the treaty wants to hear of it.
    // A record that is met for the first time is no edit: the owner's value
    // goes there as if there had been none.
    let drifted: Vec<_> = stands
        .iter()
        .filter(|stand| stand.system != owner && stand.changed && !stand.first)
        .filter(|stand| stand.says != Some(&standing.value))
        .filter_map(candidate)
        .collect();
    if drifted.is_empty() {
        return stays_or_takes(taken);
    }
    let mut candidates = vec![standing];
    candidates.extend(drifted);
    Ruling::Drifted { taken, candidates }
}

/// Whether an owner has said nothing about a field of its own: it has no such
/// record, or one that was made for it when nobody had a value.
fn has_no_say(link: &Link, field: FieldIndex, owner: SystemIndex) -> bool {
    let Some(side) = link.side(owner) else {
        return true;
    };
    let made_for_it = |settled: &Settled| {
        settled.revision == Revision(0) && settled.value == side.observed[field.0]
    };
    link.base(field).value.is_none()
        && side.presence.takes_part()
        && side.settled[field.0].as_ref().is_some_and(made_for_it)
}

/// What is brought to an owner that has no say yet. Where the treaty
/// lets another system bring new records there, it brings their values too: a
/// person who is new in the CRM gets a record in the database with a name in it.
/// Where it does not, everybody waits for the owner.
fn brought(
    entity: &Entity,
    owner: SystemIndex,
    base: Option<&Value>,
    stands: &[Stand<'_>],
) -> Option<Taken> {
    let mut parents = entity.part(owner).creates_from.iter();
    let winner = parents.find_map(|parent| {
        // What one of them has brought stands, until one that has seen it
        // changes it.
        let brings = |stand: &&Stand<'_>| stand.changed && (base.is_none() || !stand.unseen);
        let mut stands = stands.iter().filter(brings);
        candidate(stands.find(|stand| stand.system == *parent)?)
    })?;
    let why = match base {
        Some(base) if *base == winner.value => return None,
        Some(_) => Why::OneChanged,
        None => Why::FirstMeeting,
    };
    Some(Taken { winner, why })
}

fn stays_or_takes(taken: Option<Taken>) -> Ruling {
    taken.map_or(Ruling::Stay, Ruling::Take)
}

/// A shared field: whoever changed it is a side; and base itself, if one of them
/// changed it without having seen base's value.
fn rule_on_shared(entity: &Entity, link: &Link, field: FieldIndex, stands: &[Stand<'_>]) -> Ruling {
    let base = link.base(field);
    let changed: Vec<_> = stands.iter().filter(|stand| stand.changed).collect();
    let edits: Vec<_> = changed
        .iter()
        .filter_map(|stand| candidate(stand))
        .collect();
    let Some(winner) = first_by_name(entity, edits.iter()) else {
        // Nobody changed it; whoever is behind is written.
        return Ruling::Stay;
    };
    let unseen = changed.iter().any(|stand| stand.unseen);
    let mut sides = edits.clone();
    sides.extend(unseen.then(|| agreed(entity, base)).flatten());
    if sides.iter().any(|side| side.value != winner.value) {
        // Two people edited it, or one who had not seen what was agreed (their
        // system was down, or the write to it failed), or two records with
        // different values meet for the first time.
        return Ruling::Contested(sides);
    }
    if base.value.as_ref() == Some(&winner.value) {
        // They came to what was agreed already: an echo of our own write whose
        // answer was lost, or the same edit made twice.
        return Ruling::Stay;
    }
    let why = match edits.len() {
        _ if base.revision.0 == 0 => Why::FirstMeeting,
        1 => Why::OneChanged,
        _ => Why::AllChangedAlike,
    };
    Ruling::Take(Taken {
        winner: winner.clone(),
        why,
    })
}
