//! Packs to and from registries: any that speaks the OCI distribution
//! specification.
//!
//! What a registry answers is believed no more than a file is. Every answer has a
//! bound before it is read, everything has the digest that was asked for, and the
//! whole has an end in time.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use treaty_model::Digest;

use crate::archive::document;
use crate::manifest::{Descriptor, MANIFEST_TYPE, Manifest};
use crate::open::{assemble, manifest_in, with_signatures};
use crate::signing::artifact::{artifact_of, signature_manifest};
use crate::{Pack, Refusal};

mod access;
mod blobs;
mod error;
mod options;
mod reference;
mod session;

pub use error::RegistryError;
pub use options::{Credentials, CredentialsError, RegistryOptions};
pub use reference::{NoReference, PackReference, Which};

use access::Access;
use session::{More, Session};

/// How many answers of a registry make up its list of tags at most.
const TAG_PAGES_MAX: u64 = 32;

/// Sends a pack and its signatures to a registry, and returns its digest there.
///
/// The signatures are an artifact that refers to the pack (`subject`), under the
/// tag [`signature_tag`]: registries that list referrers list it, and from the
/// others it is had by name. They take the place of those that stood there.
///
/// # Errors
/// A registry that cannot be reached, does not allow it, or answers nonsense.
pub async fn push(
    pack: &Pack,
    to: &PackReference,
    options: &RegistryOptions,
) -> Result<Digest, RegistryError> {
    let tag = match &to.which {
        Which::Tag(tag) => tag.clone(),
        Which::Latest => pack.settings().version.to_string(),
        Which::Digest(digest) if *digest == pack.digest() => digest.to_string(),
        Which::Digest(wanted) => {
            return Err(RegistryError::OtherDigest {
                reference: to.to_string(),
                wanted: *wanted,
                found: pack.digest(),
            });
        }
    };
    in_time(to, options, async {
        let session = Session::open(to, Access::Push, options).await?;
        for (digest, bytes) in pack.blobs() {
            session.put_blob(digest, bytes).await?;
        }
        session.put_manifest(&tag, pack.manifest()).await?;
        if let Some(signatures) = artifact_of(pack) {
            for (digest, bytes) in &signatures.blobs {
                session.put_blob(*digest, bytes).await?;
            }
            let tag = signature_tag(pack.digest());
            session.put_manifest(&tag, &signatures.manifest).await?;
        }
        Ok(pack.digest())
    })
    .await
}

/// Fetches a pack and its signatures from a registry, and checks it as
/// [`crate::open`] does. Its signatures are for [`crate::verify`].
///
/// # Errors
/// A registry that cannot be reached or lies; a pack that is refused. Nothing of
/// it is kept then.
pub async fn pull(from: &PackReference, options: &RegistryOptions) -> Result<Pack, RegistryError> {
    let which = match &from.which {
        Which::Tag(tag) => tag.clone(),
        Which::Digest(digest) => digest.to_string(),
        Which::Latest => {
            let reference = from.to_string();
            return Err(RegistryError::Unsaid { reference });
        }
    };
    let refused = |refusal| RegistryError::Refused {
        reference: from.to_string(),
        refusal,
    };
    in_time(from, options, async {
        let session = Session::open(from, Access::Pull, options).await?;
        let bytes_max = options.limits.description_bytes_max;
        let bytes = session.manifest(&which, bytes_max).await?;
        let bytes = bytes.ok_or_else(|| RegistryError::NotThere {
            reference: from.to_string(),
        })?;
        if let Which::Digest(wanted) = from.which
            && wanted != Digest::of(&bytes)
        {
            return Err(RegistryError::OtherDigest {
                reference: from.to_string(),
                wanted,
                found: Digest::of(&bytes),
            });
        }
        let manifest = manifest_in(&bytes, &options.limits).map_err(refused)?;
        let blobs = fetch(&session, &manifest).await?;
        let pack = assemble(&bytes, &borrowed(&blobs), &options.limits).map_err(refused)?;
        let tag = signature_tag(pack.digest());
        let Some(bytes) = session.manifest(&tag, bytes_max).await? else {
            return Ok(pack);
        };
        let manifest = signature_manifest(&bytes, &pack).map_err(refused)?;
        let blobs = fetch(&session, &manifest).await?;
        with_signatures(pack, &bytes, &borrowed(&blobs)).map_err(refused)
    })
    .await
}

