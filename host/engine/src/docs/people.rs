//! Whom a treaty tells and whom it asks.

use serde::Serialize;
use treaty_folder::{Mail, QuestionKind, TreatyFolder, Webhook};
use treaty_model::EntityName;

use super::address::{Shown, shown};

/// How people are told that something is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlertsDocs {
    /// Where alerts are sent as JSON.
    pub webhook: Option<WebhookDocs>,
    /// To whom they are sent as e-mail.
    pub mail: Option<MailDocs>,
    /// For how long a system could not be used before people are told.
    pub silent_minutes: u64,
}

/// A webhook, without what would let anybody else use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookDocs {
    /// Where: a reference, or the host of an address.
    pub place: String,
    /// The reference to what it is shown.
    pub authorization: Option<String>,
}

/// How alerts are mailed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MailDocs {
    /// The server: a reference, or an address.
    pub server: String,
    /// The sender.
    pub from: String,
    /// The recipients.
    pub to: Vec<String>,
    /// The reference to the user.
    pub user: Option<String>,
    /// The reference to the password.
    pub password: Option<String>,
}

/// Who is asked such questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssignmentDocs {
    /// The person.
    pub to: String,
    /// The entity; none: any.
    pub entity: Option<EntityName>,
    /// The fields; empty: any.
    pub fields: Vec<String>,
    /// The kind of question; none: any.
    pub kind: Option<QuestionKind>,
}

pub(super) fn alerts(folder: &TreatyFolder) -> AlertsDocs {
    let alerts = &folder.alerts;
    AlertsDocs {
        webhook: alerts.webhook.as_ref().map(webhook),
        mail: alerts.mail.as_ref().map(mail),
        silent_minutes: alerts.silent_minutes,
    }
}

fn webhook(webhook: &Webhook) -> WebhookDocs {
    WebhookDocs {
        place: shown(&webhook.url, Shown::Host),
        authorization: webhook.authorization.as_deref().map(reference),
    }
}

fn mail(mail: &Mail) -> MailDocs {
    let credentials = mail.credentials.as_ref();
    MailDocs {
        server: shown(&mail.server, Shown::Host),
        from: mail.from.clone(),
        to: mail.to.clone(),
        user: credentials.map(|credentials| reference(&credentials.user)),
        password: credentials.map(|credentials| reference(&credentials.password)),
    }
}

/// A reference to a secret. The reader takes nothing else in its place; were it
/// to, it would not be shown.
fn reference(text: &str) -> String {
    match text.starts_with("env:") || text.starts_with("file:") {
        true => text.to_owned(),
        false => "not shown".to_owned(),
    }
}

pub(super) fn assignments(folder: &TreatyFolder) -> Vec<AssignmentDocs> {
    let assignments = folder.assignments.iter();
    assignments
        .map(|assignment| AssignmentDocs {
            to: assignment.to.clone(),
            entity: assignment.entity.clone(),
            fields: assignment.fields.clone(),
            kind: assignment.kind,
        })
        .collect()
}
