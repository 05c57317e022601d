//! `sync --watch`: one pass after the other until it is asked to end.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Bench;
use crate::csv::{acquainted, in_dispute, line};
use crate::golden::Transcript;

/// How long anything here may take.
const PATIENCE: Duration = Duration::from_secs(180);
/// How often is looked.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A watching process; it is ended with the test.
pub struct Watch(Child);

impl Watch {
    pub fn start(bench: &Bench) -> Self {
        let mut command = bench.command(&["sync", "--watch", "--interval", "1"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(child.expect("it starts"))
    }

    /// Asks it to end, and gives its exit code.
    pub fn end(mut self) -> Option<i32> {
        let id = self.0.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.expect("kill runs").success());
        let mut code = None;
        until("it ends", || {
            let ended = self.0.try_wait().expect("it can be waited for");
            code = ended.and_then(|status| status.code());
            ended.is_some()
        });
        code
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It fails where the process has ended, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Looks until something is so.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        thread::park_timeout(LOOK_EVERY);
    }
}

#[test]
fn an_edit_is_carried_over_and_the_process_ends_when_asked() {
    let bench = acquainted();
    let watch = Watch::start(&bench);
    bench.edit("crm/contacts.csv", "Anna,Berg", "Anna,Bergmann");
    until("the first edit is carried over", || {
        bench.read("shop/people.csv").contains("Bergmann")
    });
    bench.edit("shop/people.csv", "\"Bergmann\"", "\"Bergner\"");
    until("the second comes back", || {
        bench.read("crm/contacts.csv").contains("Bergner")
    });
    assert_eq!(watch.end(), Some(0));
    bench.settle();
    assert!(line(&bench, "shop/people.csv", "Bergner").contains("anna@berg.example"));
}

#[test]
fn it_audits_once_in_so_many_hours() {
    audits_once(&["--audit-every", "24"], "");
    // What is typed counts before what the treaty says.
    audits_once(&[], "[audit]\nevery-hours = 24\n");
    audits_once(&["--audit-every", "24"], "[audit]\nevery-hours = 9000\n");
}

fn audits_once(typed: &[&str], settings: &str) {
    let bench = acquainted();
    let treaty = bench.read("treaty.toml");
    bench.write("treaty.toml", format!("{treaty}\n{settings}"));
    let said = bench.write("said.txt", "");
    let file = std::fs::File::create(&said).expect("it can be written");
    let words = ["sync", "--watch", "--interval", "1"];
    let mut command = bench.command(&[&words, typed].concat());
    let child = command.stdout(file).stderr(Stdio::null()).spawn();
    let watch = Watch(child.expect("it starts"));
    until("it has audited", || {
        bench.read("said.txt").contains(" equal")
    });
    bench.edit("crm/contacts.csv", "Anna,Berg", "Anna,Bergmann");
    until("it goes on", || {
        bench.read("shop/people.csv").contains("Bergmann")
    });
    assert_eq!(watch.end(), Some(0));
    let said = bench.read("said.txt");
    assert_eq!(said.lines().filter(|line| *line == "audit").count(), 1);
}

#[test]
fn a_second_process_is_refused_meanwhile() {
    let bench = acquainted();
    let watch = Watch::start(&bench);
    let id = watch.0.id().to_string();
    // Looked at from outside: a process that asked would hold it for a moment
    // itself, and the watch would be the one that is refused.
    until("it holds the treaty", || {
        bench
            .read(".treaty/lock")
            .contains(&format!("process {id}"))
    });
    let mut transcript = Transcript::of(&bench);
    transcript.hide(id, "<id>");
    transcript.run(&["sync"]).expect(1);
    transcript.run(&["plan"]).expect(1);
    transcript.check("held");
    assert_eq!(watch.end(), Some(0));
    bench.treaty(&["sync"]).expect(0);
}

#[test]
fn people_ask_and_answer_while_it_works() {
    let bench = in_dispute();
    let watch = Watch::start(&bench);
    let id = watch.0.id().to_string();
    until("it holds the treaty", || {
        bench.read(".treaty/lock").contains(&id)
    });
    bench.treaty(&["status"]).expect(0).says("1 question open");
    let explain = bench
        .treaty(&["explain", "contact", "x1", "email"])
        .expect(0);
    explain.says("question 1 waits for a person");
    let questions = bench.treaty(&["questions", "--format", "json"]).expect(0);
    let number = questions.json()[0]["question"].to_string();
    bench
        .treaty(&["decide", &number, "--keep", "shop"])
        .expect(0)
        .says("is answered");
    until("the answer is carried out", || {
        bench.read("crm/contacts.csv").contains("anna@shop.example")
    });
    assert_eq!(watch.end(), Some(0));
    bench.settle();
    bench.treaty(&["questions"]).expect(0).says("no questions");
    let answers = "SELECT json_extract(content, '$.by') FROM entry WHERE kind = 'answer'";
    assert_eq!(bench.journal(answers), ["tester"]);
}

#[test]
fn a_system_that_goes_and_comes_back_does_not_end_the_watch() {
    let bench = acquainted();
    let crm = bench.read("crm/contacts.csv");
    let mut watch = Watch::start(&bench);
    bench.edit("crm/contacts.csv", "Anna,Berg", "Anna,Bergmann");
    until("it works", || {
        bench.read("shop/people.csv").contains("Bergmann")
    });
    let shop = bench.read("shop/people.csv");
    std::fs::remove_file(bench.path().join("crm/contacts.csv")).expect("it is there");
    // Two passes at least see that the file is gone.
    let gone = Instant::now();
    until("two passes are over", || {
        gone.elapsed() > Duration::from_secs(3)
    });
    assert!(
        watch.0.try_wait().expect("it can be waited for").is_none(),
        "it goes on"
    );
    assert_eq!(bench.read("shop/people.csv"), shop);
    bench.write(
        "crm/contacts.csv",
        crm.replace("Anna,Berg,", "Anna,Bergner,"),
    );
    until("it works again", || {
        bench.read("shop/people.csv").contains("Bergner")
    });
    assert_eq!(watch.end(), Some(0));
}

#[test]
fn a_column_that_is_put_between_others_shifts_no_value() {
    let bench = acquainted();
    let watch = Watch::start(&bench);
    bench.edit("crm/contacts.csv", "Anna,Berg", "Anna,Bergmann");
    until("it works", || {
        bench.read("shop/people.csv").contains("Bergmann")
    });
    // Somebody saves the file with a new column in the middle, and an edit.
    let crm = bench.read("crm/contacts.csv");
    let wider: String = crm
        .lines()
        .map(|line| line.replacen(',', ",new,", 1) + "\n")
        .collect();
    bench.write("crm/contacts.csv", wider.replace("Bergmann", "Bergner"));
    until("the edit is carried over", || {
        bench.read("shop/people.csv").contains("Bergner")
    });
    assert_eq!(watch.end(), Some(0));
    bench.settle();
    let anna = line(&bench, "shop/people.csv", "Bergner");
    assert!(
        anna.starts_with("\"x1\";\"Anna\";\"Bergner\";\"anna@berg.example\";"),
        "{anna}"
    );
    assert!(!bench.read("shop/people.csv").contains("new"));
}
