//! Encryption of sessions, in libpq's words.
//! (postgresql.org, "SSL Support", "Database Connection Control Functions")
//!
//! | `sslmode` | what happens |
//! |---|---|
//! | `disable` | nothing is encrypted |
//! | `prefer` | encrypted where the server can, and nobody's certificate is looked at; otherwise plain |
//! | `require` | encrypted or not at all; with `sslrootcert` as `verify-ca` |
//! | `verify-ca` | and the server's certificate is signed by an authority of `sslrootcert` |
//! | `verify-full` | and it is for the host of the address |
//!
//! Stricter than libpq in one place: an address whose words name authorities
//! that would decide nothing is refused.

mod authorities;
mod explain;
mod verifier;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WantsClientCert;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ConfigBuilder};
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Connection, Error, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;
use treaty_model::Clock;

use crate::SystemError;
use crate::open::Options;
use crate::postgres::error::unreachable;
use verifier::Verifier;

/// What an address says about encryption.
#[derive(Clone, Debug, Default)]
pub(super) struct TlsWords {
    /// `sslmode`
    pub(super) mode: Option<String>,
    /// `sslrootcert`: the path of a file, or `system`
    pub(super) root: Option<String>,
    /// `sslcert`
    pub(super) certificate: Option<String>,
    /// `sslkey`
    pub(super) key: Option<String>,
}

impl TlsWords {
    /// No encryption.
    pub(super) fn disable() -> Self {
        Self {
            mode: Some("disable".to_owned()),
            ..Self::default()
        }
    }

    /// Where the value of a parameter of the address goes; none where it is not
    /// about encryption.
    pub(super) fn word(&mut self, name: &str) -> Option<&mut Option<String>> {
        match name {
            "sslmode" => Some(&mut self.mode),
            "sslrootcert" => Some(&mut self.root),
            "sslcert" => Some(&mut self.certificate),
            "sslkey" => Some(&mut self.key),
            _ => None,
        }
    }
}

/// `sslmode`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// How sessions are encrypted.
pub(super) struct Tls {
    mode: Mode,
    connector: MakeRustlsConnect,
    /// Whose authorities are asked, for messages.
    authorities: String,
}

/// A session that was opened, and the work that keeps it going.
pub(super) type Connected = (
    Client,
    Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>,
);

impl Tls {
    /// Reads what an address says. Certificates are looked at with the time of
    /// this clock.
    pub(super) fn read(
        words: TlsWords,
        options: &Options<'_>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SystemError> {
        let mode = mode(&words, options)?;
        let root = words.root.as_deref().filter(|_| mode != Mode::Disable);
        let provider = Arc::new(ring::default_provider());
        let builder = builder(mode, root, options, provider, clock)?;
        let config = match (&words.certificate, &words.key) {
            _ if mode == Mode::Disable => builder.with_no_client_auth(),
            (None, None) => builder.with_no_client_auth(),
            (Some(certificate), Some(key)) => {
                let chain = authorities::certificates(options, "sslcert", certificate)?;
                let own = authorities::key(options, key)?;
                let config = builder.with_client_auth_cert(chain, own);
                config.map_err(|error| match error {
                    rustls::Error::InconsistentKeys(_) => {
                        options.wrong("sslkey in its url is not the key of its sslcert")
                    }
                    error => options.wrong(format!(
                        "sslcert and sslkey in its url cannot be used together: {error}"
                    )),
                })?
            }
            _ => return Err(options.wrong("sslcert and sslkey in its url go together")),
        };
        Ok(Self {
            mode,
            connector: MakeRustlsConnect::new(config),
            authorities: match root {
                Some(path) if path != SYSTEM => format!("in {path}"),
                _ => "that this machine trusts".to_owned(),
            },
        })
    }

