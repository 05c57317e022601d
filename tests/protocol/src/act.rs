//! The actions: what can happen next, and what it makes of a moment. Each bears
//! the name of the engine's step.

use crate::decide::{Draft, decide};
use crate::ledger::Intent;
use crate::protocol::{Fault, Protocol};
use crate::state::{SYSTEMS, State, Step, Text};

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A pass begins.
    Begin,
    /// A system is asked what became of an intent that is still open.
    Recover(usize),
    /// A system is asked what changed, and what it said is kept.
    Observe(usize),
    /// A plan is made, in memory.
    Decide,
    /// The first transaction: decisions and intents.
    OpenIntent,
    /// A write is sent, and the system does this with it.
    Send(usize, Sent),
    /// The second transaction: the answer.
    Confirm,
    /// Treaty is killed and started again.
    Crash,
    /// A person types a text in a system.
    Edit(usize, Text),
}

/// What a system does with a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sent {
    /// It compares, carries it out or not, and says which.
    Answered,
    /// It is busy, and says so: nothing was carried out.
    Refused,
    /// It compares and carries it out or not, and the answer gets lost.
    Silence,
    /// The write does not even arrive, and there is no answer.
    Unheard,
}

/// What Treaty was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It was carried out; what stands there.
    Done(Text),
    /// Something else stood there; what.
    Stale(Text),
    /// It was not carried out now.
    NotSent,
    /// Nobody knows.
    Ambiguous,
}

impl Protocol {
    pub(crate) fn possible(&self, state: &State, actions: &mut Vec<Action>) {
        match &state.step {
            Step::Resting if state.wants_pass() => actions.push(Action::Begin),
            Step::Resting => {}
            Step::Recovering(system) => actions.push(Action::Recover(*system)),
            Step::Observing(system) => actions.push(Action::Observe(*system)),
            Step::Deciding => actions.push(Action::Decide),
            Step::Decided(_) => actions.push(Action::OpenIntent),
            Step::Applying {
                answered: Some(_), ..
            } => actions.push(Action::Confirm),
            Step::Applying { sends, .. } => {
                if let Some(system) = sends.iter().position(Option::is_some) {
                    actions.push(Action::Send(system, Sent::Answered));
                    if state.mishaps_left > 0 {
                        let mishaps = [Sent::Refused, Sent::Silence, Sent::Unheard];
                        actions.extend(mishaps.map(|sent| Action::Send(system, sent)));
                    }
                }
            }
        }
        if state.crashes_left > 0 && state.step != Step::Resting {
            actions.push(Action::Crash);
        }
        if state.edits_left > 0 {
            for system in 0..SYSTEMS {
                let texts = state.world.drafts(system).into_iter();
                actions.extend(texts.map(|text| Action::Edit(system, text)));
            }
        }
    }

    pub(crate) fn act(&self, state: &mut State, action: Action) {
        match action {
            Action::Begin => {
                state.calm_passes += 1;
                state.step = Step::Recovering(0);
            }
            Action::Recover(system) => self.recover(state, system),
            Action::Observe(system) => observe(state, system),
            Action::Decide => {
                state.step = match state.ledger.attention {
                    true => Step::Decided(decide(&state.ledger)),
                    false => Step::Resting,
                };
            }
            Action::OpenIntent => {
                if let Step::Decided(draft) = state.step.clone() {
                    self.open_intent(state, draft);
                }
            }
            Action::Send(system, sent) => self.send(state, system, sent),
            Action::Confirm => self.confirm(state),
            Action::Crash => {
                state.crashes_left -= 1;
                state.calm_passes = 0;
                state.step = Step::Resting;
            }
            Action::Edit(system, text) => {
                state.edits_left -= 1;
                state.calm_passes = 0;
                let agreed = state.agreed_text(system);
                state.world.edit(system, text, agreed);
            }
        }
    }

    /// What a landed write left has settled, and what stands there now is seen
    /// after it.
    fn recover(&self, state: &mut State, system: usize) {
        state.step = Step::Observing(system);
        let Some(intent) = state.ledger.intents[system].take() else {
            return;
        };
        if let Some(left) = state.world.landed[system].take() {
            state.found_landed = true;
            state.ledger.settle(system, left, intent.revision);
        }
        if intent.expected.is_some() || state.ledger.records[system].is_some() {
            let now = state.world.shown[system];
            now.into_iter()
                .for_each(|now| state.ledger.see(system, now));
        }
        state.ledger.attention = true;
    }

