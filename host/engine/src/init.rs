//! Init: proposes a treaty from what systems hold, and decides nothing that only
//! a person can decide.
//!
//! Each system is opened and looked at (`look`): which sources it has, and some
//! records of each; nothing is written there. Sources and own fields that say
//! the same are paired by name and by value (`pair`, `words`, `column`,
//! `reference`). The values say who could own a field (`compare`); where two
//! systems hold different ones, the owner is `?`, which nothing is synced with.

mod column;
mod compare;
mod look;
mod pair;
mod propose;
mod reference;
mod text;
mod wish;
mod words;

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

use serde::Serialize;

pub use wish::{EntityWish, SystemWish};

use crate::EngineError;
use crate::opening::Opening;
use look::Looked;
use pair::{Group, Paired, fields, groups};
use propose::propose;
use text::Written;

/// What a treaty is to be made of.
#[derive(Clone, Debug)]
pub struct InitWish {
    /// The treaty's name.
    pub name: String,
    /// The folder that it is written into.
    pub folder: PathBuf,
    /// The systems, two or more.
    pub systems: Vec<SystemWish>,
    /// Which sources hold the same things; empty: it is found out.
    pub entities: Vec<EntityWish>,
    /// How many records of each source are looked at.
    pub rows_max: usize,
}

/// What was found and is proposed.
#[derive(Clone, Debug, Serialize)]
pub struct Proposal {
    /// The treaty's name.
    pub name: String,
    /// The entities.
    pub entities: Vec<EntityProposal>,
    /// Sources that take no part.
    pub left_out: Vec<LeftOut>,
    /// The files that were written, by their names in the folder.
    pub files: Vec<String>,
}

/// An entity.
#[derive(Clone, Debug, Serialize)]
pub struct EntityProposal {
    /// Its name.
    pub entity: String,
    /// The sources, one for each system.
    pub systems: Vec<SourceProposal>,
    /// The rows of its table.
    pub fields: Vec<FieldProposal>,
    /// How many of them have no owner yet.
    pub undecided: usize,
    /// In how far its sources hold the same records.
    pub found_in_both: Vec<FoundInBoth>,
}

/// A source of an entity.
#[derive(Clone, Debug, Serialize)]
pub struct SourceProposal {
    /// The system.
    pub system: String,
    /// The source.
    pub source: String,
    /// How many records were read.
    pub records: usize,
    /// Whether there are more.
    pub more: bool,
    /// The own fields of its key.
    pub key: Vec<String>,
    /// Own fields that are in no row of the table.
    pub unpaired: Vec<String>,
}

/// A row of a field table.
#[derive(Clone, Debug, Serialize)]
pub struct FieldProposal {
    /// The field.
    pub field: String,
    /// The share of values that two systems have in common, in percent.
    pub overlap_percent: u32,
    /// The owner; `?`: not decided.
    pub owner: String,
    /// Why.
    pub notes: String,
}

/// Records that two systems have in common.
#[derive(Clone, Debug, Serialize)]
pub struct FoundInBoth {
    /// The systems.
    pub systems: [String; 2],
    /// The field by which they were found.
    pub by: String,
    /// How many.
    pub records: usize,
}

/// A source that takes no part.
#[derive(Clone, Debug, Serialize)]
pub struct LeftOut {
    /// The system.
    pub system: String,
    /// The source.
    pub source: String,
    /// Why.
    pub why: String,
}

impl LeftOut {
    fn new(system: &SystemWish, source: &str, why: impl Into<String>) -> Self {
        Self {
            system: system.name.clone(),
            source: source.to_owned(),
            why: why.into(),
        }
    }
}

