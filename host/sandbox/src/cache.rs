//! Compiled components on disk, so that a component is compiled once.
//!
//! An entry is named after the component's digest and the engine's settings. It
//! carries a digest of its own content, which is checked before the content is
//! trusted; whatever fails the check is dropped and compiled again. Only the
//! host may write the folder: the check finds damage, not malice.

use std::hash::{Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use treaty_model::Digest;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::deserialize;

const MAGIC: &[u8; 8] = b"treaty\x00\x01";
const HEADER_BYTES: usize = MAGIC.len() + 32;

/// A folder of compiled components.
pub(crate) struct Cache {
    folder: PathBuf,
    engine: String,
}

impl Cache {
    /// Opens a folder and makes it where it is missing. A folder that cannot be
    /// used is reported once; the sandbox works without.
    pub(crate) fn open(folder: &Path, engine: &Engine) -> Option<Self> {
        if let Err(error) = make_private(folder) {
            tracing::warn!(
                folder = %folder.display(),
                %error,
                "the cache of compiled rules cannot be used; every start compiles them again"
            );
            return None;
        }
        let mut hasher = std::hash::DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Some(Self {
            folder: folder.to_owned(),
            engine: format!("{:016x}", hasher.finish()),
        })
    }

    /// The compiled form of a component, if it is there and whole.
    pub(crate) fn get(&self, engine: &Engine, component: &Digest) -> Option<Component> {
        let path = self.entry(component);
        let entry = std::fs::read(&path).ok()?;
        let component = checked(&entry).and_then(|code| deserialize::component(engine, code).ok());
        if component.is_none() {
            tracing::warn!(entry = %path.display(), "a damaged cache entry is dropped");
            // Should it stay, the next write replaces it.
            let _ = std::fs::remove_file(&path);
        }
        component
    }

    /// Keeps a compiled component. A failure costs time later, nothing else.
    pub(crate) fn put(&self, component: &Digest, compiled: &Component) {
        let written = compiled
            .serialize()
            .map_err(|error| io::Error::other(error.to_string()))
            .and_then(|code| self.write(component, &code));
        if let Err(error) = written {
            tracing::warn!(%error, "a compiled rule cannot be kept");
        }
    }

    fn write(&self, component: &Digest, code: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(MAGIC)?;
        file.write_all(&Sha256::digest(code))?;
        file.write_all(code)?;
        file.as_file().sync_all()?;
        file.persist(self.entry(component))?;
        Ok(())
    }

    fn entry(&self, component: &Digest) -> PathBuf {
        self.folder
            .join(format!("{}-{}.compiled", component.hex(), self.engine))
    }
}

/// The code of an entry, if its digest agrees.
fn checked(entry: &[u8]) -> Option<&[u8]> {
    let (header, code) = entry.split_at_checked(HEADER_BYTES)?;
    let digest = header.strip_prefix(MAGIC)?;
    (Sha256::digest(code).as_slice() == digest).then_some(code)
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // A folder that is there but cannot be written is found now, not later.
    tempfile::NamedTempFile::new_in(folder).map(drop)
}
