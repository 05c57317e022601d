//! One system of a world: its records, and how it tells of them.

use std::collections::BTreeMap;

use treaty_model::{
    ActorKind, IntentId, Origin, OwnField, OwnKind, OwnSchema, Row, Timestamp, Value,
};
use treaty_systems::Record;

use crate::deed::Who;
use crate::world::{FIELDS, Traits};

/// The column of the code. Before it is the id, after it are [`FIELDS`], what
/// no table mentions, and whether the record is archived.
pub const CODE: usize = 1;
/// The column of the first of [`FIELDS`].
pub const FIRST: usize = 2;
/// The column that no table mentions.
pub const SECRET: usize = FIRST + FIELDS.len();

/// What a column of another type shows, read as text.
pub const OTHERWISE: &str = "0";

/// A record.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The thing that it stands for, as its code says.
    pub code: Option<String>,
    /// The values of [`FIELDS`].
    pub values: Vec<Option<String>>,
    /// What no table mentions.
    pub secret: String,
    /// Whether it is archived.
    pub gone: bool,
    /// When it was last changed, by the system's clock.
    pub changed_at: Timestamp,
    /// When it was made, by the world's clock.
    pub made_at: Timestamp,
    /// By whom.
    pub by: Origin,
    /// The intent that made this version.
    pub mark: Option<IntentId>,
    /// The values of [`FIELDS`] that Treaty was last told.
    pub told: Option<Vec<Option<String>>>,
    /// Whether Treaty made it, or was told of it, since it is there.
    pub known: bool,
    /// Whether it was edited without a notice, and not shown since.
    pub hushed: bool,
}

/// An entry of the log of changes.
#[derive(Clone, Copy, Debug)]
pub struct LogEntry {
    /// The record.
    pub id: u64,
    /// Its time of change, by the system's clock.
    pub changed_at: Timestamp,
    /// When it shows, by the world's clock.
    pub shows_at: Timestamp,
}

/// A system.
#[derive(Debug)]
pub struct Store {
    /// What it is like.
    pub traits: Traits,
    /// Its fields as Treaty found them when it started.
    pub described: Option<OwnSchema>,
    /// Records that its last page showed first, and that Treaty may not have kept yet.
    pub pending: Vec<u64>,
    /// Its records.
    pub records: BTreeMap<u64, Stored>,
    /// Every change, in order.
    pub log: Vec<LogEntry>,
    /// What was told of records that are gone for good.
    pub graves: BTreeMap<u64, (Timestamp, Origin)>,
    /// By intent: the record, and the own row that the write left there.
    pub wrote: BTreeMap<String, (u64, Row)>,
    /// The next id.
    pub next_id: u64,
    /// How far its clock has jumped.
    pub jumped_ms: i64,
    /// Whether a column ever was another one: its field stood still meanwhile.
    pub drifted: bool,
    /// For how many calls a column has another name.
    pub renamed: u64,
    /// For how many calls a column is gone.
    pub gone: u64,
    /// For how many calls a column is of another type.
    pub retyped: u64,
    /// For how many calls records are hidden.
    pub hidden: u64,
    /// Until how many more looks its canary record is not shown.
    pub canary_hidden: u64,
    /// When it was listed from the start, by ticks, after the first time.
    pub listed_again: Option<u64>,
    /// Whether it was ever listed.
    pub listed: bool,
}

impl Store {
    /// An empty system.
    pub fn new(traits: &Traits) -> Self {
        Self {
            traits: traits.clone(),
            described: None,
            pending: Vec::new(),
            records: BTreeMap::new(),
            log: Vec::new(),
            graves: BTreeMap::new(),
            wrote: BTreeMap::new(),
            next_id: 1,
            jumped_ms: 0,
            drifted: false,
            renamed: 0,
            gone: 0,
            retyped: 0,
            hidden: 0,
            canary_hidden: 0,
            listed_again: None,
            listed: false,
        }
    }

    /// Its fields.
    pub fn schema(&self) -> OwnSchema {
        let field = |name: &str, key: bool| OwnField {
            name: name.to_owned(),
            kind: match name {
                "gone" => OwnKind::Boolean,
                _ => OwnKind::Text,
            },
            nullable: !key,
            key,
            read_only: key,
            native: "text".to_owned(),
        };
        let mut fields = vec![field("id", true), field("code", false)];
        fields.extend(FIELDS.iter().map(|name| field(name, false)));
        fields.push(field("secret", false));
        fields.push(field("gone", false));
        if self.renamed > 0 {
            fields[FIRST].name = "title".to_owned();
        }
        if self.retyped > 0 {
            fields[FIRST].kind = OwnKind::Integer;
        }
        if self.gone > 0 {
            fields.remove(FIRST);
        }
        OwnSchema { fields }
    }

