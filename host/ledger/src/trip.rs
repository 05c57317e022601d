//! Guards that tripped: what they saw, and whether a person let it through.

use rusqlite::{Connection, Row as SqlRow, params};
use treaty_model::{EntityName, Scope, Timestamp, Trip};

use crate::json::{from_json, to_json, wrong};
use crate::{Ledger, LedgerError, number};

/// A guard that tripped, as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTrip {
    /// What it saw, and the name to approve it by.
    pub trip: Trip,
    /// The entity whose plan it stopped.
    pub entity: EntityName,
    /// When it was first seen.
    pub first_at: Timestamp,
    /// When it was last seen.
    pub last_at: Timestamp,
    /// How it stands.
    pub state: TripState,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When people were told of it in every way; none: not yet.
    pub told_at: Option<Timestamp>,
    /// The ways in which people were told of it so far.
    pub told_by: Vec<String>,
    /// Why people could not be told of it in the other ways.
    pub undelivered: Option<String>,
}

/// How a trip stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TripState {
    /// It stops its plan.
    Open,
    /// A person lets it through, once.
    Approved,
    /// It was carried out, or is no longer what would happen.
    Over,
}

/// What happens to a trip in a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TripChange {
    /// A guard tripped, for the first time or again. An approval stays.
    Seen {
        /// What it saw.
        trip: Trip,
        /// Whose plan.
        entity: EntityName,
        /// When.
        at: Timestamp,
    },
    /// A person lets it through.
    Approve {
        /// Its name.
        approval: String,
        /// Who.
        by: String,
    },
    /// It is over.
    End {
        /// Its name.
        approval: String,
    },
    /// It is over, and that is news: people are to be told again.
    EndWithNews {
        /// Its name.
        approval: String,
        /// What they are told.
        message: String,
        /// When.
        at: Timestamp,
    },
    /// People were told in some ways, and could not be in others.
    PartlyTold {
        /// Its name.
        approval: String,
        /// All the ways so far, each a word.
        told_by: Vec<String>,
        /// Why not in the others.
        undelivered: String,
    },
    /// People were told in every way.
    Told {
        /// Its name.
        approval: String,
        /// When.
        at: Timestamp,
    },
}

const STATES: [(TripState, &str); 3] = [
    (TripState::Open, "open"),
    (TripState::Approved, "approved"),
    (TripState::Over, "over"),
];

const COLUMNS: &str = "approval, guard, entity, scope, link, message, holds, first_at, last_at, \
                       state, approved_by, told_at, told_by, undelivered";

impl Ledger {
    /// Trips that are open or approved, by entity and name.
    pub fn trips(&self) -> Result<Vec<StoredTrip>, LedgerError> {
        self.read_trips("state <> 'over' ORDER BY entity, approval")
    }

    /// Trips that people were not told of yet, oldest first.
    pub fn untold_trips(&self) -> Result<Vec<StoredTrip>, LedgerError> {
        self.read_trips("told_at IS NULL ORDER BY first_at, approval")
    }

    fn read_trips(&self, which: &str) -> Result<Vec<StoredTrip>, LedgerError> {
        self.read(|db| {
            let sql = format!("SELECT {COLUMNS} FROM trip WHERE {which}");
            let mut statement = db.prepare_cached(&sql)?;
            statement.query_map([], read_trip)?.collect()
        })
    }
}

fn read_trip(row: &SqlRow<'_>) -> rusqlite::Result<StoredTrip> {
    let word: String = row.get(9)?;
    let known = STATES.iter().find(|(_, known)| *known == word);
    let (state, _) = known.ok_or_else(|| wrong(format!("{word:?} is no state of a trip")))?;
    Ok(StoredTrip {
        trip: Trip {
            approval: row.get(0)?,
            guard: row.get(1)?,
            scope: read_scope(row.get_ref(3)?.as_str()?, row.get(4)?)?,
            message: row.get(5)?,
            holds: row.get(6)?,
        },
        entity: EntityName(row.get(2)?),
        first_at: Timestamp::from_micros(row.get(7)?),
        last_at: Timestamp::from_micros(row.get(8)?),
        state: *state,
        approved_by: row.get(10)?,
        told_at: row.get::<_, Option<i64>>(11)?.map(Timestamp::from_micros),
        told_by: from_json(row.get_ref(12)?.as_str()?)?,
        undelivered: row.get(13)?,
    })
}

