//! Time, chance, environment and exit: `wasi:clocks`, `wasi:random`, `wasi:cli`.

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, LinkerInstance, Lower, Resource};

use super::{InertCall, Nothing, hand_out};
use crate::state::{State, charge};

/// The most random bytes that one call gives.
const RANDOM_BYTES_MAX: u64 = 64 << 10;

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

type Context<'a> = StoreContextMut<'a, State>;

/// Defines a function if it is one of these. Says whether it was.
pub(super) fn link(
    instance: &mut LinkerInstance<'_, State>,
    interface: &str,
    name: &str,
) -> wasmtime::Result<bool> {
    match (interface, name) {
        ("wasi:clocks/wall-clock", "now") => instance
            .func_wrap(name, |store: Context<'_>, ()| {
                Ok((datetime(store.data().inert.now_micros),))
            })?,
        ("wasi:clocks/wall-clock", "resolution") => {
            instance.func_wrap(name, |_: Context<'_>, ()| Ok((datetime(1),)))?;
        }
        ("wasi:clocks/monotonic-clock", "now") => {
            instance.func_wrap(name, |_: Context<'_>, ()| Ok((0_u64,)))?;
        }
        ("wasi:clocks/monotonic-clock", "resolution") => {
            instance.func_wrap(name, |_: Context<'_>, ()| Ok((1_000_u64,)))?;
        }
        ("wasi:random/random", "get-random-bytes")
        | ("wasi:random/insecure", "get-insecure-random-bytes") => {
            instance.func_wrap(name, |mut store: Context<'_>, (count,): (u64,)| {
                random_bytes(&mut store, count).map(|bytes| (bytes,))
            })?;
        }
        ("wasi:random/random", "get-random-u64")
        | ("wasi:random/insecure", "get-insecure-random-u64") => {
            instance.func_wrap(name, |mut store: Context<'_>, ()| {
                Ok((store.data_mut().inert.random(),))
            })?;
        }
        ("wasi:random/insecure-seed", "insecure-seed") => {
            instance.func_wrap(name, |mut store: Context<'_>, ()| {
                let inert = &mut store.data_mut().inert;
                Ok(((inert.random(), inert.random()),))
            })?;
        }
        _ => return link_environment(instance, interface, name),
    }
    Ok(true)
}

fn link_environment(
    instance: &mut LinkerInstance<'_, State>,
    interface: &str,
    name: &str,
) -> wasmtime::Result<bool> {
    match (interface, name) {
        ("wasi:cli/environment", "get-environment") => {
            instance.func_wrap(name, |_: Context<'_>, ()| {
                Ok((Vec::<(String, String)>::new(),))
            })?;
        }
        ("wasi:cli/environment", "get-arguments") => {
            instance.func_wrap(name, |_: Context<'_>, ()| Ok((Vec::<String>::new(),)))?;
        }
        ("wasi:cli/environment", "initial-cwd") => {
            instance.func_wrap(name, |_: Context<'_>, ()| Ok((None::<String>,)))?;
        }
        ("wasi:cli/exit", "exit") => {
            instance.func_wrap(
                name,
                |_: Context<'_>, (_,): (Result<(), ()>,)| -> wasmtime::Result<()> { Err(exit()) },
            )?;
        }
        ("wasi:filesystem/preopens", "get-directories") => {
            instance.func_wrap(name, |mut store: Context<'_>, ()| {
                charge(&mut store, 0)?;
                Ok((Vec::<(Resource<Nothing>, String)>::new(),))
            })?;
        }
        (
            "wasi:cli/terminal-stdin" | "wasi:cli/terminal-stdout" | "wasi:cli/terminal-stderr",
            _,
        ) => {
            instance.func_wrap(name, |_: Context<'_>, ()| Ok((None::<Resource<Nothing>>,)))?;
        }
        ("wasi:sockets/instance-network", "instance-network") => {
            instance.func_wrap(name, |mut store: Context<'_>, ()| {
                hand_out(&mut store)?;
                Ok((Resource::<Nothing>::new_own(0),))
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn exit() -> wasmtime::Error {
    wasmtime::Error::new(InertCall {
        interface: "wasi:cli/exit".to_owned(),
        function: "exit".to_owned(),
    })
}

/// A batch before 1970 has no time that WASI can express.
fn datetime(micros: i64) -> Datetime {
    let micros = u64::try_from(micros).unwrap_or(0);
    let nanoseconds = micros % 1_000_000 * 1_000;
    Datetime {
        seconds: micros / 1_000_000,
        nanoseconds: u32::try_from(nanoseconds).expect("less than a second"),
    }
}

fn random_bytes(store: &mut Context<'_>, count: u64) -> wasmtime::Result<Vec<u8>> {
    let count = usize::try_from(count.min(RANDOM_BYTES_MAX + 1)).expect("a small number");
    if count as u64 > RANDOM_BYTES_MAX {
        return Err(wasmtime::Trap::AllocationTooLarge.into());
    }
    charge(store, count)?;
    let inert = &mut store.data_mut().inert;
    let bytes = std::iter::repeat_with(|| inert.random().to_le_bytes()).flatten();
    Ok(bytes.take(count).collect())
}
