//! `[guards]` and `[limits]`, each key with its value, its default and what it
//! is for.
//!
//! Both are taken apart without `..`, so that a new key cannot be forgotten
//! here.

use std::time::Duration;

use serde::Serialize;
use treaty_folder::{Guards, Limits};

/// One key of a section.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SettingDocs {
    /// Its name in `treaty.toml`.
    pub key: &'static str,
    /// What holds.
    pub value: Amount,
    /// What holds where the treaty says nothing.
    pub default: Amount,
    /// The guards that it is a limit of; empty: of none.
    pub guards: &'static [&'static str],
    /// What it says.
    pub about: &'static str,
}

/// How much.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Amount {
    /// A count.
    Count(u64),
    /// A share, from 0 to 1.
    Share(f64),
}

impl From<u64> for Amount {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<f64> for Amount {
    fn from(share: f64) -> Self {
        Self::Share(share)
    }
}

impl SettingDocs {
    /// Whether the default holds.
    pub fn is_default(&self) -> bool {
        self.value == self.default
    }
}

/// What a value is about: its key, its guards, and in words.
type About = (&'static str, &'static [&'static str], &'static str);

/// One key, with a value and its default.
fn setting(
    (key, guards, about): About,
    value: impl Into<Amount>,
    default: impl Into<Amount>,
) -> SettingDocs {
    SettingDocs {
        key,
        value: value.into(),
        default: default.into(),
        guards,
        about,
    }
}

const WRITES_PER_MINUTE: About = (
    "writes-per-minute-max",
    &["write-cap"],
    "writes in any minute to one system; beyond, the plan of the entity is stopped",
);
const CREATES: About = (
    "creates-max",
    &["create-cap"],
    "records made by one pass in one system; beyond, the plan is stopped",
);
const DELETES_COUNT: About = (
    "deletes-count-max",
    &["delete-guard"],
    "records deleted or archived by one pass in one system; beyond, the plan is stopped",
);
const DELETES_SHARE: About = (
    "deletes-share-max",
    &["delete-guard"],
    "the same as a share of what is linked there",
);
const COUNT_DIFFERENCE: About = (
    "count-difference-max",
    &["count-difference"],
    "how far the record counts of two systems may differ, and by more than ten, before people are \
     told; it stops nothing",
);
const RECORD_WRITES: About = (
    "record-writes-max",
    &["record-writes"],
    "writes to one record in one system within the window; beyond, the record is held",
);
const FLIPS: About = (
    "flips-max",
    &["flip-flop"],
    "how often one field of one record is written with one and the same value within the window; \
     beyond, the record is held",
);
const WINDOW: About = (
    "window-minutes",
    &["record-writes", "flip-flop"],
    "how far back these two look",
);
const RECORDS_HELD: About = (
    "records-held-max",
    &["record-writes", "flip-flop"],
    "records that these two may hold before the whole plan is stopped",
);
const EMPTY: About = (
    "empty-from",
    &["side-empty"],
    "how many records a system must have had before showing none of them stops the plan",
);
const QUESTIONS: About = (
    "questions-max",
    &["question-flood"],
    "questions asked by one pass about one entity; beyond, the plan is stopped",
);
const FAULTS: About = (
    "faults-max",
    &["fault-flood"],
    "records of one entity that one pass cannot read, match or write; beyond, the plan is stopped",
);
const ERRORS: About = (
    "errors-max",
    &["error-flood"],
    "writes that one pass is refused by one system; beyond, it stops, and the plans after it",
);
const RULE_FAULTS: About = (
    "rule-faults-max",
    &["rule-off"],
    "faults of one rule in one pass, if they are more than a twentieth of what it was asked; \
     beyond, the rule is switched off",
);
const SETTLE: About = (
    "settle-seconds",
    &[],
    "how long a record has to be quiet before it is looked at",
);

/// What stops a plan.
pub(super) fn guards(guards: &Guards) -> Vec<SettingDocs> {
    let default = Guards::default();
    let Guards {
        writes_per_minute_max,
        creates_max,
        deletes_count_max,
        deletes_share_max,
        count_difference_max,
        record_writes_max,
        flips_max,
        window_minutes,
        records_held_max,
        empty_from,
        questions_max,
        faults_max,
        errors_max,
        rule_faults_max,
        settle_seconds,
    } = *guards;
    vec![
        setting(
            WRITES_PER_MINUTE,
            writes_per_minute_max,
            default.writes_per_minute_max,
        ),
        setting(CREATES, creates_max, default.creates_max),
        setting(DELETES_COUNT, deletes_count_max, default.deletes_count_max),
        setting(DELETES_SHARE, deletes_share_max, default.deletes_share_max),
        setting(
            COUNT_DIFFERENCE,
            count_difference_max,
            default.count_difference_max,
        ),
        setting(RECORD_WRITES, record_writes_max, default.record_writes_max),
        setting(FLIPS, flips_max, default.flips_max),
        setting(WINDOW, window_minutes, default.window_minutes),
        setting(RECORDS_HELD, records_held_max, default.records_held_max),
        setting(EMPTY, empty_from, default.empty_from),
        setting(QUESTIONS, questions_max, default.questions_max),
        setting(FAULTS, faults_max, default.faults_max),
        setting(ERRORS, errors_max, default.errors_max),
        setting(RULE_FAULTS, rule_faults_max, default.rule_faults_max),
        setting(SETTLE, settle_seconds, default.settle_seconds),
    ]
}

const COMPONENT: About = ("component-mib", &[], "the size of a component's file");
const MEMORY: About = ("memory-mib", &[], "memory of one instance");
const INSTANCES: About = ("instances", &[], "core instances in a component");
const TABLE: About = ("table-elements", &[], "elements of one WebAssembly table");
const FUEL: About = (
    "fuel-base",
    &[],
    "fuel for a call before any element is counted",
);
const FUEL_PER_ELEMENT: About = ("fuel-per-element", &[], "fuel for each element, on top");
const FUEL_PER_BYTE: About = ("fuel-per-byte", &[], "fuel for each byte handed in, on top");
const TIME: About = ("time-base-ms", &[], "the wall-clock backstop of a call");
const TIME_PER_ELEMENT: About = (
    "time-per-element-ms",
    &[],
    "the backstop for each element, on top",
);
const LOG: About = ("log-lines", &[], "log lines that are kept of one batch");

/// What a rule may use up.
pub(super) fn limits(limits: &Limits) -> Vec<SettingDocs> {
    const MIB: u64 = 1 << 20;
    let default = treaty_sandbox::Limits::default();
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let limit = |about: About, set: Option<u64>, default: u64| {
        setting(about, set.unwrap_or(default), default)
    };
    let Limits {
        component_mib,
        memory_mib,
        table_elements,
        instances,
        fuel_base,
        fuel_per_element,
        fuel_per_byte,
        time_base_ms,
        time_per_element_ms,
        log_lines,
    } = limits.clone();
    vec![
        limit(
            COMPONENT,
            component_mib,
            count(default.component_bytes) / MIB,
        ),
        limit(MEMORY, memory_mib, count(default.memory_bytes) / MIB),
        limit(TABLE, table_elements, count(default.table_elements)),
        limit(INSTANCES, instances, u64::from(default.instances)),
        limit(FUEL, fuel_base, default.fuel_base),
        limit(FUEL_PER_ELEMENT, fuel_per_element, default.fuel_per_element),
        limit(FUEL_PER_BYTE, fuel_per_byte, default.fuel_per_byte),
        limit(TIME, time_base_ms, ms(default.time_base)),
        limit(
            TIME_PER_ELEMENT,
            time_per_element_ms,
            ms(default.time_per_element),
        ),
        limit(LOG, log_lines, count(default.log_lines)),
    ]
}
