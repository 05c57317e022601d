//! The engine's settings, and the clock that its deadlines are counted by.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::{Limits, SandboxError};

/// How often the clock ticks. Deadlines are as coarse as this.
const TICK: Duration = Duration::from_millis(20);

/// An engine in which the same call gives the same bytes and burns the same
/// fuel, and nothing outlives a call.
pub(crate) fn engine(limits: &Limits) -> Result<Engine, SandboxError> {
    let mut config = config(limits);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    Engine::new(&config).map_err(|error| SandboxError::Engine {
        detail: format!("{error:#}"),
    })
}

/// An engine that only compiles: it sets no memory aside for instances.
pub(crate) fn compiling_engine(limits: &Limits) -> wasmtime::Result<Engine> {
    Engine::new(&config(limits))
}

/// What compiled code depends on.
fn config(limits: &Limits) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .consume_fuel(true)
        .epoch_interruption(true)
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .max_wasm_stack(limits.stack_bytes);
    config
}

/// Slots for as many calls at once as the limits allow, each with as much as one
/// component may hold.
fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let of_all = |each: u32| each.saturating_mul(limits.calls_at_once);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(limits.calls_at_once)
        .max_component_instance_size(4 << 20)
        .max_core_instance_size(4 << 20)
        .max_core_instances_per_component(limits.instances)
        .total_core_instances(of_all(limits.instances))
        .max_memories_per_component(limits.memories)
        .max_memories_per_module(limits.memories)
        .total_memories(of_all(limits.memories))
        .max_tables_per_component(limits.tables)
        .max_tables_per_module(limits.tables)
        .total_tables(of_all(limits.tables))
        .table_elements(limits.table_elements)
        .max_memory_size(limits.memory_bytes)
        // Wiping the little memory that an instance touched is faster than asking
        // for it again; what it touched beyond that is given back at once. Where
        // the kernel cannot say what was touched, all of it is wiped.
        .pagemap_scan(Enabled::Auto)
        .linear_memory_keep_resident(1 << 20)
        .table_keep_resident(64 << 10);
    pool
}

/// Ticks for the wall-clock backstop as long as it lives.
pub(crate) struct Ticker {
    _stop: mpsc::Sender<()>,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> Result<Self, SandboxError> {
        let engine = engine.weak();
        let (stop, stopped) = mpsc::channel::<()>();
        std::thread::Builder::new()
            .name("sandbox-clock".to_owned())
            .spawn(move || {
                while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    match engine.upgrade() {
                        Some(engine) => engine.increment_epoch(),
                        None => return,
                    }
                }
            })
            .map_err(SandboxError::Thread)?;
        Ok(Self { _stop: stop })
    }

    /// How many ticks a stretch of time takes, at least two: the first may come
    /// at once.
    pub(crate) fn ticks(time: Duration) -> u64 {
        let ticks = time.as_millis() / TICK.as_millis();
        u64::try_from(ticks)
            .unwrap_or(u64::MAX >> 1)
            .saturating_add(2)
    }
}
