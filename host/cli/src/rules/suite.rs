//! What rules are tested in: a treaty, or a pack with a treaty put around it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use treaty_folder::{
    Bare, BareTable, CaseFile, Expectations, PackParts, Problems, TreatyFolder, around, case_files,
    read_cases,
};
use treaty_pack::Pack;
use treaty_workshop::{CaseResult, Rule, Uncovered, Workshop, test, uncovered};

use super::stack::{Stack, loaded};
use super::{Rules, workshop_of};
use crate::args::Args;
use crate::exit::{Exit, Failed};
use crate::{open, tell};

/// Rules with what they must decide.
pub struct Suite {
    /// The treaty, or the one that was put around a pack.
    pub folder: TreatyFolder,
    /// The case files, each with its text.
    pub files: Vec<(String, CaseFile)>,
    /// Those of them that belong to other packs.
    pub others: BTreeSet<PathBuf>,
    /// The pack.
    pub pack: Option<Pack>,
    workshop: Workshop,
}

/// A case file that nobody has read yet.
struct CaseText {
    shown: PathBuf,
    text: String,
    of: Holder,
}

/// Whose case files are.
#[derive(Clone, Copy)]
enum Holder {
    /// The treaty's own.
    Treaty,
    /// Those of one of its packs, and how far up its file is.
    Pack { number: usize, depth: usize },
}

impl Holder {
    /// Whether its cases take the place of another's.
    fn replaces(self, other: Self) -> bool {
        match (self, other) {
            (Self::Treaty, Self::Pack { .. }) => true,
            (
                Self::Pack { number, depth },
                Self::Pack {
                    number: of,
                    depth: below,
                },
            ) => number == of && depth > below,
            (_, Self::Treaty) => false,
        }
    }
}

impl Suite {
    /// The treaty with the cases that are named, or all of its own.
    pub fn of_treaty(args: &Args, named: &[PathBuf]) -> Result<Self, Failed> {
        let folder = open::sound_folder(args)?;
        let texts = case_texts(&folder, named)?;
        let of_packs = folder.packs.iter().flat_map(|pack| &pack.cases);
        Ok(Self {
            others: of_packs.map(|cases| cases.file.clone()).collect(),
            files: read_all(&folder, texts)?,
            workshop: workshop_of(&folder)?,
            pack: None,
            folder,
        })
    }

    /// A pack with its cases, under its budget.
    pub fn of_pack(stack: &Stack) -> Result<Self, Failed> {
        let parts = stack.parts()?;
        let workshop = stack.workshop()?;
        let rules = parts.rules.iter().map(|(name, rule)| rule.settings(name));
        let rules: Vec<_> = rules.collect();
        let loaded = loaded(&workshop, &rules)?;
        let those = |fits: fn(&Rule) -> bool| {
            let fitting = loaded.iter().filter(|(_, rule)| fits(rule));
            fitting.map(|(name, _)| name.as_str()).collect()
        };
        let tables = parts.sheets.iter();
        let folder = around(&Bare {
            name: &parts.name,
            tables: tables
                .map(|(entity, sheets)| BareTable { entity, sheets })
                .collect(),
            mappers: those(|rule| rule.kinds().mapper),
            matchers: those(|rule| rule.kinds().matcher),
            rules,
            limits: stack.budget().clone(),
            extent: stack.extent(),
        });
        let folder = folder.map_err(|problems| told(&problems, "mend the pack's tables"))?;
        let files = read_all(&folder, texts_of(0, &parts))?;
        let others = parts.cases.into_iter();
        let others = others.filter(|cases| cases.depth < stack.depth());
        Ok(Self {
            folder,
            files,
            others: others.map(|cases| cases.file).collect(),
            workshop,
            pack: Some(stack.top().clone()),
        })
    }

    /// Rules by their names; names that there are not are left out.
    pub fn load<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<Rules, Failed> {
        let names = names.into_iter();
        let settings = names.filter_map(|name| self.folder.rule(name));
        loaded(&self.workshop, settings)
    }

    /// The rules that the cases ask.
    pub fn asked(&self) -> Result<Rules, Failed> {
        let cases = self.files.iter().flat_map(|(_, file)| &file.cases);
        let asked: BTreeSet<_> = cases.map(|case| case.rule.as_str()).collect();
        self.load(asked)
    }

