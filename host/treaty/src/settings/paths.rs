//! File names in `treaty.toml`.

use std::path::{Component, Path, PathBuf};

use crate::Problem;
use crate::document::{Section, Spot};

/// A file of the treaty itself. It stays inside the folder, so that a folder
/// can be moved, packed and signed.
pub(crate) fn inside(section: &Section<'_>, path: &Spot<String>) -> Option<PathBuf> {
    let stays = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    let given = Path::new(&path.value);
    let normal: PathBuf = given
        .components()
        .filter(|part| *part != Component::CurDir)
        .collect();
    if given.components().all(stays) && !normal.as_os_str().is_empty() {
        return Some(normal);
    }
    let message = format!("{:?} is not inside the treaty folder", path.value);
    section.report(
        Problem::at(&path.place, message).hint("only the data of a system may be elsewhere"),
    );
    None
}
