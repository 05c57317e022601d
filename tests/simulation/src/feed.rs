//! How a system of the world tells of changes.

use treaty_model::{RemoteId, Timestamp};
use treaty_systems::{Change, Cursor, Listing, Page};

use crate::store::Store;
use crate::world::{CANARY_ID, Feed};

/// Where a reader is.
enum Place {
    /// In a complete listing, after a record. What changed since it began is
    /// told after it.
    Listing { after: u64, since: usize, from: i64 },
    /// In the log, after so many entries.
    Log(usize),
    /// In the order of times of change, after a record of a time. A walk of several
    /// pages ends at the time up to which it is known, since its first page, that
    /// everything shows: what changes on the way may get a time that was passed.
    Time {
        micros: i64,
        after: u64,
        known: Option<i64>,
    },
}

impl Place {
    fn of(store: &Store, cursor: Option<&Cursor>, now: Timestamp) -> Self {
        let begin = Self::Listing {
            after: 0,
            since: store
                .log
                .iter()
                .take_while(|entry| entry.shows_at <= now)
                .count(),
            from: look_back(store, newest_shown(store, now)),
        };
        let Some(cursor) = cursor else { return begin };
        let parts: Vec<&str> = cursor.0.split(':').collect();
        let number = |at: usize| parts.get(at).and_then(|part| part.parse::<i64>().ok());
        let whole = |at: usize| number(at).and_then(|number| u64::try_from(number).ok());
        let place = |at: usize| number(at).and_then(|number| usize::try_from(number).ok());
        let read = match parts[0] {
            "listing" => (|| {
                let (after, since, from) = (whole(1)?, place(2)?, number(3)?);
                Some(Self::Listing { after, since, from })
            })(),
            "log" => place(1).map(Self::Log),
            "time" => (|| {
                Some(Self::Time {
                    micros: number(1)?,
                    after: whole(2)?,
                    known: number(3),
                })
            })(),
            _ => None,
        };
        read.unwrap_or(begin)
    }

    fn cursor(&self) -> Cursor {
        Cursor(match self {
            Self::Listing { after, since, from } => format!("listing:{after}:{since}:{from}"),
            Self::Log(at) => format!("log:{at}"),
            Self::Time {
                micros,
                after,
                known: None,
            } => format!("time:{micros}:{after}"),
            Self::Time {
                micros,
                after,
                known: Some(known),
            } => format!("time:{micros}:{after}:{known}"),
        })
    }
}

/// The newest time of change that shows: what comes later is not older, whatever
/// the clock does.
fn newest_shown(store: &Store, now: Timestamp) -> i64 {
    let lag_micros = store.traits.index_lag_ms * 1_000;
    let records = store.records.values();
    let shown = records.filter(|stored| now.micros_since(stored.made_at) >= lag_micros);
    let times = shown.map(|stored| stored.changed_at.as_micros());
    times.max().unwrap_or_default()
}

/// From which time on a reader has to look again, because the index lags and
/// the clock has steps.
fn look_back(store: &Store, micros: i64) -> i64 {
    micros - (store.traits.index_lag_ms + store.traits.clock_step_ms) * 1_000
}

/// A page of changes.
pub fn page(store: &mut Store, cursor: Option<&Cursor>, now: Timestamp) -> Page {
    match Place::of(store, cursor, now) {
        Place::Listing { after, since, from } => listing(store, now, after, since, from),
        Place::Log(at) => log(store, now, at),
        Place::Time {
            micros,
            after,
            known,
        } => by_time(store, now, (micros, after), known),
    }
}