/// The word for a scope, and the link it names.
fn scope_word(scope: Scope) -> (&'static str, Option<i64>) {
    match scope {
        Scope::Plan => ("plan", None),
        Scope::Link(link) => ("link", Some(number::of_link(link))),
        Scope::Rule => ("rule", None),
        Scope::Field => ("field", None),
        Scope::Nothing => ("nothing", None),
    }
}

fn read_scope(word: &str, link: Option<i64>) -> rusqlite::Result<Scope> {
    match (word, link) {
        ("plan", _) => Ok(Scope::Plan),
        ("link", Some(link)) => Ok(Scope::Link(number::link(link))),
        ("rule", _) => Ok(Scope::Rule),
        ("field", _) => Ok(Scope::Field),
        ("nothing", _) => Ok(Scope::Nothing),
        (other, _) => Err(wrong(format!("{other:?} is no scope of a trip"))),
    }
}

pub(crate) fn change(db: &Connection, change: &TripChange) -> rusqlite::Result<()> {
    match change {
        TripChange::Seen { trip, entity, at } => {
            let (scope, link) = scope_word(trip.scope);
            db.prepare_cached(
                "INSERT INTO trip (approval, guard, entity, scope, link, message, holds, first_at,
                     last_at, state, told_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 'open', '[]')
                 ON CONFLICT (approval) DO UPDATE SET message = excluded.message,
                     last_at = excluded.last_at,
                     told_at = CASE state WHEN 'over' THEN NULL ELSE told_at END,
                     told_by = CASE state WHEN 'over' THEN '[]' ELSE told_by END,
                     undelivered = CASE state WHEN 'over' THEN NULL ELSE undelivered END,
                     first_at = CASE state WHEN 'over' THEN excluded.first_at ELSE first_at END,
                     approved_by = CASE state WHEN 'over' THEN NULL ELSE approved_by END,
                     state = CASE state WHEN 'over' THEN 'open' ELSE state END",
            )?
            .execute(params![
                trip.approval,
                trip.guard,
                entity.as_str(),
                scope,
                link,
                trip.message,
                trip.holds,
                at.as_micros(),
            ])?;
        }
        TripChange::Approve { approval, by } => {
            db.prepare_cached(
                "UPDATE trip SET state = 'approved', approved_by = ?2
                 WHERE approval = ?1 AND state = 'open'",
            )?
            .execute([approval, by])?;
        }
        TripChange::End { approval } => {
            db.prepare_cached("UPDATE trip SET state = 'over' WHERE approval = ?1")?
                .execute([approval])?;
        }
        TripChange::EndWithNews {
            approval,
            message,
            at,
        } => {
            db.prepare_cached(
                "UPDATE trip SET state = 'over', message = ?2, last_at = ?3, told_at = NULL,
                     told_by = '[]', undelivered = NULL WHERE approval = ?1",
            )?
            .execute(params![approval, message, at.as_micros()])?;
        }
        TripChange::PartlyTold {
            approval,
            told_by,
            undelivered,
        } => {
            db.prepare_cached(
                "UPDATE trip SET told_by = ?2, undelivered = ?3 WHERE approval = ?1",
            )?
            .execute(params![approval, to_json(told_by), undelivered])?;
        }
        TripChange::Told { approval, at } => {
            db.prepare_cached(
                "UPDATE trip SET told_at = ?2, undelivered = NULL WHERE approval = ?1",
            )?
            .execute(params![approval, at.as_micros()])?;
        }
    }
    Ok(())
}
