//! Questions: asked once, answered, superseded, over.

use serde_json::{Value as Json, json};
use treaty_ledger::{AnswerGiven, Commit, Ledger, QuestionChange, QuestionState, Subject};
use treaty_model::LinkId;

use crate::sample::{at, everything, open, question};

/// Checks the questions of [`everything`].
pub fn check_everything(ledger: &Ledger) {
    let mut phone = question("phone", json!({ "a": 1 }));
    phone.number = 1;
    phone.state = QuestionState::Answered;
    phone.answer = Some(AnswerGiven {
        choice: json!({ "keep": "crm" }),
        by: "berta".to_owned(),
        at: at(9),
    });
    let mut city = question("city", json!({ "b": [0.1] }));
    city.number = 2;
    let both = [phone, city];
    assert_eq!(ledger.questions().expect("they load"), both);
    let of_links = ledger.questions_of(&[LinkId(2), LinkId(1)]);
    assert_eq!(of_links.expect("they load"), [vec![], both.to_vec()]);
}

fn change(ledger: &Ledger, change: QuestionChange) {
    let commit = Commit {
        questions: vec![change],
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
}

fn ask(ledger: &Ledger, field: &str, content: Json) {
    change(ledger, QuestionChange::Ask(question(field, content)));
}

fn answer(ledger: &Ledger, number: i64, choice: &str) {
    let answer = AnswerGiven {
        choice: json!(choice),
        by: "berta".to_owned(),
        at: at(1),
    };
    change(ledger, QuestionChange::Answer { number, answer });
}

fn close(ledger: &Ledger, number: i64, state: QuestionState) {
    change(ledger, QuestionChange::Close { number, state });
}

/// Numbers and states, and what was chosen.
fn told(ledger: &Ledger) -> Vec<String> {
    let questions = ledger.questions().expect("they load").into_iter();
    questions
        .map(|question| {
            let answer = question.answer.map(|answer| answer.choice.to_string());
            format!(
                "{} {:?} {}",
                question.number,
                question.state,
                answer.unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn the_same_question_is_asked_once() {
    let (_folder, ledger) = open();
    let content = json!({ "x": 1, "y": [0.1, 1e300, 0.30000000000000004], "z": null });
    ask(&ledger, "phone", content.clone());
    ask(&ledger, "phone", content.clone());
    assert_eq!(told(&ledger), ["1 Open "]);
    answer(&ledger, 1, "crm");
    ask(&ledger, "phone", content);
    assert_eq!(
        told(&ledger),
        ["1 Answered \"crm\""],
        "and its answer stays"
    );
    ask(&ledger, "city", json!({}));
    assert_eq!(told(&ledger), ["1 Answered \"crm\"", "2 Open "]);
}

#[test]
fn other_content_supersedes() {
    let (_folder, ledger) = open();
    ask(&ledger, "phone", json!(1));
    ask(&ledger, "phone", json!(2));
    assert_eq!(told(&ledger), ["2 Open "]);
    answer(&ledger, 2, "crm");
    ask(&ledger, "phone", json!(3));
    assert_eq!(
        told(&ledger),
        ["3 Open "],
        "an answer to other sides is moot"
    );
    ask(&ledger, "phone", json!(1));
    assert_eq!(
        told(&ledger),
        ["4 Open "],
        "what is over does not come back"
    );
}

#[test]
fn a_person_may_think_again_until_it_is_carried_out() {
    let (_folder, ledger) = open();
    ask(&ledger, "phone", json!(1));
    answer(&ledger, 1, "crm");
    answer(&ledger, 1, "shop");
    assert_eq!(told(&ledger), ["1 Answered \"shop\""]);
    close(&ledger, 1, QuestionState::CarriedOut);
    assert_eq!(told(&ledger), Vec::<String>::new());
    answer(&ledger, 1, "crm");
    close(&ledger, 1, QuestionState::Superseded);
    assert_eq!(told(&ledger), Vec::<String>::new(), "it stays over");
    ask(&ledger, "phone", json!(1));
    assert_eq!(told(&ledger), ["2 Open "], "the same may be asked anew");
}

#[test]
fn what_is_over_keeps_how_it_ended() {
    let (folder, ledger) = open();
    ask(&ledger, "phone", json!(1));
    close(&ledger, 1, QuestionState::CarriedOut);
    close(&ledger, 1, QuestionState::Superseded);
    let state: String = crate::sample::raw(&folder, "ledger.db")
        .query_row("SELECT state FROM question", [], |row| row.get(0))
        .expect("it is there");
    assert_eq!(state, "carried-out");
}

#[test]
fn every_subject_comes_back() {
    let (_folder, ledger) = open();
    let subjects = [
        Subject::Field(LinkId(1), "a \"b\"".to_owned()),
        Subject::Life(LinkId(1)),
        Subject::Same(3, 12),
    ];
    for subject in &subjects {
        let mut asked = question("phone", json!(null));
        asked.subject = subject.clone();
        asked.link = None;
        change(&ledger, QuestionChange::Ask(asked));
    }
    let loaded = ledger.questions().expect("they load").into_iter();
    assert_eq!(
        loaded.map(|question| question.subject).collect::<Vec<_>>(),
        subjects
    );
}

#[test]
fn a_question_is_never_closed_to_be_open() {
    let (_folder, ledger) = open();
    ledger.commit(&everything()).expect("it commits");
    let closing = std::panic::AssertUnwindSafe(|| close(&ledger, 1, QuestionState::Open));
    assert!(std::panic::catch_unwind(closing).is_err());
    check_everything(&ledger);
}

#[test]
fn how_many_were_open_at_a_time_is_known() {
    let (_folder, ledger) = open();
    let open_at = |seconds| ledger.questions_open_at(at(seconds)).expect("they load");
    for (field, opened_at) in [("phone", 1), ("city", 3), ("email", 5)] {
        let mut asked = question(field, json!({}));
        asked.opened_at = at(opened_at);
        change(&ledger, QuestionChange::Ask(asked));
    }
    // Answered at 1 by `answer`: it is open no later than that.
    answer(&ledger, 1, "same");
    close(&ledger, 1, QuestionState::CarriedOut);
    assert_eq!([1, 2, 4, 6].map(open_at), [0, 0, 1, 2]);
    close(&ledger, 2, QuestionState::Superseded);
    assert_eq!(open_at(6), 1, "what is moot is left out");
    let since = |seconds| {
        let questions = ledger.questions_since(at(seconds)).expect("they load");
        let numbers = questions.iter().map(|question| question.number);
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(since(1), [1, 2, 3]);
    assert_eq!(since(3), [2, 3]);
    assert_eq!(since(6), [0; 0]);
}
