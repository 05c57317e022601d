//! An alert as a request to a server.

use std::error::Error as _;
use std::sync::Arc;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use rustls::{ClientConfig, RootCertStore};

use super::{Alert, AlertError, is_this_machine};

/// How much of an answer is told.
const TOLD_CHARACTERS_MAX: usize = 120;

/// Sends an alert; the server takes it by any answer from 200 to 299.
pub(super) async fn send(
    url: &str,
    authorization: Option<&str>,
    alert: &Alert,
) -> Result<(), AlertError> {
    // The address itself is never told: many have a secret in their path.
    let wrong = |message: &str| AlertError::Configuration(message.to_owned());
    let url = Url::parse(url).map_err(|error| wrong(&format!("webhook is no address: {error}")))?;
    let is_near = url.host_str().is_some_and(is_this_machine);
    match url.scheme() {
        "https" => {}
        "http" if authorization.is_none() || is_near => {}
        "http" => return Err(wrong("webhook-authorization is sent over https only")),
        _ => return Err(wrong("webhook begins with neither https:// nor http://")),
    }
    // An alert is made of texts and times, so it always has a JSON form.
    let body = serde_json::to_vec(alert).unwrap_or_default();
    let mut request = client(&url, is_near)?
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .body(body);
    if let Some(authorization) = authorization {
        let mut header = HeaderValue::from_str(authorization)
            .map_err(|_| wrong("webhook-authorization cannot be sent as a header"))?;
        header.set_sensitive(true);
        request = request.header(AUTHORIZATION, header);
    }
    let answer = request.send().await.map_err(unreachable)?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let said = answer.text().await.unwrap_or_default();
    let said: String = said.trim().chars().take(TOLD_CHARACTERS_MAX).collect();
    let said = said.escape_debug();
    Err(AlertError::Refused(format!("it answers {status} {said}")))
}

fn client(url: &Url, is_near: bool) -> Result<Client, AlertError> {
    let agent = concat!("treaty/", env!("CARGO_PKG_VERSION"));
    // A redirect could carry the alert where nobody meant it to go.
    let mut client = Client::builder()
        .user_agent(agent)
        .redirect(Policy::none())
        .tls_backend_preconfigured(tls(url.scheme() == "https")?);
    if is_near {
        client = client.no_proxy();
    }
    let made = client.build();
    made.map_err(|error| AlertError::Configuration(error.without_url().to_string()))
}

/// How connections are encrypted, by the authorities that the machine trusts.
fn tls(is_needed: bool) -> Result<ClientConfig, AlertError> {
    let mut roots = RootCertStore::empty();
    if is_needed {
        // Old ones among them that cannot be read are usual.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            let message = "the machine names no authorities that it trusts";
            return Err(AlertError::Configuration(message.to_owned()));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| AlertError::Configuration(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// The innermost reason says most, and has no address in it.
fn unreachable(error: reqwest::Error) -> AlertError {
    let error = error.without_url();
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        message = inner.to_string();
        source = inner.source();
    }
    AlertError::Unreachable(message)
}
