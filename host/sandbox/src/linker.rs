//! Ties a component's imports to what the host gives: the log, and for the
//! inert profile a WASI that holds nothing.

use wasmtime::component::{Component, InstancePre, Linker, WasmStr};
use wasmtime::{Engine, StoreContextMut};

use crate::contract::names;
use crate::contract::types::LevelOut;
use crate::state::{State, charge};
use crate::{LoadError, Profile, wasi};

/// Links a component whose imports the audit has let through.
pub(crate) fn link(
    engine: &Engine,
    component: &Component,
    profile: Profile,
) -> Result<InstancePre<State>, LoadError> {
    let mut linker = Linker::new(engine);
    let linked = link_log(&mut linker).and_then(|()| match profile {
        Profile::Contract => Ok(()),
        Profile::InertWasi => wasi::link(&mut linker, component),
    });
    linked
        .and_then(|()| linker.instantiate_pre(component))
        .map_err(|error| LoadError::Mismatch {
            item: "an import".to_owned(),
            detail: format!("{error:#}"),
        })
}

fn link_log(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.instance(names::LOG)?.func_wrap(
        "write",
        |mut store: StoreContextMut<'_, State>, (level, message): (LevelOut, WasmStr)| {
            if store.data().log.is_full() {
                charge(&mut store, 0)?;
                store.data_mut().log.dropped += 1;
                return Ok(());
            }
            let message = message.to_str(&store)?.into_owned();
            charge(&mut store, message.len())?;
            store.data_mut().log.write(level.into(), &message);
            Ok(())
        },
    )
}
