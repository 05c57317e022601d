//! Opens a pack that came from elsewhere. Nothing that it says is believed.
//!
//! Each lie has a message of its own. Behind them stands one more check: what was
//! read is written once more, and has to be the same bytes. So no two files are
//! one pack, and nothing hides between the parts of an archive.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use treaty_model::Digest;

use crate::archive::{document, is_written_as, named, read};
use crate::claims::{Claims, claims};
use crate::manifest::{CONFIG_TYPE, Descriptor, MANIFEST_TYPE, Manifest, PACK_TYPE, TITLE};
use crate::refusal::plain;
use crate::settings::{self, PACK_FILE};
use crate::signing::artifact::{artifact_of, signatures_in};
use crate::{Pack, PackFile, PackLimits, PackPath, Refusal};

/// Why a file is not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be read.
    #[error("{} cannot be read: {source}", .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is not taken for a pack.
    #[error("{} is refused: {refusal}", .file.display())]
    Refused {
        /// The file.
        file: PathBuf,
        /// Why.
        refusal: Refusal,
    },
}

impl OpenError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Read { .. } => "name a file that treaty pack build or treaty pack pull made",
            Self::Refused { refusal, .. } => refusal.hint(),
        }
    }
}

/// Opens a pack and checks everything but its signatures.
///
/// # Errors
/// A file that cannot be read, is larger than it may be, or is not exactly what
/// [`crate::build`] writes for some folder.
pub fn open(file: &Path, limits: &PackLimits) -> Result<Pack, OpenError> {
    let unreadable = |source| OpenError::Read {
        file: file.to_owned(),
        source,
    };
    let refused = |refusal| OpenError::Refused {
        file: file.to_owned(),
        refusal,
    };
    let max = limits.pack_bytes_max;
    let too_large = || Refusal::TooLarge {
        what: "it".to_owned(),
        max,
    };
    let opened = File::open(file).map_err(unreadable)?;
    let about = opened.metadata().map_err(unreadable)?;
    if !about.is_file() {
        let error = io::Error::new(io::ErrorKind::InvalidInput, "it is no file");
        return Err(unreadable(error));
    }
    if about.len() > max {
        return Err(refused(too_large()));
    }
    let mut bytes = Vec::new();
    // It may grow while it is read.
    let mut some = opened.take(max + 1);
    some.read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > max {
        return Err(refused(too_large()));
    }
    read_archive(&bytes, limits).map_err(refused)
}

/// Reads the bytes of an archive, as [`open`] does those of a file.
///
/// # Errors
/// Bytes that are not exactly what [`crate::build`] and [`crate::sign`] write.
pub fn read_archive(bytes: &[u8], limits: &PackLimits) -> Result<Pack, Refusal> {
    if bytes.len() as u64 > limits.pack_bytes_max {
        return Err(Refusal::TooLarge {
            what: "it".to_owned(),
            max: limits.pack_bytes_max,
        });
    }
    let archive = read(bytes)?;
    let named = named(archive.index)?;
    let manifest = blob("the manifest", &named.pack, &archive.blobs)?;
    let mut pack = assemble(manifest, &archive.blobs, limits)?;
    if let Some(signatures) = named.signatures {
        let manifest = blob(
            "the manifest of the signatures",
            &signatures,
            &archive.blobs,
        )?;
        pack = with_signatures(pack, manifest, &archive.blobs)?;
    }
    let known = pack.all_blobs();
    if let Some(extra) = archive
        .blobs
        .keys()
        .find(|digest| !known.contains_key(*digest))
    {
        let name = extra.to_string();
        return Err(Refusal::Extra { name });
    }
    drop(known);
    match is_written_as(&pack, bytes) {
        true => Ok(pack),
        false => Err(Refusal::Unlike {
            what: "the archive",
        }),
    }
}

/// A pack with the signatures of an artifact that came with it.
pub(crate) fn with_signatures(
    mut pack: Pack,
    manifest: &[u8],
    blobs: &BTreeMap<Digest, &[u8]>,
) -> Result<Pack, Refusal> {
    let signatures = signatures_in(manifest, blobs, &pack)?;
    for signature in signatures {
        let max = crate::signing::SIGNATURES_MAX;
        let too_many = Refusal::TooMany { found: max, max };
        pack = pack.with_signature(signature).ok_or(too_many)?;
    }
    let again = artifact_of(&pack);
    match again.is_some_and(|again| again.manifest == manifest) {
        true => Ok(pack),
        false => Err(Refusal::Unlike {
            what: "the manifest of the signatures",
        }),
    }
}

/// The bytes that a descriptor points at.
pub(crate) fn blob<'b>(
    name: &str,
    descriptor: &Descriptor,
    blobs: &BTreeMap<Digest, &'b [u8]>,
) -> Result<&'b [u8], Refusal> {
    let found = blobs.get(&descriptor.digest);
    let bytes = *found.ok_or_else(|| Refusal::Missing { name: name.into() })?;
    let size = bytes.len() as u64;
    match size == descriptor.size {
        true => Ok(bytes),
        false => Err(Refusal::WrongSize {
            name: name.to_owned(),
            found: size,
            said: descriptor.size,
        }),
    }
}

