//! How what happens to a link is counted in a report.

use treaty_model::{BaseChange, LinkPlan, Operation, Why};

use crate::Part;
use crate::draft::Draft;
use crate::report::EntityReport;

/// Counts what was decided about a link.
pub(crate) fn count(part: &Part, draft: &Draft, report: &mut EntityReport) {
    let plan = &draft.plan;
    report.joined += plan.joins.len() as u64;
    report.changed += plan.base.len() as u64;
    report.decided += plan
        .base
        .iter()
        .filter(|change| change.why == Why::RuleDecided)
        .count() as u64;
    report.given_up += plan.given_up.len() as u64;
    report.asked += plan.questions.len() as u64;
    report.dangling += u64::from(draft.dangling);
    if let Some(why) = &draft.untried {
        let link = draft.plan.link;
        report.note_setback(format!("link {link} is decided in the next pass: {why}"));
    }
    for (system, field, why) in draft.held.iter().chain(&draft.unwritable) {
        let field = field.map_or("record", |field| part.field_name(field));
        let name = &part.entity.part(*system).system;
        let record = &draft.stored.records[system.0];
        let which = match record {
            Some(record) => format!("{name} {}", record.key.remote),
            None => format!("{name}, new record of link {}", plan.link),
        };
        report.note_setback(format!("{which}, {field}: {why}"));
    }
}

/// Takes back what [`count_planned`] counted of a link that a guard holds.
pub(crate) fn uncount_planned(part: &Part, plan: &LinkPlan, report: &mut EntityReport) {
    let by_rule = |change: &&BaseChange| change.why == Why::RuleDecided;
    report.joined -= plan.joins.len() as u64;
    report.changed -= plan.base.len() as u64;
    report.decided -= plan.base.iter().filter(by_rule).count() as u64;
    report.given_up -= plan.given_up.len() as u64;
    report.asked -= plan.questions.len() as u64;
    for operation in &plan.operations {
        let system = report.system(&part.entity.part(operation.system()).system);
        match operation {
            Operation::Write(_) => system.writes -= 1,
            Operation::Create(_) => system.creates -= 1,
            Operation::Archive(_) => system.deletes -= 1,
        }
    }
}

/// Counts a draft that is only looked at. What is sent is counted when it is
/// answered.
pub(crate) fn count_planned(part: &Part, draft: &Draft, report: &mut EntityReport) {
    count(part, draft, report);
    for operation in &draft.plan.operations {
        let system = report.system(&part.entity.part(operation.system()).system);
        match operation {
            Operation::Write(_) => system.writes += 1,
            Operation::Create(_) => system.creates += 1,
            Operation::Archive(_) => system.deletes += 1,
        }
    }
}
