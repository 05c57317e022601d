//! Packs that lie. Each is refused with a message, which stands with its hint in
//! `refusals.txt`; after a change that is meant:
//!
//! ```text
//! TREATY_BLESS=1 cargo test -p treaty-pack --test packs hostile
//! ```

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::forge::{self, Forge, archive, blob_name, digest};
use treaty_model::Digest;
use treaty_pack::{OpenError, PackLimits, Refusal, UnpackError, open, read_archive, unpack};

/// Each lie, by name.
fn lies() -> Vec<(&'static str, Vec<u8>)> {
    let mut lies = entries();
    lies.extend(documents());
    lies.extend(contents());
    lies
}

/// Archives with entries that a pack has not.
fn entries() -> Vec<(&'static str, Vec<u8>)> {
    let sound = Forge::of(&archive());
    let raw = |name: &'static str| {
        sound.with_entry(move |header| {
            let field = &mut header.as_ustar_mut().expect("ustar").name;
            field.fill(0);
            field[..name.len()].copy_from_slice(name.as_bytes());
        })
    };
    let of_kind = |kind| {
        sound.with_entry(move |header| {
            header.set_entry_type(kind);
            header.set_link_name("/etc/passwd").expect("a name");
        })
    };
    let twice = |name: &str| {
        let mut forge = sound.clone();
        let found = forge.entries.iter().find(|(other, _)| other == name);
        let entry = found.expect("it is there").clone();
        forge.entries.push(entry);
        forge.bytes()
    };
    let without = |name: &str| {
        let mut forge = sound.clone();
        forge.remove(name);
        forge.bytes()
    };
    let component = blob_name(&sound.layer("rules/phone-decides.wasm").0);
    let huge = sound.with_entry(|header| header.set_size(1 << 40));
    let sparse = sound.with_entry(|header| header.set_entry_type(tar::EntryType::GNUSparse));
    let mut wrong_bytes = sound.clone();
    wrong_bytes.entries.last_mut().expect("a blob").1.push(b'x');
    let mut behind = sound.bytes();
    behind.extend([0; 512]);
    let mut order = sound.clone();
    order.entries.swap(2, 3);
    vec![
        ("an empty file", Vec::new()),
        ("text", b"field,type,owner\n".repeat(100)),
        ("gzip", [0x1f, 0x8b].repeat(600)),
        ("an absolute name", raw("/etc/cron.d/x")),
        ("a name that goes up", raw("../../x")),
        ("a name that goes up inside", raw("blobs/sha256/../../x")),
        ("a name without a place", raw("README.md")),
        ("a symbolic link", of_kind(tar::EntryType::Symlink)),
        ("a hard link", of_kind(tar::EntryType::Link)),
        ("a device", of_kind(tar::EntryType::Char)),
        ("a pipe", of_kind(tar::EntryType::Fifo)),
        ("a folder", of_kind(tar::EntryType::Directory)),
        (
            "an extension with a long name",
            of_kind(tar::EntryType::GNULongName),
        ),
        ("an extension of POSIX", of_kind(tar::EntryType::XHeader)),
        ("a sparse file", sparse),
        ("a file of a terabyte", huge),
        ("an entry twice", twice(&component)),
        ("the index twice", twice("index.json")),
        ("no index", without("index.json")),
        ("no layout", without("oci-layout")),
        ("no component", without(&component)),
        ("another content under a digest", wrong_bytes.bytes()),
        ("more behind the end", behind),
        ("another order", order.bytes()),
    ]
}

