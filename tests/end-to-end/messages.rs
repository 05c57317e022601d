//! What a user sees: messages, exit codes, JSON.

use crate::Bench;
use crate::csv::{acquainted, strangers};
use crate::golden::Transcript;
use crate::sqlite::Pair;

/// An address at which nobody answers: a port that was free a moment ago.
fn nobody() -> (String, String) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener
        .local_addr()
        .expect("it has an address")
        .port()
        .to_string();
    let url = format!("postgresql://treaty:secret@127.0.0.1:{port}/nothing");
    (url, port)
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let bench = strangers();
    bench.edit(
        "treaty.toml",
        "name = \"acme\"",
        "name = \"acme\"\ncolour = \"red\"",
    );
    bench.edit(
        "treaty.toml",
        "matcher = \"match-people\"",
        "matcher = \"match-poeple\"",
    );
    bench.edit(
        "contact.csv",
        "first,first-name,shared",
        "first,frist-name,shared",
    );
    bench.edit("contact.csv", "phone,phone,shared", "phone,phone,nobody");
    bench.edit(
        "treaty.toml",
        "creates-from = [\"crm\"]",
        "creates-from = [\"crn\"]",
    );
    let mut transcript = Transcript::of(&bench);
    transcript.run(&["check"]);
    transcript.run(&["sync"]);
    transcript.check("check-many-problems");
}

#[test]
fn what_only_the_systems_and_the_rules_know_is_checked_too() {
    let bench = strangers();
    bench.edit("contact.csv", "City,town", "Stadt,town");
    bench.edit("contact.csv", "prefer(crm),First", "newest,First");
    let mut transcript = Transcript::of(&bench);
    transcript.run(&["check"]);
    bench.edit("contact.csv", "Stadt,town", "City,town");
    transcript.run(&["check"]);
    transcript.check("check-systems-and-rules");
}

#[test]
fn an_unknown_system_is_said_with_those_that_there_are() {
    let bench = strangers();
    bench.edit(
        "treaty.toml",
        "[entities.contact.systems.shop]",
        "[entities.contact.systems.shopp]",
    );
    let mut transcript = Transcript::of(&bench);
    transcript.run(&["check"]);
    transcript.check("unknown-system");
}

#[test]
fn a_folder_without_a_treaty_is_said() {
    let bench = Bench::new();
    let mut transcript = Transcript::of(&bench);
    transcript.run(&["status"]);
    transcript.run(&["sync", "--treaty", "nowhere"]);
    transcript.check("no-treaty");
}

#[test]
fn what_asks_before_there_was_a_sync_is_told_so() {
    let bench = strangers();
    let mut transcript = Transcript::of(&bench);
    for command in ["status", "questions"] {
        transcript.run(&[command]).expect(1);
    }
    transcript.run(&["decide", "1", "--same"]).expect(1);
    transcript.check("before-the-first-sync");
}

#[test]
fn what_cannot_be_read_is_said_with_its_record_and_field() {
    let bench = acquainted();
    let crm = bench.read("crm/contacts.csv");
    let [head, anna, bert, cleo] = crm.lines().collect::<Vec<_>>()[..] else {
        panic!("three people in {crm}");
    };
    let since = format!("{head},Since\n{anna},2020-02-30\n{bert},soon\n{cleo},2021-05-01\n");
    bench.write("crm/contacts.csv", since);
    let table = bench.read("contact.csv");
    bench.write("contact.csv", format!("{table}since,date,crm,,Since,\n"));
    let mut transcript = Transcript::of(&bench);
    transcript.run(&["sync"]).expect(0);
    transcript.run(&["status"]).expect(0);
    transcript.run(&["status", "--problems"]).expect(0);
    transcript.check("unread");
    let journal = "SELECT remote, json_extract(content, '$.why') FROM entry
        WHERE kind = 'fault' AND field = 'since' ORDER BY remote";
    assert_eq!(bench.journal(journal).len(), 2);
}

#[test]
fn a_database_that_does_not_answer_is_said_without_its_password() {
    let bench = strangers();
    let (url, port) = nobody();
    bench.write("address", &url);
    bench.edit(
        "treaty.toml",
        "connector = \"csv\"\npath = \"shop\"\ndefault-region = \"DE\"",
        "connector = \"postgres\"\nurl = \"file:address\"",
    );
    let mut transcript = Transcript::of(&bench);
    transcript.hide(port, "<port>");
    for command in ["check", "plan", "sync"] {
        let ended = transcript.run(&[command]);
        assert!(
            !ended.stdout.contains("secret") && !ended.stderr.contains("secret"),
            "{ended:#?}"
        );
    }
    transcript.check("unreachable");
}

#[test]
fn a_file_that_was_emptied_is_said() {
    let bench = acquainted();
    bench.write(
        "crm/contacts.csv",
        "id,First,Last,Email,Phone,City,Secret\n",
    );
    let mut transcript = Transcript::of(&bench);
    transcript.run(&["plan"]).expect(5);
    transcript.run(&["sync"]).expect(5);
    transcript.check("emptied-file");
}

