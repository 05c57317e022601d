//! The model as a whole: where it begins, and what must hold.

use stateright::{Model, Property};

use crate::act::{Action, Answer};
use crate::decide::decide;
use crate::ledger::Ledger;
use crate::state::{State, Step};
use crate::world::World;

/// How many passes after the last disturbance bring everything to rest: one that
/// learns of it, one that carries out what had to wait, one that sees that
/// nothing is left.
const CALM_PASSES_MAX: u8 = 3;

/// The actions that stand for the engine's code: file and function of
/// `host/engine/src`.
pub const STEPS: &[(&str, &str, &str)] = &[
    ("Begin", "pass.rs", "pass_entity"),
    ("Recover", "recover.rs", "recover"),
    ("Recover", "confirm.rs", "end"),
    ("Observe", "observe.rs", "observe"),
    ("Decide", "reconcile.rs", "reconcile"),
    ("OpenIntent", "apply.rs", "apply"),
    ("Send", "apply.rs", "send"),
    ("Confirm", "confirm.rs", "confirm"),
];

/// Something done wrong, to see that the properties notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A write is sent without being durable first.
    SkipTheIntent,
    /// A write whose answer got lost counts as made.
    TakeSilenceForYes,
    /// A write whose answer got lost is made again.
    TakeSilenceForNo,
    /// What is sent has settled before anybody answered.
    ConfirmBeforeTheAnswer,
    /// What stood there instead counts as agreed.
    SettleWhatWasStale,
    /// A write lands on whatever stands there.
    WriteUnconditionally,
}

/// The write protocol, with so much that can happen.
#[derive(Clone, Debug)]
pub struct Protocol {
    /// Edits by people.
    pub edits: u8,
    /// Kills of the process.
    pub crashes: u8,
    /// Answers that are lost, or say "not now".
    pub mishaps: u8,
    /// What is done wrong; none: nothing.
    pub fault: Option<Fault>,
}

impl Protocol {
    /// No record is made twice in a system.
    pub const MADE_ONCE: &str = "no record is made twice";
    /// An edit stands until somebody overwrites it who had seen it, or the
    /// journal says under which rule it was given up.
    pub const NO_EDIT_LOST: &str = "no edit is lost";
    /// A write is sent only when its intent is durable.
    pub const INTENT_FIRST: &str = "an intent is durable before it is sent";
    /// At rest both systems and base agree, no intent is open, and another pass
    /// would write nothing.
    pub const AGREED_AT_REST: &str = "at rest all agree";
    /// After the last disturbance a few passes are enough.
    pub const COMES_TO_REST: &str = "a few calm passes bring rest";
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            world: World::new(),
            ledger: Ledger::new(),
            step: Step::Resting,
            edits_left: self.edits,
            crashes_left: self.crashes,
            mishaps_left: self.mishaps,
            calm_passes: 0,
            sent_unkept: false,
            found_landed: false,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        // A history that broke something is told to its end already.
        if state.calm_passes <= CALM_PASSES_MAX {
            self.possible(state, actions);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        self.act(&mut state, action);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always(Self::MADE_ONCE, |_, state: &State| {
                state.world.made.iter().all(|made| *made <= 1)
            }),
            Property::always(Self::NO_EDIT_LOST, |_, state: &State| !state.world.lost),
            Property::always(Self::INTENT_FIRST, |_, state: &State| !state.sent_unkept),
            Property::always(Self::AGREED_AT_REST, |_, state: &State| {
                !state.rests() || agreed(state)
            }),
            Property::always(Self::COMES_TO_REST, |_, state: &State| {
                state.calm_passes <= CALM_PASSES_MAX
            }),
        ];
        // What must come up, or the rest would hold of nothing.
        properties.extend([
            Property::sometimes("something rests", |_, state: &State| state.rests()),
            Property::sometimes("a landed write is found", |_, state: &State| {
                state.found_landed
            }),
            Property::sometimes("a value is given up", |_, state: &State| {
                !state.ledger.given_up.is_empty()
            }),
            Property::sometimes("a write is stale", |_, state: &State| {
                matches!(
                    state.step,
                    Step::Applying {
                        answered: Some((_, _, Answer::Stale(_))),
                        ..
                    }
                )
            }),
        ]);
        properties
    }
}

/// Whether both systems and base agree, no intent is open, and a further pass
/// would write nothing.
fn agreed(state: &State) -> bool {
    let base = state.ledger.base.value;
    let alike = state.world.shown.iter().all(|shown| *shown == base);
    let open = state.ledger.intents.iter().any(Option::is_some);
    let draft = decide(&state.ledger);
    let quiet = draft.sends.iter().all(Option::is_none) && draft.base == state.ledger.base;
    base.is_some() && alike && !open && quiet
}
