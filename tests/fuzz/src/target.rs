//! What is given bad input.

use std::path::{Path, PathBuf};

use crate::targets;

/// Something that reads bytes it did not write.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, and that of its folder in `corpus/`.
    pub name: &'static str,
    /// Reads the bytes. A panic is a finding; so is not coming back.
    pub read: fn(&[u8]) -> Reading,
    /// Real files to begin with that are not in the corpus folder.
    pub more: fn() -> Vec<Vec<u8>>,
    /// Pieces that mean something to it, in lists that targets share.
    pub words: &'static [Words],
    /// How many damaged inputs the test command tries.
    pub runs: u32,
}

/// Pieces that mean something to a reader.
pub type Words = &'static [&'static [u8]];

/// What TOML is made of, and numbers at its edges.
pub(crate) const TOML: Words = &[
    b"\"",
    b"'''",
    b"[",
    b"[[",
    b"]",
    b"{",
    b"}",
    b"=",
    b".",
    b"#",
    b"\n",
    b"\0",
    b"-1",
    b"nan",
    b"1e999",
    b"9223372036854775808",
];

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It was read.
    Taken,
    /// It was refused with words.
    Refused,
}

/// All targets, by name.
pub fn all() -> &'static [Target] {
    &[
        targets::answers::TARGET,
        targets::cases::TARGET,
        targets::component::TARGET,
        targets::csv::TARGET,
        targets::folder::FIELD_TABLE,
        targets::folder::TREATY,
        targets::ledger::TARGET,
        targets::pack::ARCHIVE,
        targets::pack::SETTINGS,
        targets::rows::TARGET,
        targets::schema::TARGET,
    ]
}

/// The target of a name.
pub fn target(name: &str) -> Option<&'static Target> {
    all().iter().find(|target| target.name == name)
}

impl Target {
    /// Where its corpus lives.
    pub fn corpus_folder(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("corpus")
            .join(self.name)
    }

    /// Its corpus, by file name, and what it has besides.
    pub(crate) fn corpus(&self) -> std::io::Result<Vec<Vec<u8>>> {
        let mut paths: Vec<PathBuf> = match self.corpus_folder().read_dir() {
            Ok(entries) => entries
                .map(|entry| Ok(entry?.path()))
                .collect::<std::io::Result<_>>()?,
            // Nothing was found about a target that brings its own files.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        paths.sort();
        let kept: std::io::Result<Vec<_>> = paths.iter().map(std::fs::read).collect();
        let mut corpus = kept?;
        corpus.extend((self.more)());
        Ok(corpus)
    }
}
