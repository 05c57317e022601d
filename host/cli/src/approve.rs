//! `treaty approve`: a person lets through what a guard has stopped.

use crate::args::{ApproveArgs, Args, Format};
use crate::exit::{Exit, Failed};
use crate::{open, tell};

pub fn run(args: &Args, approve: &ApproveArgs) -> Result<Exit, Failed> {
    let reader = open::reader(args)?;
    let by = open::person(approve.by.as_deref());
    let mut approved = Vec::new();
    for name in &approve.names {
        approved.push(reader.approve(name, &by)?.trip);
    }
    if args.format == Format::Json {
        tell::json(&serde_json::json!({ "approved": approved, "by": by }));
        return Ok(Exit::Done);
    }
    for trip in approved {
        tell::line(format!(
            "{} is approved; the next pass does it, if it is still the same: {}",
            trip.approval, trip.message
        ));
    }
    Ok(Exit::Done)
}
