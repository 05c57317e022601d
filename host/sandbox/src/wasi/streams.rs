//! Streams: `wasi:io` and the three of `wasi:cli`. Input is at its end; what is
//! written becomes lines of the log.

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource, WasmList};

use super::{InputStream, IoError, OutputStream, Pollable, hand_out, print};
use crate::state::{State, charge};

/// How many bytes a stream takes at once, as `check-write` reports it.
const WRITE_BYTES_MAX: u64 = 4096;
/// A line that does not end is cut into pieces of this size.
const LINE_BYTES_MAX: usize = 4096;

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    LastOperationFailed(Resource<IoError>),
    #[component(name = "closed")]
    Closed,
}

type Context<'a> = StoreContextMut<'a, State>;
type Written = (Result<(), StreamError>,);

/// What was printed and has no end of line yet.
#[derive(Default)]
pub(crate) struct Lines {
    open: Vec<u8>,
}

impl Lines {
    /// Takes bytes and gives each line that they end.
    pub(super) fn push(&mut self, bytes: &[u8], mut line: impl FnMut(&str)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.open.extend_from_slice(piece);
            if self.open.ends_with(b"\n") || self.open.len() >= LINE_BYTES_MAX {
                line(String::from_utf8_lossy(&self.open).trim_end_matches('\n'));
                self.open.clear();
            }
        }
    }
}

/// Defines a function if it is one of these. Says whether it was.
pub(super) fn link(
    instance: &mut LinkerInstance<'_, State>,
    interface: &str,
    name: &str,
) -> wasmtime::Result<bool> {
    match (interface, name) {
        ("wasi:cli/stdin", "get-stdin") => {
            instance.func_wrap(name, |mut store: Context<'_>, ()| {
                hand_out(&mut store)?;
                Ok((Resource::<InputStream>::new_own(0),))
            })?;
        }
        ("wasi:cli/stdout", "get-stdout") | ("wasi:cli/stderr", "get-stderr") => {
            instance.func_wrap(name, |mut store: Context<'_>, ()| {
                hand_out(&mut store)?;
                Ok((Resource::<OutputStream>::new_own(0),))
            })?;
        }
        ("wasi:io/poll", "[method]pollable.block") => {
            instance.func_wrap(
                name,
                |mut store: Context<'_>, (_,): (Resource<Pollable>,)| charge(&mut store, 0),
            )?;
        }
        ("wasi:io/poll", "[method]pollable.ready") => {
            instance.func_wrap(name, |_: Context<'_>, (_,): (Resource<Pollable>,)| {
                Ok((true,))
            })?;
        }
        ("wasi:io/streams", name) => {
            return Ok(link_output(instance, name)? || link_input(instance, name)?);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn link_output(instance: &mut LinkerInstance<'_, State>, name: &str) -> wasmtime::Result<bool> {
    type Stream = Resource<OutputStream>;
    match name {
        "[method]output-stream.check-write" => {
            instance.func_wrap(name, |_: Context<'_>, (_,): (Stream,)| {
                Ok((Ok::<_, StreamError>(WRITE_BYTES_MAX),))
            })?;
        }
        "[method]output-stream.write" | "[method]output-stream.blocking-write-and-flush" => {
            instance.func_wrap(
                name,
                |mut store: Context<'_>,
                 (_, bytes): (Stream, WasmList<u8>)|
                 -> wasmtime::Result<Written> {
                    charge(&mut store, bytes.len())?;
                    if bytes.len() as u64 > WRITE_BYTES_MAX {
                        return Ok((Err(StreamError::Closed),));
                    }
                    let bytes = bytes.as_le_slice(&store).to_vec();
                    print(&mut store, &bytes);
                    Ok((Ok(()),))
                },
            )?;
        }
        "[method]output-stream.flush" | "[method]output-stream.blocking-flush" => {
            instance.func_wrap(
                name,
                |_: Context<'_>, (_,): (Stream,)| -> wasmtime::Result<Written> { Ok((Ok(()),)) },
            )?;
        }
        "[method]output-stream.subscribe" => {
            instance.func_wrap(name, |mut store: Context<'_>, (_,): (Stream,)| {
                hand_out(&mut store)?;
                Ok((Resource::<Pollable>::new_own(0),))
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn link_input(instance: &mut LinkerInstance<'_, State>, name: &str) -> wasmtime::Result<bool> {
    type Stream = Resource<InputStream>;
    match name {
        "[method]input-stream.read" | "[method]input-stream.blocking-read" => {
            instance.func_wrap(name, |_: Context<'_>, (_, _): (Stream, u64)| {
                Ok((Err::<Vec<u8>, _>(StreamError::Closed),))
            })?;
        }
        "[method]input-stream.skip" | "[method]input-stream.blocking-skip" => {
            instance.func_wrap(name, |_: Context<'_>, (_, _): (Stream, u64)| {
                Ok((Err::<u64, _>(StreamError::Closed),))
            })?;
        }
        "[method]input-stream.subscribe" => {
            instance.func_wrap(name, |mut store: Context<'_>, (_,): (Stream,)| {
                hand_out(&mut store)?;
                Ok((Resource::<Pollable>::new_own(0),))
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_lines() {
        let mut lines = Lines::default();
        let mut seen = Vec::new();
        for piece in ["on", "e\ntwo\n\nthr", "ee"] {
            lines.push(piece.as_bytes(), |line| seen.push(line.to_owned()));
        }
        lines.push("x".repeat(LINE_BYTES_MAX).as_bytes(), |line| {
            seen.push(line.chars().take(6).collect());
        });
        assert_eq!(seen, ["one", "two", "", "threex"]);
    }
}
