//! A registry that lies: it answers as it is told, over a socket of this machine.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use treaty_model::Digest;

use crate::forge::Forge;

/// A request, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub authorization: Option<String>,
}

/// What is answered.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Body,
}

/// What follows the headers.
#[derive(Clone)]
pub enum Body {
    /// These bytes, and their number.
    Whole(Vec<u8>),
    /// These bytes, though another number is said.
    Said(u64, Vec<u8>),
    /// Bytes until nobody takes them any more, and no number.
    Endless,
    /// Not even an answer; the connection stays.
    Silence,
}

impl Answer {
    pub fn ok(bytes: &[u8]) -> Self {
        Self::with(200, Body::Whole(bytes.to_vec()))
    }

    pub fn status(status: u16) -> Self {
        Self::with(status, Body::Whole(b"{}".to_vec()))
    }

    pub fn with(status: u16, body: Body) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body,
        }
    }

    pub fn to(status: u16, place: &str) -> Self {
        Self::status(status).header("location", place)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A registry that answers as it is told.
pub struct Lying {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Lying {
    /// Starts one.
    pub fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, kept) = (Arc::new(answer), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, kept) = (Arc::clone(&answer), Arc::clone(&kept));
                // Who asked may be gone before the answer is.
                thread::spawn(move || drop(serve(stream, &*answer, &kept)));
            }
        });
        Self { address, asked }
    }

    /// What it was asked.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("nobody panicked").clone()
    }
}

fn serve(
    mut stream: TcpStream,
    answer: &dyn Fn(&Asked) -> Answer,
    kept: &Mutex<Vec<Asked>>,
) -> std::io::Result<()> {
    let Some(asked) = read(&mut stream)? else {
        return Ok(());
    };
    kept.lock().expect("nobody panicked").push(asked.clone());
    let Answer {
        status,
        headers,
        body,
    } = answer(&asked);
    let length = match &body {
        Body::Whole(bytes) => Some(bytes.len() as u64),
        Body::Said(length, _) => Some(*length),
        Body::Endless => None,
        Body::Silence => {
            // Until the other side has had enough.
            let _ = stream.read(&mut [0]);
            return Ok(());
        }
    };
    let mut head = format!("HTTP/1.1 {status} Told\r\nconnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if let Some(length) = length {
        head += &format!("content-length: {length}\r\n");
    }
    head += "\r\n";
    stream.write_all(head.as_bytes())?;
    match body {
        Body::Whole(bytes) | Body::Said(_, bytes) if asked.method != "HEAD" => {
            stream.write_all(&bytes)
        }
        Body::Endless => loop {
            stream.write_all(&[b' '; 1 << 16])?;
        },
        _ => Ok(()),
    }
}

/// Reads a request to its end.
fn read(stream: &mut TcpStream) -> std::io::Result<Option<Asked>> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part)?;
        if count == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&part[..count]);
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut head = httparse::Request::new(&mut headers);
        let Ok(httparse::Status::Complete(start)) = head.parse(&bytes) else {
            continue;
        };
        let find = |name: &str| {
            let found = head.headers.iter();
            let mut found = found.filter(|header| header.name.eq_ignore_ascii_case(name));
            let value = found.next().map(|header| header.value);
            value.map(|value| String::from_utf8_lossy(value).into_owned())
        };
        let length: usize = find("content-length")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        if bytes.len() < start + length {
            continue;
        }
        return Ok(Some(Asked {
            method: head.method.unwrap_or_default().to_owned(),
            path: head.path.unwrap_or_default().to_owned(),
            authorization: find("authorization"),
        }));
    }
}

/// What an honest registry answers that holds one pack, under the tag `1`.
pub fn honest(archive: &[u8], asked: &Asked) -> Answer {
    let forge = Forge::of(archive);
    let index = forge.index();
    let manifest = crate::forge::digest(&index["manifests"][0]).to_owned();
    let rest = asked.path.strip_prefix("/v2/acme/b2b-base/");
    match rest.and_then(|rest| rest.split_once('/')) {
        None if asked.path == "/v2/" => Answer::ok(b"{}"),
        Some(("manifests", which)) if which == "1" || which == manifest => {
            let bytes = forge.blob(&manifest);
            Answer::ok(bytes).header("docker-content-digest", &Digest::of(bytes).to_string())
        }
        Some(("manifests", which)) if which.ends_with(".minisig") => {
            match index["manifests"].get(1) {
                Some(signatures) => Answer::ok(forge.blob(crate::forge::digest(signatures))),
                None => Answer::status(404),
            }
        }
        Some(("blobs", digest)) => {
            let name = crate::forge::blob_name(digest);
            let found = forge.entries.iter().find(|(other, _)| *other == name);
            found.map_or(Answer::status(404), |(_, bytes)| Answer::ok(bytes))
        }
        _ => Answer::status(404),
    }
}
