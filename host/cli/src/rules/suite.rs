//! What rules are tested in: a treaty, or a pack with a treaty put around it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use treaty_folder::{
    Bare, BareTable, CaseFile, Component, Expectations, Extent, Problems, Profile, RuleSettings,
    TreatyFolder, around, case_files, read_cases,
};
use treaty_pack::{FileKind, Pack, PackLimits, PackProfile, PackRule, open as open_pack};
use treaty_workshop::{CaseResult, Limits, Place, Rule, Uncovered, Workshop, test, uncovered};

use super::{Rules, named, workshop_of, workshop_under};
use crate::args::Args;
use crate::exit::{Exit, Failed};
use crate::{open, tell};

/// What makes a folder a pack.
const PACK_FILE: &str = "pack.toml";
/// How the file of a pack ends.
const PACK_END: &str = "treaty-pack";

/// Rules with what they must decide.
pub struct Suite {
    /// The treaty, or the one that was put around a pack.
    pub folder: TreatyFolder,
    /// The case files, each with its text.
    pub files: Vec<(String, CaseFile)>,
    /// The pack.
    pub pack: Option<Pack>,
    workshop: Workshop,
}

/// A case file that nobody has read yet.
struct CaseText {
    shown: PathBuf,
    text: String,
}

/// Where a pack is, if a word on the command line names one: a folder with a
/// `pack.toml`, or a file that ends as packs do.
pub fn is_pack(word: &Path) -> bool {
    word.join(PACK_FILE).is_file() || word.extension().is_some_and(|end| end == PACK_END)
}

/// Reads the pack of a folder, or opens the file of one.
pub fn pack_at(place: &Path) -> Result<Pack, Failed> {
    let limits = PackLimits::default();
    if place.is_dir() {
        let read = treaty_pack::read_folder(place, &limits);
        return read.map_err(|error| Failed::new(error.to_string(), error.hint()));
    }
    let opened = open_pack(place, &limits);
    opened.map_err(|error| Failed::new(error.to_string(), error.hint()))
}

impl Suite {
    /// The treaty with the cases that are named, or all of its own.
    pub fn of_treaty(args: &Args, named: &[PathBuf]) -> Result<Self, Failed> {
        let folder = open::sound_folder(args)?;
        let texts = case_texts(&folder, named)?;
        Ok(Self {
            files: read_all(&folder, texts)?,
            workshop: workshop_of(&folder)?,
            pack: None,
            folder,
        })
    }

    /// A pack with its cases, under its own budget.
    pub fn of_pack(pack: Pack) -> Result<Self, Failed> {
        let workshop = workshop_under(Limits::default().with(&pack.settings().budget))?;
        let rules: Vec<_> = pack.settings().rules.iter().map(settings_of).collect();
        let loaded = rules_of(&workshop, &pack)?;
        let those = |fits: fn(&Rule) -> bool| {
            let fitting = loaded.iter().filter(|(_, rule)| fits(rule));
            fitting.map(|(name, _)| name.as_str()).collect()
        };
        let tables = pack.settings().tables.iter();
        let folder = around(&Bare {
            name: &pack.settings().name,
            tables: tables
                .filter_map(|(entity, path)| {
                    let file = pack.file(path.as_str())?;
                    Some(BareTable {
                        entity,
                        file: Path::new(path.as_str()),
                        bytes: &file.bytes,
                    })
                })
                .collect(),
            mappers: those(|rule| rule.kinds().mapper),
            matchers: those(|rule| rule.kinds().matcher),
            rules,
            limits: pack.settings().budget.clone(),
            extent: match pack.settings().extends {
                Some(_) => Extent::Part,
                None => Extent::Whole,
            },
        });
        let folder = folder.map_err(|problems| told(&problems, "mend the pack's tables"))?;
        let files = read_all(&folder, texts_of(&pack)?)?;
        Ok(Self {
            folder,
            files,
            workshop,
            pack: Some(pack),
        })
    }

    /// Rules by their names; names that there are not are left out.
    pub fn load<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<Rules, Failed> {
        let names = names.into_iter();
        let settings = names.filter_map(|name| self.folder.rule(name));
        let rules = self.workshop.load_each(settings, &|path| match &self.pack {
            Some(pack) => held(pack, path),
            None => Place::File(path.to_owned()),
        });
        rules.map_err(|error| named(&error))
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

/// A rule as a treaty says it.
fn settings_of((name, rule): (&String, &PackRule)) -> RuleSettings {
    RuleSettings {
        name: name.clone(),
        component: match &rule.component {
            treaty_pack::Component::File(path) => Component::File(path.as_str().into()),
            treaty_pack::Component::Shipped(rule) => Component::Shipped(rule.clone()),
        },
        profile: match rule.profile {
            PackProfile::Contract => Profile::Contract,
            PackProfile::InertWasi => Profile::InertWasi,
        },
        configuration: rule.configuration.clone(),
        // The whole workshop is under the pack's budget.
        limits: treaty_folder::Limits::default(),
        shadow: None,
    }
}

/// The rules of a pack, each under the profile that the pack names.
pub fn rules_of(workshop: &Workshop, pack: &Pack) -> Result<Rules, Failed> {
    let rules: Vec<_> = pack.settings().rules.iter().map(settings_of).collect();
    let loaded = workshop.load_each(&rules, &|path| held(pack, path));
    loaded.map_err(|error| named(&error))
}

/// Where the component of a pack's rule is.
pub fn place_of(pack: &Pack, rule: &PackRule) -> Place {
    match &rule.component {
        treaty_pack::Component::File(path) => held(pack, path.as_str().as_ref()),
        treaty_pack::Component::Shipped(name) => Place::Shipped(name.clone()),
    }
}

/// A component of a pack, as it is in memory.
fn held(pack: &Pack, path: &Path) -> Place {
    let file = path.to_str().and_then(|path| pack.file(path));
    match file {
        Some(file) => Place::Held(file.bytes.as_slice().into()),
        None => unreachable!("a pack has every component that it names"),
    }
}

/// The cases of a pack. One without any has none that could fail.
fn texts_of(pack: &Pack) -> Result<Vec<CaseText>, Failed> {
    let files = pack.files_of(FileKind::Case);
    let texts = files.map(|file| {
        let text = std::str::from_utf8(&file.bytes);
        let text = text.map_err(|_| {
            let message = format!("{}: is not saved as UTF-8", file.path);
            Failed::new(message, "save it as UTF-8")
        })?;
        Ok(CaseText {
            shown: file.path.as_str().into(),
            text: text.to_owned(),
        })
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
    let of_packs = folder.packs.iter().flat_map(|pack| &pack.cases);
    let of_packs = of_packs.map(|(shown, text)| CaseText {
        shown: shown.clone(),
        text: text.clone(),
    });
    let of_packs: Vec<_> = of_packs.collect();
    if found.is_empty() && of_packs.is_empty() {
        return Err(Failed::new(
            "the treaty has no cases",
            "write one into cases/, for instance cases/phone.toml; plugins/cases.md says how",
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
            "name a case file; plugins/cases.md says what is in one",
        )
    })?;
    let shown = shown.to_owned();
    Ok(CaseText { shown, text })
}

/// Reads case files, or gives everything that is wrong with them.
fn read_all(
    folder: &TreatyFolder,
    texts: Vec<CaseText>,
) -> Result<Vec<(String, CaseFile)>, Failed> {
    let mut files = Vec::new();
    let mut problems = Problems(Vec::new());
    for CaseText { shown, text } in texts {
        match read_cases(folder, &shown, &text, Expectations::Required) {
            Ok(file) => files.push((text, file)),
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
