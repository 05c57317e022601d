//! A mail server: as much of RFC 5321 as a client needs that hands in a mail, in
//! that order and no other.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};

use crate::listen;

/// The longest line, its end included (RFC 5321, 4.5.3.1.6).
const LINE_BYTES_MAX: usize = 1000;

/// A mail as it was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The sender, as the envelope says.
    pub from: String,
    /// The recipients, as the envelope says.
    pub to: Vec<String>,
    /// Header and body, lines ended by a line feed, dots no longer doubled.
    pub text: String,
}

/// A mail server.
#[derive(Clone)]
pub struct MailServer {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    letters: Vec<Letter>,
    /// How many mails are refused before one is taken.
    refusals: u32,
    /// User and password, as `AUTH PLAIN` sends them (RFC 4616) in base64.
    login: Option<String>,
}

/// How far a session is.
enum Stage {
    Greeted,
    Introduced,
    From(String),
    To(Letter),
}

impl MailServer {
    /// A server that takes everything, once it has refused so many mails for the
    /// time being.
    pub fn start(refusals: u32) -> Self {
        Self::with(refusals, None)
    }

    /// A server that takes mails of those only that show these credentials: a
    /// zero, the user, a zero, the password, in base64.
    pub fn with_login(login: &str) -> Self {
        Self::with(0, Some(login.to_owned()))
    }

    fn with(refusals: u32, login: Option<String>) -> Self {
        let kept = Arc::new(Mutex::new(Kept {
            refusals,
            login,
            ..Kept::default()
        }));
        let of_thread = Arc::clone(&kept);
        // A client that goes away in the middle is no failure.
        let address = listen(move |stream| drop(serve(&stream, &of_thread)));
        Self { address, kept }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The mails it took, oldest first.
    pub fn letters(&self) -> Vec<Letter> {
        self.kept.lock().expect("nobody panicked").letters.clone()
    }
}

fn serve(mut stream: &TcpStream, kept: &Mutex<Kept>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream);
    let mut stage = Stage::Greeted;
    let mut is_known = kept.lock().expect("nobody panicked").login.is_none();
    stream.write_all(b"220 receiver.test ESMTP\r\n")?;
    while let Some(line) = read_line(&mut lines)? {
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let verb = verb.to_ascii_uppercase();
        let answer = match (verb.as_str(), stage) {
            ("QUIT", _) => {
                return stream.write_all(b"221 bye\r\n");
            }
            ("EHLO", _) if !rest.is_empty() => {
                stage = Stage::Introduced;
                match is_known {
                    true => "250-receiver.test\r\n250 8BITMIME",
                    false => "250-receiver.test\r\n250-8BITMIME\r\n250 AUTH PLAIN",
                }
            }
            ("AUTH", Stage::Introduced) if !is_known => {
                stage = Stage::Introduced;
                let login = kept.lock().expect("nobody panicked").login.clone();
                is_known = rest.strip_prefix("PLAIN ") == login.as_deref();
                match is_known {
                    true => "235 welcome",
                    false => "535 wrong user or password",
                }
            }
            ("MAIL", Stage::Introduced) if !is_known => {
                stage = Stage::Introduced;
                "530 say who you are"
            }
            ("MAIL", Stage::Introduced) => match mailbox(rest, "FROM:") {
                Some(from) => {
                    stage = Stage::From(from);
                    "250 ok"
                }
                None => {
                    stage = Stage::Introduced;
                    "501 MAIL FROM:<address>"
                }
            },
            ("RCPT", Stage::From(from)) => match mailbox(rest, "TO:") {
                Some(to) => {
                    let (to, text) = (vec![to], String::new());
                    stage = Stage::To(Letter { from, to, text });
                    "250 ok"
                }
                None => {
                    stage = Stage::From(from);
                    "501 RCPT TO:<address>"
                }
            },
            ("RCPT", Stage::To(mut letter)) => {
                let to = mailbox(rest, "TO:");
                let is_one = to.is_some();
                letter.to.extend(to);
                stage = Stage::To(letter);
                if is_one {
                    "250 ok"
                } else {
                    "501 RCPT TO:<address>"
                }
            }
            ("DATA", Stage::To(mut letter)) => {
                stream.write_all(b"354 go on\r\n")?;
                let Some(text) = read_text(&mut lines)? else {
                    return Ok(());
                };
                letter.text = text;
                stage = Stage::Introduced;
                let mut kept = kept.lock().expect("nobody panicked");
                if kept.refusals > 0 {
                    kept.refusals -= 1;
                    "451 come back later"
                } else {
                    kept.letters.push(letter);
                    "250 taken"
                }
            }
            ("MAIL" | "RCPT" | "DATA" | "AUTH", kept) => {
                stage = kept;
                "503 not now"
            }
            (_, kept) => {
                stage = kept;
                "500 what?"
            }
        };
        stream.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}

/// The address in `FROM:<address> …` or `TO:<address> …`.
fn mailbox(text: &str, word: &str) -> Option<String> {
    let (found, rest) = text.split_at_checked(word.len())?;
    let (address, _) = rest.strip_prefix('<')?.split_once('>')?;
    let fits = found.eq_ignore_ascii_case(word) && address.contains('@');
    fits.then(|| address.to_owned())
}

/// A line without its end; none where the client is gone. A line that does not
/// end as it must, or is too long, ends the session.
fn read_line(lines: &mut BufReader<&TcpStream>) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    lines.read_line(&mut line)?;
    let bare = line.strip_suffix("\r\n");
    let bare = bare.filter(|bare| line.len() <= LINE_BYTES_MAX && !bare.contains(['\r', '\n']));
    Ok(bare.map(str::to_owned))
}

/// Header and body, to the line that holds nothing but a dot.
fn read_text(lines: &mut BufReader<&TcpStream>) -> std::io::Result<Option<String>> {
    let mut text = String::new();
    while let Some(line) = read_line(lines)? {
        if line == "." {
            return Ok(Some(text));
        }
        text += line.strip_prefix('.').unwrap_or(&line);
        text.push('\n');
    }
    Ok(None)
}
