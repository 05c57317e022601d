//! What a run did to one link, read back from the journal.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use treaty_ledger::{EntryKind, IntentAction, KeptEntry};
use treaty_model::{Cell, RemoteId, Revision, SystemName, Value};

/// What a run did to one link.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// By system.
    pub(super) systems: BTreeMap<SystemName, PastWrite>,
    /// By field: what base was before, and the revision that it became.
    pub(super) before: BTreeMap<String, (Value, Revision)>,
    /// Systems that something was done to of which nobody knows what.
    pub(super) untold: BTreeSet<SystemName>,
}

/// What a run did to one record: all its writes together.
#[derive(Debug)]
pub(super) struct PastWrite {
    /// What it did: a record that was made and then written was made.
    pub(super) action: IntentAction,
    /// The record.
    pub(super) remote: Option<RemoteId>,
    /// By own field: what stood there before the run, and what it left.
    pub(super) own: BTreeMap<String, (Cell, Cell)>,
    /// By field: the revision of base that it brought last.
    pub(super) revisions: BTreeMap<String, Revision>,
}

/// A write as `ending.rs` tells it.
#[derive(Deserialize)]
struct WriteTold {
    action: IntentAction,
    left: Option<Vec<Cell>>,
    names: Vec<String>,
    own: Vec<Cell>,
    replaced: Vec<Cell>,
    revisions: Vec<(String, Revision)>,
}

/// Changes of base as `tell.rs` tells them.
#[derive(Deserialize)]
struct AgreedTold {
    fields: Vec<FieldTold>,
}

#[derive(Deserialize)]
struct FieldTold {
    field: String,
    to: ChangeTold,
}

#[derive(Deserialize)]
struct ChangeTold {
    before: Cell,
    revision: Revision,
}

impl Past {
    /// Reads entries about one link, in the order in which they were told. What
    /// cannot be understood, or was forgotten, is not put back by guessing.
    pub(super) fn of(entries: Vec<KeptEntry>) -> Self {
        let mut past = Self::default();
        for entry in entries {
            match entry.kind {
                EntryKind::Write | EntryKind::Create | EntryKind::Delete => past.take_write(entry),
                EntryKind::Base => {
                    if let Ok(told) = serde_json::from_value::<AgreedTold>(entry.content) {
                        let fields = told.fields.into_iter();
                        fields.for_each(|told| past.take_base(told.field, told.to));
                    }
                }
                EntryKind::Verdict => {
                    let told = serde_json::from_value(entry.content);
                    if let (Some(field), Ok(told)) = (entry.field, told) {
                        past.take_base(field, told);
                    }
                }
                _ => {}
            }
        }
        past
    }

    fn take_base(&mut self, field: String, told: ChangeTold) {
        let Some(before) = told.before else { return };
        // Of several changes in one run the first one knows what was before.
        let known = self.before.entry(field);
        let known = known.or_insert((before, told.revision));
        known.1 = told.revision;
    }

    fn take_write(&mut self, entry: KeptEntry) {
        let told = serde_json::from_value::<WriteTold>(entry.content);
        let Some(system) = entry.system else { return };
        let Ok(told) = told else {
            self.untold.insert(system);
            return;
        };
        let write = self.systems.entry(system).or_insert_with(|| PastWrite {
            action: told.action,
            remote: None,
            own: BTreeMap::new(),
            revisions: BTreeMap::new(),
        });
        if write.action != IntentAction::Create || told.action != IntentAction::Update {
            write.action = told.action;
        }
        write.remote = entry.remote.or(write.remote.take());
        let left = told.left.unwrap_or(told.own);
        for (place, (name, left)) in told.names.into_iter().zip(left).enumerate() {
            let before = told.replaced.get(place).cloned().flatten();
            let known = write.own.entry(name).or_insert((before, None));
            known.1 = left;
        }
        write.revisions.extend(told.revisions);
    }
}
