//! Alerts: telling people that something is wrong, by a webhook or by mail.
//!
//! An alert that could not be delivered is the caller's to keep: nothing is
//! tried again here.

mod mail;
mod webhook;

use std::net::IpAddr;
use std::time::Duration;

use serde::Serialize;
use thiserror::Error;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use treaty_model::Timestamp;

/// What people are told. Its JSON form is what a webhook gets; host/treaty/README.md
/// explains each key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// The treaty.
    pub treaty: String,
    /// Names this alert: one that comes twice has one id.
    pub id: String,
    /// What kind of alert, a word that never changes.
    pub code: String,
    /// `open` or `over`.
    pub state: &'static str,
    /// The guard.
    pub guard: String,
    /// The entity; none: it is about the whole treaty.
    pub entity: Option<String>,
    /// What is stopped, in a word.
    pub scope: &'static str,
    /// What happened, as a sentence.
    pub message: String,
    /// The name to approve it by, where something is stopped.
    pub approval: Option<String>,
    /// When it began.
    pub since: Timestamp,
    /// When it is told.
    pub at: Timestamp,
    /// The command to type next.
    pub command: String,
}

/// A way to tell people. Every reference is resolved.
#[derive(Clone, PartialEq, Eq)]
pub enum AlertWay {
    /// A request to a server.
    Webhook {
        /// Its address.
        url: String,
        /// What is sent as the header `Authorization`.
        authorization: Option<String>,
    },
    /// An e-mail.
    Mail {
        /// The server: `smtp://host:587`, `smtps://host:465`.
        server: String,
        /// The sender.
        from: String,
        /// The recipients.
        to: Vec<String>,
        /// User and password.
        credentials: Option<(String, String)>,
    },
}

/// Why an alert did not arrive. No message has an address or a secret in it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AlertError {
    /// The settings cannot work.
    #[error("{0}")]
    Configuration(String),
    /// The server cannot be reached.
    #[error("cannot reach the server: {0}")]
    Unreachable(String),
    /// The server does not take it.
    #[error("the server does not take it: {0}")]
    Refused(String),
    /// There was no answer in time, or no time left to ask.
    #[error("no answer within {} seconds", within.as_secs())]
    Late {
        /// How long was waited for all alerts.
        within: Duration,
    },
}

impl AlertError {
    /// Whether the next alert is told the same.
    fn is_about_server(&self) -> bool {
        !matches!(self, Self::Refused(_))
    }
}

/// Delivers alerts, in all ways at once, one after the other in each. Gives the
/// results by way and alert. Takes no longer than `within`.
pub async fn deliver_alerts(
    ways: Vec<(AlertWay, Vec<Alert>)>,
    within: Duration,
) -> Vec<Vec<Result<(), AlertError>>> {
    let until = Instant::now() + within;
    let late = Err(AlertError::Late { within });
    let sizes = ways.iter().map(|(_, alerts)| alerts.len());
    let mut results: Vec<_> = sizes.map(|alerts| vec![late.clone(); alerts]).collect();
    let mut under_way = JoinSet::new();
    for (place, (way, alerts)) in ways.into_iter().enumerate() {
        under_way.spawn(async move { (place, deliver_in(&way, &alerts, until, within).await) });
    }
    while let Some(ended) = under_way.join_next().await {
        // What panicked counts as late: an alert never ends a pass.
        if let Ok((place, of_way)) = ended {
            results[place] = of_way;
        }
    }
    results
}

async fn deliver_in(
    way: &AlertWay,
    alerts: &[Alert],
    until: Instant,
    within: Duration,
) -> Vec<Result<(), AlertError>> {
    let mut results = Vec::with_capacity(alerts.len());
    for alert in alerts {
        let sent = timeout_at(until, deliver_one(way, alert)).await;
        let result = sent.unwrap_or(Err(AlertError::Late { within }));
        let ends = result.as_ref().is_err_and(AlertError::is_about_server);
        results.push(result.clone());
        if ends {
            results.resize(alerts.len(), result);
            break;
        }
    }
    results
}

async fn deliver_one(way: &AlertWay, alert: &Alert) -> Result<(), AlertError> {
    match way {
        AlertWay::Webhook { url, authorization } => {
            webhook::send(url, authorization.as_deref(), alert).await
        }
        AlertWay::Mail {
            server,
            from,
            to,
            credentials,
        } => mail::send(server, from, to, credentials.as_ref(), alert).await,
    }
}

/// Whether a host is the machine itself: what is sent there needs no
/// encryption.
fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_matches(['[', ']']);
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_this_machine;

    #[test]
    fn only_the_machine_itself_is_the_machine_itself() {
        for host in ["localhost", "127.0.0.1", "127.8.0.1", "::1", "[::1]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["127.0.0.1.example.com", "10.0.0.1", "localhost.example.com"] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