    /// What time it is by its own clock, in its own steps.
    pub fn time(&self, now: Timestamp) -> Timestamp {
        let off = (self.traits.clock_skew_ms + self.jumped_ms) * 1_000;
        let step = self.traits.clock_step_ms * 1_000;
        let micros = now.as_micros() + off;
        Timestamp::from_micros(micros - micros.rem_euclid(step))
    }

    /// Whether its columns are not what they were.
    pub fn drifted(&self) -> bool {
        self.renamed + self.gone + self.retyped > 0
    }

    /// Does something that shows records, which nobody takes in where the fields are not
    /// those that Treaty started with: such a page is refused.
    pub fn showing<T>(&mut self, shows: impl FnOnce(&mut Self) -> T) -> T {
        let renamed = self.renamed;
        self.renamed = renamed.saturating_sub(1);
        let refused = self.described.as_ref() != Some(&self.schema());
        self.renamed = renamed;
        let before = self.records.clone();
        let shown = shows(self);
        if refused {
            self.records = before;
            return shown;
        }
        let first = self.records.iter().filter(|(id, stored)| {
            let known = before.get(id).is_some_and(|before| before.known);
            stored.known && !known
        });
        self.pending = first.map(|(id, _)| *id).collect();
        shown
    }

    /// Treaty was killed over a page, or could not ask for the columns after it: it was
    /// not told of what stood there first.
    pub fn forget_page(&mut self) {
        for id in std::mem::take(&mut self.pending) {
            if let Some(stored) = self.records.get_mut(&id) {
                stored.known = false;
            }
        }
    }

    /// A row as it is read while its columns are not what they were.
    pub fn drift(&self, row: &mut Row) {
        if self.retyped > 0 {
            row[FIRST] = Some(Value::Integer(0));
        }
        if self.gone > 0 {
            row.remove(FIRST);
        }
    }

    /// Notes that a record has changed.
    pub fn changed(&mut self, id: u64, now: Timestamp) {
        let shows_at = Timestamp::from_micros(now.as_micros() + self.traits.index_lag_ms * 1_000);
        let changed_at = match self.records.get(&id) {
            Some(stored) => stored.changed_at,
            None => self.graves.get(&id).map_or(now, |(at, _)| *at),
        };
        self.log.push(LogEntry {
            id,
            changed_at,
            shows_at,
        });
    }

    /// The record of a thing that is there.
    pub fn live(&self, thing: u64) -> Option<u64> {
        let code = code(thing);
        let of = |stored: &Stored| !stored.gone && stored.code.as_deref() == Some(&code);
        self.records
            .iter()
            .find(|(_, stored)| of(stored))
            .map(|(id, _)| *id)
    }

    /// The own row of a record.
    pub fn row(id: u64, stored: &Stored) -> Row {
        let text = |value: &Option<String>| Some(value.clone().map_or(Value::Null, Value::Text));
        let mut row = vec![Some(Value::Text(id.to_string())), text(&stored.code)];
        row.extend(stored.values.iter().map(text));
        row.push(Some(Value::Text(stored.secret.clone())));
        row.push(Some(Value::Boolean(stored.gone)));
        row
    }

    /// A record as the system shows it, and that Treaty was told so.
    pub fn show(&mut self, id: u64) -> Option<Record> {
        let says_who = self.traits.says_who;
        let stored = self.records.get_mut(&id)?;
        stored.told = Some(stored.values.clone());
        stored.known = true;
        stored.hushed = false;
        Some(Record {
            id: id.to_string().as_str().into(),
            own: Self::row(id, stored),
            changed_at: Some(stored.changed_at),
            origin: match says_who {
                true => stored.by.clone(),
                false => Origin::default(),
            },
            mark: stored.mark.clone(),
        })
    }
}

/// What the records of a thing have as their code.
pub fn code(thing: u64) -> String {
    format!("thing-{thing}")
}

/// The thing of a code.
pub fn thing_of(code: Option<&str>) -> Option<u64> {
    code?.strip_prefix("thing-")?.parse().ok()
}

/// Who somebody is to a system.
pub fn origin(who: Who) -> Origin {
    let (kind, actor) = match who {
        Who::Person => (ActorKind::Person, "anna"),
        Who::Robot => (ActorKind::Unknown, "robot"),
        Who::UnderOurName => (ActorKind::Treaty, "treaty"),
    };
    Origin {
        kind,
        actor: Some(actor.to_owned()),
    }
}
