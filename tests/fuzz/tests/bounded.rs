//! Every target over its corpus and a bounded number of damaged copies; and
//! whether something that breaks would be noticed.

use treaty_fuzz::{Reading, Target, run, target};

/// Where the damage begins. Another one finds other things: that is what the
/// command is for.
const SEED: u64 = 1;

#[track_caller]
fn check(name: &str) {
    let target = target(name).expect("there is such a target");
    let figures = match run(target, target.runs, SEED) {
        Ok(figures) => figures,
        Err(broken) => panic!("{broken}"),
    };
    // What is refused at the door says nothing about the rooms behind it.
    assert!(
        figures.corpus_taken > 0,
        "no sound file is read: {figures:?}"
    );
    assert!(figures.taken > target.runs / 100, "{figures:?}");
    assert!(figures.refused > target.runs / 100, "{figures:?}");
}

#[test]
fn field_tables() {
    check("field-table");
}

#[test]
fn treaties() {
    check("treaty");
}

#[test]
fn case_files() {
    check("cases");
}

#[test]
fn csv_files() {
    check("csv");
}

#[test]
fn components() {
    check("component");
}

#[test]
fn answers_of_rules() {
    check("answers");
}

#[test]
fn rows_of_systems() {
    check("rows");
}

#[test]
fn schemas_of_configurations() {
    check("schema");
}

#[test]
fn ledgers() {
    check("ledger");
}

#[test]
fn what_packs_say_of_themselves() {
    check("pack-settings");
}

/// Only damage that changes nothing is taken, so there is next to none.
#[test]
fn packs() {
    let target = target("pack-archive").expect("there is such a target");
    let figures = match run(target, target.runs, SEED) {
        Ok(figures) => figures,
        Err(broken) => panic!("{broken}"),
    };
    assert!(
        figures.corpus_taken > 0,
        "no sound pack is read: {figures:?}"
    );
    assert!(figures.refused > target.runs / 2, "{figures:?}");
}

/// What breaks is told, made short and kept, with the command that tries it
/// again.
#[test]
fn a_target_that_breaks_is_told_and_its_input_kept() {
    static FRAGILE: Target = Target {
        name: "fragile",
        read: |bytes| {
            assert!(!bytes.contains(&b'#'), "cannot bear a #");
            Reading::Taken
        },
        more: || vec![b"a b c d e f g h".to_vec()],
        words: &[&[b"#", b"x"]],
        runs: 200,
    };
    let folder = FRAGILE.corpus_folder();
    let broken = run(&FRAGILE, FRAGILE.runs, SEED).expect_err("it breaks");
    let kept: Vec<_> = std::fs::read_dir(&folder)
        .expect("the input was kept")
        .map(|entry| std::fs::read(entry.expect("an entry").path()).expect("the input"))
        .collect();
    std::fs::remove_dir_all(&folder).expect("it can go again");
    assert_eq!(kept.len(), 1);
    assert!(kept[0].contains(&b'#'));
    let told = broken.to_string();
    assert!(told.contains("cannot bear a #"), "{told}");
    assert!(
        told.contains("cargo run -p treaty-fuzz -- fragile --runs 0"),
        "{told}"
    );
}
