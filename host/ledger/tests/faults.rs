//! Every message of an opening or a commit that fails, each from a real
//! failure. Running as an administrator changes none of them.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use treaty_ledger::{Commit, Ledger, LedgerError, LedgerOptions};

use crate::sample::{everything, open, raw, reopen};

/// The golden text of an error: message and hint, with FOLDER for the folder.
fn check(folder: &TempDir, error: &LedgerError, expected: &str) {
    let told = format!("{error}\nhint: {}", error.hint());
    let told = told.replace(&folder.path().display().to_string(), "FOLDER");
    assert_eq!(told, expected);
}

fn kept() -> TempDir {
    let (folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    folder
}

fn opening(folder: &TempDir) -> LedgerError {
    Ledger::open(folder.path()).expect_err("it does not open")
}

fn impatient() -> LedgerOptions {
    LedgerOptions {
        wait: Duration::from_millis(20),
        ..LedgerOptions::default()
    }
}

const DAMAGED_HINT: &str = "hint: nothing was written; put a backup of the state folder back, or \
     move it away and let `treaty plan` meet all records again";
const PARTED_HINT: &str = "hint: nothing was written; put both files back from the same backup, \
     or move the other one away too and let `treaty plan` meet all records again";
const FOREIGN_HINT: &str = "hint: nothing was written; move the file away, or name another \
     `state` folder in treaty.toml";

#[test]
fn a_text_file_in_the_place_of_a_file() {
    for file in ["ledger.db", "journal.db"] {
        let folder = kept();
        let path = folder.path().join(file);
        fs::write(&path, "name,phone\nAnna,0151\n".repeat(100)).expect("it is written");
        let expected = format!("FOLDER/{file} is damaged: file is not a database\n{DAMAGED_HINT}");
        check(&folder, &opening(&folder), &expected);
        let text = fs::read_to_string(&path).expect("it is still a text");
        assert!(text.starts_with("name,phone"), "and it was left alone");
    }
}

#[test]
fn a_file_that_was_cut() {
    for file in ["ledger.db", "journal.db"] {
        let folder = kept();
        let cut = fs::File::options()
            .write(true)
            .open(folder.path().join(file));
        let cut = cut.and_then(|file| file.set_len(2 * 4096));
        cut.expect("the file is cut");
        let expected =
            format!("FOLDER/{file} is damaged: database disk image is malformed\n{DAMAGED_HINT}");
        check(&folder, &opening(&folder), &expected);
    }
}

#[test]
fn one_file_without_the_other() {
    let pair = [("ledger.db", "journal.db"), ("journal.db", "ledger.db")];
    type Take = fn(&Path) -> std::io::Result<()>;
    let takes: [Take; 2] = [|path| fs::remove_file(path), |path| fs::write(path, "")];
    for (missing, other) in pair {
        for take in takes {
            let folder = kept();
            take(&folder.path().join(missing)).expect("it is taken away");
            let expected = format!(
                "FOLDER/{missing} is missing or empty, but FOLDER/{other} is there, and one is no \
                 use without the other\n{PARTED_HINT}"
            );
            check(&folder, &opening(&folder), &expected);
            let reading = Ledger::open_to_read(folder.path()).expect_err("nor to read");
            check(&folder, &reading, &expected);
            let length = folder
                .path()
                .join(missing)
                .metadata()
                .map_or(0, |file| file.len());
            assert_eq!(length, 0, "nothing was made in its place");
        }
    }
}

#[test]
fn another_programs_file() {
    for file in ["ledger.db", "journal.db"] {
        for setting in ["", "PRAGMA user_version = 1;", "PRAGMA application_id = 7;"] {
            let folder = kept();
            fs::remove_file(folder.path().join(file)).expect("it is there");
            let sql = format!("CREATE TABLE bookmark (url TEXT); {setting}");
            raw(&folder, file).execute_batch(&sql).expect("it is made");
            let expected = format!("FOLDER/{file} was made by another program\n{FOREIGN_HINT}");
            check(&folder, &opening(&folder), &expected);
        }
    }
}

#[test]
fn a_newer_format() {
    for file in ["ledger.db", "journal.db"] {
        let folder = kept();
        let newer = raw(&folder, file).execute_batch("PRAGMA user_version = 9");
        newer.expect("it is set");
        let expected = format!(
            "FOLDER/{file} was written by a newer version of Treaty (format 9, this one knows 1)\n\
             hint: use the newer `treaty`, or a backup from before it"
        );
        check(&folder, &opening(&folder), &expected);
        let reading = Ledger::open_to_read(folder.path()).expect_err("nor to read");
        check(&folder, &reading, &expected);
    }
}

#[test]
fn a_format_that_never_was() {
    let folder = kept();
    let set = raw(&folder, "ledger.db").execute_batch("PRAGMA user_version = -3");
    set.expect("it is set");
    let expected = format!("FOLDER/ledger.db is damaged: format -3 never was\n{DAMAGED_HINT}");
    check(&folder, &opening(&folder), &expected);
}

#[test]
fn a_text_that_treaty_did_not_write() {
    let (folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let all = |ledger: &Ledger| {
        ledger
            .records_by_number(&[1])
            .expect_err("it does not load")
    };
    let cases = [
        (
            "own = '[1'",
            "EOF while parsing a list at line 1 column 2 in [1",
        ),
        ("own = '[1]'", "a row of 1 under a shape of 2"),
        ("presence = 'lost'", "\"lost\" is no presence"),
    ];
    for (set, message) in cases {
        let sql =
            format!("UPDATE record SET own = '[1,2]', presence = 'gone'; UPDATE record SET {set}");
        raw(&folder, "ledger.db")
            .execute_batch(&sql)
            .expect("somebody meddles");
        check(
            &folder,
            &all(&ledger),
            &format!("FOLDER is damaged: {message}\n{DAMAGED_HINT}"),
        );
    }
}

#[test]
fn another_program_has_the_file_locked() {
    for file in ["ledger.db", "journal.db"] {
        let (folder, ledger) = open();
        drop(ledger);
        let ledger = Ledger::open_with(folder.path(), &impatient()).expect("it opens");
        ledger.use_shapes(crate::sample::shapes());
        let other = raw(&folder, file);
        other
            .execute_batch("BEGIN EXCLUSIVE")
            .expect("it is locked");
        let expected = "the ledger in FOLDER is locked by another program\n\
             hint: close the program that has the file open and try again";
        let error = ledger.commit(&everything()).expect_err("it is locked");
        check(&folder, &error, expected);
        let reading = Ledger::open_to_read_with(folder.path(), &impatient());
        let reading = reading.expect_err("it is locked").to_string();
        assert!(
            reading.ends_with("is locked by another program"),
            "{reading}"
        );
        other.execute_batch("COMMIT").expect("it is unlocked");
        ledger.commit(&everything()).expect("then it commits");
        crate::round_trips::check_everything(&ledger);
    }
}

#[test]
fn a_commit_waits_for_a_reader_to_finish() {
    let (folder, ledger) = open();
    let reader = raw(&folder, "ledger.db");
    reader
        .execute_batch("BEGIN; SELECT * FROM fact")
        .expect("it reads");
    std::thread::scope(|scope| {
        let commit = scope.spawn(|| ledger.commit(&everything()));
        reader.execute_batch("COMMIT").expect("it stops reading");
        commit.join().expect("no panic").expect("it commits");
    });
}

#[test]
fn a_second_process_on_one_folder() {
    let (folder, ledger) = open();
    let holder = std::process::id();
    let expected = format!(
        "another process works on this treaty (process {holder})\n\
         hint: wait for it, or end it; both are safe"
    );
    check(&folder, &opening(&folder), &expected);
    // The holder has the lock, and has not left word yet.
    fs::write(folder.path().join("lock"), "").expect("it is written");
    let expected = "another process works on this treaty (its number is not known)\n\
         hint: wait for it, or end it; both are safe";
    check(&folder, &opening(&folder), expected);
    drop(ledger);
    drop(reopen(&folder));
}

#[test]
fn a_folder_that_is_a_file() {
    let folder = tempfile::tempdir().expect("there is a folder");
    let state = folder.path().join("state");
    fs::write(&state, "").expect("it is written");
    let error = Ledger::open(&state).expect_err("it does not open");
    let expected = "cannot use the state folder FOLDER/state: File exists (os error 17)\n\
         hint: check that the folder exists and may be written";
    check(&folder, &error, expected);
}

#[test]
fn a_lock_that_is_a_folder() {
    let folder = tempfile::tempdir().expect("there is a folder");
    fs::create_dir(folder.path().join("lock")).expect("it is made");
    let expected = "cannot use the state folder FOLDER: Is a directory (os error 21)\n\
         hint: check that the folder exists and may be written";
    check(&folder, &opening(&folder), expected);
}

const READ_ONLY_HINT: &str =
    "hint: make the state folder and both files in it readable and writable";

#[test]
fn a_file_that_cannot_be_opened() {
    let folder = tempfile::tempdir().expect("there is a folder");
    fs::create_dir(folder.path().join("ledger.db")).expect("it is made");
    fs::create_dir(folder.path().join("journal.db")).expect("it is made");
    let expected = format!(
        "the ledger in FOLDER cannot be opened or written: unable to open database file: \
         FOLDER/ledger.db\n{READ_ONLY_HINT}"
    );
    check(&folder, &opening(&folder), &expected);
}

#[test]
fn a_folder_that_was_moved_away_under_a_process() {
    let (folder, ledger) = open();
    let moved = tempfile::tempdir().expect("there is a folder");
    for file in fs::read_dir(folder.path())
        .expect("it can be read")
        .flatten()
    {
        fs::rename(file.path(), moved.path().join(file.file_name())).expect("it is moved");
    }
    let error = ledger
        .commit(&everything())
        .expect_err("it cannot be written");
    let expected = format!(
        "the ledger in FOLDER cannot be opened or written: attempt to write a readonly database\n\
         {READ_ONLY_HINT}"
    );
    check(&folder, &error, &expected);
    drop(ledger);
    assert_eq!(
        reopen(&moved).next_link().expect("it loads").0,
        1,
        "nothing half done"
    );
}

#[test]
fn a_ledger_that_may_only_be_read() {
    let folder = kept();
    let reader = Ledger::open_to_read(folder.path()).expect("it opens");
    let commit = Commit {
        facts: vec![("a".to_owned(), "b".to_owned())],
        ..Commit::default()
    };
    let error = reader.commit(&commit).expect_err("it is only read");
    let expected = format!(
        "the ledger in FOLDER cannot be opened or written: attempt to write a readonly database\n\
         {READ_ONLY_HINT}"
    );
    check(&folder, &error, &expected);
}

#[test]
fn there_is_none_yet() {
    let folder = tempfile::tempdir().expect("there is a folder");
    let expected = "there is no ledger in FOLDER yet\nhint: run `treaty sync` first";
    let reading = |folder: &TempDir| {
        Ledger::open_to_read(folder.path()).expect_err("there is nothing to read")
    };
    check(&folder, &reading(&folder), expected);
    assert_eq!(
        fs::read_dir(folder.path()).map_or(1, Iterator::count),
        0,
        "and none was made"
    );
    // A process that was killed before it had made anything.
    for file in ["ledger.db", "journal.db"] {
        fs::write(folder.path().join(file), "").expect("it is written");
    }
    check(&folder, &reading(&folder), expected);
    drop(reopen(&folder));
}
