//! `[packs]`: whose packs are trusted, and which are used.

use std::fs;
use std::path::Path;

use crate::document::{Document, Section, Spot};
use crate::folder::TREATY_FILE;
use crate::{Problem, Problems, names};

/// What a treaty asks of packs.
#[derive(Clone, Debug, Default)]
pub struct PacksAsked {
    /// The public keys that are trusted.
    pub keys: Vec<Spot<String>>,
    /// The packs, in the order of the file.
    pub uses: Vec<PackAsked>,
}

/// One pack that is used: `[packs.use.<name>]`.
#[derive(Clone, Debug)]
pub struct PackAsked {
    /// Its name.
    pub name: Spot<String>,
    /// The versions that fit.
    pub version: Spot<String>,
    /// Where it is fetched from.
    pub from: Option<Spot<String>>,
}

/// What the treaty in a folder asks of packs; nothing where the folder holds no
/// treaty that can be read, which [`crate::read()`] says better.
///
/// # Errors
/// The problems of `[packs]`.
pub fn packs_asked(root: &Path) -> Result<PacksAsked, Problems> {
    let Ok(text) = fs::read_to_string(root.join(TREATY_FILE)) else {
        return Ok(PacksAsked::default());
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let Ok(document) = Document::parse(TREATY_FILE, text) else {
        return Ok(PacksAsked::default());
    };
    let asked = read(&document.section());
    let problems = document.take_problems();
    match problems.is_empty() {
        true => Ok(asked),
        false => Err(Problems(problems)),
    }
}

/// Reads `[packs]`.
pub(crate) fn read(treaty: &Section<'_>) -> PacksAsked {
    let Some(section) = treaty.below("packs") else {
        return PacksAsked::default();
    };
    let keys = section.texts("keys").unwrap_or_default();
    let uses = section.each_below("use").into_iter();
    let uses = uses.filter_map(|(name, section)| one(name, section));
    let uses = uses.collect();
    section.finish();
    PacksAsked { keys, uses }
}

fn one(name: Spot<String>, section: Section<'_>) -> Option<PackAsked> {
    if !names::is_name(&name.value) {
        let message = format!("{:?} cannot name a pack", name.value);
        let hint = "small letters, digits and single hyphens make a name";
        section.report(Problem::at(&name.place, message).hint(hint));
    }
    let version = section.required_text("version");
    let from = section.text("from");
    section.finish();
    Some(PackAsked {
        name,
        version: version?,
        from,
    })
}
