//! Repair: what an audit found to differ is made equal, as far as a person asks
//! for it.
//!
//! An edit that no feed told of is taken in like any other: the next pass decides
//! about it. Where Treaty knew what stands there, and the systems differ all the
//! same, the owner's value is written to the others, or what was agreed, or what
//! the person says. Records that are missing or extra are not repaired: who made
//! or removed them has to say.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

use serde::Serialize;
use serde_json::json;
use treaty_model::{
    ActorKind, BaseChange, FieldIndex, LinkId, LinkPlan, Operation, Origin, Owner, Provenance,
    Revision, SystemIndex, SystemName, Value, Why, Write,
};
use treaty_systems::Change;

use super::findings::{Audit, Difference, Kind};
use crate::correction::Correction;
use crate::draft::Draft;
use crate::report::{EntityReport, Report, SystemReport};
use crate::{Engine, EngineError, Mode, Part};

/// How many links are repaired in one batch.
const BATCH_LINKS: usize = 2_000;

/// What is to be repaired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepairWish {
    /// Only these fields; empty: all.
    pub fields: Vec<String>,
    /// Only what is written to this system.
    pub to: Option<SystemName>,
    /// The system whose value counts for shared fields; none: what was agreed.
    pub from: Option<SystemName>,
    /// Who wants it.
    pub by: String,
}

/// What came of a repair.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Repair {
    /// What was done, or would be.
    #[serde(flatten)]
    pub report: Report,
    /// Records whose edits no feed had told of: they are taken in, and the next
    /// pass decides about them.
    pub taken_in: u64,
    /// Differences that stay, and why.
    pub left: Vec<(Difference, String)>,
}

impl Engine {
    /// Repairs what an audit found, or says what that would do.
    pub async fn repair(
        &self,
        audit: &Audit,
        wish: &RepairWish,
        mode: Mode,
        approved: &BTreeSet<String>,
    ) -> Result<Repair, EngineError> {
        let note =
            json!({ "repair": wish.fields, "to": wish.to, "from": wish.from, "by": wish.by });
        let correction = self.begin_correction(mode, approved, note)?;
        let mut repair = Repair::default();
        for found in &audit.entities {
            let part = self
                .parts
                .iter()
                .find(|part| part.entity.name == found.entity);
            let Some(part) = part else { continue };
            let differences = &found.differences;
            let entity = self
                .repair_entity(part, differences, wish, &correction, &mut repair)
                .await?;
            repair.report.entities.push(entity);
        }
        self.end_correction(&correction, &mut repair.report)?;
        Ok(repair)
    }

    async fn repair_entity(
        &self,
        part: &Part,
        differences: &[Difference],
        wish: &RepairWish,
        correction: &Correction,
        repair: &mut Repair,
    ) -> Result<EntityReport, EngineError> {
        let mut entity = EntityReport {
            entity: part.entity.name.to_string(),
            ..EntityReport::default()
        };
        let mut by_link: BTreeMap<LinkId, Vec<&Difference>> = BTreeMap::new();
        for difference in differences {
            match (difference.kind, difference.link) {
                (Kind::Different, Some(link)) => by_link.entry(link).or_default().push(difference),
                _ => repair
                    .left
                    .push((difference.clone(), by_hand(difference).to_owned())),
            }
        }
        let (down, _) = self.look_at_systems(part, &mut entity).await?;
        repair.taken_in += self.take_in_unnoticed(part, &by_link).await?;
        let mut next = |after: &mut LinkId, left: &mut Vec<_>| {
            let rest = by_link.range((Excluded(*after), Unbounded));
            let batch: Vec<_> = rest.take(BATCH_LINKS).collect();
            let Some((last, _)) = batch.last() else {
                return Ok(None);
            };
            *after = **last;
            self.repair_batch(part, &batch, wish, correction, left)
                .map(Some)
        };
        let told = (&mut entity, &mut repair.report);
        let left = self
            .correct(part, correction, down, told, &mut next)
            .await?;
        repair.left.extend(left);
        Ok(entity)
    }

    /// Reads records again whose edits nobody told of, and takes them in as if
    /// their systems had.
    async fn take_in_unnoticed(
        &self,
        part: &Part,
        by_link: &BTreeMap<LinkId, Vec<&Difference>>,
    ) -> Result<u64, EngineError> {
        let mut taken_in = 0;
        for system in part.entity.system_indexes() {
            let to = part.system(system);
            let name = &part.entity.part(system).system;
            let sides = by_link.values().flatten().flat_map(|found| &found.sides);
            let of_system = sides.filter(|side| side.system == *name);
            let ids: BTreeSet<_> = of_system.filter_map(|side| side.remote.clone()).collect();
            let ids: Vec<_> = ids.into_iter().collect();
            for ids in ids.chunks(to.capabilities().gets_max.max(1)) {
                // A system that cannot be read is told by the audit.
                let Ok(records) = to.connector.get(&to.source, ids).await else {
                    continue;
                };
                let changes = records.into_iter().flatten().map(Change::Record);
                let mut read = SystemReport::default();
                let commit = self.take_in(part, system, changes.collect(), None, &mut read)?;
                self.keep(part, commit)?;
                taken_in += read.changed;
            }
        }
        Ok(taken_in)
    }

