//! How a system of the world takes writes, and what it says afterwards.

use treaty_model::{ActorKind, Cell, Origin, RemoteId, Row, Timestamp, Value};
use treaty_systems::{Action, Found, Outcome, Record, Sought, SystemWrite};

use crate::deed::Fault;
use crate::history::{Sent, SentKind, WrittenOver};
use crate::stage::Stage;
use crate::store::{CODE, FIRST, SECRET, Store, thing_of};
use crate::world::{CANARY_ID, Compares, FIELDS};

/// What becomes of the answers to one call.
pub struct Answers {
    lost: bool,
    never_landed: bool,
    cut_short: bool,
    refused: bool,
}

impl Answers {
    /// As the faults have it that wait.
    pub fn of(stage: &mut Stage, system: usize) -> Self {
        Self {
            lost: stage.take(&Fault::AnswerLost { system }),
            never_landed: stage.take(&Fault::WriteLost { system }),
            cut_short: stage.take(&Fault::CutShort { system }),
            refused: stage.take(&Fault::Refused { system }),
        }
    }

    /// Carries out a write of the call, or does not.
    pub fn outcome(
        &self,
        stage: &mut Stage,
        system: usize,
        place: usize,
        write: &SystemWrite,
    ) -> Outcome {
        let message = || "the line is dead".to_owned();
        if self.refused {
            let message = "a right is missing".to_owned();
            return Outcome::Refused {
                field: None,
                message,
            };
        }
        if self.cut_short && place > 0 {
            return Outcome::NotSent { message: message() };
        }
        if self.never_landed {
            return Outcome::Ambiguous { message: message() };
        }
        let outcome = carry_out(stage, system, write);
        match self.lost {
            true => Outcome::Ambiguous { message: message() },
            false => outcome,
        }
    }
}

/// A record as it stands now, by its remote id.
pub fn current(store: &mut Store, id: &RemoteId) -> Option<Record> {
    let id: u64 = id.as_str().parse().ok()?;
    let hidden = store.hidden > 0 || store.canary_hidden > 0 && id == CANARY_ID;
    if hidden || store.records.get(&id)?.gone {
        return None;
    }
    store.show(id)
}

fn carry_out(stage: &mut Stage, system: usize, write: &SystemWrite) -> Outcome {
    match &write.action {
        Action::Create { values } => create(stage, system, write, values),
        Action::Update {
            id,
            values,
            expected,
        } => {
            let store = &mut stage.stores[system];
            if let Some(stale) = as_one_step(store, write) {
                return stale;
            }
            if !is_there(store, id) {
                return Outcome::Stale(None);
            }
            let set: Vec<_> = values.iter().map(Option::is_some).collect();
            note_written_over(stage, system, id, expected, &set);
            update(stage, system, write, id, values)
        }
        Action::Archive { id, expected } | Action::Delete { id, expected } => {
            let store = &mut stage.stores[system];
            if let Some(stale) = as_one_step(store, write) {
                return stale;
            }
            if !is_there(store, id) {
                // Whether it is only out of sight, Treaty cannot know: what is made
                // before it shows again is made beside nothing.
                let stored = parse(id).and_then(|id| store.records.get_mut(&id));
                stored.into_iter().for_each(|stored| stored.known = false);
                return Outcome::Stale(None);
            }
            let said: Vec<_> = expected.iter().map(Option::is_some).collect();
            note_written_over(stage, system, id, expected, &said);
            remove(stage, system, write, id)
        }
    }
}

/// What comes of the comparison where it is one step with the write.
fn as_one_step(store: &mut Store, write: &SystemWrite) -> Option<Outcome> {
    match store.traits.compares {
        Compares::AsOneStep => stale(store, write),
        Compares::Before | Compares::Never => None,
    }
}