fn listing(store: &mut Store, now: Timestamp, after: u64, since: usize, from: i64) -> Page {
    let lag_micros = store.traits.index_lag_ms * 1_000;
    // A feed of changes that hid something would never tell of it: no reader
    // could know.
    let hidden = store.hidden > 0 && store.traits.feed == Feed::Listing;
    let shown = store
        .records
        .iter()
        .filter(|(_, stored)| !stored.gone && now.micros_since(stored.made_at) >= lag_micros);
    let mut ids: Vec<u64> = shown.map(|(id, _)| *id).collect();
    if hidden {
        ids.truncate(1);
    }
    if store.canary_hidden > 0 && store.traits.feed == Feed::Listing {
        ids.retain(|id| *id != CANARY_ID);
    }
    ids.retain(|id| *id > after);
    let more = ids.len() > store.traits.page_records;
    ids.truncate(store.traits.page_records);
    let last = ids.last().copied().unwrap_or(after);
    let changes = ids
        .into_iter()
        .filter_map(|id| store.show(id))
        .map(Change::Record)
        .collect();
    let next = match (more, store.traits.feed) {
        (true, _) => Place::Listing {
            after: last,
            since,
            from,
        }
        .cursor(),
        (false, Feed::Log) => Place::Log(since).cursor(),
        (false, Feed::Watermark) => Place::Time {
            micros: from,
            after: 0,
            known: None,
        }
        .cursor(),
        (false, Feed::Listing) => Cursor("again".to_owned()),
    };
    Page {
        changes,
        next,
        // What changed during the listing is waiting, except where the next
        // listing shows it.
        more: more || store.traits.feed != Feed::Listing,
        listing: match more {
            true => Listing::Continues,
            false => Listing::Ends,
        },
    }
}

fn log(store: &mut Store, now: Timestamp, at: usize) -> Page {
    let waiting = store.log[at.min(store.log.len())..].iter();
    let ids: Vec<u64> = waiting
        .take_while(|entry| entry.shows_at <= now)
        .take(store.traits.page_records)
        .map(|entry| entry.id)
        .collect();
    let next = at + ids.len();
    let more = store
        .log
        .get(next)
        .is_some_and(|entry| entry.shows_at <= now);
    Page {
        changes: ids.into_iter().filter_map(|id| change(store, id)).collect(),
        next: Place::Log(next).cursor(),
        more,
        listing: Listing::Changes,
    }
}

fn by_time(
    store: &mut Store,
    now: Timestamp,
    (micros, after): (i64, u64),
    known: Option<i64>,
) -> Page {
    let lag_micros = store.traits.index_lag_ms * 1_000;
    // An index that does not show a change yet shows the record where it was before.
    let shown_at = |id: u64| {
        let mut entries = store.log.iter().rev();
        let shown = entries.find(|entry| entry.id == id && entry.shows_at <= now);
        shown.map(|entry| entry.changed_at.as_micros())
    };
    let mut waiting: Vec<(i64, u64)> = store
        .records
        .keys()
        .filter_map(|id| Some((shown_at(*id)?, *id)))
        .filter(|place| *place > (micros, after))
        .collect();
    waiting.sort_unstable();
    // Others may get a time that was given out already, or show late.
    let newest = waiting.last().map_or(micros, |(at, _)| *at);
    let known = known.unwrap_or(micros.max(newest - lag_micros - 1));
    let more = waiting.len() > store.traits.page_records;
    waiting.truncate(store.traits.page_records);
    let next = match (more, waiting.last()) {
        (true, Some((at, id))) => Place::Time {
            micros: *at,
            after: *id,
            known: Some(known),
        },
        _ => Place::Time {
            micros: known,
            after: 0,
            known: None,
        },
    };
    Page {
        changes: waiting
            .into_iter()
            .filter_map(|(_, id)| change(store, id))
            .collect(),
        next: next.cursor(),
        more,
        listing: Listing::Changes,
    }
}

/// A record as it stands now, or that it is gone.
fn change(store: &mut Store, id: u64) -> Option<Change> {
    let says_who = store.traits.says_who;
    let origin = |by: &treaty_model::Origin| match says_who {
        true => by.clone(),
        false => treaty_model::Origin::default(),
    };
    let remote = || RemoteId::from(id.to_string().as_str());
    match store.records.get(&id) {
        Some(stored) if stored.gone => Some(Change::Deleted {
            id: remote(),
            at: Some(stored.changed_at),
            origin: origin(&stored.by),
        }),
        Some(_) => store.show(id).map(Change::Record),
        None => store.graves.get(&id).map(|(at, by)| Change::Deleted {
            id: remote(),
            at: Some(*at),
            origin: origin(by),
        }),
    }
}
