//! Tries to reach the network with the standard library.
//! target: wasm32-wasip2

use std::net::TcpStream;

use kit::resolver::keep_first;

kit::resolver!(|_, batch| {
    assert!(TcpStream::connect("127.0.0.1:80").is_err());
    batch.iter().map(keep_first).collect()
});
