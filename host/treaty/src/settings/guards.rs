//! `[guards]` and `[limits]`: what stops a plan, and what a rule may use up.

use crate::document::Section;
use crate::settings::{Guards, Limits};

impl Default for Guards {
    /// 600 writes a minute; 100 creates and 10 deletes in a pass and system, or
    /// 5 % of what is linked there; counts that differ by 2 %.
    fn default() -> Self {
        Self {
            writes_per_minute_max: 600,
            creates_max: 100,
            deletes_count_max: 10,
            deletes_share_max: 0.05,
            count_difference_max: 0.02,
        }
    }
}

/// Reads the guards.
pub(crate) fn read_guards(treaty: &Section<'_>) -> Guards {
    let default = Guards::default();
    let Some(section) = treaty.below("guards") else {
        return default;
    };
    let count = |key, default| section.count(key, 0).unwrap_or(default);
    let share = |key, default| section.share(key).unwrap_or(default);
    let guards = Guards {
        writes_per_minute_max: section
            .count("writes-per-minute-max", 1)
            .unwrap_or(default.writes_per_minute_max),
        creates_max: count("creates-max", default.creates_max),
        deletes_count_max: count("deletes-count-max", default.deletes_count_max),
        deletes_share_max: share("deletes-share-max", default.deletes_share_max),
        count_difference_max: share("count-difference-max", default.count_difference_max),
    };
    section.finish();
    guards
}

/// Reads the limits.
pub(crate) fn read_limits(treaty: &Section<'_>) -> Limits {
    let Some(section) = treaty.below("limits") else {
        return Limits::default();
    };
    let limits = Limits {
        component_mib: section.count("component-mib", 1),
        memory_mib: section.count("memory-mib", 1),
        table_elements: section.count("table-elements", 1),
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