/// Archives whose documents lie.
fn documents() -> Vec<(&'static str, Vec<u8>)> {
    let sound = Forge::of(&archive());
    let manifest = |edit: &dyn Fn(String) -> String| {
        let mut forge = sound.clone();
        forge.edit_manifest(edit);
        forge.bytes()
    };
    let swap = |from: &str, to: &str| {
        manifest(&|text| {
            assert!(text.contains(from), "{from} is not in {text}");
            text.replacen(from, to, 1)
        })
    };
    let index = |from: &str, to: &str| {
        let mut forge = sound.clone();
        forge.edit_index(from, to);
        forge.bytes()
    };
    let (component, size) = sound.layer("rules/phone-decides.wasm");
    let size_of = format!("\"digest\":\"{component}\",\"size\":{size}");
    let resized = |said: u64| {
        swap(
            &size_of,
            &format!("\"digest\":\"{component}\",\"size\":{said}"),
        )
    };
    let other = Digest::of(b"other").to_string();
    let with_manifests = |count: usize| {
        let mut forge = sound.clone();
        let text = String::from_utf8(forge.entry("index.json").to_vec()).expect("text");
        let (start, rest) = text.split_once("[").expect("a list");
        let (one, end) = rest.rsplit_once("]").expect("a list");
        let list = vec![one; count].join(",");
        forge.entries[1].1 = format!("{start}[{list}]{end}").into_bytes();
        forge.bytes()
    };
    vec![
        ("a digest of nothing", swap(&component, &other)),
        ("a size that is too small", resized(size - 1)),
        ("a size that is too large", resized(size + 1)),
        ("a size of a terabyte", resized(1 << 40)),
        (
            "a size below nought",
            swap(&size_of, &size_of.replace(":8", ":-8")),
        ),
        (
            "a component as text",
            swap("application/wasm", "text/plain"),
        ),
        (
            "another artifact",
            swap(
                "application/vnd.treaty.pack.v1",
                "application/vnd.example.v1",
            ),
        ),
        (
            "another configuration",
            swap("pack.config.v1+json", "pack.config.v2+json"),
        ),
        (
            "a manifest of Docker",
            swap(
                "application/vnd.oci.image.manifest.v1+json",
                "application/vnd.docker.distribution.manifest.v2+json",
            ),
        ),
        (
            "another schema",
            swap("\"schemaVersion\":2", "\"schemaVersion\":1"),
        ),
        (
            "a key that nobody knows",
            swap("{\"schemaVersion\"", "{\"more\":1,\"schemaVersion\""),
        ),
        (
            "a key twice",
            swap(
                "{\"schemaVersion\"",
                "{\"schemaVersion\":2,\"schemaVersion\"",
            ),
        ),
        ("spaces", swap("{\"schemaVersion\"", "{ \"schemaVersion\"")),
        (
            "a key that rings a bell",
            swap(
                "{\"schemaVersion\"",
                "{\"\\u0007\\u001b[2J\":1,\"schemaVersion\"",
            ),
        ),
        ("no JSON", swap("{\"schemaVersion\"", "\"schemaVersion\"")),
        ("depth", swap("{\"schemaVersion\"", &"[".repeat(100_000))),
        (
            "a layer without a name",
            swap(
                ",\"annotations\":{\"org.opencontainers.image.title\":\"README.md\"}",
                "",
            ),
        ),
        (
            "a layer out of the folder",
            swap("\"README.md\"", "\"../README.md\""),
        ),
        ("an absolute layer", swap("\"README.md\"", "\"/README.md\"")),
        (
            "a layer on a drive",
            swap("\"README.md\"", "\"C:README.md\""),
        ),
        ("a layer twice", swap("\"README.md\"", "\"contact.csv\"")),
        (
            "a layer that nothing names",
            swap("\"README.md\"", "\"README.txt\""),
        ),
        (
            "a lie to people",
            swap("Contacts and companies", "Everything"),
        ),
        ("an index of a pack and itself", with_manifests(2)),
        ("an index of nothing", with_manifests(0)),
        ("an index of three", with_manifests(3)),
        (
            "an index of another kind",
            index("image.index.v1", "image.index.v2"),
        ),
        ("an index with another tag", index("\"2.1.0\"", "\"2.2.0\"")),
        ("a digest in capitals", index("sha256:", "SHA256:")),
    ]
}