/// The answer to a write whose record is not what was expected; none where it
/// may be made.
pub fn stale(store: &mut Store, write: &SystemWrite) -> Option<Outcome> {
    let (id, expected, matters): (_, _, Vec<bool>) = match &write.action {
        Action::Create { .. } => return None,
        Action::Update {
            id,
            values,
            expected,
        } => (id, expected, values.iter().map(Option::is_some).collect()),
        Action::Archive { id, expected } | Action::Delete { id, expected } => {
            (id, expected, expected.iter().map(Option::is_some).collect())
        }
    };
    if !is_there(store, id) {
        // What is gone need not be removed.
        let updates = matches!(write.action, Action::Update { .. });
        return updates.then_some(Outcome::Stale(None));
    }
    let stored = &store.records[&parse(id)?];
    if !differs(
        &Store::row(parse(id)?, stored),
        expected,
        matters.into_iter(),
    ) {
        return None;
    }
    Some(Outcome::Stale(current(store, id)))
}

fn is_there(store: &Store, id: &RemoteId) -> bool {
    let stored = parse(id).and_then(|id| store.records.get(&id));
    store.hidden == 0 && stored.is_some_and(|stored| !stored.gone)
}

/// A system that cannot tell lets a write land on what nobody expected there:
/// whose edit that was is lost, and nobody can know.
fn note_written_over(
    stage: &mut Stage,
    system: usize,
    remote: &RemoteId,
    expected: &Row,
    matters: &[bool],
) {
    let Some(id) = parse(remote) else { return };
    let Some(stored) = stage.stores[system].records.get(&id) else {
        return;
    };
    for (field, value) in stored.values.iter().enumerate() {
        let expects = &expected[FIRST + field];
        if matters[FIRST + field] && expects.is_some() && text(expects) != *value {
            stage.history.written_over.push(WrittenOver {
                tick: stage.tick,
                system,
                id,
                field,
                value: value.clone(),
            });
        }
    }
}

/// Whether what stands in a record is other than expected, where that matters.
fn differs(now: &Row, expected: &Row, matters: impl Iterator<Item = bool>) -> bool {
    let cells = now.iter().zip(expected).zip(matters);
    cells
        .into_iter()
        .any(|((now, expected), matters)| matters && expected.is_some() && now != expected)
}

fn create(stage: &mut Stage, system: usize, write: &SystemWrite, values: &Row) -> Outcome {
    let code = text(&values[CODE]);
    let thing = thing_of(code.as_deref());
    if values[SECRET].is_some() {
        stage.broken("a field that no row mentions was written");
    }
    let already = thing.and_then(|thing| stage.stores[system].live(thing));
    let known = |id: u64| stage.stores[system].records[&id].known;
    if let Some(id) = already.filter(|id| known(*id)) {
        stage.figures.duplicates += 1;
        stage.broken(&format!(
            "{code:?} was made in system {system} again beside {id}"
        ));
    }
    let values = (0..FIELDS.len())
        .map(|field| {
            stage
                .world
                .stored(system, field, &text(&values[FIRST + field]))
        })
        .collect();
    let id = stage.insert(system, code, values, ourselves());
    let store = &mut stage.stores[system];
    if let Some(stored) = store.records.get_mut(&id) {
        (stored.known, stored.mark) = (true, Some(write.intent.clone()));
    }
    let row = Store::row(id, &store.records[&id]);
    store.wrote.insert(write.intent.to_string(), (id, row));
    stage.note_sent(system, write, id, SentKind::Create);
    Outcome::Done(stage.stores[system].show(id))
}

