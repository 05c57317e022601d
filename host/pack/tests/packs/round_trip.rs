//! A folder becomes a file and a folder again, always the same.

use std::fs;
use std::path::Path;

use crate::forge;
use treaty_pack::{FileKind, PackLimits, build, open, read_archive, read_folder, unpack};

/// The digest of the sound pack. Another one means that the format is another:
/// what has been built and signed before can then no longer be opened, so the
/// format needs a new name (`application/vnd.treaty.pack.v2`) beside this one.
const DIGEST: &str = "sha256:daab83f664310639bd99a8092cfd10860f659b1a653bb6897a5b5530d1afe4b0";

fn limits() -> PackLimits {
    PackLimits::default()
}

#[test]
fn the_same_folder_is_the_same_file() {
    let place = tempfile::tempdir().expect("a folder");
    let (first, second) = (place.path().join("a"), place.path().join("elsewhere/b"));
    forge::folder(&first);
    forge::folder(&second);
    // Whatever a machine keeps of files beside their content does not matter.
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(100_000);
    let file = fs::File::options()
        .append(true)
        .open(second.join("README.md"));
    file.expect("a file").set_modified(later).expect("a time");
    fs::write(second.join("notes.txt"), "nobody names this").expect("a file");
    fs::write(second.join("cases/README.md"), "no case").expect("a file");

    let built = build(&first, &place.path().join("1"), &limits()).expect("it is built");
    let again = build(&second, &place.path().join("2"), &limits()).expect("it is built");
    assert_eq!(built.to_string(), DIGEST);
    assert_eq!(again, built);
    let read = |name: &str| fs::read(place.path().join(name)).expect("it was built");
    assert!(read("1") == read("2"));
}

#[test]
fn what_is_unpacked_is_what_was_packed() {
    let place = tempfile::tempdir().expect("a folder");
    let (source, file, again) = (
        place.path().join("source"),
        place.path().join("file"),
        place.path().join("again"),
    );
    forge::folder(&source);
    let built = build(&source, &file, &limits()).expect("it is built");
    let pack = open(&file, &limits()).expect("it is opened");
    assert_eq!(pack.digest(), built);
    assert_eq!(pack.label(), "b2b-base 2.1.0");
    let cases: Vec<_> = pack
        .files_of(FileKind::Case)
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(cases, ["cases/deep/other.toml", "cases/same-phone.toml"]);
    unpack(&pack, &again).expect("it is unpacked");
    for file in pack.files() {
        let (one, two) = (file.path.below(&source), file.path.below(&again));
        assert!(fs::read(&one).expect("a file") == fs::read(&two).expect("a file"));
    }
    let of_folder = read_folder(&again, &limits()).expect("it is a pack");
    assert_eq!(of_folder.digest(), built);
}

/// Other tools read it too: it is an OCI image layout, and its components are of
/// the media type that the ecosystem has for them.
#[test]
fn a_pack_is_an_artifact_of_the_ecosystem() {
    let forge = forge::Forge::of(&forge::archive());
    assert_eq!(
        forge.entry("oci-layout"),
        br#"{"imageLayoutVersion":"1.0.0"}"#
    );
    let text = format!(
        "index.json\n{:#}\nmanifest\n{:#}\nconfiguration\n{:#}\n",
        forge.index(),
        forge.manifest(),
        serde_json::from_slice::<serde_json::Value>(
            forge.blob(forge::digest(&forge.manifest()["config"]))
        )
        .expect("JSON"),
    );
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/artifact.txt");
    if std::env::var_os("TREATY_BLESS").is_some() {
        fs::write(&file, &text).expect("it is written");
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert!(text == expected, "expected:\n{expected}\nfound:\n{text}");
}

#[test]
fn a_link_out_of_the_folder_is_no_part_of_a_pack() {
    let place = tempfile::tempdir().expect("a folder");
    let source = place.path().join("source");
    forge::folder(&source);
    fs::write(place.path().join("secret"), "hunter2").expect("a file");
    fs::remove_file(source.join("README.md")).expect("it goes");
    std::os::unix::fs::symlink("../secret", source.join("README.md")).expect("a link");
    let out = place.path().join("out");
    let error = build(&source, &out, &limits()).expect_err("it leads outside");
    assert!(
        error
            .to_string()
            .starts_with("README.md: is a link out of the folder"),
        "{error}"
    );
    assert!(!out.exists());
    // Within the folder it stands for what it leads to.
    fs::remove_file(source.join("README.md")).expect("it goes");
    std::os::unix::fs::symlink("contact.csv", source.join("README.md")).expect("a link");
    build(&source, &out, &limits()).expect("it is built");
    let bytes = fs::read(out).expect("it was built");
    let pack = read_archive(&bytes, &limits()).expect("it is sound");
    let copied = pack.file("README.md").expect("it is there");
    assert!(copied.bytes.starts_with(b"field,"));
}

#[test]
fn a_folder_that_is_too_large_is_not_built() {
    let place = tempfile::tempdir().expect("a folder");
    let source = place.path().join("source");
    forge::folder(&source);
    let check = |limits: PackLimits, expected: &str| {
        let error = build(&source, &place.path().join("out"), &limits);
        assert_eq!(error.expect_err("too large").to_string(), expected);
    };
    let limits = limits();
    let files_max = 5;
    check(
        PackLimits {
            files_max,
            ..limits
        },
        "pack.toml: 6 files are more than 5",
    );
    let pack_bytes_max = 500;
    check(
        PackLimits {
            pack_bytes_max,
            ..limits
        },
        "pack.toml: the files have more than 500 bytes",
    );
    let table = fs::File::options()
        .append(true)
        .open(source.join("contact.csv"));
    table
        .expect("a file")
        .set_len(1 << 40)
        .expect("a sparse file");
    check(limits, "contact.csv: has more than 67108864 bytes");
}
