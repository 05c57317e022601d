//! Where a database is: the address as a treaty gives it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use treaty_model::Clock;

use crate::open::Options;
use crate::postgres::tls::{Tls, TlsWords};
use crate::{SystemError, SystemSettings};

/// Where a database is, and how sessions with it are set up.
pub(super) struct Address {
    /// What the driver needs.
    pub(super) config: Config,
    /// How sessions are encrypted.
    pub(super) tls: Tls,
    /// Without credentials, for messages.
    pub(super) place: String,
    /// The statements that every session begins with.
    pub(super) setup: String,
}

impl Address {
    /// Reads the address of a system's settings.
    pub(super) fn read(
        settings: &SystemSettings,
        options: &Options<'_>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SystemError> {
        let url = settings.url.as_deref().unwrap_or_default();
        // The driver's own message may repeat parts of the address.
        let no_address = || {
            options.wrong(
                "its url is no PostgreSQL address; it looks like \
                 postgresql://user:password@host:5432/database",
            )
        };
        let (url, mut words) = take_words(url).ok_or_else(no_address)?;
        let mut config: Config = url.parse().map_err(|_| no_address())?;
        // The form `host=… sslmode=…` is the driver's alone.
        words.mode = words.mode.or(match config.get_ssl_mode() {
            SslMode::Disable => Some("disable".to_owned()),
            SslMode::Require => Some("require".to_owned()),
            _ => None,
        });
        if is_local(&config) {
            // Like libpq: a socket of this machine is never encrypted.
            words = TlsWords::disable();
        }
        let tls = Tls::read(words, options, clock)?;
        let statement_ms = options.number("statement-timeout-ms", 60_000)?;
        let lock_ms = options.number("lock-timeout-ms", 5_000)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        config
            .application_name("treaty")
            .ssl_mode(tls.asked())
            .keepalives_idle(Duration::from_secs(30))
            .tcp_user_timeout(Duration::from_millis(statement_ms.saturating_add(30_000)));
        Ok(Self {
            place: place(&config),
            config,
            tls,
            setup: format!(
                "SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres';
                 SET extra_float_digits = 1; SET bytea_output = 'hex';
                 SET standard_conforming_strings = on; SET client_min_messages = 'error';
                 SET statement_timeout = {statement_ms}; SET lock_timeout = {lock_ms};
                 SET idle_in_transaction_session_timeout = 60000;
                 SET default_transaction_isolation = 'read committed'"
            ),
        })
    }
}

/// Takes the words about TLS out of an address: the driver knows only some of
/// them, and refuses an address with any other. None where they are no text.
fn take_words(url: &str) -> Option<(Cow<'_, str>, TlsWords)> {
    if !["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
    {
        return Some((Cow::Borrowed(url), TlsWords::default()));
    }
    // The driver takes everything up to the first `@` for credentials, in which
    // a `?` may stand as it is.
    let credentials = url.find('@').map_or(0, |at| at + 1);
    let Some(query) = url[credentials..].find('?').map(|at| credentials + at) else {
        return Some((Cow::Borrowed(url), TlsWords::default()));
    };
    let mut words = TlsWords::default();
    let mut kept = Vec::new();
    for pair in url[query + 1..].split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = percent_decode_str(name).decode_utf8().ok()?;
        match words.word(&name) {
            Some(word) => *word = Some(percent_decode_str(value).decode_utf8().ok()?.into_owned()),
            None => kept.push(pair),
        }
    }
    let mut rest = url[..query].to_owned();
    if !kept.is_empty() {
        rest.push('?');
        rest.push_str(&kept.join("&"));
    }
    Some((Cow::Owned(rest), words))
}

fn is_local(config: &Config) -> bool {
    let is_socket = |host: &Host| !matches!(host, Host::Tcp(_));
    !config.get_hosts().is_empty() && config.get_hosts().iter().all(is_socket)
}

fn place(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5_432);
    let database = config.get_dbname().or(config.get_user()).unwrap_or("");
    format!("{host}:{port}/{database}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_about_tls_are_taken_out() {
        let check = |url: &str, rest: &str, mode: Option<&str>, root: Option<&str>| {
            let (found, words) = take_words(url).expect("it is text");
            assert_eq!(found, rest);
            assert_eq!((words.mode.as_deref(), words.root.as_deref()), (mode, root));
        };
        check("postgresql://h/d", "postgresql://h/d", None, None);
        check(
            "postgresql://h/d?sslmode=verify-full&options=-c%20x&sslrootcert=%2Fa%20b",
            "postgresql://h/d?options=-c%20x",
            Some("verify-full"),
            Some("/a b"),
        );
        check(
            "postgresql://u:p?sslmode=x@h/d?sslmode=require",
            "postgresql://u:p?sslmode=x@h/d",
            Some("require"),
            None,
        );
    }
}
