//! A released version of the contract is frozen: its digest is held here.

use std::fs;
use std::path::Path;

use treaty_model::Digest;

/// Released versions with the digest of their files. A line here never changes;
/// a new version is a new folder and a new line.
const RELEASED: &[(&str, &str)] = &[(
    "0.1.0",
    "21a46ca2cfbac089fdea1b8a1a52bfd413f990d439bf7d2f8cb5d0a81661a59c",
)];

/// The digest of a version: of all its files by name, each with its length.
fn digest(version: &Path) -> String {
    let mut files: Vec<_> = fs::read_dir(version)
        .expect("the version's folder can be read")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = fs::read(&file).expect("a file of the contract can be read");
        let name = file
            .file_name()
            .expect("a file has a name")
            .to_string_lossy()
            .into_owned();
        all.extend(format!("{name} {}\n", text.len()).into_bytes());
        all.extend(text);
    }
    Digest::of(&all).hex()
}

#[test]
fn released_versions_are_frozen() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    for (version, expected) in RELEASED {
        assert_eq!(
            digest(&wit.join(version)),
            *expected,
            "wit/{version} has changed; a released contract is frozen, see wit/README.md"
        );
    }
}

#[test]
fn every_version_has_its_digest() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    for entry in fs::read_dir(wit).expect("wit/ can be read").flatten() {
        if entry.path().is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(
                RELEASED.iter().any(|(version, _)| *version == name),
                "wit/{name} has no digest"
            );
        }
    }
}
