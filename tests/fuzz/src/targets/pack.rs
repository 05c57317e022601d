//! Packs: `pack.toml`, and the archive that comes from elsewhere.

use std::fs;
use std::path::Path;

use treaty_pack::{PackLimits, Signature, build, read_archive, read_folder, save, unpack};

use crate::target::{Reading, TOML, Target};

/// The file that says what a pack is.
pub(crate) const SETTINGS: Target = Target {
    name: "pack-settings",
    read: read_settings,
    more: Vec::new,
    words: &[
        TOML,
        &[
            b"*",
            b"/",
            b"../",
            b"\\u001b",
            b"1.0.0",
            b"@2",
            b"shipped:",
            b"[pack]",
            b"[rules.",
            b"[tables]",
            b"[budget]",
        ],
    ],
    runs: 1_000,
};

/// A pack in one file.
pub(crate) const ARCHIVE: Target = Target {
    name: "pack-archive",
    read: read_pack,
    more: archives,
    words: &[&[
        b"\0",
        b"\0\0\0\0\0\0\0\0",
        b"ustar",
        b"77777777777",
        b"../",
        b"/",
        b"blobs/sha256/",
        b"oci-layout",
        b"index.json",
        b"sha256:",
        b"\"size\":",
        b"\"layers\":[",
        b"{",
        b"}",
        b"[",
        b",",
        b"application/wasm",
        b"-1",
        b"18446744073709551616",
    ]],
    runs: 2_000,
};

/// An empty component.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
const TABLE: &[u8] = b"field,type,owner\nemail,e-mail,shared\n";
const SETTINGS_TEXT: &[u8] = include_bytes!("../../corpus/pack-settings/full.toml");

fn folder(at: &Path, settings: &[u8]) {
    let files: [(&str, &[u8]); 6] = [
        ("pack.toml", settings),
        ("rules/keep-person.wasm", COMPONENT),
        ("tables/contact.csv", TABLE),
        ("tables/company.csv", TABLE),
        ("cases/one.toml", b"expect = \"keep\"\n"),
        ("LICENSE", b"MIT or Apache-2.0\n"),
    ];
    for (name, bytes) in files {
        let path = at.join(name);
        let parent = path.parent().expect("it is in the folder");
        fs::create_dir_all(parent).expect("a folder can be made");
        fs::write(&path, bytes).expect("it can be written");
    }
}

/// Reads a folder with this `pack.toml`. What is read can be built, and what was
/// built is the same pack.
fn read_settings(bytes: &[u8]) -> Reading {
    let place = tempfile::tempdir().expect("there is a folder for temporary files");
    let source = place.path().join("source");
    folder(&source, bytes);
    let limits = PackLimits::default();
    let pack = match read_folder(&source, &limits) {
        Ok(pack) => pack,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "refused without a word");
            return Reading::Refused;
        }
    };
    let file = place.path().join("pack");
    let built = build(&source, &file, &limits).expect("what is read can be built");
    assert_eq!(
        built,
        pack.digest(),
        "reading it again gives something else"
    );
    Reading::Taken
}

/// Reads an archive. What is taken is written as the same bytes, is unpacked into its folder and nowhere else,
/// and the folder is the same pack.
fn read_pack(bytes: &[u8]) -> Reading {
    // What comes from elsewhere is also taken for a signature.
    let text = String::from_utf8_lossy(bytes);
    drop(text.parse::<Signature>());
    let limits = PackLimits::default();
    let pack = match read_archive(bytes, &limits) {
        Ok(pack) => pack,
        Err(refusal) => {
            let said = format!("{refusal} {}", refusal.hint());
            let is_plain = |letter: char| letter == '\n' || !letter.is_control();
            assert!(
                said.chars().all(is_plain),
                "a terminal would obey: {said:?}"
            );
            return Reading::Refused;
        }
    };
    let place = tempfile::tempdir().expect("there is a folder for temporary files");
    let file = place.path().join("file");
    save(&pack, &file).expect("it can be written");
    let written = fs::read(&file).expect("it was written");
    assert!(written == bytes, "two files are taken for one pack");
    fs::remove_file(&file).expect("it can go again");
    let out = place.path().join("out");
    unpack(&pack, &out).expect("what is taken can be unpacked");
    let entries = place.path().read_dir().expect("the folder can be read");
    assert_eq!(entries.count(), 1, "it has written beside its folder");
    let again = read_folder(&out, &limits).expect("what was unpacked is a pack");
    assert_eq!(again.digest(), pack.digest(), "it is another pack");
    Reading::Taken
}

/// A sound archive to begin with.
fn archives() -> Vec<Vec<u8>> {
    let place = tempfile::tempdir().expect("there is a folder for temporary files");
    let (source, file) = (place.path().join("source"), place.path().join("pack"));
    folder(&source, SETTINGS_TEXT);
    build(&source, &file, &PackLimits::default()).expect("it is a pack");
    vec![fs::read(file).expect("it was written")]
}
