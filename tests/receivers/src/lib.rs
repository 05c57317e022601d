//! What takes alerts in tests: a server for webhooks and a mail server, each on
//! a free port of the machine, gone with the process.
//!
//! Both are strict: what a real server would refuse, they refuse. They are used
//! as other programs would be, over a socket.

mod hook;
mod mail;

pub use hook::{Hook, Request};
pub use mail::{Letter, MailServer};

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Listens on a free port and hands every connection to a thread of its own.
fn listen(serve: impl Fn(TcpStream) + Clone + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || serve(stream));
        }
    });
    address
}

/// An address on this machine at which nobody listens.
pub fn nobody() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("it has an address")
}
