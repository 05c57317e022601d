//! Things that happen in a world.

use proptest::prelude::*;

/// Something that happens.
#[derive(Clone, Debug)]
pub enum Action {
    Edit {
        system: usize,
        field: usize,
        value: u8,
    },
    Delete {
        system: usize,
    },
    Restore {
        system: usize,
    },
    /// The system cannot be read or written, or can again.
    Outage {
        system: usize,
        on: bool,
    },
    /// The record is missing from listings, or is there again.
    Hide {
        system: usize,
        on: bool,
    },
    /// The mapper's filter leaves the record out, or lets it in again.
    LeaveOut {
        system: usize,
        on: bool,
    },
    /// A record that was there all along is linked.
    Join {
        system: usize,
    },
    Pass {
        fates: Vec<Fate>,
        verdict: u8,
        answer: Option<u8>,
    },
}

/// What becomes of one operation.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    Lands,
    Fails,
    /// It lands, and the answer is lost.
    AnswerLost,
    /// Somebody edits the record meanwhile, so it is refused.
    Raced {
        field: usize,
        value: u8,
    },
}

/// Twelve to thirty things that happen.
pub fn actions() -> impl Strategy<Value = Vec<Action>> {
    let system = || 0..5_usize;
    let edit =
        (system(), 0..4_usize, any::<u8>()).prop_map(|(system, field, value)| Action::Edit {
            system,
            field,
            value,
        });
    let fate = prop_oneof![
        4 => Just(Fate::Lands),
        1 => Just(Fate::Fails),
        1 => Just(Fate::AnswerLost),
        1 => (0..4_usize, any::<u8>()).prop_map(|(field, value)| Fate::Raced { field, value }),
    ];
    let answer = prop::option::of(any::<u8>());
    let pass = (prop::collection::vec(fate, 4), any::<u8>(), answer).prop_map(
        |(fates, verdict, answer)| Action::Pass {
            fates,
            verdict,
            answer,
        },
    );
    let on = any::<bool>();
    let action = prop_oneof![
        8 => edit,
        8 => pass,
        1 => system().prop_map(|system| Action::Delete { system }),
        1 => system().prop_map(|system| Action::Restore { system }),
        1 => (system(), on).prop_map(|(system, on)| Action::Outage { system, on }),
        1 => (system(), on).prop_map(|(system, on)| Action::Hide { system, on }),
        1 => (system(), on).prop_map(|(system, on)| Action::LeaveOut { system, on }),
        1 => system().prop_map(|system| Action::Join { system }),
    ];
    prop::collection::vec(action, 12..30)
}
