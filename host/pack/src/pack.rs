//! A pack in memory: checked, whole, and the same bytes however it came here.

use std::borrow::Cow;
use std::collections::BTreeMap;

use treaty_model::Digest;

use crate::manifest::{
    CONFIG_TYPE, DESCRIPTION, Descriptor, LICENCES, Manifest, PACK_TYPE, TITLE, VERSION, to_bytes,
};
use crate::signing::SIGNATURES_MAX;
use crate::signing::artifact::artifact_of;
use crate::{FileKind, PackFile, PackSettings, Signature};

/// A pack. Its digest is that of its manifest, which names every file by its own
/// digest; so it covers everything but the signatures.
#[derive(Clone, Debug)]
pub struct Pack {
    settings: PackSettings,
    files: Vec<PackFile>,
    config: Vec<u8>,
    manifest: Vec<u8>,
    digest: Digest,
    /// By key, each once.
    signatures: Vec<Signature>,
}

impl Pack {
    /// The pack of these files, which are what the settings claim.
    pub(crate) fn of(settings: PackSettings, mut files: Vec<PackFile>) -> Self {
        files.sort_by(|file, other| file.path.cmp(&other.path));
        let config = to_bytes(&settings);
        let manifest = to_bytes(&manifest_of(&settings, &config, &files));
        Self {
            digest: Digest::of(&manifest),
            settings,
            files,
            config,
            manifest,
            signatures: Vec::new(),
        }
    }

    /// What its `pack.toml` says.
    pub fn settings(&self) -> &PackSettings {
        &self.settings
    }

    /// The digest of its manifest.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Its files, by name.
    pub fn files(&self) -> &[PackFile] {
        &self.files
    }

    /// A file by its name.
    pub fn file(&self, path: &str) -> Option<&PackFile> {
        self.files.iter().find(|file| file.path.as_str() == path)
    }

    /// Its files of one kind, by name.
    pub fn files_of(&self, kind: FileKind) -> impl Iterator<Item = &PackFile> {
        self.files.iter().filter(move |file| file.kind == kind)
    }

    /// Its manifest: the bytes that are signed.
    pub fn manifest(&self) -> &[u8] {
        &self.manifest
    }

    /// The configuration blob: what `pack.toml` says, as JSON.
    pub(crate) fn config(&self) -> &[u8] {
        &self.config
    }

    /// Its signatures, by the number of their key. Only [`crate::verify`] says
    /// whether they are worth anything.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The same pack with one more signature, in place of one by the same key;
    /// none where it has as many as it may have.
    pub fn with_signature(mut self, signature: Signature) -> Option<Self> {
        self.signatures
            .retain(|other| other.key() != signature.key());
        self.signatures.push(signature);
        self.signatures.sort_by_key(Signature::key);
        (self.signatures.len() <= SIGNATURES_MAX).then_some(self)
    }

    /// Everything that the manifest points at, each once.
    pub(crate) fn blobs(&self) -> BTreeMap<Digest, &[u8]> {
        let files = self.files.iter().map(|file| file.bytes.as_slice());
        let all = files.chain([self.config.as_slice()]);
        all.map(|bytes| (Digest::of(bytes), bytes)).collect()
    }

    /// Every blob of its archive: what the manifest points at, the manifest, and
    /// the signatures with theirs.
    pub(crate) fn all_blobs(&self) -> BTreeMap<Digest, Cow<'_, [u8]>> {
        let borrowed = |(digest, bytes)| (digest, Cow::Borrowed(bytes));
        let mut all: BTreeMap<_, _> = self.blobs().into_iter().map(borrowed).collect();
        all.insert(self.digest, Cow::Borrowed(self.manifest()));
        if let Some(signatures) = artifact_of(self) {
            let digest = Digest::of(&signatures.manifest);
            all.insert(digest, Cow::Owned(signatures.manifest));
            let blobs = signatures.blobs.into_iter();
            all.extend(blobs.map(|(digest, bytes)| (digest, Cow::Owned(bytes))));
        }
        all
    }
}

fn manifest_of(settings: &PackSettings, config: &[u8], files: &[PackFile]) -> Manifest {
    let layers = files
        .iter()
        .map(|file| Descriptor::of(file.kind.media_type(), &file.bytes).titled(file.path.as_str()));
    let mut manifest = Manifest::new(
        PACK_TYPE,
        Descriptor::of(CONFIG_TYPE, config),
        layers.collect(),
    );
    let version = settings.version.to_string();
    let said = [
        (TITLE, settings.name.as_str()),
        (VERSION, &version),
        (LICENCES, &settings.licence),
        (DESCRIPTION, &settings.description),
    ];
    let said = said.map(|(key, text)| (key.to_owned(), text.to_owned()));
    manifest.annotations = said.into();
    manifest
}
