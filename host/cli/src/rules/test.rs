//! `treaty rules test`: the cases of a treaty.

mod bless;
mod junit;
mod watch;

use serde_json::{Value as Json, json};
use treaty_workshop::{CaseResult, Uncovered};

use super::stack::{Stack, is_pack};
use super::suite::Suite;
use crate::args::{Args, Format, TestArgs};
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::tell;

pub fn run(args: &Args, wish: &TestArgs) -> Result<Exit, Failed> {
    if wish.watch {
        return watch::run(args, wish);
    }
    let suite = suite(args, wish)?;
    if wish.bless {
        return bless::run(args, wish, &suite);
    }
    let results = suite.results(wish.only.as_deref())?;
    if let Some(path) = &wish.junit {
        junit::write(path, &suite.folder.name, &results)?;
    }
    tell_results(args, &suite, wish, &results);
    Ok(match results.iter().all(CaseResult::passed) {
        true => Exit::Done,
        false => Exit::Failed,
    })
}

/// What is tested: a pack, where one is named, or else the treaty.
fn suite(args: &Args, wish: &TestArgs) -> Result<Suite, Failed> {
    match wish.files.as_slice() {
        [pack] if is_pack(pack) => Suite::of_pack(&Stack::at(args, pack, &wish.base)?),
        [pack, ..] if is_pack(pack) => Err(Failed {
            exit: Exit::Usage,
            ..Failed::new(
                "a pack is tested with all of its cases",
                "name the pack by itself; --only picks cases by their names",
            )
        }),
        files => Suite::of_treaty(args, files),
    }
}

fn tell_results(args: &Args, suite: &Suite, wish: &TestArgs, results: &[CaseResult]) {
    // Of some of the cases nothing follows about the others.
    let all = wish.only.is_none() && (wish.files.is_empty() || suite.pack.is_some());
    let uncovered = match all {
        true => suite.uncovered(),
        false => Vec::new(),
    };
    match args.format {
        Format::Json => tell::json(&json_of(results, &uncovered)),
        Format::Text => tell_lines(results, &uncovered),
    }
}

/// What became of cases, for programs.
pub fn json_of(results: &[CaseResult], uncovered: &[Uncovered]) -> Json {
    json!({ "cases": results, "uncovered": uncovered })
}

/// What became of cases, and which rows have none.
pub fn tell_lines(results: &[CaseResult], uncovered: &[Uncovered]) {
    let mut file = None;
    for result in results {
        if file != Some(&result.file) {
            tell::typed_line(&result.file);
            file = Some(&result.file);
        }
        result_lines(result).iter().for_each(tell::typed_line);
    }
    for open in uncovered {
        uncovered_lines(open).iter().for_each(tell::typed_line);
    }
    let failed = results.iter().filter(|result| !result.passed()).count();
    tell::line(format!(
        "{}: {} passed, {failed} failed",
        counted(results.len() as u64, "case"),
        results.len() - failed
    ));
}

/// A case in a line, and below it what is not as expected, side by side.
fn result_lines(result: &CaseResult) -> Vec<String> {
    let mark = if result.passed() { "ok    " } else { "FAILED" };
    let CaseResult {
        name,
        line,
        fuel,
        rule,
        ..
    } = result;
    let mut lines = vec![format!(
        "  {mark} {name} (line {line}, {rule}, {fuel} fuel)"
    )];
    for difference in &result.differences {
        lines.push(format!("           {}", difference.about));
        lines.push(format!("             expected  {}", difference.expected));
        lines.push(format!("             got       {}", difference.got));
    }
    if !result.passed() {
        let log = result.log.iter();
        lines.extend(log.map(|line| format!("           log: {}", line.message)));
    }
    lines
}

fn uncovered_lines(open: &Uncovered) -> Vec<String> {
    let lists = [
        ("no case decides", &open.undecided),
        ("no case reads or writes", &open.unmapped),
    ];
    let lists = lists.into_iter().filter(|(_, fields)| !fields.is_empty());
    lists
        .map(|(what, fields)| format!("{what} of {}: {}", open.entity, fields.join(", ")))
        .collect()
}