/// Archives whose files lie, with everything else put right.
fn contents() -> Vec<(&'static str, Vec<u8>)> {
    let sound = Forge::of(&archive());
    let with = |title: &str, bytes: &[u8]| {
        let mut forge = sound.clone();
        forge.replace(title, bytes);
        forge.bytes()
    };
    let toml = |from: &str, to: &str| {
        assert!(forge::PACK_TOML.contains(from), "{from}");
        with(
            "pack.toml",
            forge::PACK_TOML.replacen(from, to, 1).as_bytes(),
        )
    };
    let mut extra = sound.clone();
    extra.add_blob(b"nobody asked for this");
    let mut config = sound.clone();
    let old = digest(&config.manifest()["config"]).to_owned();
    let text = String::from_utf8(config.blob(&old).to_vec()).expect("text");
    config.remove(&blob_name(&old));
    let text = text.replacen("0.5", "0.6", 1);
    let new = config.add_blob(text.as_bytes());
    config.edit_manifest(|manifest| manifest.replacen(&old, &new, 1));
    vec![
        ("a blob that nothing names", extra.bytes()),
        ("a configuration of its own", config.bytes()),
        ("another version than it says", toml("2.1.0", "2.1.1")),
        (
            "a rule that is not there",
            toml("rules/phone-decides.wasm", "rules/phone.wasm"),
        ),
        (
            "a pack.toml with errors",
            toml("fuel-per-element", "fuel-per-elephant"),
        ),
        (
            "a pack.toml out of its folder",
            toml("\"contact.csv\"", "\"../contact.csv\""),
        ),
        (
            "a pack.toml that is no text",
            with("pack.toml", b"\xff\xfe"),
        ),
        (
            "a component that is a module",
            with("rules/phone-decides.wasm", b"\0asm\x01\0\0\0"),
        ),
        (
            "a component that is none",
            with("rules/phone-decides.wasm", b"#!/bin/sh\n"),
        ),
        ("an empty table", with("contact.csv", b"")),
    ]
}

