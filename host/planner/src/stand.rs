//! How one system's record stands to the base of one field, and the values that
//! come of it as candidates.

use treaty_model::{
    BaseField, Candidate, Entity, FieldIndex, FieldRow, Link, Side, Standing, SystemIndex, Value,
};

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
    /// Whether it settled before the latest base: it is to be written, or to be
    /// settled again.
    pub(crate) behind: bool,
    /// Whether its editor cannot have seen the latest base. Either it is behind,
    /// or its column is read-only and it settled with a value of its own: what
    /// was agreed never gets there.
    pub(crate) unseen: bool,
    /// Whether it never agreed on this field.
    pub(crate) first: bool,
    /// Whether it agreed before without ever saying what it holds. (A password
    /// can be written and not be read.)
    pub(crate) wordless: bool,
}

impl Stand<'_> {
    /// Whether base could be written over what the system holds without losing
    /// anything unseen. (A phone number that the mapper cannot read is absent,
    /// and somebody typed it.)
    pub(crate) fn legible(&self) -> bool {
        self.says.is_some() || self.wordless
    }
}

/// How the systems that take part and read a field stand to its base. Records
/// that are left out, missing or gone are neither sources nor written.
pub(crate) fn stands<'a>(entity: &Entity, link: &'a Link, field: FieldIndex) -> Vec<Stand<'a>> {
    let row = entity.table.row(field);
    let base = link.base(field);
    entity
        .system_indexes()
        .filter(|system| row.reads(*system))
        .filter_map(|system| {
            let side = link.present(system)?;
            Some(stand(row, system, side, base, field))
        })
        .collect()
}

/// How one record stands to a base.
pub(crate) fn stand<'a>(
    row: &FieldRow,
    system: SystemIndex,
    side: &'a Side,
    base: &BaseField,
    field: FieldIndex,
) -> Stand<'a> {
    let says = side.observed[field.0].as_ref();
    let settled = side.settled[field.0].as_ref();
    let behind = settled.is_none_or(|settled| settled.revision < base.revision);
    let apart = settled.is_some_and(|settled| settled.value != base.value);
    Stand {
        system,
        side,
        says,
        changed: says.is_some() && settled.is_none_or(|settled| settled.value.as_ref() != says),
        behind,
        unseen: behind || (apart && !row.writable(system)),
        first: settled.is_none(),
        wordless: settled.is_some_and(|settled| settled.value.is_none()),
    }
}

/// A system's value as a candidate; none where it does not say.
pub(crate) fn candidate(stand: &Stand<'_>) -> Option<Candidate> {
    Some(Candidate {
        system: Some(index(stand.system)),
        value: stand.says.cloned()?,
        standing: if stand.first {
            Standing::FirstSeen
        } else {
            Standing::Edited
        },
        at: stand.side.changed_at,
        origin: stand.side.origin.clone(),
    })
}

/// Base as a candidate; none before anything was agreed.
pub fn agreed(entity: &Entity, base: &BaseField) -> Option<Candidate> {
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

/// The candidate that gets the credit where several hold the winning value. By
/// name, so that the order of the systems in the treaty means nothing.
pub(crate) fn first_by_name<'a>(
    entity: &Entity,
    candidates: impl Iterator<Item = &'a Candidate>,
) -> Option<&'a Candidate> {
    candidates.min_by_key(|candidate| {
        let system = candidate.system.map(|system| system as usize);
        let name = system.and_then(|system| entity.systems.get(system));
        (candidate.standing, name.map(|part| part.system.clone()))
    })
}

/// A system's place as the contract counts it.
pub(crate) fn index(system: SystemIndex) -> u32 {
    // A treaty has a handful of systems; the reader refuses more than fit.
    u32::try_from(system.0).unwrap_or(u32::MAX)
}
