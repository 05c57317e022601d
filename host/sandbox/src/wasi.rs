//! A WASI 0.2 that gives nothing, for components of standard toolchains.
//!
//! What toolchains call without being asked to answers with the least there is:
//! the batch's own time, seeded random numbers, an empty environment, closed
//! input; what is printed goes to the log. Everything else is there to be
//! imported and stops the component when it is called.

mod clocks;
mod streams;

use std::fmt;

use wasmtime::component::types::{ComponentInstance, ComponentItem};
use wasmtime::component::{Component, Linker, LinkerInstance, ResourceType};
use wasmtime::{StoreContextMut, Trap};

use crate::log::LogLevel;
use crate::state::State;

pub(crate) use streams::Lines;

/// A component called something that does not exist here.
#[derive(Debug)]
pub(crate) struct InertCall {
    interface: String,
    function: String,
}

/// What one call sees of WASI.
pub(crate) struct Inert {
    now_micros: i64,
    random: u64,
    handles: u32,
    handles_max: u32,
    lines: Lines,
}

impl Inert {
    pub(crate) fn new(now_micros: i64, handles_max: u32) -> Self {
        Self {
            now_micros,
            random: 0,
            handles: 0,
            handles_max,
            lines: Lines::default(),
        }
    }

    /// The next number of a fixed sequence (SplitMix64): the same in every call.
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The marks by which the resources of WASI are told apart. None holds anything.
pub(crate) enum InputStream {}
pub(crate) enum OutputStream {}
pub(crate) enum Pollable {}
pub(crate) enum IoError {}
pub(crate) enum Nothing {}

/// Defines every interface of WASI that the component imports.
pub(crate) fn link(linker: &mut Linker<State>, component: &Component) -> wasmtime::Result<()> {
    let engine = linker.engine().clone();
    for (name, item) in component.component_type().imports(&engine) {
        if !name.starts_with("wasi:") {
            continue;
        }
        if let ComponentItem::ComponentInstance(interface) = &item.ty {
            let mut instance = linker.instance(name)?;
            link_interface(&mut instance, name, interface, &engine)?;
        }
    }
    Ok(())
}

fn link_interface(
    instance: &mut LinkerInstance<'_, State>,
    name: &str,
    interface: &ComponentInstance,
    engine: &wasmtime::Engine,
) -> wasmtime::Result<()> {
    let plain = name.split_once('@').map_or(name, |(plain, _)| plain);
    for (item_name, item) in interface.exports(engine) {
        match item.ty {
            ComponentItem::Resource(_) => {
                instance.resource(item_name, resource(item_name), |mut store, _| {
                    let handles = &mut store.data_mut().inert.handles;
                    *handles = handles.saturating_sub(1);
                    Ok(())
                })?;
            }
            ComponentItem::ComponentFunc(_) => {
                let defined = clocks::link(instance, plain, item_name)?
                    || streams::link(instance, plain, item_name)?;
                if !defined {
                    refuse(instance, name, item_name)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn resource(name: &str) -> ResourceType {
    match name {
        "input-stream" => ResourceType::host::<InputStream>(),
        "output-stream" => ResourceType::host::<OutputStream>(),
        "pollable" => ResourceType::host::<Pollable>(),
        "error" => ResourceType::host::<IoError>(),
        _ => ResourceType::host::<Nothing>(),
    }
}

/// A function that can be imported but not called.
fn refuse(
    instance: &mut LinkerInstance<'_, State>,
    interface: &str,
    function: &str,
) -> wasmtime::Result<()> {
    let interface = interface.to_owned();
    let name = function.to_owned();
    instance.func_new(function, move |_, _, _, _| {
        Err(wasmtime::Error::new(InertCall {
            interface: interface.clone(),
            function: name.clone(),
        }))
    })
}

/// Counts a handle that is handed out.
fn hand_out(store: &mut StoreContextMut<'_, State>) -> wasmtime::Result<()> {
    let inert = &mut store.data_mut().inert;
    if inert.handles >= inert.handles_max {
        return Err(Trap::AllocationTooLarge.into());
    }
    inert.handles += 1;
    Ok(())
}

/// Writes what was printed to the log.
fn print(store: &mut StoreContextMut<'_, State>, bytes: &[u8]) {
    let State { log, inert, .. } = store.data_mut();
    inert
        .lines
        .push(bytes, |line| log.write(LogLevel::Info, line));
}

impl fmt::Display for InertCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{} does nothing here", self.interface, self.function)
    }
}

impl std::error::Error for InertCall {}
