//! `treaty rules test`: the cases of a treaty.

mod bless;
mod junit;
mod watch;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use treaty_folder::{CaseFile, Expectations, Problems, TreatyFolder, case_files, read_cases};
use treaty_workshop::{CaseResult, Uncovered, Workshop, test, uncovered};

use super::named;
use crate::args::{Args, Format, TestArgs};
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::{open, tell};

pub fn run(args: &Args, wish: &TestArgs) -> Result<Exit, Failed> {
    if wish.watch {
        return watch::run(args, wish);
    }
    let suite = Suite::read(args, wish)?;
    if wish.bless {
        return bless::run(args, wish, &suite);
    }
    let results = suite.results(wish)?;
    if let Some(path) = &wish.junit {
        junit::write(path, &suite.folder.name, &results)?;
    }
    tell_results(args, &suite, wish, &results);
    Ok(match results.iter().all(CaseResult::passed) {
        true => Exit::Done,
        false => Exit::Failed,
    })
}

/// A treaty with its cases.
pub struct Suite {
    /// The treaty.
    pub folder: TreatyFolder,
    /// Its case files, each with its text.
    pub files: Vec<(String, CaseFile)>,
    workshop: Workshop,
}

impl Suite {
    fn read(args: &Args, wish: &TestArgs) -> Result<Self, Failed> {
        let folder = open::sound_folder(args)?;
        let paths = case_paths(&folder, &wish.files)?;
        let mut files = Vec::new();
        let mut problems = Problems(Vec::new());
        for (path, shown) in &paths {
            let text = fs::read_to_string(path).map_err(|error| {
                Failed::new(
                    format!("{}: cannot be read: {error}", shown.display()),
                    "name a case file; plugins/README.md says what is in one",
                )
            })?;
            match read_cases(&folder, shown, &text, Expectations::Required) {
                Ok(file) => files.push((text, file)),
                Err(found) => problems.0.extend(found.0),
            }
        }
        // What a pack expects is not for the treaty to bless.
        let of_packs = wish.files.is_empty() && !wish.bless;
        let packs = folder.packs.iter().filter(|_| of_packs);
        for (shown, text) in packs.flat_map(|pack| &pack.cases) {
            match read_cases(&folder, shown, text, Expectations::Required) {
                Ok(file) => files.push((text.clone(), file)),
                Err(found) => problems.0.extend(found.0),
            }
        }
        if !problems.0.is_empty() {
            return Err(Failed {
                message: problems.to_string(),
                hint: "mend the case files".to_owned(),
                exit: Exit::Problems,
            });
        }
        let workshop = super::workshop_of(&folder)?;
        Ok(Self {
            folder,
            files,
            workshop,
        })
    }

    /// The rules that the cases ask.
    fn rules(&self) -> Result<super::Rules, Failed> {
        let cases = self.files.iter().flat_map(|(_, file)| &file.cases);
        let asked: BTreeSet<_> = cases.map(|case| case.rule.as_str()).collect();
        let rules = self.workshop.load_all(&self.folder, asked);
        rules.map_err(|error| named(&error))
    }

    fn results(&self, wish: &TestArgs) -> Result<Vec<CaseResult>, Failed> {
        let rules = self.rules()?;
        let results = self.files.iter().flat_map(|(_, file)| {
            let mut file = file.clone();
            if let Some(text) = &wish.only {
                file.cases.retain(|case| case.name.contains(text.as_str()));
            }
            test(&self.folder, &file, &rules)
        });
        Ok(results.collect())
    }

    fn uncovered(&self) -> Vec<Uncovered> {
        let files: Vec<_> = self.files.iter().map(|(_, file)| file.clone()).collect();
        uncovered(&self.folder, &files)
    }
}

/// The files that are read, each with the name under which it is told.
fn case_paths(folder: &TreatyFolder, named: &[PathBuf]) -> Result<Vec<(PathBuf, PathBuf)>, Failed> {
    if !named.is_empty() {
        return Ok(named
            .iter()
            .map(|path| (path.clone(), path.clone()))
            .collect());
    }
    let found = case_files(&folder.root).map_err(|error| {
        Failed::new(
            format!("cases: cannot be read: {error}"),
            "make the folder `cases` readable",
        )
    })?;
    let in_packs = folder.packs.iter().any(|pack| !pack.cases.is_empty());
    if found.is_empty() && !in_packs {
        return Err(Failed::new(
            "the treaty has no cases",
            "write one into cases/, for instance cases/phone.toml; plugins/README.md says how",
        ));
    }
    let paths = found.into_iter();
    Ok(paths
        .map(|shown| (folder.root.join(&shown), shown))
        .collect())
}

fn tell_results(args: &Args, suite: &Suite, wish: &TestArgs, results: &[CaseResult]) {
    // Of some of the cases nothing follows about the others.
    let all = wish.only.is_none() && wish.files.is_empty();
    let uncovered = match all {
        true => suite.uncovered(),
        false => Vec::new(),
    };
    if args.format == Format::Json {
        tell::json(&json!({ "cases": results, "uncovered": uncovered }));
        return;
    }
    let mut file = None;
    for result in results {
        if file != Some(&result.file) {
            tell::typed_line(&result.file);
            file = Some(&result.file);
        }
        result_lines(result).iter().for_each(tell::typed_line);
    }
    for open in &uncovered {
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

/// Where a case file is, from its name.
fn path_of(suite: &Suite, wish: &TestArgs, shown: &Path) -> PathBuf {
    match wish.files.is_empty() {
        true => suite.folder.root.join(shown),
        false => shown.to_owned(),
    }
}
