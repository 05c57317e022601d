//! An alert as an e-mail, handed to a mail server (RFC 5321).

use std::error::Error as _;
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use reqwest::Url;
use treaty_model::Digest;

use super::{Alert, AlertError, is_this_machine};

/// The ports of submission (RFC 6409) and submission over TLS (RFC 8314).
const SMTP_PORT: u16 = 587;
const SMTPS_PORT: u16 = 465;
/// How many characters of its message the subject shows.
const SUBJECT_CHARACTERS_MAX: usize = 120;

/// Hands an alert to a mail server.
pub(super) async fn send(
    server: &str,
    from: &str,
    to: &[String],
    credentials: Option<&(String, String)>,
    alert: &Alert,
) -> Result<(), AlertError> {
    let transport = transport(server, credentials)?;
    let message = message(from, to, alert)?;
    let sent = transport.send(message).await;
    sent.map(drop).map_err(|error| {
        let mut told = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            // Some say of themselves what the cause says.
            if !told.contains(&inner.to_string()) {
                told = format!("{told}: {inner}");
            }
            source = inner.source();
        }
        match error.is_permanent() || error.is_transient() {
            true => AlertError::Refused(told),
            false => AlertError::Unreachable(told),
        }
    })
}

fn transport(
    server: &str,
    credentials: Option<&(String, String)>,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, AlertError> {
    let wrong = |message: &str| AlertError::Configuration(message.to_owned());
    let url = Url::parse(server);
    let url = url.map_err(|error| wrong(&format!("server is no address: {error}")))?;
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| wrong("server names no host"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(
            "user and password have keys of their own, beside server",
        ));
    }
    let encrypted = || {
        let parameters = TlsParameters::new(host.trim_matches(['[', ']']).to_owned());
        parameters.map_err(|error| wrong(&error.to_string()))
    };
    let (tls, port) = match url.scheme() {
        "smtps" => (Tls::Wrapper(encrypted()?), SMTPS_PORT),
        "smtp" if is_this_machine(host) => (Tls::None, SMTP_PORT),
        "smtp" => (Tls::Required(encrypted()?), SMTP_PORT),
        _ => return Err(wrong("server begins with neither smtp:// nor smtps://")),
    };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(url.port().unwrap_or(port))
        .tls(tls);
    let builder = match credentials.cloned() {
        Some((user, password)) => builder.credentials(Credentials::new(user, password)),
        None => builder,
    };
    Ok(builder.build())
}

fn message(from: &str, to: &[String], alert: &Alert) -> Result<Message, AlertError> {
    let mailbox = |text: &str| -> Result<Mailbox, AlertError> {
        let parsed = text.parse();
        parsed.map_err(|error| AlertError::Configuration(format!("{text:?}: {error}")))
    };
    let digest = Digest::of(format!("{} {}", alert.treaty, alert.id).as_bytes()).hex();
    let micros = u64::try_from(alert.at.as_micros()).unwrap_or(0);
    let mut builder = Message::builder()
        .from(mailbox(from)?)
        .subject(subject(alert))
        .date(UNIX_EPOCH + Duration::from_micros(micros))
        // One that comes twice is seen to be one.
        .message_id(Some(format!("<{digest}@treaty.invalid>")))
        .header(ContentType::TEXT_PLAIN);
    for recipient in to {
        builder = builder.to(mailbox(recipient)?);
    }
    let made = builder.body(body(alert));
    made.map_err(|error| AlertError::Configuration(error.to_string()))
}

fn subject(alert: &Alert) -> String {
    let words: Vec<_> = alert.message.split_whitespace().collect();
    let message: String = words
        .join(" ")
        .chars()
        .take(SUBJECT_CHARACTERS_MAX)
        .collect();
    format!("{}: {} ({})", alert.treaty, message, alert.code)
}

fn body(alert: &Alert) -> String {
    let entity = alert.entity.as_deref().unwrap_or("all");
    let over = if alert.state == "over" {
        "It is over.\n"
    } else {
        ""
    };
    format!(
        "{}\n{over}\ntreaty: {}\nentity: {entity}\nalert: {}\nsince: {}\nstopped: {}\n\nnext: {}\n",
        alert.message, alert.treaty, alert.code, alert.since, alert.scope, alert.command
    )
}
