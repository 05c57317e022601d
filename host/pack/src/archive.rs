//! The single file: an OCI image layout in a tar, without compression, times or
//! owners.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write};

use treaty_model::Digest;

use crate::manifest::{
    Descriptor, INDEX_TYPE, Index, LAYOUT, MANIFEST_TYPE, PACK_TYPE, REF_NAME, to_bytes,
};
use crate::open::check_type;
use crate::refusal::plain;
use crate::signing::artifact::{SIGNATURES_TYPE, artifact_of};
use crate::{Pack, Refusal};

/// The file that says that the archive is an OCI image layout.
pub(crate) const LAYOUT_FILE: &str = "oci-layout";
/// The file that names the manifests.
pub(crate) const INDEX_FILE: &str = "index.json";
const BLOBS: &str = "blobs/sha256/";

/// The files of an archive, each once.
pub(crate) struct Archive<'b> {
    pub index: &'b [u8],
    /// By digest, which is that of the bytes.
    pub blobs: BTreeMap<Digest, &'b [u8]>,
}

/// Writes the archive of a pack.
pub(crate) fn write(pack: &Pack, out: impl Write) -> io::Result<()> {
    let index = to_bytes(&index_of(pack));
    let mut tar = tar::Builder::new(out);
    append(&mut tar, LAYOUT_FILE, LAYOUT)?;
    append(&mut tar, INDEX_FILE, &index)?;
    for (digest, bytes) in &pack.all_blobs() {
        append(&mut tar, &format!("{BLOBS}{}", digest.hex()), bytes)?;
    }
    tar.into_inner()?.flush()
}

fn index_of(pack: &Pack) -> Index {
    let mut descriptor = Descriptor::of(MANIFEST_TYPE, pack.manifest());
    descriptor.artifact_type = Some(PACK_TYPE.to_owned());
    let version = pack.settings().version.to_string();
    descriptor.annotations.insert(REF_NAME.to_owned(), version);
    let mut manifests = vec![descriptor];
    if let Some(signatures) = artifact_of(pack) {
        let mut descriptor = Descriptor::of(MANIFEST_TYPE, &signatures.manifest);
        descriptor.artifact_type = Some(SIGNATURES_TYPE.to_owned());
        manifests.push(descriptor);
    }
    Index::new(manifests)
}

fn append(tar: &mut tar::Builder<impl Write>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    tar.append(&header, bytes)
}

/// Takes an archive apart. Every blob is what its name says.
///
/// # Errors
/// What is no archive, and every entry that has no place in a pack.
pub(crate) fn read(bytes: &[u8]) -> Result<Archive<'_>, Refusal> {
    let unreadable = |_| Refusal::NotArchive;
    let mut archive = tar::Archive::new(bytes);
    let (mut layout, mut index) = (None, None);
    let mut blobs = BTreeMap::new();
    for entry in archive.entries().map_err(unreadable)?.raw(true) {
        let mut entry = entry.map_err(unreadable)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        if kind != tar::EntryType::Regular {
            return Err(Refusal::NoFile { name });
        }
        let content = content(bytes, &mut entry).ok_or(Refusal::CutOff)?;
        let twice = match name.as_str() {
            LAYOUT_FILE => layout.replace(content).is_some(),
            INDEX_FILE => index.replace(content).is_some(),
            _ => {
                let digest = blob_name(&name).ok_or(Refusal::Foreign { name: name.clone() })?;
                let found = Digest::of(content);
                if digest != found.hex() {
                    return Err(Refusal::WrongDigest { name, found });
                }
                blobs.insert(found, content).is_some()
            }
        };
        if twice {
            return Err(Refusal::Twice { name });
        }
    }
    let missing = |name: &str| Refusal::Missing { name: name.into() };
    let layout: &[u8] = layout.ok_or_else(|| missing(LAYOUT_FILE))?;
    if layout != LAYOUT {
        return Err(Refusal::Unlike { what: LAYOUT_FILE });
    }
    Ok(Archive {
        index: index.ok_or_else(|| missing(INDEX_FILE))?,
        blobs,
    })
}

/// The content of an entry: where it stands in the archive itself, so that no
/// size that a header claims is ever made room for.
fn content<'b>(bytes: &'b [u8], entry: &mut tar::Entry<'_, &[u8]>) -> Option<&'b [u8]> {
    let start = usize::try_from(entry.raw_file_position()).ok()?;
    let size = usize::try_from(entry.size()).ok()?;
    let content = bytes.get(start..start.checked_add(size)?)?;
    // The reader counts on it that an entry is read.
    let skipped = io::copy(&mut entry.take(size as u64), &mut io::sink()).ok()?;
    (skipped == size as u64).then_some(content)
}

/// The digits in the name of a blob.
fn blob_name(name: &str) -> Option<&str> {
    let digits = name.strip_prefix(BLOBS)?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (digits.len() == 64 && digits.bytes().all(is_digit)).then_some(digits)
}

/// Whether a pack is written as exactly these bytes.
pub(crate) fn is_written_as(pack: &Pack, bytes: &[u8]) -> bool {
    let mut same = Same { rest: bytes };
    write(pack, &mut same).is_ok() && same.rest.is_empty()
}

/// A writer that takes only what is there already.
struct Same<'b> {
    rest: &'b [u8],
}

impl Write for Same<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let rest = self.rest.strip_prefix(bytes);
        self.rest = rest.ok_or(io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a document that has to be written as this room writes it.
pub(crate) fn document<T>(what: &'static str, bytes: &[u8]) -> Result<T, Refusal>
where
    T: serde::Serialize + serde::de::DeserializeOwned,
{
    let document: T = serde_json::from_slice(bytes).map_err(|error| Refusal::NotReadable {
        what,
        message: plain(&error.to_string()),
    })?;
    match to_bytes(&document) == bytes {
        true => Ok(document),
        false => Err(Refusal::Unlike { what }),
    }
}

/// What an index names.
pub(crate) struct Named {
    pub pack: Descriptor,
    pub signatures: Option<Descriptor>,
}

/// The one pack that an index names, and its signatures.
///
/// # Errors
/// An index of something else.
pub(crate) fn named(bytes: &[u8]) -> Result<Named, Refusal> {
    let index: Index = document(INDEX_FILE, bytes)?;
    check_type(INDEX_FILE, &index.media_type, INDEX_TYPE)?;
    for descriptor in &index.manifests {
        check_type("an artifact", &descriptor.media_type, MANIFEST_TYPE)?;
    }
    let found = index.manifests.len();
    let mut manifests = index.manifests.into_iter();
    match (manifests.next(), manifests.next(), manifests.next()) {
        (Some(pack), signatures, None) => Ok(Named { pack, signatures }),
        _ => Err(Refusal::NotOne { found }),
    }
}
