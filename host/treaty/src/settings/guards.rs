//! `[guards]` and `[limits]`: what stops a plan, and what a rule may use up.

use crate::document::Section;
use crate::settings::{Guards, Limits};

impl Default for Guards {
    fn default() -> Self {
        Self {
            writes_per_minute_max: 600,
            creates_max: 100,
            deletes_count_max: 10,
            deletes_share_max: 0.05,
            count_difference_max: 0.02,
            record_writes_max: 20,
            flips_max: 3,
            window_minutes: 60,
            records_held_max: 10,
            empty_from: 10,
            questions_max: 200,
            faults_max: 200,
            errors_max: 200,
            rule_faults_max: 20,
            settle_seconds: 0,
        }
    }
}

/// Reads the guards.
pub(crate) fn read_guards(treaty: &Section<'_>) -> Guards {
    let default = Guards::default();
    let Some(section) = treaty.below("guards") else {
        return default;
    };
    let from = |least, key, default| section.count(key, least).unwrap_or(default);
    let share = |key, default| section.share(key).unwrap_or(default);
    let guards = Guards {
        writes_per_minute_max: from(1, "writes-per-minute-max", default.writes_per_minute_max),
        creates_max: from(0, "creates-max", default.creates_max),
        deletes_count_max: from(0, "deletes-count-max", default.deletes_count_max),
        deletes_share_max: share("deletes-share-max", default.deletes_share_max),
        count_difference_max: share("count-difference-max", default.count_difference_max),
        record_writes_max: from(1, "record-writes-max", default.record_writes_max),
        flips_max: from(1, "flips-max", default.flips_max),
        window_minutes: from(1, "window-minutes", default.window_minutes),
        records_held_max: from(0, "records-held-max", default.records_held_max),
        empty_from: from(1, "empty-from", default.empty_from),
        questions_max: from(0, "questions-max", default.questions_max),
        faults_max: from(0, "faults-max", default.faults_max),
        errors_max: from(0, "errors-max", default.errors_max),
        rule_faults_max: from(0, "rule-faults-max", default.rule_faults_max),
        settle_seconds: from(0, "settle-seconds", default.settle_seconds),
    };
    section.finish();
    guards
}

/// Reads the limits.
pub(crate) fn read_limits(treaty: &Section<'_>) -> Limits {
    let section = treaty.below("limits");
    section.map(rule_limits).unwrap_or_default()
}

/// Reads limits from the section that holds their keys, and reports what else
/// stands there.
pub fn rule_limits(section: Section<'_>) -> Limits {
    let limits = Limits {
        component_mib: section.count("component-mib", 1),
        memory_mib: section.count("memory-mib", 1),
        table_elements: section.count("table-elements", 1),
        instances: section.count("instances", 1),
        fuel_base: section.count("fuel-base", 1),
        fuel_per_element: section.count("fuel-per-element", 1),
        fuel_per_byte: section.count("fuel-per-byte", 0),
        time_base_ms: section.count("time-base-ms", 1),
        time_per_element_ms: section.count("time-per-element-ms", 0),
        log_lines: section.count("log-lines", 0),
    };
    section.finish();
    limits
}
