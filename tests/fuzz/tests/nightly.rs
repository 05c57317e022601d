//! The script that runs by night.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

fn nightly(command: &Path, runs: &str) -> Output {
    Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/nightly.sh"))
        .args(["0", runs])
        .env("TREATY_FUZZ", command)
        .output()
        .expect("the script starts")
}

#[test]
fn every_target_has_its_turn() {
    let ended = nightly(Path::new(env!("CARGO_BIN_EXE_treaty-fuzz")), "5");
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{said}");
    for target in treaty_fuzz::all() {
        let line = format!("{}: 1 rounds of 5 files held\n", target.name);
        assert!(said.contains(&line), "{said}");
    }
}

/// The others have their turn all the same, and the end says that something broke.
#[test]
fn what_breaks_is_told_with_its_command() {
    let place = tempfile::tempdir().expect("a folder");
    let fake = place.path().join("fuzz");
    let script = "#!/bin/sh\ncase \"$*\" in\n\
                  '') echo fragile; echo sound ;;\n\
                  fragile*) echo 'again: cargo run -p treaty-fuzz -- fragile --runs 0' >&2; exit 1 ;;\n\
                  esac\n";
    fs::write(&fake, script).expect("a file");
    fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).expect("it can be run");
    let ended = nightly(&fake, "7");
    let said = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("BROKEN fragile, seed "), "{said}");
    assert!(
        said.contains("again: cargo run -p treaty-fuzz -- fragile --runs 0\n"),
        "{said}"
    );
    assert!(said.contains("sound: 1 rounds of 7 files held\n"), "{said}");
}
