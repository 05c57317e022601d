//! `[audit]` and `[journal]`: what a treaty at work does from time to time.

use crate::document::Section;
use crate::settings::Upkeep;

/// Doctor compares two weeks: a shorter journal would make it blind.
const KEEP_DAYS_MIN: u64 = 15;

/// Reads both sections.
pub(crate) fn read(treaty: &Section<'_>) -> Upkeep {
    let count = |section, key, least| {
        let section = treaty.below(section)?;
        let count = section.count(key, least);
        section.finish();
        count
    };
    Upkeep {
        audit_every_hours: count("audit", "every-hours", 1),
        journal_keep_days: count("journal", "keep-days", KEEP_DAYS_MIN),
    }
}
