//! The files of a pack, and what each is there for.

use crate::PackPath;

/// What a file is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// `pack.toml` itself.
    Settings,
    /// The component of a rule.
    Component,
    /// A field table.
    Table,
    /// An example of what the rules must decide.
    Case,
    /// For people.
    Document,
}

/// A file of a pack.
#[derive(Clone, PartialEq, Eq)]
pub struct PackFile {
    /// Its name.
    pub path: PackPath,
    /// What it is there for.
    pub kind: FileKind,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// How a component begins: the sign of WebAssembly, the version and the layer of
/// components. A module has another layer.
const COMPONENT_START: &[u8] = b"\0asm\x0d\0\x01\0";

impl FileKind {
    /// The media type of its layer. That of components is the ecosystem's (CNCF,
    /// "Wasm OCI Artifact layout").
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Settings | Self::Case => "application/toml",
            Self::Component => "application/wasm",
            Self::Table => "text/csv",
            Self::Document => "text/plain",
        }
    }

    /// What it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Settings => "the settings",
            Self::Component => "a component",
            Self::Table => "a field table",
            Self::Case => "a case",
            Self::Document => "a document",
        }
    }

    /// Why such bytes cannot be a file of this kind, as far as their first sight
    /// tells.
    pub(crate) fn refuses(self, bytes: &[u8]) -> Option<&'static str> {
        let is_component = bytes.starts_with(COMPONENT_START);
        if self == Self::Component && !is_component {
            return Some(match bytes.starts_with(b"\0asm") {
                true => "is a WebAssembly module, and no component",
                false => "is no WebAssembly component",
            });
        }
        bytes.is_empty().then_some("is empty")
    }
}

impl std::fmt::Debug for PackFile {
    /// Without its content.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { path, kind, bytes } = self;
        write!(f, "{path} ({kind:?}, {} bytes)", bytes.len())
    }
}
