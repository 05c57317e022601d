//! `[alerts]`: how people are told that a guard tripped or a system is silent.

use crate::document::{Section, Spot};
use crate::{Problem, secret};

const SILENT_MINUTES: u64 = 60;

/// How people are told: `[alerts]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alerts {
    /// Where alerts are sent as JSON.
    pub webhook: Option<Webhook>,
    /// To whom they are sent as e-mail.
    pub mail: Option<Mail>,
    /// For how long a system could not be used before people are told.
    pub silent_minutes: u64,
}

/// Where alerts are sent: `webhook` and what goes with it. Each text is a
/// reference that [`crate::secret`] resolves; an address may stand there itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The address.
    pub url: String,
    /// What is sent as the header `Authorization`.
    pub authorization: Option<String>,
}

/// How alerts are mailed: `[alerts.mail]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The server: a reference, or an address without a password.
    pub server: String,
    /// The sender.
    pub from: String,
    /// The recipients.
    pub to: Vec<String>,
    /// References to user and password; none: the server asks for neither.
    pub credentials: Option<MailCredentials>,
}

/// References to what a mail server is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailCredentials {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            webhook: None,
            mail: None,
            silent_minutes: SILENT_MINUTES,
        }
    }
}

/// Reads the alerts.
pub(crate) fn read(treaty: &Section<'_>) -> Alerts {
    let Some(section) = treaty.below("alerts") else {
        return Alerts::default();
    };
    let alerts = Alerts {
        webhook: webhook(&section),
        silent_minutes: section.count("silent-minutes", 1).unwrap_or(SILENT_MINUTES),
        mail: section.below("mail").map(mail),
    };
    section.finish();
    alerts
}

fn webhook(section: &Section<'_>) -> Option<Webhook> {
    let url = section.text("webhook");
    let authorization = section.text("webhook-authorization");
    if let Some(url) = &url {
        check_address(section, "ALERT_URL", url, &["http://", "https://"]);
    }
    if let Some(authorization) = &authorization {
        check_reference(section, "webhook-authorization", authorization);
        if !section.has("webhook") {
            let message = "webhook-authorization is sent to nobody without a webhook";
            let hint = "say where alerts are sent: webhook = \"env:ALERT_URL\"";
            section.report(Problem::at(&authorization.place, message).hint(hint));
        }
    }
    Some(Webhook {
        url: url?.value,
        authorization: authorization.map(|text| text.value),
    })
}

fn mail(section: Section<'_>) -> Mail {
    let server = section.required_text("server");
    if let Some(server) = &server {
        check_address(&section, "SMTP_URL", server, &["smtp://", "smtps://"]);
    }
    let from = section.required_text("from");
    let to = section.texts("to");
    for mailbox in from.iter().chain(to.iter().flatten()) {
        check_mailbox(&section, mailbox);
    }
    if to.as_ref().is_none_or(Vec::is_empty) {
        let message = format!("{} names nobody", section.name("to"));
        let hint = "list who gets the mail: to = [\"berta@example.com\"]";
        section.report(Problem::at(&section.place, message).hint(hint));
    }
    let credentials = credentials(&section);
    section.finish();
    let value = |text: Option<Spot<String>>| text.map(|text| text.value).unwrap_or_default();
    Mail {
        server: value(server),
        from: value(from),
        to: to.into_iter().flatten().map(|text| text.value).collect(),
        credentials,
    }
}

fn credentials(section: &Section<'_>) -> Option<MailCredentials> {
    let (user, password) = (section.text("user"), section.text("password"));
    for (key, text) in [("user", &user), ("password", &password)] {
        if let Some(text) = text {
            check_reference(section, key, text);
        }
    }
    let alone = match (section.has("user"), section.has("password")) {
        (true, false) => "password",
        (false, true) => "user",
        _ => {
            return Some(MailCredentials {
                user: user?.value,
                password: password?.value,
            });
        }
    };
    let message = format!("{} is missing", section.name(alone));
    let hint = "a mail server wants user and password, or neither";
    section.report(Problem::at(&section.place, message).hint(hint));
    None
}

/// An address is a reference, or stands there with one of these schemes and
/// without a password.
fn check_address(section: &Section<'_>, variable: &str, text: &Spot<String>, schemes: &[&str]) {
    let refer = format!("refer to it: \"env:{variable}\"");
    let is_address = |scheme: &&str| {
        let rest = text.value.strip_prefix(*scheme);
        rest.is_some_and(|rest| !rest.is_empty())
    };
    if let Some(message) = secret::refuse_address(&text.value) {
        section.report(Problem::at(&text.place, message).hint(refer));
    } else if !secret::is_reference(&text.value) && !schemes.iter().any(is_address) {
        let message = format!("{:?} is no address", text.value);
        let hint = format!(
            "an address begins with {}; or {refer}",
            schemes.join(" or ")
        );
        section.report(Problem::at(&text.place, message).hint(hint));
    }
}

/// What is secret is never in the file.
fn check_reference(section: &Section<'_>, key: &str, text: &Spot<String>) {
    // The text is not told again: it may be the secret itself.
    let name = section.name(key);
    if !secret::is_reference(&text.value) {
        let message = format!("{name} wants a reference, never the value itself");
        let hint = "env:NAME is a variable of the environment, file:PATH the content of a file";
        section.report(Problem::at(&text.place, message).hint(hint));
    } else if let Some(message) = secret::refuse_address(&text.value) {
        section.report(Problem::at(&text.place, message));
    }
}

fn check_mailbox(section: &Section<'_>, text: &Spot<String>) {
    let parts = text.value.split_once('@');
    let is_mailbox = parts.is_some_and(|(name, host)| {
        let plain = |letter: char| !letter.is_whitespace() && !"@<>,;".contains(letter);
        !name.is_empty() && !host.is_empty() && name.chars().chain(host.chars()).all(plain)
    });
    if !is_mailbox {
        let message = format!("{:?} is no e-mail address", text.value);
        let hint = "the address alone, without a name: berta@example.com";
        section.report(Problem::at(&text.place, message).hint(hint));
    }
}
