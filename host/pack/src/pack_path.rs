//! The name of a file in a pack: a path that stays inside on every machine.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Serialize;

/// The longest name that the archive's format holds without an extension.
const BYTES_MAX: usize = 100;

/// The name of a file in a pack: parts between `/`, none of them `.` or `..`,
/// in letters that every file system takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PackPath(String);

/// Why a text cannot name a file in a pack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathProblem {
    /// It is absolute, or goes up.
    #[error("{0:?} is not inside the pack")]
    Outside(String),
    /// It has a part that is empty or a sign that some file system refuses.
    #[error("{0:?} has a part or a sign that not every machine takes")]
    Unportable(String),
    /// It is too long.
    #[error("{0:?} has more than {BYTES_MAX} bytes")]
    TooLong(String),
}

impl PackPath {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same as a path of this machine, below a folder.
    pub fn below(&self, folder: &std::path::Path) -> PathBuf {
        let mut path = folder.to_owned();
        path.extend(self.0.split('/'));
        path
    }

    /// The folders that it is in, outermost first.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(at, _)| &self.0[..at])
    }

    /// What two names have in common that a file system may take for one.
    pub(crate) fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for PackPath {
    type Err = PathProblem;

    fn from_str(text: &str) -> Result<Self, PathProblem> {
        let text = text.strip_prefix("./").unwrap_or(text);
        let is_drive = text.as_bytes().get(1) == Some(&b':');
        if text.starts_with(['/', '\\']) || is_drive || text.split(['/', '\\']).any(|p| p == "..") {
            return Err(PathProblem::Outside(text.to_owned()));
        }
        if text.len() > BYTES_MAX {
            return Err(PathProblem::TooLong(text.to_owned()));
        }
        let fits = |letter: char| {
            letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '+' | ' ' | '=' | ',')
        };
        let is_part = |part: &str| {
            !part.is_empty()
                && part.chars().all(fits)
                && !part.starts_with(['.', ' ', '-'])
                && !part.ends_with(['.', ' '])
        };
        if !text.split('/').all(is_part) {
            return Err(PathProblem::Unportable(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for PackPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_inside_on_every_machine() {
        let check = |text: &str, expected: bool| {
            assert_eq!(text.parse::<PackPath>().is_ok(), expected, "{text:?}");
        };
        check("contact.csv", true);
        check("rules/phone-decides.wasm", true);
        check("./rules/größe 2.wasm", true);
        check("", false);
        check(".", false);
        check("..", false);
        check("a/../b", false);
        check("a\\..\\b", false);
        check("/etc/passwd", false);
        check("\\\\host\\share", false);
        check("C:/x", false);
        check("a//b", false);
        check("a/", false);
        check("a\0b", false);
        check("a\nb", false);
        check("a:stream", false);
        check(".git/config", false);
        check("-rf", false);
        check("a.", false);
        check(&"x".repeat(101), false);
    }

    #[test]
    fn a_name_knows_its_folders() {
        let path: PackPath = "a/b/c.csv".parse().expect("a name");
        assert_eq!(path.folders().collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(path.below("x".as_ref()), PathBuf::from("x/a/b/c.csv"));
    }
}
