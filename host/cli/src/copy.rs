//! Working on a copy of a treaty folder, so that an example or a customer's
//! folder can be tried without touching it.

use std::fs;
use std::io;
use std::path::Path;

/// Copies a treaty folder, all but its state, unless the copy is there already.
pub fn copy_once(from: &Path, to: &Path) -> io::Result<()> {
    if to.join("treaty.toml").exists() {
        return Ok(());
    }
    copy_folder(from, to)
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        // The state belongs to the original, and what was built is no part of it.
        if name == ".treaty" || name == "target" {
            continue;
        }
        let (source, target) = (entry.path(), to.join(&name));
        if entry.file_type()?.is_dir() {
            copy_folder(&source, &target)?;
        } else {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}