    fn repair_batch(
        &self,
        part: &Part,
        batch: &[(&LinkId, &Vec<&Difference>)],
        wish: &RepairWish,
        correction: &Correction,
        left: &mut Vec<(Difference, String)>,
    ) -> Result<Vec<Draft>, EngineError> {
        let numbers: Vec<_> = batch.iter().map(|(link, _)| **link).collect();
        let on_its_way = self.ledger.attention_among(&numbers)?;
        let mut drafts = Vec::new();
        for stored in self.ledger.links(&numbers)? {
            let found = batch.iter().find(|(link, _)| **link == stored.id);
            let Some((_, found)) = found else { continue };
            let mut stays = |difference: &Difference, why: &str| {
                left.push((difference.clone(), why.to_owned()));
            };
            if on_its_way.contains(&stored.id) {
                let why = "an edit is on its way: the next pass decides";
                found.iter().for_each(|difference| stays(difference, why));
                continue;
            }
            let mut draft = Draft::of_correction(
                LinkPlan::new(stored.id, stored.entity.clone()),
                stored,
                Vec::new(),
            );
            for difference in found.iter() {
                if let Err(why) = self.mend(part, &mut draft, difference, wish, correction) {
                    stays(difference, why);
                }
            }
            drafts.push(draft);
        }
        self.map_out(part, &mut drafts)?;
        Ok(drafts)
    }

    /// Plans what makes one field of a link equal, or says why not.
    fn mend(
        &self,
        part: &Part,
        draft: &mut Draft,
        difference: &Difference,
        wish: &RepairWish,
        correction: &Correction,
    ) -> Result<(), &'static str> {
        let name = difference.field.as_ref().ok_or("it is no field")?;
        if !wish.fields.is_empty() && !wish.fields.contains(name) {
            return Err("the field was not asked for");
        }
        let field = part.entity.table.field(name);
        let field = field.map_err(|_| "the field table no longer has it")?;
        let row = part.entity.table.row(field);
        let base = draft.stored.base[field.0].clone();
        let says = |system: &SystemName| {
            let side = difference.sides.iter().find(|side| side.system == *system);
            side.and_then(|side| side.value.clone())
        };
        let source = match row.owner {
            Owner::System(owner) => Some(part.entity.part(owner).system.clone()),
            Owner::Shared => wish.from.clone(),
        };
        let target = match &source {
            Some(system) => says(system).ok_or("the system whose value counts says nothing")?,
            None => base.value.clone().ok_or("nothing was agreed: say --from")?,
        };
        let mut revision = base.revision;
        if base.value.as_ref() != Some(&target) {
            revision = Revision(base.revision.0 + 1);
            let change = self.repaired(correction, wish, field, &target, source, &base, revision);
            draft.plan.base.push(change);
        }
        for side in &difference.sides {
            let Ok(system) = part.entity.system(side.system.as_str()) else {
                continue;
            };
            let wanted = wish.to.as_ref().is_none_or(|to| *to == side.system);
            if side.value.as_ref() != Some(&target) && wanted && row.writable(system) {
                bring(part, draft, system, field, &target, revision);
            }
        }
        match draft.plan.operations.is_empty() {
            true => Err("nothing of it can be written there"),
            false => Ok(()),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what a change of base is made of, passed down one level"
    )]
    fn repaired(
        &self,
        correction: &Correction,
        wish: &RepairWish,
        field: FieldIndex,
        target: &Value,
        source: Option<SystemName>,
        base: &treaty_model::BaseField,
        revision: Revision,
    ) -> BaseChange {
        BaseChange {
            field,
            before: base.value.clone(),
            value: target.clone(),
            revision,
            provenance: Provenance {
                system: source,
                origin: Origin {
                    kind: ActorKind::Person,
                    actor: Some(wish.by.clone()),
                },
                at: Some(self.clock.now()),
                rule: None,
                run: correction.run,
            },
            why: Why::Repaired,
            decided: None,
        }
    }
}

/// Adds a field to what is written to a system.
fn bring(
    part: &Part,
    draft: &mut Draft,
    system: SystemIndex,
    field: FieldIndex,
    value: &Value,
    revision: Revision,
) {
    let Some(record) = &draft.stored.records[system.0] else {
        return;
    };
    let operations = &mut draft.plan.operations;
    let known = operations
        .iter()
        .position(|operation| operation.system() == system);
    let place = known.unwrap_or_else(|| {
        operations.push(Operation::Write(Write {
            system,
            remote: record.key.remote.clone(),
            values: part.nothing(),
            revisions: Vec::new(),
            why: Vec::new(),
        }));
        operations.len() - 1
    });
    if let Operation::Write(write) = &mut operations[place] {
        write.values[field.0] = Some(value.clone());
        write.revisions.push((field, revision));
        write.why.push(Why::Repaired);
    }
}

/// What a person can do about a record that is missing or extra.
fn by_hand(difference: &Difference) -> &'static str {
    match difference.kind {
        Kind::Missing => "make or restore the record in its system; the next pass sees it",
        Kind::Extra => "the next pass looks at it",
        Kind::Different => "nothing is known of its link",
    }
}
