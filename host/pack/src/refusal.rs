//! Why something that came from elsewhere is not taken for a pack.

use treaty_folder::Problems;
use treaty_model::Digest;

use crate::PathProblem;

/// Why bytes are not taken for a pack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is larger than may be.
    #[error("{what} has more than {max} bytes")]
    TooLarge {
        /// What.
        what: String,
        /// How many bytes it may have.
        max: u64,
    },
    /// It has more files than may be.
    #[error("it has {found} files, and may have {max}")]
    TooMany {
        /// How many.
        found: usize,
        /// How many there may be.
        max: usize,
    },
    /// It is no tar.
    #[error("it is no archive")]
    NotArchive,
    /// It ends within an entry.
    #[error("it ends before its content does")]
    CutOff,
    /// An entry is a link, a device, a folder, or an extension of the format.
    #[error("the entry {name:?} is no plain file")]
    NoFile {
        /// The entry.
        name: String,
    },
    /// An entry has no place in a pack.
    #[error("the entry {name:?} has no place in a pack")]
    Foreign {
        /// The entry.
        name: String,
    },
    /// Something is there twice.
    #[error("{name:?} is there twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// Something that is named is not there.
    #[error("{name:?} is missing")]
    Missing {
        /// The name.
        name: String,
    },
    /// Something is there that nothing names.
    #[error("{name:?} is there, and nothing names it")]
    Extra {
        /// The name.
        name: String,
    },
    /// Bytes are not what their digest says.
    #[error("the content of {name:?} has the digest {found}")]
    WrongDigest {
        /// Its name, or the digest it should have.
        name: String,
        /// The digest that it has.
        found: Digest,
    },
    /// Bytes are more or fewer than their descriptor says.
    #[error("{name:?} has {found} bytes, and is said to have {said}")]
    WrongSize {
        /// Its name.
        name: String,
        /// How many it has.
        found: u64,
        /// How many it is said to have.
        said: u64,
    },
    /// Something is of another kind.
    #[error("{what} is of the media type {found:?}, and must be {wanted}")]
    WrongType {
        /// What.
        what: String,
        /// What it says.
        found: String,
        /// What it has to say.
        wanted: &'static str,
    },
    /// A file has no name, or one that does not stay inside.
    #[error("a layer has a name that cannot be: {0}")]
    Name(#[from] PathProblem),
    /// A layer has no name.
    #[error("a layer has no name (annotation org.opencontainers.image.title)")]
    NoName,
    /// A document cannot be read.
    #[error("{what} cannot be read: {message}")]
    NotReadable {
        /// What.
        what: &'static str,
        /// Why not.
        message: String,
    },
    /// Something can be read, and nobody would have written it so.
    #[error("{what} is not written as a pack's is")]
    Unlike {
        /// What.
        what: &'static str,
    },
    /// The archive holds another number of packs than one.
    #[error("it names {found} artifacts, and must name one pack")]
    NotOne {
        /// How many.
        found: usize,
    },
    /// The signatures that came with it are of another pack.
    #[error("its signatures are of another pack: {found}")]
    OfAnother {
        /// The digest of that pack's manifest.
        found: Digest,
    },
    /// Its `pack.toml` is wrong.
    #[error("its {0}")]
    Settings(Problems),
    /// A file cannot be what it is there for.
    #[error("{name} {why}")]
    Unfit {
        /// The file.
        name: String,
        /// Why not.
        why: &'static str,
    },
}

impl Refusal {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } | Self::TooMany { .. } => {
                "a pack is small; whoever made this one has to make it smaller"
            }
            Self::NotArchive => "a pack is made by treaty pack build",
            Self::CutOff => "fetch it again; it did not come whole",
            Self::Settings(_) | Self::Unfit { .. } => {
                "whoever made the pack has to build it again: treaty pack build"
            }
            _ => "do not use it; have it built again from its folder: treaty pack build",
        }
    }
}

/// A text from elsewhere as a terminal may show it: what moves a cursor or rings
/// a bell is replaced.
pub(crate) fn plain(text: &str) -> String {
    let letters = text.chars();
    letters
        .map(|letter| match letter.is_control() && letter != '\n' {
            true => char::REPLACEMENT_CHARACTER,
            false => letter,
        })
        .collect()
}
