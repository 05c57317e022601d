//! How a link's fields stand: what was agreed, what each system has, and what is
//! owed.

use serde::Serialize;
use treaty_ledger::{StoredLink, StoredRecord};
use treaty_model::{
    BaseField, Cell, Entity, FieldIndex, Provenance, Revision, SystemIndex, SystemName, Value,
};

/// How a field stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldNow {
    /// The field.
    pub field: String,
    /// What was agreed; none: nothing yet.
    pub value: Cell,
    /// How often that has changed.
    pub revision: Revision,
    /// Where it came from.
    pub provenance: Option<Provenance>,
    /// By system that reads the field.
    pub systems: Vec<SystemNow>,
}

/// How a field stands in one system.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SystemNow {
    /// The system.
    pub system: SystemName,
    /// What stands there.
    pub value: Cell,
    /// How that is to be taken.
    pub stand: Stand,
    /// What cannot be read or written there.
    pub problems: Vec<String>,
}

/// How what a system holds is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stand {
    /// It agrees.
    Agrees,
    /// It agrees, in the form that the system has made of it.
    OwnForm,
    /// It was changed there, and nothing has been decided yet.
    Edited,
    /// The agreed value has not reached it yet.
    Owed,
    /// The record is not there, or takes no part.
    Absent,
}

/// How the fields of a link stand; one only, where it is named.
pub(crate) fn fields(entity: &Entity, link: &StoredLink, field: Option<&str>) -> Vec<FieldNow> {
    let rows = entity.table.fields();
    let wanted = rows.filter(|(_, row)| field.is_none_or(|field| row.name == field));
    let all = wanted.map(|(index, row)| {
        let base = &link.base[index.0];
        let systems = entity.system_indexes().filter(|at| row.reads(*at));
        FieldNow {
            field: row.name.clone(),
            value: base.value.clone(),
            revision: base.revision,
            provenance: base.provenance.clone(),
            systems: systems
                .filter_map(|at| system_now(entity, link, base, at, index))
                .collect(),
        }
    });
    let said = |now: &FieldNow| {
        let is_said = |cell: &Cell| !matches!(cell, None | Some(Value::Null));
        let mut systems = now.systems.iter();
        let anywhere = systems.any(|system| is_said(&system.value) || !system.problems.is_empty());
        field.is_some() || is_said(&now.value) || anywhere
    };
    all.filter(said).collect()
}

fn system_now(
    entity: &Entity,
    link: &StoredLink,
    base: &BaseField,
    system: SystemIndex,
    field: FieldIndex,
) -> Option<SystemNow> {
    let record = link.records[system.0].as_ref()?;
    let problems = record.problems.iter();
    let about = problems.filter(|problem| problem.field().is_none_or(|of| of == field));
    Some(SystemNow {
        system: entity.part(system).system.clone(),
        value: record.observed[field.0].clone(),
        stand: stand(record, base, field),
        problems: about.map(|problem| problem.message.clone()).collect(),
    })
}

fn stand(record: &StoredRecord, base: &BaseField, field: FieldIndex) -> Stand {
    if !record.presence.takes_part() {
        return Stand::Absent;
    }
    let observed = &record.observed[field.0];
    // A reference stands as the system's own id, and was agreed as a link.
    let is_reference = matches!(observed, Some(Value::Reference(_)));
    match &record.settled[field.0] {
        Some(settled) if !is_reference && settled.value != *observed => Stand::Edited,
        Some(settled) if settled.revision < base.revision => Stand::Owed,
        Some(_) if is_reference || *observed == base.value => Stand::Agrees,
        Some(_) => Stand::OwnForm,
        None if base.revision == Revision(0) => Stand::Edited,
        None => Stand::Owed,
    }
}
