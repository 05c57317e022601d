//! Which files a `pack.toml` claims, of those that there are.
//!
//! The same function serves a folder that is built and an archive that is
//! opened: what is claimed and not there, and what two claim, is found alike.

use std::collections::{BTreeMap, BTreeSet};

use treaty_folder::{Place, Problem, Problems, Spot, fits_pattern};

use crate::settings::{Component, PACK_FILE, PackSettings, Read};
use crate::{FileKind, PackPath};

/// What a pack consists of.
pub(crate) struct Claims {
    /// What its `pack.toml` says, the cases found.
    pub settings: PackSettings,
    /// Its files.
    pub files: BTreeMap<PackPath, FileKind>,
}

/// The end of a case's name.
const CASE_END: &str = ".toml";

/// Finds what a `pack.toml` claims among the files that there are.
///
/// # Errors
/// What is claimed and not there, what is claimed for two ends, and names that
/// some file system takes for one.
pub(crate) fn claims(read: Read, there: &BTreeSet<PackPath>) -> Result<Claims, Problems> {
    let mut problems = Problems::default();
    let mut settings = read.settings;
    let place_of = |path: &PackPath| {
        let spot = read.places.iter().find(|spot| spot.value == *path);
        spot.map(|spot| spot.place.clone())
    };
    for spot in &read.places {
        if !there.contains(&spot.value) {
            let message = format!("there is no file {}", spot.value);
            let hint = "a file is named by its path below the folder of the pack";
            problems
                .0
                .push(Problem::at(&spot.place, message).hint(hint));
        }
    }
    let (cases, unfound) = cases(&read.case_patterns, there);
    problems.0.extend(unfound);
    settings.cases = cases.into_iter().collect();

    let mut files = BTreeMap::new();
    for (path, kind) in uses(&settings) {
        let before = files.insert(path.clone(), kind);
        if let Some(before) = before
            && before != kind
        {
            let message = format!("{path} is {} and {}", before.name(), kind.name());
            problems.0.push(problem(place_of(&path), message));
        }
    }
    for message in confusions(files.keys()) {
        problems.0.push(problem(None, message));
    }
    problems.sort();
    match problems.0.is_empty() {
        true => Ok(Claims { settings, files }),
        false => Err(problems),
    }
}

fn problem(place: Option<Place>, message: String) -> Problem {
    match place {
        Some(place) => Problem::at(&place, message),
        None => Problem::of_file(PACK_FILE, message),
    }
}

/// Each use of a file.
fn uses(settings: &PackSettings) -> Vec<(PackPath, FileKind)> {
    let own = PACK_FILE.parse().expect("it is a name");
    let mut uses = vec![(own, FileKind::Settings)];
    for rule in settings.rules.values() {
        if let Component::File(path) = &rule.component {
            uses.push((path.clone(), FileKind::Component));
        }
    }
    let of = |paths: &[PackPath], kind| {
        let paths = paths.iter().cloned();
        paths.map(|path| (path, kind)).collect::<Vec<_>>()
    };
    let tables = settings.tables.values().cloned();
    uses.extend(tables.map(|path| (path, FileKind::Table)));
    uses.extend(of(&settings.cases, FileKind::Case));
    uses.extend(of(&settings.documents, FileKind::Document));
    uses
}

/// The cases that patterns stand for, and what stands for none.
fn cases(
    patterns: &[Spot<String>],
    there: &BTreeSet<PackPath>,
) -> (BTreeSet<PackPath>, Vec<Problem>) {
    let mut found = BTreeSet::new();
    let mut problems = Vec::new();
    for pattern in patterns {
        let fitting: Vec<_> = there
            .iter()
            .filter(|path| is_case(&pattern.value, path.as_str()))
            .cloned()
            .collect();
        if fitting.is_empty() {
            let message = format!("{:?} stands for no case", pattern.value);
            let hint = "a case is named by its file, its folder, or as in cases/*.toml";
            problems.push(Problem::at(&pattern.place, message).hint(hint));
        }
        found.extend(fitting);
    }
    (found, problems)
}

/// Whether a pattern stands for a file: itself, a file in the folder that it
/// names, or one whose name fits the pattern after the last `/`.
fn is_case(pattern: &str, path: &str) -> bool {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let pattern = pattern.strip_suffix('/').unwrap_or(pattern);
    if !path.ends_with(CASE_END) {
        return false;
    }
    if pattern.contains('*') {
        let (folder, name) = split(pattern);
        let (path_folder, path_name) = split(path);
        return folder == path_folder && fits_pattern(name, path_name);
    }
    let rest = path.strip_prefix(pattern);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path as folder and name; the folder of a name alone is empty.
pub(crate) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Names that cannot all be files of one folder on every machine.
fn confusions<'a>(paths: impl Iterator<Item = &'a PackPath> + Clone) -> Vec<String> {
    let mut told = Vec::new();
    let mut folded: BTreeMap<String, &PackPath> = BTreeMap::new();
    for path in paths.clone() {
        if let Some(other) = folded.insert(path.folded(), path) {
            told.push(format!("{other} and {path} are one file on some machines"));
        }
    }
    for path in paths {
        for folder in path.folders() {
            if let Some(file) = folded.get(&folder.to_lowercase()) {
                told.push(format!("{file} is a file, and the folder of {path}"));
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_cases() {
        let check = |pattern: &str, path: &str, expected: bool| {
            assert_eq!(is_case(pattern, path), expected, "{pattern} {path}");
        };
        check("cases", "cases/a.toml", true);
        check("cases/", "cases/deep/a.toml", true);
        check("cases", "cases2/a.toml", false);
        check("cases", "cases/README.md", false);
        check("cases/a.toml", "cases/a.toml", true);
        check("cases/*.toml", "cases/a.toml", true);
        check("cases/*.toml", "cases/deep/a.toml", false);
        check("./cases/contact-*", "cases/contact-1.toml", true);
        check("cases/contact-*", "cases/company-1.toml", false);
    }

    #[test]
    fn names_that_some_machine_takes_for_one_are_told() {
        let check = |names: &[&str], expected: usize| {
            let paths: Vec<PackPath> = names
                .iter()
                .map(|name| name.parse().expect("a name"))
                .collect();
            assert_eq!(confusions(paths.iter()).len(), expected, "{names:?}");
        };
        check(&["a.csv", "b.csv"], 0);
        check(&["a.csv", "A.csv"], 1);
        check(&["a", "a/b"], 1);
        check(&["a", "A/b"], 1);
    }
}