fn update(
    stage: &mut Stage,
    system: usize,
    write: &SystemWrite,
    remote: &RemoteId,
    values: &Row,
) -> Outcome {
    let Ok(id) = remote.as_str().parse::<u64>() else {
        return Outcome::Stale(None);
    };
    if values[SECRET].is_some() {
        stage.broken("a field that no row mentions was written");
    }
    let now = stage.now;
    let world = &stage.world;
    let store = &mut stage.stores[system];
    let changed_at = store.time(now);
    let Some(stored) = store.records.get_mut(&id) else {
        return Outcome::Stale(None);
    };
    if values[CODE].is_some() {
        stored.code = text(&values[CODE]);
    }
    for field in 0..FIELDS.len() {
        let cell = &values[FIRST + field];
        if cell.is_some() {
            stored.values[field] = world.stored(system, field, &text(cell));
        }
    }
    (stored.changed_at, stored.by) = (changed_at, ourselves());
    stored.mark = Some(write.intent.clone());
    let row = Store::row(id, stored);
    let left = row
        .into_iter()
        .zip(values)
        .map(|(left, set)| set.as_ref().and(left))
        .collect();
    store.wrote.insert(write.intent.to_string(), (id, left));
    store.changed(id, now);
    stage.note_sent(system, write, id, SentKind::Update);
    Outcome::Done(stage.stores[system].show(id))
}

fn remove(stage: &mut Stage, system: usize, write: &SystemWrite, remote: &RemoteId) -> Outcome {
    let Ok(id) = remote.as_str().parse::<u64>() else {
        return Outcome::Stale(None);
    };
    stage.note_sent(system, write, id, SentKind::Remove);
    let store = &mut stage.stores[system];
    store
        .wrote
        .insert(write.intent.to_string(), (id, Row::new()));
    stage.remove(system, id, ourselves());
    Outcome::Done(None)
}

/// What became of a write, from what the system remembers of intents.
pub fn find(store: &mut Store, sought: &Sought, now: Timestamp) -> Found {
    let wrote = store.wrote.get(&sought.intent.to_string()).cloned();
    let there = |store: &mut Store, id: u64| match store.records.get(&id) {
        Some(stored) if !stored.gone => store.show(id),
        _ => None,
    };
    match (&sought.action, wrote) {
        (Action::Create { .. }, Some((id, left))) => {
            let made_at = store.records.get(&id).map(|stored| stored.made_at);
            let lag_micros = store.traits.index_lag_ms * 1_000;
            if made_at.is_some_and(|made_at| now.micros_since(made_at) < lag_micros) {
                return Found::NotLanded(None);
            }
            Found::Landed {
                now: there(store, id),
                left: Some(left),
            }
        }
        (Action::Create { .. }, None) => Found::NotLanded(None),
        (Action::Update { .. }, Some((id, left))) => Found::Landed {
            now: there(store, id),
            left: Some(left),
        },
        (Action::Archive { .. } | Action::Delete { .. }, Some((id, _))) => Found::Landed {
            now: there(store, id),
            left: None,
        },
        (Action::Update { id, .. }, None) => {
            Found::NotLanded(parse(id).and_then(|id| there(store, id)))
        }
        (Action::Archive { id, .. } | Action::Delete { id, .. }, None) => {
            match parse(id).and_then(|id| there(store, id)) {
                Some(record) => Found::NotLanded(Some(record)),
                None => Found::GONE,
            }
        }
    }
}

fn parse(id: &RemoteId) -> Option<u64> {
    id.as_str().parse().ok()
}

fn text(cell: &Cell) -> Option<String> {
    match cell {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

fn ourselves() -> Origin {
    Origin {
        kind: ActorKind::Treaty,
        actor: Some("treaty".to_owned()),
    }
}

impl Stage {
    /// Something happened that must never.
    pub fn broken(&mut self, what: &str) {
        self.history
            .broken
            .push(format!("tick {}: {what}", self.tick));
    }

    fn note_sent(&mut self, system: usize, write: &SystemWrite, id: u64, kind: SentKind) {
        let stored = self.stores[system].records.get(&id);
        let thing = thing_of(stored.and_then(|stored| stored.code.as_deref()));
        if kind == SentKind::Remove {
            let removals = self.history.removals.iter();
            let proved = removals.clone().any(|removal| Some(removal.thing) == thing);
            if !proved {
                self.broken(&format!(
                    "{thing:?} was removed in system {system} without proof"
                ));
            }
        }
        let sent = Sent {
            tick: self.tick,
            system,
            intent: write.intent.clone(),
            id,
            thing,
            kind,
        };
        self.history.sent.push(sent);
    }
}