    /// Runs the cases, or those with a text in their name.
    pub fn results(&self, only: Option<&str>) -> Result<Vec<CaseResult>, Failed> {
        let rules = self.asked()?;
        let results = self.files.iter().flat_map(|(_, file)| {
            let mut file = file.clone();
            if let Some(text) = only {
                file.cases.retain(|case| case.name.contains(text));
            }
            test(&self.folder, &file, &rules)
        });
        Ok(results.collect())
    }

    /// The names of the rules that the pack brings along.
    pub fn own_rules(&self) -> impl Iterator<Item = &str> {
        let rules = self.pack.iter().flat_map(|pack| &pack.settings().rules);
        rules.map(|(name, _)| name.as_str())
    }

    /// Its case files.
    pub fn case_files(&self) -> Vec<&CaseFile> {
        self.files.iter().map(|(_, file)| file).collect()
    }

    /// The rows that no case is about.
    pub fn uncovered(&self) -> Vec<Uncovered> {
        uncovered(&self.folder, &self.case_files())
    }
}

/// The cases of a pack, its own before those of what it changes. One without any
/// has none that could fail.
fn texts_of(pack: usize, parts: &PackParts) -> Vec<CaseText> {
    let mut cases: Vec<_> = parts.cases.iter().collect();
    cases.sort_by_key(|cases| std::cmp::Reverse(cases.depth));
    let texts = cases.into_iter().map(|cases| CaseText {
        shown: cases.file.clone(),
        text: cases.text.clone(),
        of: Holder::Pack {
            number: pack,
            depth: cases.depth,
        },
    });
    texts.collect()
}

/// The case files of a treaty: those that are named, or all of its own.
fn case_texts(folder: &TreatyFolder, named: &[PathBuf]) -> Result<Vec<CaseText>, Failed> {
    if !named.is_empty() {
        return named.iter().map(|path| text_at(path, path)).collect();
    }
    let found = case_files(&folder.root).map_err(|error| {
        Failed::new(
            format!("cases: cannot be read: {error}"),
            "make the folder `cases` readable",
        )
    })?;
    let packs = folder.packs.iter().enumerate();
    let of_packs: Vec<_> = packs
        .flat_map(|(number, pack)| texts_of(number, pack))
        .collect();
    if found.is_empty() && of_packs.is_empty() {
        return Err(Failed::new(
            "the treaty has no cases",
            "write one into cases/, for instance cases/phone.toml; plugins/README.md says how",
        ));
    }
    let own = found
        .iter()
        .map(|shown| text_at(&folder.root.join(shown), shown));
    own.chain(of_packs.into_iter().map(Ok)).collect()
}

fn text_at(path: &Path, shown: &Path) -> Result<CaseText, Failed> {
    let text = fs::read_to_string(path).map_err(|error| {
        Failed::new(
            format!("{}: cannot be read: {error}", shown.display()),
            "name a case file; plugins/README.md says what is in one",
        )
    })?;
    let shown = shown.to_owned();
    let of = Holder::Treaty;
    Ok(CaseText { shown, text, of })
}

/// Reads case files, or gives everything that is wrong with them. A case is passed
/// over where one of its name was read that takes its place.
fn read_all(
    folder: &TreatyFolder,
    texts: Vec<CaseText>,
) -> Result<Vec<(String, CaseFile)>, Failed> {
    let mut files = Vec::new();
    let mut names: Vec<(Holder, BTreeSet<String>)> = Vec::new();
    let mut problems = Problems(Vec::new());
    for CaseText { shown, text, of } in texts {
        let before = names.iter().filter(|(holder, _)| holder.replaces(of));
        let replaced = before
            .flat_map(|(_, names)| names.iter().cloned())
            .collect();
        match read_cases(folder, &shown, &text, Expectations::Required, &replaced) {
            Ok(file) => {
                let cases = file.cases.iter();
                names.push((of, cases.map(|case| case.name.clone()).collect()));
                files.push((text, file));
            }
            Err(found) => problems.0.extend(found.0),
        }
    }
    match problems.0.is_empty() {
        true => Ok(files),
        false => Err(told(&problems, "mend the case files")),
    }
}

/// Problems as a failure. What a pack says may come from elsewhere.
pub fn told(problems: &Problems, hint: &str) -> Failed {
    let message = problems.to_string();
    let lines: Vec<_> = message.lines().map(tell::harmless).collect();
    Failed {
        message: lines.join("\n"),
        hint: hint.to_owned(),
        exit: Exit::Problems,
    }
}