    fn open_intent(&self, state: &mut State, draft: Draft) {
        let ledger = &mut state.ledger;
        ledger.base = draft.base;
        for (record, settled) in ledger.records.iter_mut().zip(draft.settle) {
            if let (Some(record), Some(settled)) = (record, settled) {
                record.settled = Some(settled);
            }
        }
        ledger.given_up.add_all(draft.given_up);
        let owed = draft.sends.iter().flatten().count();
        ledger.attention = owed > 0;
        for (system, send) in draft.sends.iter().enumerate() {
            let Some(intent) = send else { continue };
            state.world.landed[system] = None;
            match self.fault {
                Some(Fault::SkipTheIntent) => {}
                Some(Fault::ConfirmBeforeTheAnswer) => {
                    ledger.settle(system, intent.value, intent.revision);
                    ledger.attention = false;
                }
                _ => ledger.intents[system] = Some(*intent),
            }
        }
        state.step = match owed {
            0 => Step::Resting,
            _ => Step::Applying {
                sends: draft.sends,
                owed: u8::try_from(owed).unwrap_or(u8::MAX),
                answered: None,
            },
        };
    }

    fn send(&self, state: &mut State, system: usize, sent: Sent) {
        let Step::Applying {
            sends, answered, ..
        } = &mut state.step
        else {
            return;
        };
        let Some(intent) = sends[system].take() else {
            return;
        };
        state.sent_unkept |= state.ledger.intents[system] != Some(intent);
        if sent != Sent::Answered {
            state.mishaps_left -= 1;
            state.calm_passes = 0;
        }
        let world = &mut state.world;
        let mut carry_out = || match intent.expected {
            None => {
                world.create(system, intent.value);
                Answer::Done(intent.value)
            }
            Some(expected) => {
                let shown = world.shown[system].unwrap_or(expected);
                if shown != expected && self.fault != Some(Fault::WriteUnconditionally) {
                    return Answer::Stale(shown);
                }
                world.overwrite(system, intent.value, state.ledger.given_up);
                Answer::Done(intent.value)
            }
        };
        let told = match sent {
            Sent::Answered => carry_out(),
            Sent::Refused => Answer::NotSent,
            Sent::Silence => {
                carry_out();
                Answer::Ambiguous
            }
            Sent::Unheard => Answer::Ambiguous,
        };
        *answered = Some((system, intent, told));
    }

    fn confirm(&self, state: &mut State) {
        let Step::Applying {
            sends,
            owed,
            answered,
        } = &mut state.step
        else {
            return;
        };
        let Some((system, intent, answer)) = answered.take() else {
            return;
        };
        let answer = self.misread(answer, &intent);
        let ledger = &mut state.ledger;
        match answer {
            Answer::Done(value) => {
                *owed -= 1;
                ledger.settle(system, value, intent.revision);
                ledger.attention = !ledger.is_settled() || *owed > 0;
            }
            Answer::Stale(shown) => {
                ledger.see(system, shown);
                ledger.attention = true;
            }
            Answer::NotSent => ledger.attention = true,
            Answer::Ambiguous => {}
        }
        if answer != Answer::Ambiguous {
            ledger.intents[system] = None;
            state.world.landed[system] = None;
        }
        if sends.iter().all(Option::is_none) {
            state.step = Step::Resting;
        }
    }

    /// What a faulty engine makes of an answer.
    fn misread(&self, answer: Answer, intent: &Intent) -> Answer {
        match (self.fault, answer) {
            (Some(Fault::TakeSilenceForYes), Answer::Ambiguous) => Answer::Done(intent.value),
            (Some(Fault::TakeSilenceForNo), Answer::Ambiguous) => Answer::NotSent,
            (Some(Fault::SettleWhatWasStale), Answer::Stale(shown)) => Answer::Done(shown),
            _ => answer,
        }
    }
}

/// Keeps what stands in a system. A record that no link has is another system's
/// first sight of the thing only where there is no link yet.
fn observe(state: &mut State, system: usize) {
    let known = state.ledger.records[system].map(|record| record.observed);
    let new = state.ledger.records.iter().all(Option::is_none);
    if let Some(shown) = state.world.shown[system]
        && known != Some(shown)
        && (known.is_some() || new)
    {
        state.ledger.see(system, shown);
        state.ledger.attention = true;
    }
    state.step = match system + 1 {
        SYSTEMS => Step::Deciding,
        next => Step::Recovering(next),
    };
}
