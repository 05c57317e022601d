//! Answers that are left while another process works.

use serde_json::json;
use treaty_ledger::{AnswerGiven, Ledger, LedgerError, LeftAnswer};

use crate::sample::at;

fn left(number: i64, choice: &str) -> LeftAnswer {
    let answer = AnswerGiven {
        choice: json!(choice),
        by: "berta".to_owned(),
        at: at(number),
    };
    LeftAnswer { number, answer }
}

fn both() -> (tempfile::TempDir, Ledger, Ledger) {
    let folder = tempfile::tempdir().expect("a folder is made");
    let works = Ledger::open(folder.path()).expect("it opens");
    let asks = Ledger::open_to_read(folder.path()).expect("it opens beside");
    (folder, works, asks)
}

#[test]
fn an_answer_is_left_beside_a_working_process_and_taken_once() {
    let (_folder, works, asks) = both();
    assert_eq!(works.left_answers().expect("they load"), []);
    let answers = [left(2, "same"), left(11, "different")];
    for answer in answers.iter().rev() {
        asks.leave_answer(answer).expect("it is left");
    }
    assert_eq!(works.left_answers().expect("they load"), answers);
    works.forget_left(&answers[0]).expect("it is forgotten");
    assert_eq!(asks.left_answers().expect("they load"), answers[1..]);
}

#[test]
fn a_later_answer_takes_the_place_of_an_earlier_and_is_not_forgotten_with_it() {
    let (_folder, works, asks) = both();
    asks.leave_answer(&left(2, "same")).expect("it is left");
    asks.leave_answer(&left(2, "different"))
        .expect("it is left");
    works
        .forget_left(&left(2, "same"))
        .expect("the first is gone");
    let stands = works.left_answers().expect("they load");
    assert_eq!(stands, [left(2, "different")]);
}

#[test]
fn a_file_that_holds_no_answer_is_named_and_others_are_left_alone() {
    let (folder, works, asks) = both();
    asks.leave_answer(&left(2, "same")).expect("it is left");
    let answers = folder.path().join("answers");
    std::fs::write(answers.join("notes.txt"), "a person's").expect("it is written");
    assert_eq!(works.left_answers().expect("they load"), [left(2, "same")]);
    std::fs::write(answers.join("3.json"), "{").expect("it is written");
    match works.left_answers() {
        Err(LedgerError::Failed { path, message }) => {
            assert_eq!(path, answers.join("3.json"));
            assert!(message.contains("answer question 3 again"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}