#[test]
fn a_plan_and_a_sync_in_words() {
    let bench = strangers();
    let mut transcript = Transcript::of(&bench);
    transcript.run(&["plan"]).expect(2);
    transcript.run(&["plan", "--all"]).expect(2);
    transcript.run(&["sync"]).expect(0);
    transcript.check("plan-and-sync");
}

#[test]
fn a_guard_says_by_which_name_it_lets_through() {
    let pair = Pair::with_people(30);
    pair.left("DELETE FROM person WHERE id <= 12");
    let mut transcript = Transcript::of(&pair.bench);
    transcript.run(&["plan"]).expect(3);
    transcript.run(&["sync"]).expect(3);
    transcript
        .run(&["sync", "--approve", "delete-guard-of-another"])
        .expect(3);
    transcript.check("guard");
}

#[test]
fn a_question_and_how_it_cannot_be_answered() {
    let bench = acquainted();
    bench.edit("crm/contacts.csv", "anna@berg.example", "anna@crm.example");
    bench.edit("shop/people.csv", "anna@berg.example", "anna@shop.example");
    let mut transcript = Transcript::of(&bench);
    transcript.run(&["sync"]).expect(0);
    transcript.run(&["questions"]).expect(0);
    transcript.run(&["decide", "1"]).expect(64);
    transcript
        .run(&["decide", "1", "--base", "--clear"])
        .expect(64);
    transcript.run(&["decide", "one", "--base"]).expect(64);
    transcript.run(&["decide", "7", "--base"]).expect(1);
    transcript.run(&["decide", "1", "--same"]).expect(1);
    transcript.run(&["decide", "1", "--keep", "erp"]).expect(1);
    transcript
        .run(&["decide", "1", "--keep", "shop", "--by", "Dora"])
        .expect(0);
    transcript.run(&["questions"]).expect(0);
    transcript.run(&["sync"]).expect(0);
    transcript.check("question");
}

#[test]
fn every_command_has_a_json_form() {
    let bench = strangers();
    check_keys(
        &bench,
        &["check"],
        0,
        &["conflict_distance", "problems", "undecided"],
    );
    let report = ["entities", "failures", "news", "plan", "run", "trips"];
    check_keys(&bench, &["plan"], 2, &report);
    check_keys(&bench, &["sync"], 0, &report);
    check_keys(&bench, &["plan"], 0, &report);
    check_keys(
        &bench,
        &["status"],
        0,
        &[
            "day",
            "entities",
            "hour",
            "packs",
            "questions_answered",
            "questions_open",
            "runs",
            "trips",
            "undelivered",
        ],
    );
    check_keys(&bench, &["pack", "list"], 0, &["in_use", "not_in_use"]);
    let diagnosis = ["backlog", "disk", "held_by", "symptoms", "systems"];
    check_keys(&bench, &["doctor"], 0, &diagnosis);
    bench.edit("crm/contacts.csv", "anna@berg.example", "anna@crm.example");
    bench.edit("shop/people.csv", "anna@berg.example", "anna@shop.example");
    check_keys(&bench, &["sync"], 0, &report);
    let questions = bench
        .treaty(&["questions", "--format", "json"])
        .expect(0)
        .json();
    let question = &questions.as_array().expect("a list")[0];
    assert_eq!(question["question"], 1);
    assert_eq!(question["shown"]["base"], "anna@berg.example");
    let account = [
        "entity",
        "events",
        "field",
        "life",
        "link",
        "now",
        "open_writes",
        "questions",
        "records",
    ];
    check_keys(&bench, &["explain", "contact", "1"], 0, &account);
    check_keys(
        &bench,
        &["questions", "--export", "out.csv"],
        0,
        &["exported", "file"],
    );
    check_keys(
        &bench,
        &["questions", "--import", "out.csv"],
        0,
        &["answered", "late", "wrong"],
    );
    check_keys(
        &bench,
        &["decide", "1", "--base", "--by", "Dora"],
        0,
        &["by", "question"],
    );
}

#[test]
fn advice_and_docs_have_a_json_form() {
    let bench = strangers();
    bench.treaty(&["sync"]).expect(0);
    let advice = [
        "days",
        "entities",
        "forgotten",
        "journal_begins",
        "next",
        "shared",
        "since",
        "waves",
    ];
    check_keys(&bench, &["advise"], 0, &advice);
    let docs = [
        "alerts",
        "assignments",
        "audit_every_hours",
        "clock_tolerance_ms",
        "digest",
        "entities",
        "files",
        "guards",
        "journal_keep_days",
        "limits",
        "order",
        "packs",
        "problems",
        "rules",
        "state",
        "steps",
        "systems",
        "treaty",
    ];
    check_keys(&bench, &["docs"], 0, &docs);
}

/// Checks a command's JSON document: it is one, with these keys.
fn check_keys(bench: &Bench, command: &[&str], code: i32, keys: &[&str]) {
    let mut arguments = command.to_vec();
    arguments.extend(["--format", "json"]);
    let json = bench.treaty(&arguments).expect(code).json();
    let object = json
        .as_object()
        .unwrap_or_else(|| panic!("{command:?}: {json}"));
    let found: Vec<_> = object.keys().map(String::as_str).collect();
    assert_eq!(found, keys, "{command:?}");
}
