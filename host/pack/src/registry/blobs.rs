//! The content of files: fetched, also from where a registry keeps it, and sent.

use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Response, StatusCode, Url};
use treaty_model::Digest;

use crate::registry::RegistryError;
use crate::registry::session::Session;

/// How often a registry may send us on. The large ones do so once.
const REDIRECTS_MAX: usize = 3;

impl Session {
    /// Fetches a blob that has this digest and size.
    pub(crate) async fn blob(&self, digest: Digest, size: u64) -> Result<Vec<u8>, RegistryError> {
        let what = format!("the content {digest}");
        let answer = self.follow(&format!("blobs/{digest}"), &what).await?;
        let answer = self.expect(answer, StatusCode::OK, &what).await?;
        let other_size = |found| RegistryError::OtherSize {
            reference: self.reference.to_string(),
            what: what.clone(),
            found,
            said: size,
        };
        if let Some(found) = answer.content_length()
            && found != size
        {
            return Err(other_size(found));
        }
        let bytes = self.body(answer, size, &what).await?;
        if bytes.len() as u64 != size {
            return Err(other_size(bytes.len() as u64));
        }
        let found = Digest::of(&bytes);
        if found == digest {
            return Ok(bytes);
        }
        Err(RegistryError::OtherDigest {
            reference: self.reference.to_string(),
            wanted: digest,
            found,
        })
    }

    /// Asks for a blob, and goes where the registry says that it is. It is what
    /// its digest says, wherever it comes from; but who we are is told to nobody
    /// else.
    async fn follow(&self, path: &str, what: &str) -> Result<Response, RegistryError> {
        let mut url = self.url(path);
        for _ in 0..=REDIRECTS_MAX {
            let request = match url.origin() == self.base.origin() {
                true => self.get(url.clone()),
                false => self.get_as_nobody(url.clone()),
            };
            let answer = self.send(request).await?;
            if !answer.status().is_redirection() {
                return Ok(answer);
            }
            url = self.location(&answer, &url, what)?;
            if let Some(why) = self.refuses(&url) {
                return Err(self.elsewhere(what, url.as_str(), why));
            }
        }
        Err(self.elsewhere(what, url.as_str(), "it sends us on and on"))
    }

    /// Sends a blob, unless it is there.
    pub(crate) async fn put_blob(&self, digest: Digest, bytes: &[u8]) -> Result<(), RegistryError> {
        let what = format!("to take the content {digest}");
        let request = self.head(self.url(&format!("blobs/{digest}")));
        let there = self.send(request).await?;
        if there.status() == StatusCode::OK {
            return Ok(());
        }
        self.expect(there, StatusCode::NOT_FOUND, &what).await?;
        let begun = self.send(self.post(self.url("blobs/uploads/"))).await?;
        let begun = self.expect(begun, StatusCode::ACCEPTED, &what).await?;
        let mut url = self.location(&begun, begun.url(), &what)?;
        // The content of a pack goes to the registry that was named, and nowhere else.
        if url.origin() != self.base.origin() {
            let why = "a pack is sent to the registry itself only";
            return Err(self.elsewhere(&what, url.as_str(), why));
        }
        url.query_pairs_mut()
            .append_pair("digest", &digest.to_string());
        let request = self
            .put(url)
            .header(CONTENT_TYPE, "application/octet-stream");
        let sent = self.send(request.body(bytes.to_vec())).await?;
        self.expect(sent, StatusCode::CREATED, &what).await?;
        Ok(())
    }

    /// Where an answer sends us.
    fn location(&self, answer: &Response, from: &Url, what: &str) -> Result<Url, RegistryError> {
        let said = answer.headers().get(LOCATION);
        let said = said.and_then(|said| said.to_str().ok());
        let url = said.and_then(|said| from.join(said).ok());
        url.ok_or_else(|| self.nonsense(what, "it does not say where"))
    }
}