/// The digest that a tag stands for at this moment, as the content says it; a
/// digest stands for itself.
///
/// # Errors
/// As for [`pull`].
pub async fn resolve(
    from: &PackReference,
    options: &RegistryOptions,
) -> Result<Digest, RegistryError> {
    let tag = match &from.which {
        Which::Tag(tag) => tag,
        Which::Digest(digest) => return Ok(*digest),
        Which::Latest => {
            let reference = from.to_string();
            return Err(RegistryError::Unsaid { reference });
        }
    };
    in_time(from, options, async {
        let session = Session::open(from, Access::Pull, options).await?;
        let bytes_max = options.limits.description_bytes_max;
        let bytes = session.manifest(tag, bytes_max).await?;
        let bytes = bytes.ok_or_else(|| RegistryError::NotThere {
            reference: from.to_string(),
        })?;
        let read: Result<Manifest, Refusal> = document("the manifest", &bytes);
        read.map_err(|refusal| RegistryError::Refused {
            reference: from.to_string(),
            refusal,
        })?;
        Ok(Digest::of(&bytes))
    })
    .await
}

/// The versions that a repository has, in order: its tags, as far as they are
/// versions. Which of them is a pack, [`pull`] finds out.
///
/// # Errors
/// As for [`pull`].
pub async fn versions(
    of: &PackReference,
    options: &RegistryOptions,
) -> Result<Vec<Version>, RegistryError> {
    in_time(of, options, async {
        let session = Session::open(of, Access::Pull, options).await?;
        let bytes_max = options.limits.description_bytes_max;
        let mut found = BTreeSet::new();
        let mut after: Option<String> = None;
        for _ in 0..TAG_PAGES_MAX {
            let (tags, more) = session.tags(after.as_deref(), bytes_max).await?;
            found.extend(tags.iter().filter_map(|tag| Version::parse(tag).ok()));
            after = tags.last().cloned();
            if more == More::No || after.is_none() {
                return Ok(found.into_iter().collect());
            }
        }
        Err(RegistryError::TooMuch {
            reference: of.to_string(),
            what: "its tags".to_owned(),
            max: bytes_max * TAG_PAGES_MAX,
        })
    })
    .await
}

/// The tag of the signatures of a pack: its digest, as cosign names what belongs
/// to an image, and whose signatures they are.
pub fn signature_tag(digest: Digest) -> String {
    format!("sha256-{}.minisig", digest.hex())
}

/// Fetches everything that a manifest names, each blob once.
async fn fetch(
    session: &Session,
    manifest: &Manifest,
) -> Result<BTreeMap<Digest, Vec<u8>>, RegistryError> {
    let mut blobs = BTreeMap::new();
    let all: Vec<&Descriptor> = manifest.layers.iter().chain([&manifest.config]).collect();
    for descriptor in all {
        if let Entry::Vacant(place) = blobs.entry(descriptor.digest) {
            place.insert(session.blob(descriptor.digest, descriptor.size).await?);
        }
    }
    Ok(blobs)
}

fn borrowed(blobs: &BTreeMap<Digest, Vec<u8>>) -> BTreeMap<Digest, &[u8]> {
    let blobs = blobs.iter();
    blobs
        .map(|(digest, bytes)| (*digest, bytes.as_slice()))
        .collect()
}

async fn in_time<T>(
    reference: &PackReference,
    options: &RegistryOptions,
    work: impl Future<Output = Result<T, RegistryError>>,
) -> Result<T, RegistryError> {
    let ended = tokio::time::timeout(options.time_max, work).await;
    ended.unwrap_or_else(|_| {
        Err(RegistryError::TooLong {
            reference: reference.to_string(),
            seconds: options.time_max.as_secs_f64(),
        })
    })
}

/// The media type that manifests are asked for and sent as.
const MANIFEST: &str = MANIFEST_TYPE;