/// Proposes a treaty and writes its folder.
///
/// # Errors
/// [`EngineError::Init`] where a folder has a treaty already, a system cannot be
/// used, or nothing was found that two systems have in common. Then nothing was
/// written.
pub async fn init(wish: &InitWish, opening: &Opening) -> Result<Proposal, EngineError> {
    refuse(wish)?;
    let mut left_out = Vec::new();
    let mut looked = look::look(wish, opening, &mut left_out).await?;
    let mut groups = groups(wish, &looked);
    groups.retain(|group| group.sources.len() > 1);
    reference::mark(&mut looked, &groups);
    let paired: Vec<Vec<Paired>> = groups
        .iter()
        .map(|group| fields(&of(group, &looked)))
        .collect();
    for (place, source) in looked.iter().enumerate() {
        if !groups.iter().any(|group| group.sources.contains(&place)) {
            let system = &wish.systems[source.system];
            let why = "nothing like it was found in another system; to pair it by hand: --entity";
            left_out.push(LeftOut::new(system, &source.source, why));
        }
    }
    let entities = groups
        .iter()
        .zip(&paired)
        .map(|(group, fields)| propose(wish, &groups, group, fields, &looked));
    let (told, plans): (Vec<EntityProposal>, Vec<_>) = entities.unzip();
    let mut proposal = Proposal {
        name: wish.name.clone(),
        entities: told,
        left_out,
        files: Vec::new(),
    };
    proposal.entities.retain(|entity| !entity.fields.is_empty());
    if proposal.entities.is_empty() {
        return Err(nothing_found(&proposal));
    }
    let written: Vec<Written<'_>> = proposal
        .entities
        .iter()
        .zip(plans.into_iter().filter(|plan| !plan.table.is_empty()))
        .map(|(told, plan)| plan.written(told, &looked))
        .collect();
    let mut files = Vec::new();
    for entity in &written {
        let table = text::table(entity).map_err(|error| EngineError::Init {
            message: format!("a field table cannot be written: {error}"),
            hint: "report it: every text has a form in CSV".to_owned(),
        })?;
        files.push((format!("{}.csv", entity.told.entity), table));
    }
    files.push((
        "treaty.toml".to_owned(),
        text::treaty(wish, &proposal, &written),
    ));
    write(wish, &files)?;
    proposal.files = files.into_iter().map(|(name, _)| name).collect();
    Ok(proposal)
}

fn of<'a>(group: &Group, looked: &'a [Looked]) -> Vec<&'a Looked> {
    group.sources.iter().map(|&place| &looked[place]).collect()
}

fn refuse(wish: &InitWish) -> Result<(), EngineError> {
    let wrong = |message: String, hint: &str| {
        Err(EngineError::Init {
            message,
            hint: hint.to_owned(),
        })
    };
    let treaty = wish.folder.join("treaty.toml");
    if treaty.exists() {
        return wrong(
            format!("there is a treaty already: {}", treaty.display()),
            "name another folder with --treaty; `treaty check` says how this one stands",
        );
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = wish
        .systems
        .iter()
        .find(|system| !names.insert(system.name.to_lowercase()))
    {
        return wrong(
            format!("two systems are named {}", twice.name),
            "give each system a name of its own",
        );
    }
    let asked = wish.entities.iter().flat_map(|entity| &entity.sources);
    for (system, source) in asked {
        if !wish.systems.iter().any(|known| known.name == *system) {
            let known: Vec<_> = wish
                .systems
                .iter()
                .map(|known| known.name.as_str())
                .collect();
            return wrong(
                format!("{system}:{source} is of no system named here"),
                &format!("the systems are: {}", known.join(", ")),
            );
        }
    }
    Ok(())
}

fn nothing_found(proposal: &Proposal) -> EngineError {
    let left = proposal.left_out.iter();
    let left: Vec<_> = left
        .map(|left| format!("\n  {} {}: {}", left.system, left.source, left.why))
        .collect();
    EngineError::Init {
        message: format!(
            "nothing was found that two systems have in common{}",
            left.concat()
        ),
        hint: "say which sources hold the same: --entity contact=crm:contacts,shop:people"
            .to_owned(),
    }
}

fn write(wish: &InitWish, files: &[(String, String)]) -> Result<(), EngineError> {
    let failed = |place: &std::path::Path, error: std::io::Error| EngineError::Init {
        message: format!("cannot write {}: {error}", place.display()),
        hint: "name a new folder that can be written with --treaty".to_owned(),
    };
    fs::create_dir_all(&wish.folder).map_err(|error| failed(&wish.folder, error))?;
    for (name, text) in files {
        let path = wish.folder.join(name);
        // Never over what somebody has written.
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let mut file = file.map_err(|error| failed(&path, error))?;
        file.write_all(text.as_bytes())
            .map_err(|error| failed(&path, error))?;
    }
    Ok(())
}
