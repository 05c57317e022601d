//! Who we are to a registry: nobody, a user, or whoever a token stands for.

use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use serde::Deserialize;

use crate::registry::session::Session;
use crate::registry::{Credentials, RegistryError};

/// What is to be done in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Packs are fetched.
    Pull,
    /// Packs are sent.
    Push,
}

/// The longest answer of who gives out tokens.
const TOKEN_BYTES_MAX: u64 = 64 << 10;

/// What a registry wants of who uses it (RFC 7235).
#[derive(Clone, Debug, PartialEq, Eq)]
enum Challenge {
    /// Name and password, with each request.
    Basic,
    /// A token, which is to be had elsewhere.
    Bearer {
        realm: String,
        service: Option<String>,
    },
}

/// The answer of who gives out tokens; some say one, some the other.
#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

/// Asks the registry what it wants, and gives it that.
pub(crate) async fn authorize(
    session: &Session,
    access: Access,
    credentials: &Credentials,
) -> Result<Option<HeaderValue>, RegistryError> {
    let what = "its version";
    let root = session.base.join("/v2/").expect("it is a path");
    let request = session.get_as_nobody(root);
    let answer = session.send_unjudged(request).await?;
    if answer.status() != StatusCode::UNAUTHORIZED {
        session.expect(answer, StatusCode::OK, what).await?;
        return Ok(None);
    }
    match challenge(answer.headers()) {
        Some(Challenge::Basic) => Ok(basic(session, credentials)),
        Some(Challenge::Bearer { realm, service }) => {
            let token = token(session, access, credentials, &realm, service.as_deref()).await?;
            let header = HeaderValue::try_from(format!("Bearer {token}"));
            let mut header = header.map_err(|_| session.nonsense("a token", "it is none"))?;
            header.set_sensitive(true);
            Ok(Some(header))
        }
        None => Err(session.nonsense(what, "it does not say how it wants to know us")),
    }
}

fn basic(session: &Session, credentials: &Credentials) -> Option<HeaderValue> {
    let Credentials::User { name, password } = credentials else {
        return None;
    };
    // The client knows how such a header is written.
    let request = session.get_as_nobody(session.base.clone());
    let request = request.basic_auth(name, Some(password)).build().ok()?;
    request.headers().get(AUTHORIZATION).cloned()
}

/// Fetches a token for the repository.
async fn token(
    session: &Session,
    access: Access,
    credentials: &Credentials,
    realm: &str,
    service: Option<&str>,
) -> Result<String, RegistryError> {
    let what = "a token";
    let url: Result<reqwest::Url, _> = realm.parse();
    let mut url = url.map_err(|_| session.nonsense(what, "it does not say where"))?;
    if let Some(why) = session.refuses(&url) {
        return Err(session.elsewhere(what, realm, why));
    }
    let actions = match access {
        Access::Pull => "pull",
        Access::Push => "pull,push",
    };
    let scope = format!("repository:{}:{actions}", session.reference.repository);
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("scope", &scope);
        if let Some(service) = service {
            query.append_pair("service", service);
        }
    }
    let mut request = session.get_as_nobody(url);
    if let Credentials::User { name, password } = credentials {
        request = request.basic_auth(name, Some(password));
    }
    let answer = session.send(request).await?;
    let answer = session.expect(answer, StatusCode::OK, what).await?;
    let bytes = session.body(answer, TOKEN_BYTES_MAX, what).await?;
    let token: Option<Token> = serde_json::from_slice(&bytes).ok();
    let token = token.and_then(|token| token.token.or(token.access_token));
    token.ok_or_else(|| session.nonsense(what, "it is none"))
}

/// What a registry wants; the first that we know.
fn challenge(headers: &HeaderMap) -> Option<Challenge> {
    let said = headers.get_all(WWW_AUTHENTICATE).iter();
    let mut said = said.filter_map(|value| value.to_str().ok());
    said.find_map(read_challenge)
}

fn read_challenge(text: &str) -> Option<Challenge> {
    let (scheme, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    if scheme.eq_ignore_ascii_case("basic") {
        return Some(Challenge::Basic);
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let parameters = parameters(rest);
    let find = |name: &str| {
        let found = parameters
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    };
    Some(Challenge::Bearer {
        realm: find("realm")?,
        service: find("service"),
    })
}

/// `name="value"` between commas; a value may hold a comma.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        let name = name.trim_matches([',', ' ']);
        found.push((name.to_owned(), value.to_owned()));
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_says_what_it_wants() {
        let bearer = |realm: &str, service: Option<&str>| {
            Some(Challenge::Bearer {
                realm: realm.into(),
                service: service.map(str::to_owned),
            })
        };
        let check = |text: &str, expected: Option<Challenge>| {
            assert_eq!(read_challenge(text), expected, "{text}");
        };
        check("Basic realm=\"basic-realm\"", Some(Challenge::Basic));
        check("basic", Some(Challenge::Basic));
        check(
            "Bearer realm=\"https://auth.example.com/token\",service=\"r\",scope=\"a:b:pull,push\"",
            bearer("https://auth.example.com/token", Some("r")),
        );
        check("Bearer scope=\"a,b\", realm=x", bearer("x", None));
        check("Bearer realm=\"open", bearer("open", None));
        check("Bearer service=\"r\"", None);
        check("Negotiate", None);
        check("", None);
    }
}