#[test]
fn every_lie_is_refused_with_a_message() {
    let limits = PackLimits::default();
    let mut told = String::new();
    for (name, bytes) in lies() {
        let refusal = match read_archive(&bytes, &limits) {
            Ok(pack) => panic!("{name}: taken for {pack:?}"),
            Err(refusal) => refusal,
        };
        let _ = writeln!(told, "{name}\n  {refusal}\n  hint: {}", refusal.hint());
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refusals.txt");
    if std::env::var_os("TREATY_BLESS").is_some() {
        fs::write(&file, &told).expect("it is written");
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert!(told == expected, "expected:\n{expected}\nfound:\n{told}");
}

#[test]
fn the_forge_by_itself_lies_nothing() {
    let sound = archive();
    assert!(Forge::of(&sound).bytes() == sound);
    read_archive(&sound, &PackLimits::default()).expect("it is sound");
    let mut again = Forge::of(&sound);
    again.replace("README.md", b"# Other\n");
    read_archive(&again.bytes(), &PackLimits::default()).expect("it is sound as well");
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_refused() {
    let sound = archive();
    for length in 0..sound.len() {
        let refused = read_archive(&sound[..length], &PackLimits::default());
        assert!(refused.is_err(), "cut off after {length} bytes");
    }
}

#[test]
fn a_bit_that_is_flipped_anywhere_is_refused() {
    let mut bytes = archive();
    for at in 0..bytes.len() {
        let bit = 1 << (at % 8);
        bytes[at] ^= bit;
        let refused = read_archive(&bytes, &PackLimits::default());
        assert!(refused.is_err(), "the byte {at} was flipped");
        bytes[at] ^= bit;
    }
    read_archive(&bytes, &PackLimits::default()).expect("it is sound again");
}

/// One small blob under many names would be large once it is unpacked.
#[test]
fn what_it_unpacks_to_is_counted_before_it_is_unpacked() {
    let sound = archive();
    let check = |limits: PackLimits, expected: &str| {
        let refusal = read_archive(&sound, &limits).expect_err("it is too large");
        assert_eq!(refusal.to_string(), expected);
    };
    let limits = PackLimits::default();
    let pack_bytes_max = 100;
    check(
        PackLimits {
            pack_bytes_max,
            ..limits
        },
        "it has more than 100 bytes",
    );
    let files_max = 3;
    check(
        PackLimits {
            files_max,
            ..limits
        },
        "it has 6 files, and may have 3",
    );
    let file_bytes_max = 20;
    check(
        PackLimits {
            file_bytes_max,
            ..limits
        },
        "\"contact.csv\" has more than 20 bytes",
    );
    let description_bytes_max = 100;
    check(
        PackLimits {
            description_bytes_max,
            ..limits
        },
        "the manifest has more than 100 bytes",
    );
    let mut bomb = Forge::of(&sound);
    bomb.edit_manifest(|text| {
        let start = text.find("[{").expect("layers") + 1;
        let end = text.find("}],").expect("layers") + 1;
        let layers = text[start..end].to_owned() + ",";
        let large = layers.replace("\"size\":8", "\"size\":60000000");
        text.replacen(
            &layers[..layers.len() - 1],
            &(large.repeat(600) + &layers[..layers.len() - 1]),
            1,
        )
    });
    let refusal = read_archive(&bomb.bytes(), &limits).expect_err("36 GB");
    assert_eq!(
        refusal.to_string(),
        "what it unpacks to has more than 268435456 bytes"
    );
}

/// Neither depth nor number of mistakes in a `pack.toml` breaks the reader.
#[test]
fn a_pack_toml_of_nothing_but_mistakes_is_refused() {
    let check = |text: String, expected: usize| {
        let mut forge = Forge::of(&archive());
        forge.replace("pack.toml", text.as_bytes());
        let refusal = read_archive(&forge.bytes(), &PackLimits::default());
        match refusal.expect_err("it is wrong") {
            Refusal::Settings(problems) => assert!(problems.0.len() >= expected),
            refusal => assert_eq!(expected, 0, "{refusal}"),
        }
    };
    check(forge::PACK_TOML.replace("0.5", &"[".repeat(60_000)), 1);
    check(forge::PACK_TOML.replace("0.5", &"{a=".repeat(20_000)), 1);
    check(format!("x = {}", "[{a=".repeat(15_000)), 1);
    check("[a.".repeat(20_000), 1);
    check(format!("[{}a]", "a.".repeat(30_000)), 1);
    let keys: String = (0..6000).map(|key| format!("k{key} = 1\n")).collect();
    check(keys, 6000);
    check("#".repeat(70_000), 0);
}

#[test]
fn a_file_of_gigabytes_is_refused_unread() {
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("large.treaty-pack");
    // Without content the disk does not hold it, and reading it would take long.
    let made = fs::File::create(&file).expect("a file");
    made.set_len(1 << 40).expect("a sparse file");
    let error = open(&file, &PackLimits::default()).expect_err("it is large");
    assert!(matches!(error, OpenError::Refused { .. }));
    assert!(
        error
            .to_string()
            .ends_with("it has more than 268435456 bytes"),
        "{error}"
    );
    let error = open(place.path(), &PackLimits::default()).expect_err("a folder");
    assert!(error.to_string().contains("it is no file"), "{error}");
    let gone = open(&place.path().join("gone"), &PackLimits::default());
    assert!(
        gone.expect_err("it is not there")
            .to_string()
            .contains("gone cannot be read")
    );
}

#[test]
fn a_pack_is_unpacked_whole_or_not_at_all() {
    let place = tempfile::tempdir().expect("a folder");
    let pack = read_archive(&archive(), &PackLimits::default()).expect("it is sound");
    let folder = place.path().join("there");
    unpack(&pack, &folder).expect("it is unpacked");
    let before = fs::read(folder.join("README.md")).expect("it is there");

    let error = unpack(&pack, &folder).expect_err("it is there already");
    assert!(matches!(error, UnpackError::Taken { .. }));
    assert_eq!(fs::read(folder.join("README.md")).expect("still"), before);

    let link = place.path().join("link");
    std::os::unix::fs::symlink("/nowhere/at/all", &link).expect("a link");
    assert!(matches!(
        unpack(&pack, &link),
        Err(UnpackError::Taken { .. })
    ));

    let nowhere = place.path().join("no/such/folder");
    let error = unpack(&pack, &nowhere).expect_err("there is nothing above it");
    assert!(matches!(error, UnpackError::Write { .. }), "{error}");
    let left: Vec<_> = fs::read_dir(place.path()).expect("a folder").collect();
    assert_eq!(left.len(), 2, "nothing is left lying: {left:?}");
}
