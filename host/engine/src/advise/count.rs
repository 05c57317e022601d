//! From the journal's entries to counts, one entry after the other: what is held
//! meanwhile grows with the questions that are open, not with the journal.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use treaty_ledger::{EntryKind, KeptEntry, Ledger};
use treaty_model::{
    Cell, EntityName, LinkId, Revision, RuleId, RunId, Standing, SystemName, Timestamp, Value, Why,
};
use treaty_planner::{EDITED_ELSEWHERE, OWNED_ELSEWHERE};

use super::figures::{Edits, FieldFigures};
use crate::EngineError;
use crate::explain::{Agreed, Happening, SideTold, kept};

/// What the journal tells, by field.
#[derive(Debug, Default)]
pub(super) struct Count {
    figures: BTreeMap<(EntityName, String), FieldFigures>,
    /// Entries of which only the skeleton is left.
    pub(super) forgotten: u64,
    /// What people were asked and nobody has decided yet.
    open: BTreeMap<Place, Open>,
    /// The run that last said that it undoes another.
    undoing: Option<RunId>,
}

/// One field of one link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) entity: EntityName,
    pub(super) link: LinkId,
    pub(super) field: String,
}

/// What a person is asked: its edits were counted when they were asked about, and
/// are told again when it is decided.
#[derive(Debug, Default)]
struct Open {
    edits: Vec<(SystemName, Value)>,
    collides: bool,
}

/// The sides of a conflict, as far as they count.
struct Contest<'a> {
    /// What systems changed. In a group, an editor of one field is a side in all
    /// of them, with what was agreed where it changed nothing.
    edits: Vec<&'a SideTold>,
    /// Whether two systems edited it, to different values.
    collides: bool,
}

impl Count {
    /// Reads the journal from a time on. What is only a skeleton before `begins`
    /// was emptied on purpose, and is not told entry by entry.
    pub(super) fn read(
        ledger: &Ledger,
        since: Timestamp,
        begins: Option<Timestamp>,
    ) -> Result<Self, EngineError> {
        let mut count = Self::default();
        let kinds = [
            EntryKind::Base,
            EntryKind::Verdict,
            EntryKind::GivenUp,
            EntryKind::Question,
            EntryKind::Write,
            EntryKind::Change,
        ];
        ledger.journal_since(since, &kinds, &mut |entity, entry| {
            if !is_forgotten(&entry.content) || begins.is_none_or(|begins| entry.at >= begins) {
                count.take_entry(&entity, &entry);
            }
        })?;
        Ok(count)
    }

    /// What was counted of a field.
    pub(super) fn of(&self, entity: &EntityName, field: &str) -> FieldFigures {
        let key = (entity.clone(), field.to_owned());
        self.figures.get(&key).cloned().unwrap_or_default()
    }

    /// Takes in an entry. One of a shape that is not known counts for nothing.
    fn take_entry(&mut self, entity: &EntityName, entry: &KeptEntry) {
        let Some(link) = entry.link else { return };
        for told in kept::told(entry, None) {
            self.take(entity, link, entry.run, told.what);
        }
    }

    /// Takes in what happened to a link.
    pub(super) fn take(
        &mut self,
        entity: &EntityName,
        link: LinkId,
        run: RunId,
        happened: Happening,
    ) {
        let place = |field: String| Place {
            entity: entity.clone(),
            link,
            field,
        };
        match happened {
            Happening::Agreed(agreed) => self.agreed(&place(agreed.field.clone()), agreed),
            Happening::Decided {
                agreed,
                rule,
                sides,
                ..
            } => self.decided(&place(agreed.field.clone()), &agreed, rule.as_ref(), &sides),
            Happening::Asked {
                field: Some(field),
                base,
                reason,
                sides,
                ..
            } => self.asked(&place(field), &base, &reason, &sides),
            Happening::GivenUp {
                field,
                side,
                reason,
                rule,
                ..
            } => {
                let stray = rule.is_none() && reason == OWNED_ELSEWHERE;
                self.given_up(&place(field), &side, stray);
            }
            Happening::Sent {
                done: true,
                revisions,
                ..
            } if self.undoing == Some(run) => self.put_back(entity, &revisions),
            Happening::Other { kind, content } => self.other(kind, run, &content),
            _ => {}
        }
    }

    fn figures(&mut self, entity: &EntityName, field: &str) -> &mut FieldFigures {
        let key = (entity.clone(), field.to_owned());
        self.figures.entry(key).or_default()
    }

    fn figures_at(&mut self, place: &Place) -> &mut FieldFigures {
        self.figures(&place.entity, &place.field)
    }

    fn edits_at(&mut self, place: &Place, system: &SystemName) -> &mut Edits {
        let systems = &mut self.figures_at(place).systems;
        systems.entry(system.clone()).or_default()
    }

