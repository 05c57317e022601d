//! A folder for a new rule.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::template::{Template, TemplateFile};
use crate::{AuthorError, Kind, Language, RuleName};

/// A folder that was made.
#[derive(Clone, Debug, Serialize)]
pub struct Made {
    /// The rule's name.
    pub name: RuleName,
    /// What it decides.
    pub kind: Kind,
    /// What it is written in.
    pub language: Language,
    /// The folder.
    pub folder: PathBuf,
    /// The file in which the rule itself stands, within the folder.
    pub rule: &'static str,
    /// All files, within the folder.
    pub files: Vec<String>,
}

/// Makes `<place>/<name>/` with everything that a rule of the kind needs to be
/// built. What is there already is never written over.
pub fn new(
    place: &Path,
    name: &RuleName,
    kind: Kind,
    language: Language,
) -> Result<Made, AuthorError> {
    let folder = place.join(name.as_str());
    fs::create_dir(&folder).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => AuthorError::Exists(folder.clone()),
        _ => cannot("make", &folder, source),
    })?;
    let template = Template::of(name, kind, language);
    for file in &template.files {
        write(&folder, file)?;
    }
    Ok(Made {
        name: name.clone(),
        kind,
        language,
        folder,
        rule: template.rule,
        files: template.files.into_iter().map(|file| file.path).collect(),
    })
}

fn write(folder: &Path, file: &TemplateFile) -> Result<(), AuthorError> {
    let path = folder.join(&file.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|source| cannot("make", parent, source))?;
    }
    let opened = OpenOptions::new().write(true).create_new(true).open(&path);
    opened
        .and_then(|mut opened| opened.write_all(file.text.as_bytes()))
        .map_err(|source| cannot("write", &path, source))
}

fn cannot(doing: &'static str, path: &Path, source: io::Error) -> AuthorError {
    AuthorError::File {
        doing,
        path: path.to_owned(),
        source,
    }
}
