//! What the journal of two weeks tells, counted.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;
use treaty_ledger::{EntryKind, KeptEntry};
use treaty_model::{ActorKind, EntityName, LinkId, Origin, Standing, SystemName, Timestamp};

use crate::doctor::figures::{Calendar, Weeks};
use crate::{EngineError, Reader};

const DAY_MICROS: i64 = 86_400_000_000;

/// What the journal tells.
#[derive(Default)]
pub(super) struct Told {
    pub(super) weeks: Weeks<Week>,
}

/// What the journal of a week tells.
#[derive(Default)]
pub(super) struct Week {
    /// Conflicts that were decided.
    pub(super) verdicts: u64,
    /// Of these, those without a reason.
    pub(super) reasonless: u64,
    /// Of these, those in which nobody who changed anything is known.
    pub(super) nobody: u64,
    /// Values that were set back.
    pub(super) flips: Tally,
    /// Edits that were given up.
    pub(super) given_up: Tally,
}

/// How often something happened, by what it is.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<String, usize>);

impl Tally {
    pub(super) fn count(&mut self, what: String) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(super) fn total(&self) -> usize {
        self.0.values().sum()
    }

    /// How often in all what happened more often than `habit` happened.
    pub(super) fn above(&self, habit: usize) -> usize {
        self.0.values().filter(|count| **count > habit).sum()
    }

    /// What happened most, if at least `least` times.
    pub(super) fn most(&self, least: usize, shown_max: usize) -> Vec<String> {
        let mut found: Vec<_> = self
            .0
            .iter()
            .filter(|(_, count)| **count >= least)
            .collect();
        found.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let found = found.into_iter().take(shown_max);
        found
            .map(|(what, count)| format!("{what}: {count} times"))
            .collect()
    }
}

/// A write, as far as it matters here. Lists stand beside `names`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Write {
    names: Vec<String>,
    own: Vec<Json>,
    replaced: Vec<Json>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Verdict {
    decided: Option<Decided>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Decided {
    reason: String,
    sides: Vec<Side>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Side {
    origin: Origin,
    standing: Option<Standing>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GivenUp {
    candidate: Side,
}

/// One own field of one record.
type Place = (EntityName, LinkId, SystemName, String);

/// The last write to a field: when, what, and over what.
type Last = (Timestamp, Json, Json);

impl Told {
    /// Reads the journal of two weeks once.
    pub(super) fn read(reader: &Reader, calendar: Calendar) -> Result<Self, EngineError> {
        let mut told = Self::default();
        let mut last: BTreeMap<Place, Last> = BTreeMap::new();
        let kinds = [EntryKind::Write, EntryKind::Verdict, EntryKind::GivenUp];
        let since = calendar.before_from;
        reader
            .ledger
            .journal_since(since, &kinds, &mut |entity, entry| {
                if let Some(week) = told.weeks.of(calendar, entry.at) {
                    week.take(entity, entry, &mut last);
                }
            })?;
        Ok(told)
    }
}

impl Week {
    /// Takes in an entry. One of a shape that is not known counts for nothing.
    fn take(&mut self, entity: EntityName, entry: KeptEntry, last: &mut BTreeMap<Place, Last>) {
        match entry.kind {
            EntryKind::Verdict => {
                let told = Verdict::deserialize(&entry.content).unwrap_or_default();
                let Some(decided) = told.decided else { return };
                let is_unknown = |side: &Side| side.origin.kind == ActorKind::Unknown;
                self.verdicts += 1;
                self.reasonless += u64::from(decided.reason.trim().is_empty());
                self.nobody += u64::from(decided.sides.iter().all(is_unknown));
            }
            EntryKind::GivenUp => {
                let told = GivenUp::deserialize(&entry.content).unwrap_or_default();
                let (Some(field), Some(system)) = (entry.field, entry.system) else {
                    return;
                };
                // What two systems held when they met is nobody's habit.
                if told.candidate.standing != Some(Standing::Edited) {
                    return;
                }
                let actor = told.candidate.origin.actor;
                let actor = actor.unwrap_or_else(|| "somebody".to_owned());
                self.given_up
                    .count(format!("{entity} {field} by {actor} in {system}"));
            }
            EntryKind::Write => self.take_write(entity, entry, last),
            _ => {}
        }
    }

    fn take_write(
        &mut self,
        entity: EntityName,
        entry: KeptEntry,
        last: &mut BTreeMap<Place, Last>,
    ) {
        let (Some(link), Some(system)) = (entry.link, entry.system) else {
            return;
        };
        let told = Write::deserialize(&entry.content).unwrap_or_default();
        let values = told.own.into_iter().zip(told.replaced);
        for (name, (own, replaced)) in told.names.into_iter().zip(values) {
            let place = (entity.clone(), link, system.clone(), name);
            if let Some((at, sent, over)) = last.get(&place) {
                let since = entry.at.as_micros().saturating_sub(at.as_micros());
                // What stood there before the last write is written again.
                if own == *over && own != *sent && since <= DAY_MICROS {
                    let (entity, link, system, name) = &place;
                    self.flips
                        .count(format!("{entity} {link} {name} in {system}"));
                }
            }
            last.insert(place, (entry.at, own, replaced));
        }
    }
}
