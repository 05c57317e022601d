//! `treaty rules build`: the component of a rule's folder.

use treaty_author::{BuildOptions, Built, build};

use super::not_made;
use crate::args::{Args, BuildArgs, Format};
use crate::exit::{Exit, Failed};
use crate::tell;

pub fn run(args: &Args, wish: &BuildArgs) -> Result<Exit, Failed> {
    let options = BuildOptions {
        rust_target: wish.target.into(),
    };
    // A line for each step: there are three at most, and each takes seconds.
    let mut progress = |step: &str| tell::remark(format!("{step} …"));
    let built = build(&wish.folder, options, &mut progress);
    let built = built.map_err(|error| not_made(&error))?;
    match args.format {
        Format::Json => tell::json(&built),
        Format::Text => lines(&built).into_iter().for_each(tell::typed_line),
    }
    Ok(Exit::Done)
}

fn lines(built: &Built) -> Vec<String> {
    let file = built.file.display();
    vec![
        format!("{file} is a {} from {}.", built.kind, built.language),
        format!("  size    {} kB", built.size_bytes.div_ceil(1_000)),
        format!("  digest  {}", built.digest),
        format!("next: treaty rules inspect {file}"),
    ]
}
