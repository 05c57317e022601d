//! Damage is told or harmless, and nothing is made anew in its place.

use std::fs;

use treaty_ledger::{Ledger, LedgerError};

use crate::sample::{everything, open, shapes};

/// Loads whatever can be loaded.
fn load(ledger: &Ledger) -> Result<(), LedgerError> {
    ledger.use_shapes(shapes());
    let contact = "contact".into();
    ledger.all_records(&contact, 0, 100)?;
    ledger.attention(&contact, treaty_model::LinkId(0), 100)?;
    ledger.open_intents(&"crm".into())?;
    ledger.questions()?;
    ledger.totals()?;
    ledger.term_counts(&contact, &[5])?;
    ledger.next_link()?;
    Ok(())
}

#[test]
fn a_flipped_byte_in_a_header_is_told_or_harmless() {
    let (folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    drop(ledger);
    for file in ["ledger.db", "journal.db"] {
        let path = folder.path().join(file);
        let sound = fs::read(&path).expect("it can be read");
        for at in 0..100 {
            let mut flipped = sound.clone();
            flipped[at] ^= 0xff;
            fs::write(&path, &flipped).expect("it can be written");
            let loaded = Ledger::open(folder.path()).and_then(|ledger| load(&ledger));
            if let Err(error) = loaded {
                let text = error.to_string();
                assert!(
                    text.contains(&folder.path().display().to_string()),
                    "{at}: {text}"
                );
            }
            let length = path.metadata().map_or(0, |file| file.len());
            assert!(
                length >= sound.len() as u64,
                "byte {at} of {file} cost data"
            );
            for leftover in [
                "ledger.db-wal",
                "ledger.db-shm",
                "journal.db-wal",
                "journal.db-shm",
            ] {
                let _ = fs::remove_file(folder.path().join(leftover));
            }
        }
        fs::write(&path, &sound).expect("it can be written");
    }
    let ledger = Ledger::open(folder.path()).expect("both files are sound again");
    ledger.use_shapes(shapes());
    crate::round_trips::check_everything(&ledger);
}

#[test]
fn a_page_of_noise_is_told_and_never_a_panic() {
    let (folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    drop(ledger);
    let path = folder.path().join("ledger.db");
    let sound = fs::read(&path).expect("it can be read");
    let mut told = 0;
    for page in 1..sound.len() / 4096 {
        let mut noisy = sound.clone();
        for (at, byte) in noisy[page * 4096..(page + 1) * 4096].iter_mut().enumerate() {
            *byte = u8::try_from((at * 31 + page) % 251).expect("less than 251");
        }
        fs::write(&path, &noisy).expect("it can be written");
        let result = Ledger::open(folder.path()).and_then(|ledger| load(&ledger));
        if let Err(error) = result {
            assert!(
                matches!(error, LedgerError::Damaged { .. }),
                "page {page}: {error}"
            );
            told += 1;
        }
    }
    // Some pages hold indexes that these loads do not need.
    assert!(told >= 5, "{told} pages of noise were told");
}

/// The size of a page in both files.
const PAGE_BYTES: usize = 4096;

/// Everything that is loaded, as text.
fn read_all(folder: &std::path::Path) -> Result<String, LedgerError> {
    let ledger = Ledger::open(folder)?;
    ledger.use_shapes(shapes());
    let contact = "contact".into();
    let link = treaty_model::LinkId(1);
    Ok(format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        ledger.all_records(&contact, 0, 100)?,
        ledger.links(&[link])?,
        ledger.open_intents(&"crm".into())?,
        ledger.questions()?,
        ledger.trips()?,
        ledger.totals()?,
        ledger.term_counts(&contact, &[5])?,
        ledger.history(&contact, link, 0, 100)?,
    ))
}

#[test]
fn a_file_that_is_cut_off_at_any_page_is_told() {
    let (folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    drop(ledger);
    for file in ["ledger.db", "journal.db"] {
        let path = folder.path().join(file);
        let sound = fs::read(&path).expect("it can be read");
        for page in 0..sound.len() / PAGE_BYTES {
            let length = page * PAGE_BYTES;
            fs::write(&path, &sound[..length]).expect("it can be written");
            let told = read_all(folder.path()).is_err();
            assert!(told, "{file} of {page} pages was read");
            let now = fs::read(&path).expect("it is still there");
            assert!(
                now == sound[..length],
                "{file} of {page} pages was written to"
            );
        }
        fs::write(&path, &sound).expect("it can be written");
    }
    read_all(folder.path()).expect("both files are sound again");
}

/// What reading does not notice, SQLite's check does: no flip passes both.
#[test]
fn a_flipped_bit_in_any_page_header_is_told_or_found_by_the_check() {
    let (folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    drop(ledger);
    let whole = read_all(folder.path()).expect("both files are sound");
    for file in ["ledger.db", "journal.db"] {
        let path = folder.path().join(file);
        let sound = fs::read(&path).expect("it can be read");
        for page in 1..sound.len() / PAGE_BYTES {
            // The kind of page, and how many cells it has.
            for (at, bit) in [(0, 0), (0, 3), (3, 0), (4, 0), (4, 1)] {
                let mut flipped = sound.clone();
                flipped[page * PAGE_BYTES + at] ^= 1 << bit;
                fs::write(&path, &flipped).expect("it can be written");
                let told = match read_all(folder.path()) {
                    Err(error) => {
                        let said = error.to_string();
                        let named = said.contains(&folder.path().display().to_string());
                        assert!(named, "page {page} of {file}, byte {at}: {said}");
                        true
                    }
                    Ok(read) => read == whole,
                };
                assert!(
                    told || !is_sound(&path),
                    "page {page} of {file}, byte {at}, bit {bit}: guessed, and the check is content"
                );
            }
        }
        fs::write(&path, &sound).expect("it can be written");
    }
}

/// Whether SQLite's check has nothing to say of a file.
fn is_sound(path: &std::path::Path) -> bool {
    let file = rusqlite::Connection::open(path).expect("SQLite opens the file");
    let said = file.query_row("PRAGMA quick_check", [], |row| row.get::<_, String>(0));
    said.is_ok_and(|said| said == "ok")
}
