//! The states that one system's record of one field can be in.

use treaty_model::{Cell, Presence, Revision, Settled, Side, Value};

/// What all systems should agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Nothing yet.
    None,
    /// `v1`, at revision 2.
    Agreed,
}

/// All bases.
pub const BASES: [Base; 2] = [Base::None, Base::Agreed];

/// A value of the small pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// The system does not say.
    Absent,
    /// It says: empty.
    Null,
    /// What base is, where there is one.
    V1,
    /// Something else.
    V2,
    /// Something else again.
    V3,
}

/// What a system does with the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// It has none.
    None,
    /// It reads it.
    ReadOnly,
    /// It reads and writes it.
    Writable,
}

/// The record of one system.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// Whether there is one, and what is known of it: none, present, restored,
    /// deleted, missing, left out, gone.
    pub record: Record,
    /// What stands there.
    pub observed: Says,
    /// What it settled with, and with which revision.
    pub settled: Option<(Says, Revision)>,
    /// What the table says.
    pub column: Column,
}

/// Whether there is a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// There never was one.
    None,
    /// [`Presence::Present`]
    Present,
    /// [`Presence::Restored`]
    Restored,
    /// [`Presence::Deleted`]
    Deleted,
    /// [`Presence::Missing`]
    Missing,
    /// [`Presence::LeftOut`]
    LeftOut,
    /// [`Presence::Gone`]
    Gone,
}

const SAYS: [Says; 5] = [Says::Absent, Says::Null, Says::V1, Says::V2, Says::V3];

/// All states of a system. `every`: with every presence and column; otherwise
/// only with those that differ in what the other systems see of it.
pub fn states(base: Base, every: bool) -> Vec<State> {
    let settled: &[Option<(Says, Revision)>] = match base {
        // Revision 0: Treaty made the record without the field.
        Base::None => &[
            None,
            Some((Says::Null, Revision(0))),
            Some((Says::Absent, Revision(0))),
        ],
        Base::Agreed => &[
            None,
            Some((Says::V1, Revision(2))),
            Some((Says::V2, Revision(2))),
            Some((Says::Absent, Revision(2))),
            Some((Says::V1, Revision(1))),
            Some((Says::V2, Revision(1))),
            Some((Says::Absent, Revision(1))),
            Some((Says::Null, Revision(0))),
        ],
    };
    let mut states = Vec::new();
    for settled in settled {
        for observed in SAYS {
            let state = State {
                record: Record::Present,
                observed,
                settled: *settled,
                column: Column::Writable,
            };
            states.push(state);
            if every {
                states.push(State {
                    column: Column::ReadOnly,
                    ..state
                });
            }
        }
    }
    // An edit that must not be seen, or not yet.
    let edited = State {
        record: Record::None,
        observed: Says::V2,
        settled: None,
        column: Column::Writable,
    };
    states.push(edited);
    if every {
        let records = [
            Record::Restored,
            Record::Deleted,
            Record::Missing,
            Record::LeftOut,
            Record::Gone,
        ];
        states.extend(records.map(|record| State { record, ..edited }));
        states.push(State {
            record: Record::Present,
            column: Column::None,
            ..edited
        });
    }
    states
}

impl Base {
    /// The value and the revision.
    pub fn agreed(self) -> Option<(Value, Revision)> {
        (self == Self::Agreed).then(|| (Value::text("v1"), Revision(2)))
    }
}

impl Says {
    /// As a cell of a row.
    pub fn cell(self) -> Cell {
        match self {
            Self::Absent => None,
            Self::Null => Some(Value::Null),
            Self::V1 => Some(Value::text("v1")),
            Self::V2 => Some(Value::text("v2")),
            Self::V3 => Some(Value::text("v3")),
        }
    }
}

impl State {
    /// As a side of a link.
    pub fn side(&self) -> Option<Side> {
        let presence = match self.record {
            Record::None => return None,
            Record::Present => Presence::Present,
            Record::Restored => Presence::Restored,
            Record::Deleted => Presence::Deleted,
            Record::Missing => Presence::Missing,
            Record::LeftOut => Presence::LeftOut("no customer".to_owned()),
            Record::Gone => Presence::Gone,
        };
        let mut side = Side::first_seen("1".into(), vec![self.observed.cell()]);
        side.presence = presence;
        side.settled = vec![self.settled.map(|(says, revision)| Settled {
            value: says.cell(),
            revision,
        })];
        Some(side)
    }

    /// Whether it is heard and written.
    pub fn takes_part(&self) -> bool {
        let there = matches!(self.record, Record::Present | Record::Restored);
        there && self.column != Column::None
    }

    /// Whether it says something else than it settled with.
    pub fn changed(&self) -> bool {
        let settled = self.settled.map(|(says, _)| says);
        self.takes_part() && self.observed != Says::Absent && settled != Some(self.observed)
    }

    /// Whether it settled before the latest revision.
    pub fn behind(&self, base: Base) -> bool {
        let latest = base.agreed().map_or(Revision(0), |(_, revision)| revision);
        self.settled.is_none_or(|(_, revision)| revision < latest)
    }

    /// Whether its editor cannot have seen what base is.
    pub fn unseen(&self, base: Base) -> bool {
        let agreed = base.agreed().map(|(value, _)| value);
        let apart = self.settled.is_some_and(|(says, _)| says.cell() != agreed);
        self.behind(base) || (apart && self.column == Column::ReadOnly)
    }
}