    /// Counts an edit, unless it was counted when a person was asked about it.
    /// Gives whether it was new.
    fn edit(&mut self, place: &Place, side: &SideTold, known: &Open) -> bool {
        let Some(system) = &side.system else {
            return false;
        };
        let seen = |(of, value): &(SystemName, Value)| of == system && *value == side.value;
        if known.edits.iter().any(seen) {
            return false;
        }
        self.edits_at(place, system).count(&side.origin);
        true
    }

    fn agreed(&mut self, place: &Place, agreed: Agreed) {
        match agreed.why {
            Why::OneChanged | Why::OwnerChanged => {}
            Why::AllChangedAlike => {
                self.open.remove(place);
                let figures = self.figures_at(place);
                figures.changes += 1;
                figures.alike += 1;
                return;
            }
            // A first meeting is nobody's edit, and a correction is no edit.
            _ => return,
        }
        let Some(system) = agreed.system else { return };
        // An owner may edit while a person is asked about others' edits.
        let known = match agreed.why {
            Why::OneChanged => self.open.remove(place).unwrap_or_default(),
            _ => Open::default(),
        };
        let side = SideTold {
            system: Some(system.clone()),
            value: agreed.value,
            standing: Standing::Edited,
            origin: agreed.origin,
            at: agreed.at,
        };
        let new = self.edit(place, &side, &known);
        self.figures_at(place).changes += u64::from(new);
        self.edits_at(place, &system).agreed += 1;
    }

    fn decided(
        &mut self,
        place: &Place,
        agreed: &Agreed,
        rule: Option<&RuleId>,
        sides: &[SideTold],
    ) {
        let contest = Contest::of(&agreed.before, sides);
        let asked = self.open.remove(place);
        if contest.edits.is_empty() {
            return;
        }
        let known = asked.unwrap_or_else(|| {
            let figures = self.figures_at(place);
            figures.changes += 1;
            figures.collisions += u64::from(contest.collides);
            Open {
                edits: Vec::new(),
                collides: contest.collides,
            }
        });
        for side in &contest.edits {
            self.edit(place, side, &known);
            if let (Some(system), true) = (&side.system, side.value == agreed.value) {
                self.edits_at(place, system).agreed += 1;
            }
        }
        if known.collides {
            let figures = self.figures_at(place);
            *match rule {
                Some(_) => &mut figures.decided_by_rule,
                None => &mut figures.decided_by_person,
            } += 1;
        }
    }

    fn asked(&mut self, place: &Place, base: &Cell, reason: &str, sides: &[SideTold]) {
        self.figures_at(place).asked += 1;
        let contest = Contest::of(base, sides);
        if contest.edits.is_empty() {
            return;
        }
        // Others than the owner edited it: that contests nothing.
        let collides = contest.collides && reason != EDITED_ELSEWHERE;
        let asked = self.open.remove(place);
        let is_known = asked.is_some();
        let mut open = asked.unwrap_or_default();
        for side in &contest.edits {
            if self.edit(place, side, &open)
                && let Some(system) = &side.system
            {
                open.edits.push((system.clone(), side.value.clone()));
            }
        }
        let figures = self.figures_at(place);
        figures.changes += u64::from(!is_known);
        figures.collisions += u64::from(collides && !open.collides);
        open.collides |= collides;
        self.open.insert(place.clone(), open);
    }

    /// `stray`: the edit of somebody who does not own the field, of which nothing
    /// else is told.
    fn given_up(&mut self, place: &Place, side: &SideTold, stray: bool) {
        let (Some(system), Standing::Edited) = (&side.system, side.standing) else {
            return;
        };
        if stray && self.edit(place, side, &Open::default()) {
            self.figures_at(place).changes += 1;
        }
        self.edits_at(place, system).given_up += 1;
    }

    fn put_back(&mut self, entity: &EntityName, written: &[(String, Revision)]) {
        for (field, _) in written {
            self.figures(entity, field).put_back += 1;
        }
    }

    fn other(&mut self, kind: EntryKind, run: RunId, content: &Json) {
        if is_forgotten(content) {
            let told = !matches!(kind, EntryKind::Write | EntryKind::Change);
            self.forgotten += u64::from(told);
        } else if kind == EntryKind::Change && content.get("undo").is_some() {
            self.undoing = Some(run);
        }
    }
}

/// Whether an entry is only a skeleton.
fn is_forgotten(content: &Json) -> bool {
    content.get("forgotten").is_some()
}

impl<'a> Contest<'a> {
    fn of(before: &Cell, sides: &'a [SideTold]) -> Self {
        let edited = |side: &&SideTold| {
            side.standing == Standing::Edited && before.as_ref() != Some(&side.value)
        };
        let had: Vec<_> = sides
            .iter()
            .filter(|side| side.standing != Standing::FirstSeen)
            .collect();
        let differ = |one: &&SideTold| {
            let mut others = had.iter();
            others.any(|other| one.system != other.system && one.value != other.value)
        };
        Self {
            edits: sides.iter().filter(edited).collect(),
            collides: had.iter().any(differ),
        }
    }
}

#[cfg(test)]
mod tests;