/// Puts a pack together from its manifest and blobs, each of which has the
/// digest that it stands under.
///
/// # Errors
/// Every lie of the manifest.
pub(crate) fn assemble(
    bytes: &[u8],
    blobs: &BTreeMap<Digest, &[u8]>,
    limits: &PackLimits,
) -> Result<Pack, Refusal> {
    let manifest = manifest_in(bytes, limits)?;
    let layers = layers(&manifest)?;
    let mut contents = BTreeMap::new();
    for (path, layer) in &layers {
        contents.insert(path.clone(), blob(path.as_str(), layer, blobs)?);
    }
    let config = blob("the configuration", &manifest.config, blobs)?;
    let Claims { settings, files } = claimed(&contents, limits)?;
    let mut found = Vec::new();
    for (path, bytes) in contents {
        let name = path.to_string();
        let kind = *files.get(&path).ok_or(Refusal::Extra { name })?;
        check_type(path.as_str(), &layers[&path].media_type, kind.media_type())?;
        if let Some(why) = kind.refuses(bytes) {
            let name = path.to_string();
            return Err(Refusal::Unfit { name, why });
        }
        let bytes = bytes.to_vec();
        found.push(PackFile { path, kind, bytes });
    }
    let pack = Pack::of(settings, found);
    if pack.config() != config {
        let what = "the configuration (it says other than pack.toml)";
        return Err(Refusal::Unlike { what });
    }
    match pack.manifest() == bytes {
        true => Ok(pack),
        false => Err(Refusal::Unlike {
            what: "the manifest",
        }),
    }
}

/// Reads a manifest of a pack, and whether what it names is too much.
pub(crate) fn manifest_in(bytes: &[u8], limits: &PackLimits) -> Result<Manifest, Refusal> {
    let max = limits.description_bytes_max;
    let too_large = |what: &str, max| Refusal::TooLarge {
        what: what.to_owned(),
        max,
    };
    if bytes.len() as u64 > max {
        return Err(too_large("the manifest", max));
    }
    let manifest: Manifest = document("the manifest", bytes)?;
    check_type("the manifest", &manifest.media_type, MANIFEST_TYPE)?;
    check_type("the artifact", &manifest.artifact_type, PACK_TYPE)?;
    check_type(
        "the configuration",
        &manifest.config.media_type,
        CONFIG_TYPE,
    )?;
    if manifest.config.size > max {
        return Err(too_large("the configuration", max));
    }
    let found = manifest.layers.len();
    if found > limits.files_max {
        let max = limits.files_max;
        return Err(Refusal::TooMany { found, max });
    }
    // One blob may be named as often as there may be files.
    let mut total: u64 = 0;
    for layer in &manifest.layers {
        let max = limits.file_bytes_max;
        if layer.size > max {
            let title = layer.annotations.get(TITLE);
            let title = title.map_or("a layer".to_owned(), |title| format!("{title:?}"));
            return Err(too_large(&title, max));
        }
        total = total.saturating_add(layer.size);
    }
    match total > limits.pack_bytes_max {
        true => Err(too_large("what it unpacks to", limits.pack_bytes_max)),
        false => Ok(manifest),
    }
}

/// The layers by the names of their files.
fn layers(manifest: &Manifest) -> Result<BTreeMap<PackPath, &Descriptor>, Refusal> {
    let mut layers = BTreeMap::new();
    for layer in &manifest.layers {
        let title = layer.annotations.get(TITLE).ok_or(Refusal::NoName)?;
        let path: PackPath = title.parse()?;
        if layers.insert(path, layer).is_some() {
            let name = title.clone();
            return Err(Refusal::Twice { name });
        }
    }
    Ok(layers)
}

/// What the `pack.toml` among the files claims of them.
fn claimed(contents: &BTreeMap<PackPath, &[u8]>, limits: &PackLimits) -> Result<Claims, Refusal> {
    let own = contents.iter().find(|(path, _)| path.as_str() == PACK_FILE);
    let (_, bytes) = own.ok_or_else(|| Refusal::Missing {
        name: PACK_FILE.into(),
    })?;
    if bytes.len() as u64 > limits.settings_bytes_max {
        return Err(Refusal::TooLarge {
            what: PACK_FILE.to_owned(),
            max: limits.settings_bytes_max,
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::NotReadable {
        what: PACK_FILE,
        message: "it is not UTF-8".to_owned(),
    })?;
    let there: BTreeSet<PackPath> = contents.keys().cloned().collect();
    let found = settings::read(text).and_then(|read| claims(read, &there));
    found.map_err(|mut problems| {
        for problem in &mut problems.0 {
            problem.message = plain(&problem.message);
            problem.hint = problem.hint.as_deref().map(|hint| plain(hint).into());
        }
        Refusal::Settings(problems)
    })
}

pub(crate) fn check_type(what: &str, found: &str, wanted: &'static str) -> Result<(), Refusal> {
    if found == wanted {
        return Ok(());
    }
    Err(Refusal::WrongType {
        what: what.to_owned(),
        found: found.to_owned(),
        wanted,
    })
}
