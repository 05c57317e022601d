//! The decision about one field of one link: the table of the design, branch by
//! branch.

use treaty_model::{
    BaseField, Candidate, Drift, Entity, FieldIndex, Link, Owner, Side, Standing, SystemIndex,
    Value, Why,
};

/// What is to become of the base of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// It stays.
    Stay,
    /// It takes this value.
    Take {
        /// The value, and where it comes from.
        winner: Candidate,
        /// Which branch.
        why: Why,
    },
    /// A rule must say.
    Contested(Vec<Candidate>),
    /// A person must say, whatever rules there are.
    Ask {
        /// The values.
        candidates: Vec<Candidate>,
        /// Why a person is asked.
        reason: &'static str,
    },
}

/// A system's record as far as one field is concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stand<'a> {
    /// The system.
    pub(crate) system: SystemIndex,
    /// Its record.
    pub(crate) side: &'a Side,
    /// What the system says; none: it does not.
    pub(crate) says: Option<&'a Value>,
    /// Whether it changed since it last agreed.
    pub(crate) changed: bool,
    /// Whether it has not yet seen the latest base.
    pub(crate) behind: bool,
    /// Whether it never agreed on this field.
    pub(crate) first: bool,
}

/// How the systems that take part and read a field stand to its base.
pub(crate) fn stands<'a>(entity: &Entity, link: &'a Link, field: FieldIndex) -> Vec<Stand<'a>> {
    let row = entity.table.row(field);
    let base = link.base(field);
    let reading = entity.system_indexes().filter(|system| row.reads(*system));
    reading
        .filter_map(|system| {
            link.present(system)
                .map(|side| stand(system, side, base, field))
        })
        .collect()
}

fn stand<'a>(
    system: SystemIndex,
    side: &'a Side,
    base: &BaseField,
    field: FieldIndex,
) -> Stand<'a> {
    let says = side.observed[field.0].as_ref();
    let settled = side.settled[field.0].as_ref();
    Stand {
        system,
        side,
        says,
        changed: says.is_some() && settled.is_none_or(|settled| settled.value.as_ref() != says),
        behind: settled.is_none_or(|settled| settled.revision < base.revision),
        first: settled.is_none(),
    }
}

/// Decides one field that stands by itself.
pub(crate) fn rule_on(entity: &Entity, link: &Link, field: FieldIndex) -> Ruling {
    let row = entity.table.row(field);
    let stands = stands(entity, link, field);
    match row.owner {
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
    let row = entity.table.row(field);
    let base = link.base(field);
    if let Some(stand) = stands
        .iter()
        .find(|stand| stand.system == owner && stand.changed)
    {
        let winner = candidate(stand);
        if base.value.as_ref() != Some(&winner.value) {
            // The owner moved on, or is met for the first time.
            let why = if stand.first {
                Why::FirstMeeting
            } else {
                Why::OwnerChanged
            };
            return Ruling::Take { winner, why };
        }
    }
    let drifted: Vec<_> = stands
        .iter()
        .filter(|stand| stand.system != owner && stand.changed)
        .filter(|stand| stand.says != base.value.as_ref())
        .map(candidate)
        .collect();
    let agreed = agreed(entity, base);
    match (row.drift, agreed) {
        // Somebody edited what is not theirs, and the treaty wants to hear of
        // it: the owner's value stands beside theirs.
        (Drift::Ask, Some(agreed)) if !drifted.is_empty() => {
            let mut candidates = vec![agreed];
            candidates.extend(drifted);
            Ruling::Ask {
                candidates,
                reason: "edited in a system that does not own the field",
            }
        }
        // Written back or left: base stays either way. What has no base yet
        // (the owner has no such record) waits for the owner.
        _ => Ruling::Stay,
    }
}

/// A shared field: whoever changed it is a side; and base itself, if one of them
/// changed it without having seen base's value.
fn rule_on_shared(entity: &Entity, link: &Link, field: FieldIndex, stands: &[Stand<'_>]) -> Ruling {
    let base = link.base(field);
    let changed: Vec<_> = stands.iter().filter(|stand| stand.changed).collect();
    let Some(first) = changed.first() else {
        // Nobody changed it; whoever is behind is written.
        return Ruling::Stay;
    };
    let mut sides: Vec<_> = changed.iter().map(|stand| candidate(stand)).collect();
    if changed.iter().any(|stand| stand.behind) {
        sides.extend(agreed(entity, base));
    }
    let alike = sides.iter().all(|side| side.value == sides[0].value);
    if !alike {
        return Ruling::Contested(sides);
    }
    if base.value.as_ref() == Some(&sides[0].value) {
        // They came to what was agreed already: an echo, or the same edit twice.
        return Ruling::Stay;
    }
    let why = match changed.len() {
        _ if base.revision.0 == 0 => Why::FirstMeeting,
        1 => Why::OneChanged,
        _ => Why::AllChangedAlike,
    };
    Ruling::Take {
        winner: candidate(first),
        why,
    }
}

/// A system's value as a candidate.
pub(crate) fn candidate(stand: &Stand<'_>) -> Candidate {
    Candidate {
        system: Some(index(stand.system)),
        // Only asked of systems that say something.
        value: stand.says.cloned().unwrap_or(Value::Null),
        standing: if stand.first {
            Standing::FirstSeen
        } else {
            Standing::Edited
        },
        at: stand.side.changed_at,
        origin: stand.side.origin.clone(),
    }
}

/// Base as a candidate; none before anything was agreed.
pub(crate) fn agreed(entity: &Entity, base: &BaseField) -> Option<Candidate> {
    let value = base.value.clone()?;
    let provenance = base.provenance.as_ref();
    let system = provenance
        .and_then(|provenance| provenance.system.as_ref())
        .and_then(|name| entity.system(name.as_str()).ok())
        .map(index);
    Some(Candidate {
        system,
        value,
        standing: Standing::Agreed,
        at: provenance.and_then(|provenance| provenance.at),
        origin: provenance
            .map(|provenance| provenance.origin.clone())
            .unwrap_or_default(),
    })
}

/// A system's place as the contract counts it.
pub(crate) fn index(system: SystemIndex) -> u32 {
    // A treaty has a handful of systems; the reader refuses more than fit.
    u32::try_from(system.0).unwrap_or(u32::MAX)
}
