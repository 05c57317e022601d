//! What a registry may lie about, by name: one answer, and the others honest.

use treaty_model::Digest;

use crate::forge::{self, Forge};
use crate::lying::{Answer, Asked, Body};

/// Changes an honest answer.
pub type Lie = Box<dyn Fn(&Asked, Answer) -> Answer + Send + Sync>;

/// A lie in the answer to whatever has this in its path.
fn lie(of: &str, answer: impl Fn(Answer) -> Answer + Send + Sync + 'static) -> Lie {
    let of = of.to_owned();
    Box::new(move |asked, honest| match asked.path.contains(&of) {
        true => answer(honest),
        false => honest,
    })
}

/// Every lie about what is fetched.
pub fn lies() -> Vec<(&'static str, Lie)> {
    let mut lies = of_manifests();
    lies.extend(of_contents());
    lies.extend(of_the_rest());
    lies
}

/// A manifest of something else.
const DOCKER: &[u8] = b"{\"schemaVersion\":2,\"config\":{}}";

fn send(to: &'static str) -> impl Fn(Answer) -> Answer {
    move |_| Answer::to(307, to)
}

fn of_manifests() -> Vec<(&'static str, Lie)> {
    let manifest = "manifests/1";
    let other = Digest::of(b"other").to_string();
    vec![
        ("no registry", lie("/v2/", |_| Answer::status(404))),
        (
            "a failure",
            lie(manifest, |_| {
                Answer::with(500, Body::Whole(b"out of\x1b[2J luck\r\nsorry".to_vec()))
            }),
        ),
        ("not for us", lie(manifest, |_| Answer::status(403))),
        (
            "it does not say how to know us",
            lie("/v2/", |_| Answer::status(401)),
        ),
        (
            "another digest in the header",
            lie(manifest, move |honest| Answer {
                headers: vec![("docker-content-digest".into(), other.clone())],
                ..honest
            }),
        ),
        (
            "a manifest of something else",
            lie(manifest, |_| Answer::ok(DOCKER)),
        ),
        (
            "an endless manifest",
            lie(manifest, |_| Answer::with(200, Body::Endless)),
        ),
        (
            "a manifest of a terabyte",
            lie(manifest, |_| {
                Answer::with(200, Body::Said(1 << 40, Vec::new()))
            }),
        ),
        (
            "a manifest that breaks off",
            lie(manifest, |_| {
                Answer::with(200, Body::Said(1000, b"{\"schema".to_vec()))
            }),
        ),
        (
            "a manifest elsewhere",
            lie(manifest, send("http://192.0.2.1/x")),
        ),
        (
            "a failure without end",
            lie(manifest, |_| Answer::with(500, Body::Endless)),
        ),
    ]
}

fn of_contents() -> Vec<(&'static str, Lie)> {
    let sound = Forge::of(&forge::archive());
    let blob = format!("blobs/{}", sound.layer("rules/phone-decides.wasm").0);
    vec![
        ("no content", lie(&blob, |_| Answer::status(404))),
        (
            "another content",
            lie(&blob, |_| Answer::ok(b"\0asm\x0d\0\x02\0")),
        ),
        (
            "more content than said",
            lie(&blob, |_| Answer::ok(&[0; 9])),
        ),
        (
            "less content than said",
            lie(&blob, |_| Answer::ok(&[0; 7])),
        ),
        (
            "endless content",
            lie(&blob, |_| Answer::with(200, Body::Endless)),
        ),
        (
            "content that breaks off",
            lie(&blob, |_| {
                Answer::with(200, Body::Said(8, b"\0asm".to_vec()))
            }),
        ),
        (
            "content in the open",
            lie(&blob, send("http://192.0.2.1/secret")),
        ),
        ("content in a file", lie(&blob, send("file:///etc/passwd"))),
        ("content nowhere", lie(&blob, |_| Answer::status(307))),
        ("content further on and on", lie(&blob, send("?again"))),
    ]
}

fn of_the_rest() -> Vec<(&'static str, Lie)> {
    vec![
        (
            "signatures of something else",
            lie(".minisig", |_| Answer::ok(DOCKER)),
        ),
        (
            "a token in the open",
            lie("/v2/", |_| {
                let realm = "Bearer realm=\"http://192.0.2.1/token\",service=\"x\"";
                Answer::status(401).header("www-authenticate", realm)
            }),
        ),
    ]
}
