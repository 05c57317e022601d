//! Undo: what a run wrote is put back, where nobody has changed it since.
//!
//! It is a run itself: weighed by the guards, sent on condition that the record
//! still is what was read, told in the journal, and it can be undone. Records that
//! the run made are archived. What cannot be put back is told with the reason.
//!
//! Base stays as it was agreed, so that nothing spreads that nobody has looked at:
//! the system agrees to differ until somebody edits the field again. Only where a
//! person wants it everywhere does base go back too, and the next pass brings it to
//! the system that the value came from.

mod back;
mod past;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::json;
use treaty_model::{EntityName, Inbound, LinkId, Operation, RemoteId, Row, RunId, SystemName};

use crate::correction::Correction;
use crate::draft::Draft;
use crate::reading::Reading;
use crate::report::{EntityReport, Report};
use crate::{Engine, EngineError, Mode, Part};

use back::PuttingBack;
use past::Past;

/// How many links are put back in one batch.
const BATCH_LINKS: usize = 2_000;

/// What is to be undone, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoWish {
    /// The run.
    pub run: RunId,
    /// Whether what was agreed goes back too.
    pub everywhere: bool,
    /// Who wants it.
    pub by: String,
}

/// What came of undoing a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Undone {
    /// What was done, or would be.
    #[serde(flatten)]
    pub report: Report,
    /// What stays as it is.
    pub left: Vec<Left>,
}

/// Something that is not put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    /// The entity.
    pub entity: EntityName,
    /// The link.
    pub link: LinkId,
    /// The system.
    pub system: SystemName,
    /// The record there.
    pub remote: Option<RemoteId>,
    /// The own field; none: the whole record.
    pub field: Option<String>,
    /// Why.
    pub why: String,
}

/// What is said of a write whose entry was forgotten.
const UNTOLD: &str = "the journal no longer tells what was written there";

/// An undo under way.
struct Undoing<'a> {
    wish: &'a UndoWish,
    /// The run that it is itself.
    run: RunId,
}

impl Engine {
    /// Undoes a run, or says what undoing it would do. `approved` holds the names
    /// of plans that a person let through.
    ///
    /// # Errors
    /// [`EngineError::Undo`] where there is no such run.
    pub async fn undo(
        &self,
        wish: &UndoWish,
        mode: Mode,
        approved: &BTreeSet<String>,
    ) -> Result<Undone, EngineError> {
        let note = json!({ "undo": wish.run, "by": wish.by });
        let correction = self.begin_correction(mode, approved, note)?;
        if wish.run.0 == 0 || wish.run >= correction.run {
            return Err(EngineError::Undo { run: wish.run });
        }
        let mut undone = Undone::default();
        // What refers to others goes before what it refers to.
        for part in self.parts.iter().rev() {
            let entity = self
                .undo_entity(part, wish, &correction, &mut undone)
                .await?;
            undone.report.entities.push(entity);
        }
        self.end_correction(&correction, &mut undone.report)?;
        Ok(undone)
    }

    async fn undo_entity(
        &self,
        part: &Part,
        wish: &UndoWish,
        correction: &Correction,
        undone: &mut Undone,
    ) -> Result<EntityReport, EngineError> {
        let mut entity = EntityReport {
            entity: part.entity.name.to_string(),
            ..EntityReport::default()
        };
        let name = &part.entity.name;
        let first = self.ledger.links_of_run(wish.run, name, LinkId(0), 1)?;
        if first.is_empty() {
            return Ok(entity);
        }
        // What stands there now is what was read just now.
        let (down, _) = self.look_at_systems(part, &mut entity).await?;
        let undoing = Undoing {
            wish,
            run: correction.run,
        };
        let mut next =
            |after: &mut LinkId, left: &mut Vec<Left>| self.undo_batch(part, &undoing, after, left);
        let told = (&mut entity, &mut undone.report);
        let left = self
            .correct(part, correction, down, told, &mut next)
            .await?;
        undone.left.extend(left);
        Ok(entity)
    }

    /// The next links of the run, with what puts them back, and what stays. None:
    /// there are no more.
    fn undo_batch(
        &self,
        part: &Part,
        undoing: &Undoing<'_>,
        after: &mut LinkId,
        left: &mut Vec<Left>,
    ) -> Result<Option<Vec<Draft>>, EngineError> {
        let (run, name) = (undoing.wish.run, &part.entity.name);
        let numbers = self.ledger.links_of_run(run, name, *after, BATCH_LINKS)?;
        let Some(last) = numbers.last() else {
            return Ok(None);
        };
        *after = *last;
        let mut drafts = Vec::new();
        for link in self.ledger.links(&numbers)? {
            let past = Past::of(self.ledger.entries_of_run(run, name, link.id)?);
            left.extend(past.untold.iter().map(|system| Left {
                entity: name.clone(),
                link: link.id,
                system: system.clone(),
                remote: None,
                field: None,
                why: UNTOLD.to_owned(),
            }));
            let mut putting = PuttingBack::new(part, undoing, link, left);
            for (system, write) in &past.systems {
                putting.take(system, write);
            }
            if undoing.wish.everywhere {
                putting.put_base_back(&past, self.clock.now());
            }
            drafts.extend(putting.into_draft());
        }
        self.say_values(part, &mut drafts);
        Ok(Some(drafts))
    }

    /// Says in canonical form what is put back, for people to read.
    fn say_values(&self, part: &Part, drafts: &mut [Draft]) {
        for system in part.entity.system_indexes() {
            let (mut writes, mut inbound) = (Vec::new(), Vec::new());
            for draft in drafts.iter_mut() {
                let known = draft.stored.base.iter().map(|field| field.value.clone());
                let known: Row = known.collect();
                let operations = draft.plan.operations.iter_mut().zip(&draft.sends);
                for (operation, send) in operations {
                    let Operation::Write(write) = operation else {
                        continue;
                    };
                    if write.system == system {
                        let own = send.own.iter().zip(&send.expected);
                        let own = own.map(|(back, now)| back.clone().or_else(|| now.clone()));
                        inbound.push(Inbound {
                            own: own.collect(),
                            known: known.clone(),
                        });
                        writes.push(write);
                    }
                }
            }
            let readings = self.map_in(part, system, &inbound);
            for (write, reading) in writes.into_iter().zip(readings) {
                if let Reading::Read { canonical, .. } = reading {
                    for (field, _) in &write.revisions {
                        write.values[field.0].clone_from(&canonical[field.0]);
                    }
                }
            }
        }
    }
}
