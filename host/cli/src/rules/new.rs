//! `treaty rules new`: a folder for a new rule.

use std::path::Path;

use treaty_author::{BadName, Made, RuleName, new};

use super::not_made;
use crate::args::{Args, Format, NewArgs};
use crate::exit::{Exit, Failed};
use crate::tell;

pub fn run(args: &Args, wish: &NewArgs) -> Result<Exit, Failed> {
    let name: RuleName = wish.name.parse().map_err(|error: BadName| Failed {
        exit: Exit::Usage,
        ..Failed::new(error.to_string(), error.hint())
    })?;
    let made = new(Path::new(""), &name, wish.kind.into(), wish.lang.into());
    let made = made.map_err(|error| not_made(&error))?;
    match args.format {
        Format::Json => tell::json(&made),
        Format::Text => lines(&made).into_iter().for_each(tell::typed_line),
    }
    Ok(Exit::Done)
}

fn lines(made: &Made) -> Vec<String> {
    let Made {
        name,
        kind,
        language,
        rule,
        files,
        ..
    } = made;
    vec![
        format!("{name}/ is a {kind} in {language}, {} files.", files.len()),
        format!("  the rule stands in {name}/{rule}"),
        format!("next: treaty rules build {name}"),
    ]
}
