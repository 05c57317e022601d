//! Reconcile of one shared field, as the planner decides it, under the rule "keep
//! the first system by name".

use crate::ledger::{Base, Intent, Ledger, Settled, StoredRecord};
use crate::state::{SYSTEMS, Text, Texts};

/// What a pass will do with the link.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Draft {
    /// Base as it will be.
    pub base: Base,
    /// Systems that agree with it.
    pub settle: [Option<Settled>; SYSTEMS],
    /// What goes to the journal.
    pub given_up: Texts,
    /// What is sent.
    pub sends: [Option<Intent>; SYSTEMS],
}

/// How a record stands to base.
#[derive(Clone, Copy)]
struct Stand {
    system: usize,
    says: Text,
    changed: bool,
    behind: bool,
}

fn stand(system: usize, record: &StoredRecord, base: &Base) -> Stand {
    let settled = record.settled;
    Stand {
        system,
        says: record.observed,
        changed: settled.is_none_or(|settled| settled.value != record.observed),
        behind: settled.is_none_or(|settled| settled.revision < base.revision),
    }
}

/// Decides the link: pure, from what is durable alone.
pub fn decide(ledger: &Ledger) -> Draft {
    let base = &ledger.base;
    let records = ledger.records.iter().enumerate();
    let stands: Vec<Stand> = records
        .filter_map(|(system, record)| Some(stand(system, record.as_ref()?, base)))
        .collect();
    let mut given_up = Texts::default();
    let change = rule_on_shared(base, &stands, &mut given_up);
    let mut draft = Draft {
        base: change.unwrap_or(*base),
        settle: [None; SYSTEMS],
        given_up,
        sends: [None; SYSTEMS],
    };
    spread(ledger, &stands, change.is_some(), &mut draft);
    draft
}

/// What base becomes; none: it stays.
fn rule_on_shared(base: &Base, stands: &[Stand], given_up: &mut Texts) -> Option<Base> {
    let edits: Vec<_> = stands.iter().filter(|stand| stand.changed).collect();
    let mut sides: Vec<(usize, Text)> = edits.iter().map(|s| (s.system, s.says)).collect();
    let unseen = edits.iter().any(|stand| stand.behind);
    let agreed = base.value.zip(base.from).filter(|_| unseen);
    sides.extend(agreed.map(|(value, from)| (from, value)));
    let becomes = |from: usize, value: Text| Base {
        value: Some(value),
        revision: base.revision + 1,
        from: Some(from),
    };
    let (_, first) = *sides.first()?;
    if sides.iter().all(|(_, value)| *value == first) {
        let (from, value) = sides[0];
        return (base.value != Some(value)).then(|| becomes(from, value));
    }
    // The rule. Of two sides of one system, its edit comes before what was
    // agreed from it.
    let (from, value) = *sides.iter().min_by_key(|(system, _)| *system)?;
    if let Some((agreed, _)) = agreed
        && agreed != value
    {
        given_up.add(agreed);
    }
    Some(becomes(from, value))
}

/// Carries base to every system.
fn spread(ledger: &Ledger, stands: &[Stand], changes: bool, draft: &mut Draft) {
    let Some(value) = draft.base.value else {
        return;
    };
    let revision = draft.base.revision;
    for stand in stands {
        if !changes && !stand.behind && !stand.changed {
            continue;
        }
        if stand.says == value {
            draft.settle[stand.system] = Some(Settled { value, revision });
            continue;
        }
        if stand.changed {
            draft.given_up.add(stand.says);
        }
        draft.sends[stand.system] = Some(Intent {
            value,
            expected: Some(stand.says),
            revision,
        });
    }
    for (system, record) in ledger.records.iter().enumerate() {
        if record.is_none() {
            draft.sends[system] = Some(Intent {
                value,
                expected: None,
                revision,
            });
        }
    }
}
