//! A disk that takes no more, under each kind of system and at every place.
//!
//! The limit on the size of a file is the system's own (`ulimit -f`): a write
//! beyond it fails as on a full disk, here for one file and not for others.

use std::process::{Command, Stdio};

use crate::Bench;
use crate::bench::Ended;
use crate::csv::{acquainted, line};
use crate::sqlite::Pair;

/// In blocks of 512 bytes: enough for a ledger of a few records and the memory
/// of rules, too little for the system's own file.
const ROOM_FOR_ALL_BUT_THE_SYSTEM: u32 = 16_384;
/// What makes the system's own file too large.
const BULK_BYTES: usize = 10_000_000;
/// Too little for the memory of any rule.
const NO_ROOM_FOR_RULES: u32 = 1_024;

/// Makes a pass in which no file may grow beyond the limit.
fn sync_within(blocks_max: u32, bench: &Bench) -> Ended {
    let treaty = bench.command(&["sync"]);
    let mut command = Command::new("sh");
    command
        .arg("-c")
        // The signal would end the process before it can say anything.
        .arg(format!(
            "trap '' XFSZ; ulimit -f {blocks_max}; exec \"$0\" \"$@\""
        ))
        .arg(treaty.get_program())
        .args(treaty.get_args())
        .current_dir(bench.path())
        .stdin(Stdio::null());
    for (name, value) in treaty.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let output = command.output().expect("it starts");
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_csv_file_that_cannot_be_replaced_stays_as_it_was() {
    let bench = acquainted();
    let crm = bench.read("crm/contacts.csv");
    let bulky = crm.replace(",s1", &format!(",{}", "s".repeat(BULK_BYTES)));
    bench.write("crm/contacts.csv", &bulky);
    bench.settle();
    bench.edit("shop/people.csv", "\"Berg\"", "\"Bergner\"");

    let ended = sync_within(ROOM_FOR_ALL_BUT_THE_SYSTEM, &bench)
        .expect(5)
        .says("nothing is lost");
    assert!(
        ended.stdout.contains("system crm could not be used"),
        "{ended:?}"
    );
    assert_eq!(bench.read("crm/contacts.csv"), bulky, "byte for byte");
    let beside: Vec<_> = std::fs::read_dir(bench.path().join("crm"))
        .expect("the folder is there")
        .map(|file| file.expect("a file").file_name())
        .filter(|name| !name.to_string_lossy().starts_with(".treaty"))
        .collect();
    assert_eq!(beside, ["contacts.csv"], "nothing half written is left");

    bench.settle();
    assert!(line(&bench, "crm/contacts.csv", "Anna").contains("Bergner"));
}

#[test]
fn a_database_that_cannot_grow_is_told_and_nothing_is_lost() {
    let pair = Pair::with_people(3);
    pair.right(&format!(
        "UPDATE human SET memo = hex(zeroblob({BULK_BYTES})) WHERE nr = 1"
    ));
    // Many new people need new pages, at the end of the file.
    for id in 4..=99 {
        pair.left(&format!(
            "INSERT INTO person VALUES ({id}, 'Ida', 'Lund{id}', 'p{id}@x.example', 'Bonn', 1)"
        ));
    }
    sync_within(ROOM_FOR_ALL_BUT_THE_SYSTEM, &pair.bench)
        .expect(5)
        .says("96 with an open outcome");
    assert_eq!(pair.right_rows("SELECT count(*) FROM human"), ["3"]);
    assert_eq!(pair.right_rows("PRAGMA integrity_check"), ["ok"]);

    pair.bench.settle();
    pair.agree();
    assert_eq!(pair.right_rows("SELECT count(*) FROM human"), ["99"]);
}

#[test]
fn where_rules_cannot_run_nothing_is_decided_and_nobody_is_asked() {
    let bench = acquainted();
    bench.edit("crm/contacts.csv", "Anna,Berg", "Anna,Bergmann");
    bench.edit("shop/people.csv", "\"Berg\"", "\"Bergner\"");
    let before = bench.read("crm/contacts.csv") + &bench.read("shop/people.csv");
    sync_within(NO_ROOM_FOR_RULES, &bench)
        .expect(0)
        .says("host failure");
    let after = bench.read("crm/contacts.csv") + &bench.read("shop/people.csv");
    assert_eq!(after, before);
    bench.treaty(&["questions"]).expect(0).says("no questions");
    bench
        .treaty(&["status", "--problems"])
        .expect(0)
        .says("could not be tried, and will be again");
    bench.settle();
    assert!(line(&bench, "shop/people.csv", "Anna").contains("Bergmann"));
    bench
        .treaty(&["status"])
        .expect(0)
        .says("contact: 3 links\n  crm: 3 linked");
}
