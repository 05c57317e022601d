//! Fields that belong together, such as the lines of an address, are not taken
//! half from one system and half from another.

use treaty_sdk::{Conflict, Contested, Decision, Verdict};

/// Escalates every field of a group of which no single system holds all
/// winning values.
pub fn keep_together(conflict: Conflict<'_>, verdicts: &mut [Verdict]) {
    let fields: Vec<_> = conflict.fields().collect();
    let mut groups: Vec<&str> = fields.iter().filter_map(|field| group(*field)).collect();
    groups.sort_unstable();
    groups.dedup();
    for name in groups {
        let members: Vec<_> = (0..fields.len())
            .filter(|&index| group(fields[index]) == Some(name))
            .collect();
        let of_one = members.len() == 1
            || conflict.setup().systems.iter().any(|system| {
                let holds = |&index: &usize| wins(fields[index], &verdicts[index], &system.name);
                members.iter().all(holds)
            });
        if of_one {
            continue;
        }
        let names: Vec<_> = members.iter().map(|&index| fields[index].name()).collect();
        let reason = format!(
            "{} belong together ({name}), and no system holds all the values that would win",
            names.join(", ")
        );
        for index in members {
            if verdicts[index].decision != Decision::Escalate {
                verdicts[index] = fields[index].escalate(reason.clone());
            }
        }
    }
}

fn group<'a>(field: Contested<'a>) -> Option<&'a str> {
    field.table("group")
}

/// Whether the value that won is one that the system holds.
fn wins(field: Contested<'_>, verdict: &Verdict, system: &str) -> bool {
    let Decision::Keep(winner) = verdict.decision else {
        return false;
    };
    let winner = field.candidates().nth(winner as usize);
    winner.is_some_and(|winner| {
        let mut sides = field.candidates();
        sides.any(|side| side.system() == Some(system) && side.value() == winner.value())
    })
}
