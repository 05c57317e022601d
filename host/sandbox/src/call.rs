//! One call into a component: a fresh store and instance, limits before
//! anything runs, and a verdict on whatever comes back.

use wasmtime::component::{Instance, InstancePre};
use wasmtime::{Store, Trap, WasmBacktrace};

use crate::engine::Ticker;
use crate::log::Log;
use crate::sandbox::Shared;
use crate::state::State;
use crate::text::cut_owned;
use crate::wasi::InertCall;
use crate::{Fault, FaultKind, TrapKind};

/// What a call is about, for its limits.
#[derive(Clone, Copy)]
pub(crate) struct Scope {
    pub(crate) elements: usize,
    pub(crate) bytes: u64,
    pub(crate) now_micros: i64,
}

/// What a call came to.
pub(crate) struct Outcome<A> {
    pub(crate) answer: Result<A, Fault>,
    pub(crate) fuel: u64,
    pub(crate) memory_bytes: u64,
    /// The elements of the largest table.
    pub(crate) table_elements: u64,
    /// How often the wall-clock backstop struck.
    pub(crate) timeouts: u64,
    pub(crate) log: Log,
}

/// Calls a component, a second time where the wall clock stopped it: the machine
/// may only have been busy.
pub(crate) fn call<A>(
    shared: &Shared,
    pre: &InstancePre<State>,
    scope: Scope,
    ask: impl Fn(&mut Store<State>, &Instance) -> wasmtime::Result<A>,
) -> Outcome<A> {
    let first = call_once(shared, pre, scope, &ask);
    if first.timeouts == 0 {
        return first;
    }
    let mut second = call_once(shared, pre, scope, &ask);
    second.timeouts += first.timeouts;
    second
}

fn call_once<A>(
    shared: &Shared,
    pre: &InstancePre<State>,
    scope: Scope,
    ask: impl Fn(&mut Store<State>, &Instance) -> wasmtime::Result<A>,
) -> Outcome<A> {
    let _pass = shared.gate.enter();
    let limits = &shared.limits;
    let budget = limits.fuel(scope.elements, scope.bytes);
    let mut store = Store::new(&shared.engine, State::new(limits, scope.now_micros));
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(limits.output_bytes);
    store.set_epoch_deadline(Ticker::ticks(limits.time(scope.elements)));
    let instance = store
        .set_fuel(budget)
        .and_then(|()| pre.instantiate(&mut store));
    let answer = match instance {
        Ok(instance) => ask(&mut store, &instance).map_err(|error| (error, Doing::Calling)),
        Err(error) => Err((error, Doing::Starting)),
    };
    let left = store.get_fuel().unwrap_or(0);
    let answer =
        answer.map_err(|(error, doing)| fault(&error, doing, store.data().limiter.refused, budget));
    let timed_out = matches!(&answer, Err(fault) if fault.kind == FaultKind::Timeout);
    Outcome {
        answer,
        fuel: budget.saturating_sub(left),
        memory_bytes: store.data().limiter.memory_bytes as u64,
        table_elements: store.data().limiter.table_elements as u64,
        timeouts: u64::from(timed_out),
        log: store.into_data().log,
    }
}

/// What was being done when something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    /// Making an instance.
    Starting,
    /// Asking it.
    Calling,
}

/// What an error of the engine means.
fn fault(error: &wasmtime::Error, doing: Doing, refused: Option<FaultKind>, budget: u64) -> Fault {
    let trap = error.downcast_ref::<Trap>().copied();
    if trap == Some(Trap::OutOfFuel) {
        return Fault::new(
            FaultKind::OutOfFuel,
            format!("more than {budget} units of fuel"),
        );
    }
    if trap == Some(Trap::Interrupt) {
        return Fault::new(FaultKind::Timeout, "stopped by the wall clock, twice");
    }
    if let Some(call) = error.downcast_ref::<InertCall>() {
        return Fault::new(FaultKind::InertCall, call.to_string());
    }
    if error.is::<wasmtime::PoolConcurrencyLimitError>() {
        return Fault::new(FaultKind::Host, error.to_string());
    }
    let cause = error.root_cause().to_string();
    // The engine keeps the type of this error to itself.
    if cause.contains("fuel allocated for hostcalls") {
        return Fault::new(FaultKind::OutputTooLarge, "more than a call may hand out");
    }
    match (refused, trap) {
        (Some(kind), _) => Fault::new(kind, format!("growth was refused; then {cause}")),
        (None, Some(trap)) => {
            let place = place(error).map_or(String::new(), |name| format!(", in {name}"));
            Fault::new(FaultKind::Trap(trap_kind(trap)), format!("{trap}{place}"))
        }
        // A start function can only trap. Whatever else stops an instance from
        // being made is the machine: no memory, no file that may grow.
        (None, None) if doing == Doing::Starting => {
            Fault::new(FaultKind::Host, cut_owned(cause, 500))
        }
        (None, None) => Fault::malformed(cut_owned(cause, 500)),
    }
}

fn trap_kind(trap: Trap) -> TrapKind {
    match trap {
        Trap::UnreachableCodeReached => TrapKind::Unreachable,
        Trap::StackOverflow => TrapKind::StackOverflow,
        Trap::MemoryOutOfBounds => TrapKind::MemoryOutOfBounds,
        Trap::TableOutOfBounds | Trap::IndirectCallToNull | Trap::BadSignature => TrapKind::BadCall,
        Trap::IntegerOverflow | Trap::IntegerDivisionByZero | Trap::BadConversionToInteger => {
            TrapKind::Arithmetic
        }
        _ => TrapKind::Other,
    }
}

/// The innermost function that has a name.
fn place(error: &wasmtime::Error) -> Option<String> {
    let backtrace = error.downcast_ref::<WasmBacktrace>()?;
    let name = backtrace
        .frames()
        .iter()
        .find_map(|frame| frame.func_name())?;
    Some(cut_owned(name.to_owned(), 200))
}
