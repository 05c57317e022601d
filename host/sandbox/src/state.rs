//! What belongs to one call: its limits' counters, its log, its inert WASI.

use wasmtime::{ResourceLimiter, StoreContextMut, Trap};

use crate::contract::types::LevelOut;
use crate::log::{Log, LogLevel};
use crate::wasi::Inert;
use crate::{FaultKind, Limits};

/// Fuel that a call from the component into the host costs, beside what it
/// carries.
const HOST_CALL_FUEL: u64 = 500;

/// The data of a store. It is made for one call and dropped with it.
pub(crate) struct State {
    pub(crate) limiter: Limiter,
    pub(crate) log: Log,
    pub(crate) inert: Inert,
}

impl State {
    pub(crate) fn new(limits: &Limits, now_micros: i64) -> Self {
        Self {
            limiter: Limiter {
                memory_bytes_max: limits.memory_bytes,
                table_elements_max: limits.table_elements,
                memory_bytes: 0,
                table_elements: 0,
                refused: None,
                counts: [limits.instances, limits.tables, limits.memories].map(|n| n as usize),
            },
            log: Log::new(limits),
            inert: Inert::new(now_micros, limits.handles),
        }
    }
}

/// Says no to growth beyond the limits, and remembers that it did.
pub(crate) struct Limiter {
    memory_bytes_max: usize,
    table_elements_max: usize,
    /// What all memories of the instance have, in bytes.
    pub(crate) memory_bytes: usize,
    /// The elements of the largest table.
    pub(crate) table_elements: usize,
    counts: [usize; 3],
    /// What was refused last: the cause of the trap that tends to follow.
    pub(crate) refused: Option<FaultKind>,
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let others = self.memory_bytes.saturating_sub(current);
        let together = others.saturating_add(desired);
        if together > self.memory_bytes_max {
            self.refused = Some(FaultKind::MemoryLimit);
            return Ok(false);
        }
        self.memory_bytes = together;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let fits = desired <= self.table_elements_max;
        match fits {
            true => self.table_elements = self.table_elements.max(desired),
            false => self.refused = Some(FaultKind::TableLimit),
        }
        Ok(fits)
    }

    fn instances(&self) -> usize {
        self.counts[0]
    }

    fn tables(&self) -> usize {
        self.counts[1]
    }

    fn memories(&self) -> usize {
        self.counts[2]
    }
}

/// Takes fuel for work that the host does on the component's behalf, so that it
/// cannot be had for nothing.
pub(crate) fn charge(store: &mut StoreContextMut<'_, State>, bytes: usize) -> wasmtime::Result<()> {
    let price = HOST_CALL_FUEL.saturating_add(bytes as u64);
    let fuel = store.get_fuel()?;
    match fuel.checked_sub(price) {
        Some(rest) => store.set_fuel(rest),
        None => {
            store.set_fuel(0)?;
            Err(Trap::OutOfFuel.into())
        }
    }
}

impl From<LevelOut> for LogLevel {
    fn from(level: LevelOut) -> Self {
        match level {
            LevelOut::Debug => Self::Debug,
            LevelOut::Info => Self::Info,
            LevelOut::Warning => Self::Warning,
        }
    }
}
