//! Whom the treaty tells, and whom it asks.

use treaty_engine::{AssignmentDocs, MailDocs, TreatyDocs, WebhookDocs};
use treaty_folder::QuestionKind;

use crate::docs::outline::{Block, Line, Section};

pub fn alerts(docs: &TreatyDocs) -> Section {
    let alerts = &docs.alerts;
    let webhook = match &alerts.webhook {
        Some(webhook) => webhook_in_words(webhook),
        None => Line::from("none"),
    };
    let mail = match &alerts.mail {
        Some(mail) => mail_in_words(mail),
        None => Line::from("none"),
    };
    let silent = format!(
        "when it could not be used for {} minutes",
        alerts.silent_minutes
    );
    let words = "When a guard trips, or a system is silent, people are told after the pass: by a \
                 line on standard error, and in these ways.";
    Section::new(
        "Alerts",
        vec![
            Block::paragraph(words),
            Block::Facts(vec![
                ("Webhook", webhook),
                ("Mail", mail),
                ("A system is silent", Line::from(silent)),
            ]),
        ],
    )
}

fn webhook_in_words(webhook: &WebhookDocs) -> Line {
    let line = Line::from("to ").code(&webhook.place);
    match &webhook.authorization {
        Some(reference) => line
            .text(", with the authorization that ")
            .code(reference)
            .text(" keeps"),
        None => line,
    }
}

fn mail_in_words(mail: &MailDocs) -> Line {
    let line = Line::from("to ")
        .codes(&mail.to)
        .text(", from ")
        .code(&mail.from)
        .text(", by ")
        .code(&mail.server);
    match (&mail.user, &mail.password) {
        (Some(user), Some(password)) => line
            .text(", as the user that ")
            .code(user)
            .text(" keeps, with the password that ")
            .code(password)
            .text(" keeps"),
        _ => line,
    }
}

pub fn questions(docs: &TreatyDocs) -> Section {
    let rows = docs.assignments.iter().enumerate().map(|(at, assignment)| {
        [
            Line::from((at + 1).to_string()),
            Line::of_code(&assignment.to),
            about(assignment),
        ]
    });
    let rest = match docs.assignments.is_empty() {
        true => "The treaty assigns no questions: whoever looks may answer them.",
        false => {
            "Of several lines that fit a question, the first counts. What fits none, whoever looks \
             may answer."
        }
    };
    let mut blocks = vec![Block::paragraph(format!(
        "What only a person can decide is asked, one question for each field; the rest of the \
         record goes on. {rest}"
    ))];
    if !docs.assignments.is_empty() {
        blocks.push(Block::table(["", "who is asked", "about what"], rows));
    }
    Section::new("Questions", blocks)
}

fn about(assignment: &AssignmentDocs) -> Line {
    let what = match (assignment.kind, assignment.fields.is_empty()) {
        (Some(QuestionKind::Match), _) => Line::from("whether two records are the same"),
        (Some(QuestionKind::Delete), _) => Line::from("whether a record is deleted"),
        (_, false) => Line::from("the value of ").codes(&assignment.fields),
        (Some(QuestionKind::Field), true) => Line::from("the value of any field"),
        (None, true) => Line::from("anything"),
    };
    match &assignment.entity {
        Some(entity) => what.text(", of ").code(entity.as_str()),
        None => what,
    }
}
