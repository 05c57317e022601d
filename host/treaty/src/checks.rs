//! What is wrong with a treaty only when its parts are seen together.

use crate::known::Known;
use crate::settings::rules::RuleEntry;
use crate::settings::{EntitySettings, SystemSettings};
use crate::{Extent, Problem};

mod fields;
mod flows;
mod rules;

pub(crate) use rules::{all_rules, from_packs};

/// Checks the parts of a treaty against each other.
pub(crate) fn check(
    systems: &[SystemSettings],
    entities: &[EntitySettings],
    rules: &[RuleEntry],
    known: &Known,
    problems: &mut Vec<Problem>,
) {
    for system in systems {
        let takes_part = |entity: &EntitySettings| entity.entity.system(&system.name.0).is_ok();
        if !entities.iter().any(takes_part) {
            let message = format!("the system {} takes part in no entity", system.name);
            problems.push(Problem::at(&system.place, message).warning());
        }
    }
    for entity in entities {
        fields::check(entity, entities, Extent::Whole, problems);
        flows::check(entity, problems);
    }
    rules::check(entities, rules, known, problems);
}

/// Checks the field table of an entity by itself: what no `treaty.toml` stands
/// beside.
pub(crate) fn check_table(
    entity: &EntitySettings,
    all: &[EntitySettings],
    extent: Extent,
    problems: &mut Vec<Problem>,
) {
    fields::check(entity, all, extent, problems);
    flows::check(entity, problems);
}
