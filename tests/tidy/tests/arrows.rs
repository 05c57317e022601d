//! The arrows between the rooms: who may know whom. A new arrow is a decision
//! about the architecture and is made here, not by accident.

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// What each room may depend on. Rooms that are not listed may depend on none
/// of the others.
const ARROWS: &[(&str, &[&str])] = &[
    ("treaty-folder", &["treaty-model"]),
    ("treaty-planner", &["treaty-model"]),
    ("treaty-sandbox", &["treaty-model"]),
    ("treaty-systems", &["treaty-model"]),
    ("treaty-ledger", &["treaty-model"]),
    (
        "treaty-engine",
        &[
            "treaty-model",
            "treaty-folder",
            "treaty-planner",
            "treaty-sandbox",
            "treaty-systems",
            "treaty-ledger",
        ],
    ),
    ("treaty-workshop", &["treaty-model", "treaty-sandbox"]),
    (
        "treaty-cli",
        &[
            "treaty-engine",
            "treaty-workshop",
            "treaty-author",
            "treaty-folder",
            "treaty-ledger",
            "treaty-model",
            "treaty-shipped",
        ],
    ),
    ("treaty-evidence", &["treaty-sdk"]),
    ("map-fields", &["treaty-sdk"]),
    ("match-keys", &["treaty-sdk", "treaty-evidence"]),
    ("match-people", &["treaty-sdk", "treaty-evidence"]),
    ("match-companies", &["treaty-sdk", "treaty-evidence"]),
    ("match-things", &["treaty-sdk", "treaty-evidence"]),
    ("resolve-standard", &["treaty-sdk"]),
];

/// Libraries that one room only may use.
const SOLE_USERS: &[(&str, &str)] = &[
    ("wasmtime", "treaty-sandbox"),
    ("reqwest", "treaty-systems"),
    ("lettre", "treaty-systems"),
    ("tokio-postgres", "treaty-systems"),
];

/// The database driver has two users: the ledger, and the connector for the
/// same kind of file.
const RUSQLITE_USERS: &[&str] = &["treaty-ledger", "treaty-systems"];

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo describes the workspace")
}

/// The names of what a room needs to run, tests left out.
fn needs(package: &cargo_metadata::Package) -> impl Iterator<Item = &str> {
    let dependencies = package.dependencies.iter();
    dependencies
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .map(|dependency| dependency.name.as_str())
}

#[test]
fn every_arrow_is_allowed() {
    let metadata = metadata();
    let rooms: Vec<&str> = metadata
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut wrong = Vec::new();
    for package in metadata
        .packages
        .iter()
        .filter(|package| !is_test_room(package))
    {
        let allowed = ARROWS
            .iter()
            .find(|(room, _)| *room == package.name.as_str());
        let allowed = allowed.map_or(&[][..], |(_, allowed)| allowed);
        for needed in needs(package).filter(|needed| rooms.contains(needed)) {
            if !allowed.contains(&needed) {
                wrong.push(format!("{} -> {needed}", package.name));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that the design does not have: {wrong:?}"
    );
}

#[test]
fn every_listed_arrow_is_between_rooms_that_exist() {
    let metadata = metadata();
    for (room, _) in ARROWS {
        let exists = metadata
            .packages
            .iter()
            .any(|package| package.name.as_str() == *room);
        assert!(exists, "{room} is listed and does not exist");
    }
}

#[test]
fn engines_and_drivers_have_one_user() {
    for package in &metadata().packages {
        let room = package.name.as_str();
        for needed in needs(package) {
            for (library, user) in SOLE_USERS {
                assert!(needed != *library || room == *user, "{room} uses {library}");
            }
            let allowed =
                needed != "rusqlite" || RUSQLITE_USERS.contains(&room) || is_test_room(package);
            assert!(allowed, "{room} uses rusqlite");
        }
    }
}

fn is_test_room(package: &cargo_metadata::Package) -> bool {
    package.manifest_path.as_str().contains("/tests/")
}
