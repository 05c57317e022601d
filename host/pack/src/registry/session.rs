//! Requests to one repository of one registry, with a bound on each answer.

use std::error::Error as _;
use std::sync::Arc;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LINK, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use treaty_model::Digest;

use crate::refusal::plain;
use crate::registry::access::{self, Access};
use crate::registry::reference::is_loopback;
use crate::registry::{MANIFEST, PackReference, RegistryError, RegistryOptions};

/// How many letters of a failure are shown.
const TOLD_LETTERS_MAX: usize = 200;
/// The longest answer that only says something.
const TOLD_BYTES_MAX: u64 = 64 << 10;
/// What the registry says the digest of a manifest is.
const CONTENT_DIGEST: &str = "docker-content-digest";

/// What a registry says of tags.
#[derive(Deserialize)]
struct Tags {
    tags: Option<Vec<String>>,
}

/// Whether something goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum More {
    Yes,
    No,
}

/// A repository, and the right to use it.
pub(crate) struct Session {
    client: Client,
    /// `https://registry/v2/acme/b2b-base/`.
    pub(super) base: Url,
    pub(super) reference: PackReference,
    pub(super) authorization: Option<HeaderValue>,
}

impl Session {
    /// Says to a registry who we are, in the way that it wants.
    pub(crate) async fn open(
        reference: &PackReference,
        access: Access,
        options: &RegistryOptions,
    ) -> Result<Self, RegistryError> {
        let is_near = reference.is_near();
        let scheme = if is_near { "http" } else { "https" };
        let (registry, repository) = (&reference.registry, &reference.repository);
        let base = format!("{scheme}://{registry}/v2/{repository}/");
        let mut session = Self {
            client: client(is_near, options)?,
            base: base
                .parse()
                .expect("the parts of a reference make an address"),
            reference: reference.clone(),
            authorization: None,
        };
        session.authorization = access::authorize(&session, access, &options.credentials).await?;
        Ok(session)
    }

    /// Fetches a manifest; none where there is none. The registry must say nothing
    /// else of its digest than its content does.
    pub(crate) async fn manifest(
        &self,
        which: &str,
        bytes_max: u64,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        let what = format!("the manifest {which}");
        let request = self.get(self.url(&format!("manifests/{which}")));
        let answer = self.send(request.header(ACCEPT, MANIFEST)).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let answer = self.expect(answer, StatusCode::OK, &what).await?;
        let said = answer.headers().get(CONTENT_DIGEST).cloned();
        let bytes = self.body(answer, bytes_max, &what).await?;
        let found = Digest::of(&bytes).to_string();
        if said.is_some_and(|said| said != found.as_str()) {
            let why = "the manifest has another digest than it says";
            return Err(self.nonsense(&what, why));
        }
        Ok(Some(bytes))
    }

