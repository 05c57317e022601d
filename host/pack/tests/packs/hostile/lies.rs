//! Archives that lie, each in one thing only.

use treaty_model::Digest;

use crate::forge::{self, Forge, archive, blob_name, digest};

/// Each lie, by name.
pub fn lies() -> Vec<(&'static str, Vec<u8>)> {
    let mut lies = entries();
    lies.extend(manifests());
    lies.extend(indexes());
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

/// What is put in place of what in a manifest, by the name of the lie.
const IN_MANIFEST: &[(&str, &str, &str)] = &[
    ("a component as text", "application/wasm", "text/plain"),
    ("another artifact", "vnd.treaty.pack.v1", "vnd.example.v1"),
    ("another configuration", "pack.config.v1", "pack.config.v2"),
    (
        "a manifest of Docker",
        "vnd.oci.image.manifest.v1+json",
        "vnd.docker.distribution.manifest.v2+json",
    ),
    (
        "another schema",
        "\"schemaVersion\":2",
        "\"schemaVersion\":1",
    ),
    (
        "a key that nobody knows",
        "{\"schemaV",
        "{\"more\":1,\"schemaV",
    ),
    (
        "a key twice",
        "{\"schemaV",
        "{\"schemaVersion\":2,\"schemaV",
    ),
    ("spaces", "{\"schemaV", "{ \"schemaV"),
    (
        "a key that rings a bell",
        "{\"schemaV",
        "{\"\\u0007\\u001b[2J\":1,\"schemaV",
    ),
    ("no JSON", "{\"schemaV", "\"schemaV"),
    (
        "a layer without a name",
        ",\"annotations\":{\"org.opencontainers.image.title\":\"README.md\"}",
        "",
    ),
    (
        "a layer out of the folder",
        "\"README.md\"",
        "\"../README.md\"",
    ),
    ("an absolute layer", "\"README.md\"", "\"/README.md\""),
    ("a layer on a drive", "\"README.md\"", "\"C:README.md\""),
    ("a layer twice", "\"README.md\"", "\"contact.csv\""),
    (
        "a layer that nothing names",
        "\"README.md\"",
        "\"README.txt\"",
    ),
    ("a lie to people", "Contacts and companies", "Everything"),
];

/// Archives whose manifest lies.
fn manifests() -> Vec<(&'static str, Vec<u8>)> {
    let sound = Forge::of(&archive());
    let swap = |from: &str, to: &str| {
        let mut forge = sound.clone();
        forge.edit_manifest(|text| {
            assert!(text.contains(from), "{from} is not in {text}");
            text.replacen(from, to, 1)
        });
        forge.bytes()
    };
    let (component, size) = sound.layer("rules/phone-decides.wasm");
    let sized = |said: &str| format!("\"digest\":\"{component}\",\"size\":{said}");
    let resized = |said: &str| swap(&sized(&size.to_string()), &sized(said));
    let mut lies = vec![
        (
            "a digest of nothing",
            swap(&component, &Digest::of(b"other").to_string()),
        ),
        ("a size that is too small", resized("7")),
        ("a size that is too large", resized("9")),
        ("a size of a terabyte", resized("1099511627776")),
        ("a size below nought", resized("-8")),
        ("depth", swap("{\"schemaV", &"[".repeat(100_000))),
    ];
    let swaps = IN_MANIFEST.iter();
    lies.extend(swaps.map(|(name, from, to)| (*name, swap(from, to))));
    lies
}

/// Archives whose index lies.
fn indexes() -> Vec<(&'static str, Vec<u8>)> {
    let sound = Forge::of(&archive());
    let index = |from: &str, to: &str| {
        let mut forge = sound.clone();
        forge.edit_index(from, to);
        forge.bytes()
    };
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
