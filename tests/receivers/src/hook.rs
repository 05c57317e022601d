//! A server for webhooks.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;

use crate::listen;

/// The longest head of a request.
const HEADERS_MAX: usize = 32;

/// A request as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// `POST`, as a rule.
    pub method: String,
    /// The path, with what follows it.
    pub path: String,
    /// Headers, their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The document.
    pub body: Json,
}

/// A server that answers as it is told, and keeps what it was sent.
#[derive(Clone)]
pub struct Hook {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    answers: VecDeque<u16>,
    requests: Vec<Request>,
    /// Connections that get no answer.
    held: Vec<TcpStream>,
}

impl Hook {
    /// A server that gives these answers one after the other, then 200 for ever.
    /// In place of a 0 it says nothing, and keeps the connection open.
    pub fn start(answers: &[u16]) -> Self {
        let kept = Arc::new(Mutex::new(Kept {
            answers: answers.iter().copied().collect(),
            ..Kept::default()
        }));
        let of_thread = Arc::clone(&kept);
        let address = listen(move |stream| serve(stream, &of_thread));
        Self { address, kept }
    }

    /// Its address, with this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What it was sent, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.kept.lock().expect("nobody panicked").requests.clone()
    }
}

fn serve(mut stream: TcpStream, kept: &Mutex<Kept>) {
    let Some(request) = read(&mut stream) else {
        let refused = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        // Who sent this may be gone already.
        drop(stream.write_all(refused.as_bytes()));
        return;
    };
    let mut kept = kept.lock().expect("nobody panicked");
    kept.requests.push(request);
    let status = kept.answers.pop_front().unwrap_or(200);
    if status == 0 {
        kept.held.push(stream);
        return;
    }
    let said = "said by the receiver";
    let more = match status {
        300..=399 => "location: /elsewhere\r\n",
        _ => "",
    };
    let answer = format!(
        "HTTP/1.1 {status} Told\r\ncontent-length: {}\r\n{more}connection: close\r\n\r\n{said}",
        said.len()
    );
    drop(stream.write_all(answer.as_bytes()));
}

/// Reads a request to its end; none where it is none, or its body is no JSON.
fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut head = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(start) = head.parse(&bytes).ok()? else {
            continue;
        };
        let headers: BTreeMap<_, _> = head
            .headers
            .iter()
            .map(|header| {
                let value = String::from_utf8_lossy(header.value).into_owned();
                (header.name.to_lowercase(), value)
            })
            .collect();
        let length: usize = headers.get("content-length")?.parse().ok()?;
        if bytes.len() < start + length {
            continue;
        }
        return Some(Request {
            method: head.method?.to_owned(),
            path: head.path?.to_owned(),
            body: serde_json::from_slice(&bytes[start..start + length]).ok()?,
            headers,
        });
    }
}
