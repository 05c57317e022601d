//! The documents of an OCI artifact, as this room writes them: JSON without
//! spaces, in this order of keys. Another order, another key or another space is
//! another digest, so what is read has to be exactly what would be written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use treaty_model::Digest;

/// What a manifest of the OCI image specification calls itself.
pub(crate) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
/// What an index of the OCI image specification calls itself.
pub(crate) const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";
/// What makes an artifact a pack.
pub(crate) const PACK_TYPE: &str = "application/vnd.treaty.pack.v1";
/// What `pack.toml` says, as JSON.
pub(crate) const CONFIG_TYPE: &str = "application/vnd.treaty.pack.config.v1+json";
/// The annotation that holds the name of a layer's file.
pub(crate) const TITLE: &str = "org.opencontainers.image.title";
pub(crate) const VERSION: &str = "org.opencontainers.image.version";
pub(crate) const LICENCES: &str = "org.opencontainers.image.licenses";
pub(crate) const DESCRIPTION: &str = "org.opencontainers.image.description";
/// The annotation of an index that holds the tag of a manifest.
pub(crate) const REF_NAME: &str = "org.opencontainers.image.ref.name";

const SCHEMA_VERSION: u32 = 2;

/// What points at a blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Descriptor {
    pub media_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    pub digest: Digest,
    pub size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// A manifest: what an artifact consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Manifest {
    pub schema_version: u32,
    pub media_type: String,
    pub artifact_type: String,
    pub config: Descriptor,
    pub layers: Vec<Descriptor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// An index: the manifests that an archive holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Index {
    pub schema_version: u32,
    pub media_type: String,
    pub manifests: Vec<Descriptor>,
}

/// The file that makes a folder an OCI image layout.
pub(crate) const LAYOUT: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

impl Descriptor {
    /// What points at these bytes.
    pub(crate) fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.to_owned(),
            artifact_type: None,
            digest: Digest::of(bytes),
            size: bytes.len() as u64,
            annotations: BTreeMap::new(),
        }
    }

    /// The same with the name of the file that the bytes are.
    pub(crate) fn titled(mut self, title: &str) -> Self {
        self.annotations.insert(TITLE.into(), title.into());
        self
    }
}

impl Manifest {
    /// A manifest of some kind, without annotations.
    pub(crate) fn new(artifact_type: &str, config: Descriptor, layers: Vec<Descriptor>) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            media_type: MANIFEST_TYPE.to_owned(),
            artifact_type: artifact_type.to_owned(),
            config,
            layers,
            subject: None,
            annotations: BTreeMap::new(),
        }
    }
}

impl Index {
    /// An index of these manifests.
    pub(crate) fn new(manifests: Vec<Descriptor>) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            media_type: INDEX_TYPE.to_owned(),
            manifests,
        }
    }
}

/// A document as it is written.
pub(crate) fn to_bytes(document: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(document).expect("it has text keys and finite numbers only")
}
