//! Packs that lie. Each is refused with a message, which stands with its hint in
//! `refusals.txt`; after a change that is meant:
//!
//! ```text
//! TREATY_BLESS=1 cargo test -p treaty-pack --test packs hostile
//! ```

mod lies;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::forge::{self, Forge, archive};
use treaty_pack::{OpenError, PackLimits, Refusal, UnpackError, open, read_archive, unpack};

#[test]
fn every_lie_is_refused_with_a_message() {
    let limits = PackLimits::default();
    let mut told = String::new();
    for (name, bytes) in lies::lies() {
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
