//! Signatures as an artifact of their own, which points at the pack: in the
//! archive beside it, in a registry as what refers to it.

use std::collections::BTreeMap;

use treaty_model::Digest;

use crate::archive::document;
use crate::manifest::{Descriptor, MANIFEST_TYPE, Manifest, to_bytes};
use crate::open::{blob, check_type};
use crate::signing::{SIGNATURE_BYTES_MAX, SIGNATURES_MAX, Signature};
use crate::{Pack, Refusal};

/// What makes an artifact the signatures of a pack.
pub(crate) const SIGNATURES_TYPE: &str = "application/vnd.treaty.pack.signatures.v1";
/// One signature, in minisign's format.
const SIGNATURE_TYPE: &str = "application/vnd.treaty.pack.signature.v1+minisign";
/// The configuration of an artifact that has none, by the OCI image
/// specification.
const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";
const EMPTY: &[u8] = b"{}";

/// The signatures of a pack, as they are kept and sent.
pub(crate) struct SignatureArtifact {
    pub manifest: Vec<u8>,
    pub blobs: BTreeMap<Digest, Vec<u8>>,
}

/// The signatures of a pack; none where it has none.
pub(crate) fn artifact_of(pack: &Pack) -> Option<SignatureArtifact> {
    if pack.signatures().is_empty() {
        return None;
    }
    let mut blobs = BTreeMap::from([(Digest::of(EMPTY), EMPTY.to_vec())]);
    let mut layers = Vec::new();
    for signature in pack.signatures() {
        let bytes = signature.as_str().as_bytes();
        let layer = Descriptor::of(SIGNATURE_TYPE, bytes).titled(&title(signature));
        blobs.insert(layer.digest, bytes.to_vec());
        layers.push(layer);
    }
    let config = Descriptor::of(EMPTY_TYPE, EMPTY);
    let mut manifest = Manifest::new(SIGNATURES_TYPE, config, layers);
    manifest.subject = Some(Descriptor::of(MANIFEST_TYPE, pack.manifest()));
    let manifest = to_bytes(&manifest);
    Some(SignatureArtifact { manifest, blobs })
}

fn title(signature: &Signature) -> String {
    format!("{}.minisig", signature.key())
}

/// Reads the signatures of a pack. Whether they are sound is for
/// [`crate::verify`] to say.
///
/// # Errors
/// Signatures of another pack, and every lie of the manifest.
pub(crate) fn signatures_in(
    bytes: &[u8],
    blobs: &BTreeMap<Digest, &[u8]>,
    pack: &Pack,
) -> Result<Vec<Signature>, Refusal> {
    let manifest = signature_manifest(bytes, pack)?;
    blob(
        "the configuration of the signatures",
        &manifest.config,
        blobs,
    )?;
    let mut signatures = Vec::new();
    for layer in &manifest.layers {
        let bytes = blob("a signature", layer, blobs)?;
        let what = "a signature";
        let not_readable = |message| Refusal::NotReadable { what, message };
        let text = std::str::from_utf8(bytes).map_err(|error| not_readable(error.to_string()))?;
        let signature = text.parse::<Signature>();
        signatures.push(signature.map_err(|error| not_readable(error.to_string()))?);
    }
    Ok(signatures)
}

/// Reads the manifest of a pack's signatures, and whether it names too much.
pub(crate) fn signature_manifest(bytes: &[u8], pack: &Pack) -> Result<Manifest, Refusal> {
    let what = "the manifest of the signatures";
    let manifest: Manifest = document(what, bytes)?;
    check_type(
        "the artifact of the signatures",
        &manifest.artifact_type,
        SIGNATURES_TYPE,
    )?;
    check_type(what, &manifest.media_type, MANIFEST_TYPE)?;
    if manifest.config != Descriptor::of(EMPTY_TYPE, EMPTY) {
        return Err(Refusal::Unlike { what });
    }
    let found = manifest.layers.len();
    if found > SIGNATURES_MAX {
        let max = SIGNATURES_MAX;
        return Err(Refusal::TooMany { found, max });
    }
    for layer in &manifest.layers {
        check_type("a signature", &layer.media_type, SIGNATURE_TYPE)?;
        if layer.size > SIGNATURE_BYTES_MAX {
            return Err(Refusal::TooLarge {
                what: "a signature".to_owned(),
                max: SIGNATURE_BYTES_MAX,
            });
        }
    }
    let subject = Descriptor::of(MANIFEST_TYPE, pack.manifest());
    match &manifest.subject {
        Some(named) if *named == subject => Ok(manifest),
        Some(named) => Err(Refusal::OfAnother {
            found: named.digest,
        }),
        None => Err(Refusal::Unlike { what }),
    }
}
