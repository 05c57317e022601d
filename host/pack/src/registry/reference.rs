//! Where a pack is in the world: `registry.example.com/acme/b2b-base:2.1.0`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use treaty_model::Digest;

/// A pack in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackReference {
    /// The registry: a host, with a port where it is not the usual one.
    pub registry: String,
    /// The repository in it.
    pub repository: String,
    /// Which pack of the repository.
    pub which: Which,
}

/// Which pack of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Nothing is said: the pack's own version, where it is sent.
    Latest,
    /// The one that a tag stands for today.
    Tag(String),
    /// This one and no other.
    Digest(Digest),
}

/// Why a text names no pack in a registry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} names no pack in a registry: {why}")]
pub struct NoReference {
    text: String,
    why: &'static str,
}

impl NoReference {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        "as in registry.example.com/acme/b2b-base:2.1.0, or …/b2b-base@sha256:…"
    }
}

impl PackReference {
    /// Whether the registry is this machine. Only then nothing is encrypted.
    pub fn is_near(&self) -> bool {
        is_loopback(host(&self.registry))
    }

    /// The same repository, and this pack of it.
    pub fn at(&self, digest: Digest) -> Self {
        Self {
            which: Which::Digest(digest),
            ..self.clone()
        }
    }
}

/// The host without its port.
fn host(registry: &str) -> &str {
    match registry.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => registry,
    }
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let is_address = |ip: IpAddr| ip.is_loopback();
    host == "localhost" || address.parse().is_ok_and(is_address)
}

impl FromStr for PackReference {
    type Err = NoReference;

    fn from_str(text: &str) -> Result<Self, NoReference> {
        let wrong = |why| NoReference {
            text: text.to_owned(),
            why,
        };
        if text.contains("://") {
            return Err(wrong("it has no scheme"));
        }
        let (registry, rest) = text.split_once('/').ok_or(wrong("it has no repository"))?;
        if !is_registry(registry) {
            return Err(wrong("it begins with a host, and a port if need be"));
        }
        let (rest, digest) = match rest.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (rest, None),
        };
        let (repository, tag) = match rest.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (rest, None),
        };
        if repository.len() > 255 || !repository.split('/').all(is_part) {
            let why = "a repository is small letters, digits, `.`, `_` and `-` between `/`";
            return Err(wrong(why));
        }
        let which = match (tag, digest) {
            (None, None) => Which::Latest,
            (Some(tag), None) if is_tag(tag) => Which::Tag(tag.to_owned()),
            (None, Some(digest)) => {
                let digest = serde_json::from_value(digest.into());
                Which::Digest(digest.map_err(|_| wrong("a digest is sha256: and 64 digits"))?)
            }
            (Some(_), None) => return Err(wrong("a tag is letters, digits, `.`, `_` and `-`")),
            (Some(_), Some(_)) => return Err(wrong("it has a tag and a digest; say one of them")),
        };
        Ok(Self {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            which,
        })
    }
}

/// A host and a port.
fn is_registry(text: &str) -> bool {
    let host = host(text);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    let is_name = !host.is_empty() && host.bytes().all(fits) && !host.starts_with(['-', '.']);
    let address = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let is_address = address.is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok());
    let port = text.strip_prefix(host).unwrap_or_default();
    let port = port.strip_prefix(':');
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    (is_name || is_address) && is_port
}

/// A part of a repository's name, by the OCI distribution specification: signs
/// stand between letters only.
fn is_part(part: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = part.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    let ends_plain = ends.iter().all(|end| end.is_some_and(|end| is_plain(*end)));
    let fits = |byte: u8| is_plain(byte) || b"._-".contains(&byte);
    ends_plain && bytes.iter().all(|byte| fits(*byte)) && !part.contains("..")
}

fn is_tag(tag: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=128).contains(&tag.len()) && tag.bytes().all(fits) && !tag.starts_with(['.', '-'])
}

impl fmt::Display for PackReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (registry, repository) = (&self.registry, &self.repository);
        write!(f, "{registry}/{repository}")?;
        match &self.which {
            Which::Latest => Ok(()),
            Which::Tag(tag) => write!(f, ":{tag}"),
            Which::Digest(digest) => write!(f, "@{digest}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_what_it_was_read_from() {
        let digest = Digest::of(b"x");
        for text in [
            "registry.example.com/acme/b2b-base:2.1.0",
            "localhost:5000/b2b-base",
            "[::1]:5000/a.b/c_d:x",
            &format!("ghcr.io/acme/b2b@{digest}"),
        ] {
            let found: PackReference = text.parse().expect("a reference");
            assert_eq!(found.to_string(), text);
        }
        for text in [
            "",
            "b2b-base:2.1.0",
            "https://ghcr.io/acme/b2b",
            "ghcr.io/Acme/b2b",
            "ghcr.io/acme/../b2b",
            "ghcr.io/acme//b2b",
            "ghcr.io/acme/b2b:",
            "ghcr.io/acme/b2b:a b",
            "ghcr.io/acme/b2b:a/b",
            "ghcr.io/acme/b2b@sha256:12",
            "ghcr.io:0/acme/b2b",
            "user@ghcr.io/acme/b2b",
            "user:secret@ghcr.io/acme/b2b",
            "ghcr.io?x/acme/b2b",
        ] {
            assert!(text.parse::<PackReference>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_this_machine_is_near() {
        let check = |registry: &str, expected: bool| {
            let reference = format!("{registry}/a").parse::<PackReference>();
            assert_eq!(
                reference.expect("a reference").is_near(),
                expected,
                "{registry}"
            );
        };
        check("localhost", true);
        check("localhost:5000", true);
        check("127.0.0.1:5000", true);
        check("[::1]:5000", true);
        check("localhost.example.com", false);
        check("127.0.0.1.example.com", false);
        check("10.0.0.1:5000", false);
    }
}
