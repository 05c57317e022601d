//! A rule that faults too often is switched off: what it would decide waits, and
//! everything else goes on. It stays off until a person approves, or until it is
//! another component.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use treaty_model::{Digest, RuleId, Scope, Trip};
use treaty_sandbox::{Answers, Fault, FaultKind, Setback};

/// Which part of what a rule was asked it may fault on: one in so many.
const FAULTS_ONE_IN: u64 = 20;

/// Whether a rule is on, and how it did in this pass.
#[derive(Debug, Default)]
pub(crate) struct Switch {
    off: AtomicBool,
    asked: AtomicU64,
    faults: AtomicU64,
}

/// The switches of a treaty's rules.
#[derive(Debug, Default)]
pub(crate) struct Switches {
    all: Mutex<BTreeMap<RuleId, Arc<Switch>>>,
}

impl Switches {
    /// The switch of a rule.
    pub(crate) fn of(&self, rule: &RuleId) -> Arc<Switch> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(rule.clone()).or_default())
    }

    /// Before a pass: the rules with one of these trips are off, all others on.
    pub(crate) fn begin(&self, open: impl Fn(&str) -> bool) {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        for (rule, switch) in all.iter() {
            switch.asked.store(0, Ordering::Relaxed);
            switch.faults.store(0, Ordering::Relaxed);
            switch.off.store(open(&approval(rule)), Ordering::Relaxed);
        }
    }

    /// Switches off what faulted too often in this pass, and gives a trip for
    /// each that was still on.
    pub(crate) fn strike(&self, faults_max: u64) -> Vec<Trip> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let struck = all.iter().filter(|(_, switch)| {
            let asked = switch.asked.load(Ordering::Relaxed);
            let faults = switch.faults.load(Ordering::Relaxed);
            let too_often = faults > faults_max && faults * FAULTS_ONE_IN > asked;
            too_often && !switch.off.swap(true, Ordering::Relaxed)
        });
        struck
            .map(|(rule, switch)| trip(rule, switch, faults_max))
            .collect()
    }
}

impl Switch {
    /// Asks a rule about so many elements, unless it is off.
    pub(crate) fn ask<T>(&self, elements: usize, ask: impl FnOnce() -> Answers<T>) -> Answers<T> {
        if self.off.load(Ordering::Relaxed) {
            return Answers {
                answers: (0..elements).map(|_| Err(switched_off())).collect(),
                fuel: 0,
                log: Vec::new(),
                memory_bytes: 0,
                log_lines_dropped: 0,
            };
        }
        let answers = ask();
        let is_fault = |answer: &&Result<T, Setback>| match answer {
            Err(Setback::Fault(fault)) => !fault.kind.is_of_host(),
            _ => false,
        };
        let faults = answers.answers.iter().filter(is_fault).count();
        self.asked.fetch_add(elements as u64, Ordering::Relaxed);
        self.faults.fetch_add(faults as u64, Ordering::Relaxed);
        answers
    }
}

fn switched_off() -> Setback {
    Setback::Fault(Fault {
        kind: FaultKind::SwitchedOff,
        detail: "the rule faulted too often".to_owned(),
    })
}

fn trip(rule: &RuleId, switch: &Switch, faults_max: u64) -> Trip {
    Trip {
        guard: "rule-off".to_owned(),
        message: format!(
            "rule {} faulted on {} of {} it was asked about, more than rule-faults-max = \
             {faults_max}: it is switched off, and what it decides waits",
            rule.name,
            switch.faults.load(Ordering::Relaxed),
            switch.asked.load(Ordering::Relaxed),
        ),
        approval: approval(rule),
        scope: Scope::Rule,
        holds: true,
    }
}

/// The name by which a rule is switched on again; another component of the same
/// name has another.
fn approval(rule: &RuleId) -> String {
    let named = format!("{} {}", rule.name, rule.digest);
    format!("rule-off-{}", Digest::of(named.as_bytes()).short())
}