    /// What the driver has to ask the server for.
    pub(super) fn asked(&self) -> SslMode {
        match self.mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        }
    }

    /// Opens a session.
    pub(super) async fn connect(&self, config: &Config) -> Result<Connected, Error> {
        let first = match config.connect(self.connector.clone()).await {
            Err(error) if self.mode == Mode::Prefer && may_be_for_tls(&error) => error,
            other => return other,
        };
        let mut plain = config.clone();
        plain.ssl_mode(SslMode::Disable);
        let second = plain.connect(self.connector.clone()).await;
        // A server that refuses both says more about itself the first time.
        second.map_err(|error| if is_refusal(&error) { first } else { error })
    }

    /// Why a session could not be opened.
    pub(super) fn unreachable(&self, place: &str, error: &Error) -> SystemError {
        if let Some(message) = explain::handshake(error, &self.authorities) {
            return SystemError::Unreachable {
                system: place.to_owned(),
                message,
            };
        }
        match unreachable(place, error) {
            SystemError::Forbidden { what, message }
                if self.mode == Mode::Disable && is_refusal(error) =>
            {
                SystemError::Forbidden {
                    what,
                    message: format!(
                        "{message}; the address says sslmode=disable, and this server may insist \
                         on TLS: use sslmode=verify-full"
                    ),
                }
            }
            other => other,
        }
    }
}

/// `sslrootcert=system`: the authorities that the machine trusts.
const SYSTEM: &str = "system";

fn mode(words: &TlsWords, options: &Options<'_>) -> Result<Mode, SystemError> {
    let system = words.root.as_deref() == Some(SYSTEM);
    let mode = match words.mode.as_deref() {
        None if system => Mode::VerifyFull,
        None | Some("prefer") => Mode::Prefer,
        Some("disable") => Mode::Disable,
        Some("require") if words.root.is_some() => Mode::VerifyCa,
        Some("require") => Mode::Require,
        Some("verify-ca") => Mode::VerifyCa,
        Some("verify-full") => Mode::VerifyFull,
        Some(_) => {
            return Err(options.wrong(
                "sslmode in its url takes: disable, prefer, require, verify-ca, verify-full",
            ));
        }
    };
    match mode {
        Mode::Prefer if words.root.is_some() => Err(options.wrong(
            "its url names an sslrootcert, and sslmode=prefer goes on without any certificate; \
             use sslmode=verify-full",
        )),
        Mode::VerifyCa if system => Err(options.wrong(
            "sslrootcert=system in its url needs sslmode=verify-full: anybody gets a certificate \
             from some authority that the machine trusts",
        )),
        Mode::VerifyCa if words.root.is_none() => Err(options.wrong(
            "sslmode=verify-ca in its url needs sslrootcert, the path of the authority's \
             certificate",
        )),
        mode => Ok(mode),
    }
}

fn builder(
    mode: Mode,
    root: Option<&str>,
    options: &Options<'_>,
    provider: Arc<CryptoProvider>,
    clock: Arc<dyn Clock>,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, SystemError> {
    let algorithms = provider.signature_verification_algorithms;
    let builder = ClientConfig::builder_with_details(provider, Arc::new(ByClock(clock)))
        .with_safe_default_protocol_versions()
        .expect("the provider speaks the versions that rustls takes for safe");
    let verifier = match mode {
        Mode::VerifyFull => {
            let roots = match root {
                Some(path) if path != SYSTEM => authorities::of_file(options, path)?,
                _ => authorities::of_machine(options)?,
            };
            return Ok(builder.with_root_certificates(roots));
        }
        Mode::VerifyCa => {
            let roots = authorities::of_file(options, root.unwrap_or_default())?;
            Verifier::signed_by(roots, algorithms)
        }
        Mode::Disable | Mode::Prefer | Mode::Require => Verifier::anyone(algorithms),
    };
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier)))
}

/// Whether a server that refused an encrypted session might take a plain one.
fn may_be_for_tls(error: &Error) -> bool {
    is_refusal(error) || explain::is_handshake(error)
}

/// Whether the server refused a session for where it comes from, as whom, and
/// how (`pg_hba.conf`). A wrong password is not among it.
fn is_refusal(error: &Error) -> bool {
    error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
}

/// The time by which a certificate has expired: nothing here reads the machine's
/// own clock.
struct ByClock(Arc<dyn Clock>);

impl fmt::Debug for ByClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByClock")
    }
}

impl TimeProvider for ByClock {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_micros() / 1_000_000).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
