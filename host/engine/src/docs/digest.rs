//! What stands for a configuration, so that a printed page can be compared with
//! what runs.

use std::path::Path;

use serde::Serialize;
use treaty_folder::{Component, Problem, Problems, TableSource, TreatyFolder};
use treaty_model::Digest;

use super::rule::RuleDocs;
use crate::EngineError;

/// A file of the treaty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileDocs {
    /// Its name in the treaty folder.
    pub file: String,
    /// The digest of its bytes.
    pub digest: Digest,
}

/// The files that the configuration is made of: `treaty.toml`, the field tables,
/// the cross-references, the components. Each once, in that order.
pub(super) fn files(folder: &TreatyFolder) -> Result<Vec<FileDocs>, EngineError> {
    let mut names = vec!["treaty.toml".to_owned()];
    for entity in &folder.entities {
        let tables = entity.tables.iter().map(|source| &source.value);
        let own = tables.filter(|source| matches!(source, TableSource::File(_)));
        names.extend(own.map(TableSource::name));
    }
    for entity in &folder.entities {
        let file = entity.cross_reference.as_ref();
        names.extend(file.map(|file| relative(folder, file)));
    }
    let rules = folder.rules.iter();
    for rule in rules.flat_map(|rule| std::iter::once(rule).chain(rule.shadow.as_deref())) {
        if let Component::File(file) = &rule.component {
            names.push(relative(folder, file));
        }
    }
    if !folder.packs.is_empty() {
        names.push("treaty.lock".to_owned());
    }
    let mut files: Vec<FileDocs> = Vec::new();
    for file in names {
        if files.iter().any(|known| known.file == file) {
            continue;
        }
        let digest = of_file(&folder.root.join(&file), &file)?;
        files.push(FileDocs { file, digest });
    }
    Ok(files)
}

/// The digest of a file's bytes.
pub(super) fn of_file(path: &Path, name: &str) -> Result<Digest, EngineError> {
    let bytes = std::fs::read(path).map_err(|error| {
        let problem = Problem::of_file(name, format!("cannot be read: {error}"));
        EngineError::Treaty(Problems(vec![problem]))
    })?;
    Ok(Digest::of(&bytes))
}

/// A path as the treaty folder's owner would write it.
pub(super) fn relative(folder: &TreatyFolder, path: &Path) -> String {
    let inside = path.strip_prefix(&folder.root).unwrap_or(path);
    inside.display().to_string()
}

/// Stands for the whole configuration: the digest of a line for each file and
/// each rule, with name and digest.
pub(super) fn of(files: &[FileDocs], rules: &[RuleDocs]) -> Digest {
    let files = files.iter().map(|file| (file.file.clone(), file.digest));
    let rules = rules.iter().flat_map(|rule| {
        let shadow = rule.shadow.as_ref();
        let shadow = shadow.map(|shadow| (format!("{}.shadow", rule.name), shadow.digest));
        std::iter::once((rule.name.clone(), rule.digest)).chain(shadow)
    });
    let lines = files
        .chain(rules)
        .map(|(name, digest)| format!("{name} {digest}\n"));
    Digest::of(lines.collect::<String>().as_bytes())
}
