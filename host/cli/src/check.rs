//! `treaty check`: everything that is wrong with a treaty, at once.

use serde_json::json;
use treaty_engine::{Checked, check};
use treaty_folder::{Problems, Severity};

use crate::args::{Args, Format};
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::{open, progress, tell};

pub async fn run(args: &Args) -> Result<Exit, Failed> {
    let (checked, distance) = match open::folder(args)? {
        Err(problems) => (
            Checked {
                problems: problems.0,
                undecided: Vec::new(),
            },
            Vec::new(),
        ),
        Ok(folder) => {
            let checked = check(&folder, &open::opening(progress::progress())).await?;
            (checked, folder.conflict_distance())
        }
    };
    let errors = checked
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    if args.format == Format::Json {
        tell::json(&json!({
            "problems": checked.problems,
            "undecided": checked.undecided,
            "conflict_distance": distance,
        }));
    } else {
        let warnings = checked.problems.len() - errors;
        if !checked.problems.is_empty() {
            tell::line(Problems(checked.problems).to_string().trim_end());
        }
        for field in &checked.undecided {
            tell::line(format!(
                "nobody has decided on {} of {} in {}",
                field.field, field.entity, field.system
            ));
        }
        for entity in &distance {
            tell::line(format!(
                "{}: fields with an owner: {}, shared and open to conflicts: {}",
                entity.entity, entity.owned, entity.shared
            ));
        }
        tell::line(format!(
            "{}, {}, {} undecided",
            counted(errors as u64, "error"),
            counted(warnings as u64, "warning"),
            counted(checked.undecided.len() as u64, "field")
        ));
    }
    Ok(if errors > 0 {
        Exit::Problems
    } else {
        Exit::Done
    })
}
