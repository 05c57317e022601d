//! Makes packs, and lies about them: an archive is taken apart, something in it
//! is changed, and everything that follows from it is put right again, so that
//! only the one lie is left.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use treaty_model::Digest;
use treaty_pack::{PackLimits, build};

/// An empty component: the sign of WebAssembly, version and layer.
pub const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

pub const PACK_TOML: &str = r#"
[pack]
name = "b2b-base"
version = "2.1.0"
contract = "0.1.0"
licence = "Apache-2.0"
description = "Contacts and companies between two CRMs"
cases = ["cases"]
documents = ["README.md"]

[rules.phone-decides]
component = "rules/phone-decides.wasm"
[rules.phone-decides.configuration]
prefer = ["crm", "desk"]
weight = 0.5

[rules.people]
component = "shipped:match-people"

[tables]
contact = "contact.csv"

[budget]
fuel-per-element = 2000000
"#;

/// Writes the folder of a sound pack.
pub fn folder(at: &Path) {
    let files: [(&str, &[u8]); 6] = [
        ("pack.toml", PACK_TOML.as_bytes()),
        ("rules/phone-decides.wasm", COMPONENT),
        ("contact.csv", b"field,type,owner\nemail,e-mail,shared\n"),
        ("cases/same-phone.toml", b"expect = \"same\"\n"),
        ("cases/deep/other.toml", b"expect = \"other\"\n"),
        ("README.md", b"# B2B\n"),
    ];
    for (name, bytes) in files {
        let path = at.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        fs::write(path, bytes).expect("it is written");
    }
}

/// The archive of the sound pack.
pub fn archive() -> Vec<u8> {
    let place = tempfile::tempdir().expect("a folder");
    let (source, file) = (place.path().join("b2b-base"), place.path().join("pack"));
    folder(&source);
    build(&source, &file, &PackLimits::default()).expect("it is sound");
    fs::read(file).expect("it was written")
}

/// An archive, taken apart.
#[derive(Clone)]
pub struct Forge {
    pub entries: Vec<(String, Vec<u8>)>,
}

impl Forge {
    /// Takes an archive apart.
    pub fn of(bytes: &[u8]) -> Self {
        let mut archive = tar::Archive::new(bytes);
        let mut entries = Vec::new();
        for entry in archive.entries().expect("an archive") {
            let mut entry = entry.expect("an entry");
            let name = entry.path().expect("a name").display().to_string();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut bytes).expect("its content");
            entries.push((name, bytes));
        }
        Self { entries }
    }

    /// Puts it together again.
    pub fn bytes(&self) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for (name, bytes) in &self.entries {
            let mut header = header(name, bytes.len() as u64);
            header.set_cksum();
            tar.append(&header, bytes.as_slice()).expect("in memory");
        }
        tar.into_inner().expect("in memory")
    }

    /// Puts it together with one more entry whose header is made to order.
    pub fn with_entry(&self, lie: impl FnOnce(&mut tar::Header)) -> Vec<u8> {
        let mut bytes = self.bytes();
        let mut forged = header("rules/more.wasm", 0);
        lie(&mut forged);
        forged.set_cksum();
        // Before the two empty blocks that end a tar.
        let end = bytes.len() - 1024;
        bytes.splice(end..end, forged.as_bytes().iter().copied());
        bytes
    }

    pub fn index(&self) -> Json {
        serde_json::from_slice(self.entry("index.json")).expect("JSON")
    }

    pub fn manifest(&self) -> Json {
        let index = self.index();
        serde_json::from_slice(self.blob(digest(&index["manifests"][0]))).expect("JSON")
    }

    pub fn entry(&self, name: &str) -> &[u8] {
        let found = self.entries.iter().find(|(other, _)| other == name);
        &found.expect("the entry is there").1
    }

    pub fn blob(&self, digest: &str) -> &[u8] {
        self.entry(&blob_name(digest))
    }

    pub fn remove(&mut self, name: &str) {
        self.entries.retain(|(other, _)| other != name);
    }

    /// Adds a blob where archives have it, and says its digest.
    pub fn add_blob(&mut self, bytes: &[u8]) -> String {
        let digest = Digest::of(bytes).to_string();
        self.remove(&blob_name(&digest));
        self.entries.push((blob_name(&digest), bytes.to_vec()));
        self.entries[2..].sort();
        digest
    }

    /// Changes the index as text.
    pub fn edit_index(&mut self, from: &str, to: &str) {
        let text = String::from_utf8(self.entries[1].1.clone()).expect("text");
        assert!(text.contains(from), "{from} is not in {text}");
        self.entries[1].1 = text.replacen(from, to, 1).into_bytes();
    }

    /// Changes the manifest as text, and the index with it.
    pub fn edit_manifest(&mut self, edit: impl FnOnce(String) -> String) {
        let old = digest(&self.index()["manifests"][0]).to_owned();
        let text = String::from_utf8(self.blob(&old).to_vec()).expect("text");
        let size = text.len();
        let edited = edit(text.clone());
        assert_ne!(text, edited, "nothing was changed");
        self.remove(&blob_name(&old));
        let new = self.add_blob(edited.as_bytes());
        self.edit_index(&old, &new);
        self.edit_index(
            &format!("\"size\":{size}"),
            &format!("\"size\":{}", edited.len()),
        );
    }

    /// Puts other bytes in place of a file's, and tells manifest and index.
    pub fn replace(&mut self, title: &str, bytes: &[u8]) {
        let (old, size) = self.layer(title);
        let shared = self.manifest().to_string().matches(&old).count() > 1;
        if !shared {
            self.remove(&blob_name(&old));
        }
        let new = self.add_blob(bytes);
        let from = format!("\"digest\":\"{old}\",\"size\":{size}");
        let to = format!("\"digest\":\"{new}\",\"size\":{}", bytes.len());
        self.edit_manifest(|text| text.replacen(&from, &to, 1));
    }

    /// Digest and size of the layer of a file.
    pub fn layer(&self, title: &str) -> (String, u64) {
        let manifest = self.manifest();
        let layers = manifest["layers"].as_array().expect("layers").clone();
        let layer = layers
            .iter()
            .find(|layer| layer["annotations"]["org.opencontainers.image.title"] == title)
            .expect("there is such a layer");
        (
            digest(layer).to_owned(),
            layer["size"].as_u64().expect("a size"),
        )
    }
}

fn header(name: &str, size: u64) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.set_path(name).expect("a name");
    header.set_size(size);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}

pub fn digest(descriptor: &Json) -> &str {
    descriptor["digest"].as_str().expect("a digest")
}

pub fn blob_name(digest: &str) -> String {
    digest.replace("sha256:", "blobs/sha256/")
}