    /// Fetches the tags that follow one, as many as the registry gives at once, and
    /// whether there are more.
    pub(crate) async fn tags(
        &self,
        after: Option<&str>,
        bytes_max: u64,
    ) -> Result<(Vec<String>, More), RegistryError> {
        let what = "its tags";
        let mut url = self.url("tags/list");
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("last", after);
        }
        let answer = self.send(self.get(url)).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok((Vec::new(), More::No));
        }
        let answer = self.expect(answer, StatusCode::OK, what).await?;
        let more = match answer.headers().contains_key(LINK) {
            true => More::Yes,
            false => More::No,
        };
        let bytes = self.body(answer, bytes_max, what).await?;
        let tags: Tags = serde_json::from_slice(&bytes)
            .map_err(|_| self.nonsense(what, "it is no list of tags"))?;
        Ok((tags.tags.unwrap_or_default(), more))
    }

    /// Sends a manifest.
    pub(crate) async fn put_manifest(
        &self,
        which: &str,
        bytes: &[u8],
    ) -> Result<(), RegistryError> {
        let what = format!("to take the manifest {which}");
        let request = self.client.put(self.url(&format!("manifests/{which}")));
        let request = request.header(CONTENT_TYPE, MANIFEST).body(bytes.to_vec());
        let answer = self.send(self.authorized(request)).await?;
        let answer = self.expect(answer, StatusCode::CREATED, &what).await?;
        let said = answer.headers().get(CONTENT_DIGEST);
        if said.is_some_and(|said| said != Digest::of(bytes).to_string().as_str()) {
            let why = "it has taken something else";
            return Err(self.nonsense(&what, why));
        }
        Ok(())
    }

    /// An address below the repository.
    pub(super) fn url(&self, path: &str) -> Url {
        self.base.join(path).expect("the path is made here")
    }

    pub(super) fn get(&self, url: Url) -> RequestBuilder {
        self.authorized(self.client.get(url))
    }

    /// A request that says nothing of who we are.
    pub(super) fn get_as_nobody(&self, url: Url) -> RequestBuilder {
        self.client.get(url)
    }

    pub(super) fn head(&self, url: Url) -> RequestBuilder {
        self.authorized(self.client.head(url))
    }

    pub(super) fn post(&self, url: Url) -> RequestBuilder {
        self.authorized(self.client.post(url))
    }

    pub(super) fn put(&self, url: Url) -> RequestBuilder {
        self.authorized(self.client.put(url))
    }

    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.authorization {
            Some(value) => request.header(AUTHORIZATION, value.clone()),
            None => request,
        }
    }

    /// Sends a request. A registry that does not allow it answers nothing else.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, RegistryError> {
        let answer = self.send_unjudged(request).await?;
        match answer.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(RegistryError::NotAllowed {
                reference: self.reference.to_string(),
                status: answer.status().as_u16(),
            }),
            _ => Ok(answer),
        }
    }

    /// Sends a request, whatever the answer is.
    pub(super) async fn send_unjudged(
        &self,
        request: RequestBuilder,
    ) -> Result<Response, RegistryError> {
        let answer = request.send().await;
        answer.map_err(|error| RegistryError::Unreachable {
            reference: self.reference.to_string(),
            message: innermost(error),
        })
    }

    /// The answer, if it is the one that was hoped for.
    pub(super) async fn expect(
        &self,
        answer: Response,
        wanted: StatusCode,
        what: &str,
    ) -> Result<Response, RegistryError> {
        let status = answer.status();
        if status == wanted {
            return Ok(answer);
        }
        if status.is_redirection() {
            let to = answer.headers().get(LOCATION);
            let to = to.and_then(|to| to.to_str().ok()).unwrap_or("nowhere");
            let why = "only the content of files may be elsewhere";
            return Err(self.elsewhere(what, to, why));
        }
        // What it says of a failure is not worth another failure.
        let said = self.body(answer, TOLD_BYTES_MAX, what).await;
        let said = String::from_utf8_lossy(&said.unwrap_or_default()).into_owned();
        let said: String = said.trim().chars().take(TOLD_LETTERS_MAX).collect();
        Err(RegistryError::Failed {
            reference: self.reference.to_string(),
            what: what.to_owned(),
            status: status.as_u16(),
            said: plain(&said.replace(['\r', '\n'], " ")),
        })
    }

    /// Reads an answer that may have so many bytes.
    pub(super) async fn body(
        &self,
        mut answer: Response,
        bytes_max: u64,
        what: &str,
    ) -> Result<Vec<u8>, RegistryError> {
        let too_much = || RegistryError::TooMuch {
            reference: self.reference.to_string(),
            what: what.to_owned(),
            max: bytes_max,
        };
        if answer.content_length().is_some_and(|said| said > bytes_max) {
            return Err(too_much());
        }
        let mut bytes = Vec::new();
        loop {
            let part = answer
                .chunk()
                .await
                .map_err(|error| RegistryError::BrokeOff {
                    reference: self.reference.to_string(),
                    what: what.to_owned(),
                    message: innermost(error),
                })?;
            let Some(part) = part else {
                return Ok(bytes);
            };
            if (bytes.len() + part.len()) as u64 > bytes_max {
                return Err(too_much());
            }
            bytes.extend_from_slice(&part);
        }
    }

    /// Why an address is not gone to: only encrypted ones are, and those of this
    /// machine where the registry is this machine as well.
    pub(super) fn refuses(&self, url: &Url) -> Option<&'static str> {
        let is_near = self.reference.is_near();
        let is_here = url.host_str().is_some_and(is_loopback);
        match url.scheme() {
            "http" if is_near && is_here => None,
            "https" if is_near || !is_here => None,
            "https" => Some("a registry elsewhere has no business on this machine"),
            _ => Some("it is not encrypted"),
        }
    }

    pub(super) fn nonsense(&self, what: &str, why: &'static str) -> RegistryError {
        RegistryError::Nonsense {
            reference: self.reference.to_string(),
            what: what.to_owned(),
            why,
        }
    }

    pub(super) fn elsewhere(&self, what: &str, to: &str, why: &'static str) -> RegistryError {
        RegistryError::Elsewhere {
            reference: self.reference.to_string(),
            what: what.to_owned(),
            to: plain(&to.chars().take(TOLD_LETTERS_MAX).collect::<String>()),
            why,
        }
    }
}

fn client(is_near: bool, options: &RegistryOptions) -> Result<Client, RegistryError> {
    let agent = concat!("treaty/", env!("CARGO_PKG_VERSION"));
    // Redirects are followed by hand, where they may be.
    let mut client = Client::builder()
        .user_agent(agent)
        .redirect(Policy::none())
        .connect_timeout(options.silence_max)
        .read_timeout(options.silence_max)
        .tls_backend_preconfigured(tls(is_near)?);
    if is_near {
        client = client.no_proxy();
    }
    let made = client.build();
    made.map_err(|error| RegistryError::Machine(error.without_url().to_string()))
}

/// How connections are encrypted, by the authorities that the machine trusts. A
/// registry on this machine is not encrypted, and needs none.
fn tls(is_near: bool) -> Result<ClientConfig, RegistryError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() && !is_near {
        let message = "the machine names no authorities that it trusts";
        return Err(RegistryError::Machine(message.to_owned()));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| RegistryError::Machine(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// The innermost reason says most, and has no address in it.
fn innermost(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        message = inner.to_string();
        source = inner.source();
    }
    plain(&message)
}
