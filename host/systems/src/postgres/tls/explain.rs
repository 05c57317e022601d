//! What went wrong when a session was to be encrypted, in words that help.

use std::error::Error as _;
use std::io;

use rustls::CertificateError;
use tokio_postgres::Error;

/// Whether the server and we could not agree on how to encrypt a session.
pub(super) fn is_handshake(error: &Error) -> bool {
    // The driver keeps its kinds to itself.
    error
        .to_string()
        .starts_with("error performing TLS handshake")
}

/// What went wrong when a session was to be encrypted; none where that was not
/// the reason. `authorities` says which ones were asked.
pub(super) fn handshake(error: &Error, authorities: &str) -> Option<String> {
    if !is_handshake(error) {
        return None;
    }
    let source = error.source()?;
    let tls = source
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    Some(match tls {
        Some(rustls::Error::InvalidCertificate(error)) => certificate(error, authorities),
        Some(error) => format!("the session cannot be encrypted: {error}"),
        None if source.to_string() == "server does not support TLS" => {
            "the server does not speak TLS; it can be switched on there (ssl = on), and within a \
             trusted network the address may say sslmode=disable"
                .to_owned()
        }
        None => format!("the session cannot be encrypted: {source}"),
    })
}

fn certificate(error: &CertificateError, authorities: &str) -> String {
    match error {
        CertificateError::UnknownIssuer => format!(
            "the server's certificate is signed by none of the authorities {authorities}; name \
             the certificate of its authority as sslrootcert in the address"
        ),
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => {
            let names = if presented.is_empty() {
                "no name (what counts is its subjectAltName)".to_owned()
            } else {
                let names: Vec<_> = presented.iter().map(|name| plain(name)).collect();
                names.join(", ")
            };
            format!(
                "the server's certificate is for {names}, and not for {:?}",
                expected.to_str()
            )
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet".to_owned()
        }
        other => format!("the server's certificate cannot be used: {other}"),
    }
}

/// The name in `DnsName("example.org")`.
fn plain(name: &str) -> &str {
    let inner = name
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"')
}
