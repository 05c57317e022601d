//! Two treaties, of two teams, that keep the same file equal with their own.

use std::process::Stdio;

use crate::Bench;
use crate::csv::{acquainted, line, strangers};

const CRM: &str = "crm/contacts.csv";
const SHOP: &str = "shop/people.csv";

/// People who come to the one, and those who come to the other.
const OURS: [(&str, &str); 4] = [
    ("Emil", "Vogt"),
    ("Greta", "Falk"),
    ("Ines", "Maurer"),
    ("Kurt", "Lang"),
];
const THEIRS: [(&str, &str); 4] = [
    ("Finn", "Adler"),
    ("Hanna", "Busch"),
    ("Jonas", "Weber"),
    ("Lena", "Horn"),
];

/// A new line of a contact file.
fn new((first, last): (&str, &str)) -> String {
    let mail = format!("{first}@{last}.example").to_lowercase();
    format!("{first},{first},{last},{mail},,,s\n")
}

/// A treaty that has agreed with its shop, and another one with the same shop.
fn two_treaties() -> (Bench, Bench) {
    let one = acquainted();
    let other = strangers();
    let shop = one.path().join("shop").display().to_string();
    other.edit(
        "treaty.toml",
        "path = \"shop\"",
        &format!("path = {shop:?}"),
    );
    let head = "id,First,Last,Email,Phone,City,Secret\n";
    let dora = "1,Dora,Lund,dora@lund.example,,Bonn,s1\n";
    other.write(CRM, format!("{head}{dora}"));
    settle(&one, &other);
    (one, other)
}

/// Makes passes in turns until neither has anything left to do.
fn settle(one: &Bench, other: &Bench) {
    other.settle();
    one.settle();
    other.settle();
    one.sync();
    other.treaty(&["plan"]).expect(0);
    one.treaty(&["plan"]).expect(0);
}

/// Makes a pass of both at the same moment. A file that the other one is writing
/// is left to the next pass.
fn sync_at_once(one: &Bench, other: &Bench) {
    let started = [one, other].map(|bench| {
        let mut command = bench.command(&["sync"]);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("it starts")
    });
    for process in started {
        let ended = process.wait_with_output().expect("it ends");
        let code = ended.status.code();
        let said = String::from_utf8_lossy(&ended.stdout);
        let held_up = code == Some(5) && said.contains("another Treaty is writing the file");
        assert!(code == Some(0) || held_up, "{code:?}: {said}");
    }
}

#[test]
fn what_one_treaty_writes_reaches_the_other_in_turns() {
    let (one, other) = two_treaties();
    for person in ["anna@berg", "bert@klein", "cleo@gross", "dora@lund"] {
        line(&one, SHOP, person);
        line(&one, CRM, person);
        line(&other, CRM, person);
    }
    one.edit(CRM, "Anna,Berg,", "Anna,Bergmann,");
    settle(&one, &other);
    assert!(line(&other, CRM, "anna@berg").contains("Anna,Bergmann,"));
    other.edit(CRM, "Anna,Bergmann,", "Anna,Bergner,");
    settle(&one, &other);
    assert!(line(&one, CRM, "anna@berg").contains("Anna,Bergner,"));
}

#[test]
fn two_treaties_at_the_same_moment_lose_nothing() {
    let (one, other) = two_treaties();
    // The same record, in different fields.
    one.edit(CRM, ",Dora,", ",Doro,");
    other.edit(
        CRM,
        "dora@lund.example,,",
        "dora@lund.example,030 23125122,",
    );
    for round in 0..OURS.len() {
        one.write(CRM, one.read(CRM) + &new(OURS[round]));
        other.write(CRM, other.read(CRM) + &new(THEIRS[round]));
        sync_at_once(&one, &other);
    }
    settle(&one, &other);
    let shop = one.read(SHOP);
    for (first, last) in OURS.into_iter().chain(THEIRS) {
        let mail = format!("{first}@{last}.example").to_lowercase();
        for (bench, file) in [(&one, SHOP), (&one, CRM), (&other, CRM)] {
            line(bench, file, &mail);
        }
    }
    // Four from the beginning, and eight that came.
    assert_eq!(
        shop.lines().count(),
        1 + 4 + OURS.len() + THEIRS.len(),
        "{shop}"
    );
    for bench in [&one, &other] {
        let dora = line(bench, CRM, "dora@lund");
        assert!(
            dora.contains(",Doro,") && dora.contains("23125122"),
            "{dora}"
        );
    }
}
