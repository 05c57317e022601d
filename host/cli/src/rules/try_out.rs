//! `treaty rules try`: one question to a rule.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;
use std::{fs, io};

use serde_json::json;
use treaty_folder::{Expectations, TreatyFolder, read_cases};
use treaty_workshop::{CaseResult, Place, test};

use super::{Rules, named, refused, workshop_of};
use crate::args::{Args, Format, TryArgs};
use crate::exit::{Exit, Failed};
use crate::{open, tell};

const KEYBOARD: &str = "-";

pub fn run(args: &Args, wish: &TryArgs) -> Result<Exit, Failed> {
    let folder = open::sound_folder(args)?;
    let text = text_of(&wish.case)?;
    let read = read_cases(
        &folder,
        &wish.case,
        &text,
        Expectations::Optional,
        &BTreeSet::new(),
    );
    let file = read.map_err(|problems| Failed {
        message: problems.to_string(),
        hint: "write one [[case]]; plugins/README.md says how".to_owned(),
        exit: Exit::Problems,
    })?;
    let rules = rules(&folder, &wish.component, &file.cases)?;
    let results = test(&folder, &file, &rules);
    match args.format {
        Format::Json => tell::json(&json!({ "answers": results })),
        Format::Text => results.iter().for_each(tell_answer),
    }
    Ok(match results.iter().all(CaseResult::passed) {
        true => Exit::Done,
        false => Exit::Failed,
    })
}

/// The component, in the place of whatever rule the treaty asks for such a case.
fn rules(
    folder: &TreatyFolder,
    component: &str,
    cases: &[treaty_folder::Case],
) -> Result<Rules, Failed> {
    let workshop = workshop_of(folder)?;
    let rule = match folder.rule(component) {
        Some(_) => {
            let mut loaded = workshop
                .load_all(folder, [component])
                .map_err(|error| named(&error))?;
            loaded.remove(component)
        }
        None => {
            let loaded = workshop.load(&Place::from(component));
            Some(loaded.map_err(|error| refused(component, &error))?.rule)
        }
    };
    let asked = cases.iter().map(|case| case.rule.clone());
    let rule = rule.into_iter().cycle();
    Ok(asked.zip(rule).collect())
}

fn text_of(path: &Path) -> Result<String, Failed> {
    let read = match path.as_os_str() == KEYBOARD {
        true => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).map(|_| text)
        }
        false => fs::read_to_string(path),
    };
    read.map_err(|error| {
        Failed::new(
            format!("{}: cannot be read: {error}", path.display()),
            "name a file with one [[case]], or `-` for the keyboard",
        )
    })
}

fn tell_answer(result: &CaseResult) {
    for line in &result.answer {
        tell::typed_line(line);
    }
    for line in &result.log {
        tell::typed_line(format!("log: {}", line.message));
    }
    for difference in &result.differences {
        let (about, expected) = (&difference.about, &difference.expected);
        tell::typed_line(format!(
            "{about}: expected {expected}, got {}",
            difference.got
        ));
    }
    tell::line(format!("{} fuel, {} µs", result.fuel, result.time_us));
}
