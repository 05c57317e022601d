//! What a rule may use: every limit in one place, with its default and why it
//! has that size.

use std::time::Duration;

use treaty_model::RuleLimits;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// What a rule may use. A rule that goes beyond is answered by a fault
/// ([`crate::Fault`]), never by more.
///
/// The defaults suit rules in languages that compile to WebAssembly and small
/// interpreters. [`Limits::for_interpreters`] suits large ones, such as Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a component's file. Default: 8 MiB.
    pub component_bytes: usize,
    /// Bytes of address space that a process may use which compiles a component.
    /// Default: 4 GiB.
    pub compile_memory_bytes: u64,
    /// Wall-clock time that such a process may take. Default: 2 minutes.
    pub compile_time: Duration,
    /// Bytes of all linear memories of an instance together. Default: 64 MiB.
    pub memory_bytes: usize,
    /// Elements of one table. Default: 20,000, twice what the largest toolchains
    /// at hand ask for.
    pub table_elements: usize,
    /// Core instances in a component, the encoder's own shims included.
    /// Default: 16.
    pub instances: u32,
    /// Linear memories in a component. Default: 4.
    pub memories: u32,
    /// Tables in a component. Default: 8.
    pub tables: u32,
    /// Handles to resources that an instance may hold; only a guest of
    /// [`crate::Profile::InertWasi`] can hold any. Default: 1,000.
    pub handles: u32,
    /// Bytes of WebAssembly stack. Default: 512 KiB.
    pub stack_bytes: usize,
    /// Calls at the same time; more wait for their turn. Default: 32.
    pub calls_at_once: u32,

    /// Fuel for a call before any element is counted; instantiation is part of
    /// it. One unit is about one WebAssembly instruction. Default: 100 million.
    pub fuel_base: u64,
    /// Fuel for each element of a batch. Default: 5 million.
    pub fuel_per_element: u64,
    /// Fuel for each byte that is handed in. Default: 1,000.
    pub fuel_per_byte: u64,
    /// How much fuel runs that failed may have burnt in one part of a batch,
    /// counted in full budgets of the part, before the rest of it is given up.
    /// Default: 6. One culprit costs about one.
    pub failed_runs: u64,
    /// Wall-clock time of a call before any element is counted. Only a backstop:
    /// fuel is meant to run out long before. Default: 10 seconds.
    pub time_base: Duration,
    /// Wall-clock time for each element of a batch. Default: 50 milliseconds.
    pub time_per_element: Duration,

    /// Bytes handed in with one call, the setup included. A batch beyond it is
    /// split; a single element beyond it is a fault. Default: 16 MiB.
    pub input_bytes: usize,
    /// Bytes that one call may hand out. Default: 32 MiB.
    pub output_bytes: usize,
    /// Bytes of one text of a value. Default: 1 MiB.
    pub text_bytes: usize,
    /// Bytes of a message, a reason or a finding; the rest is cut.
    /// Default: 2,000.
    pub message_bytes: usize,
    /// Choices of one value, and pieces of evidence of one comparison.
    /// Default: 1,000.
    pub list_elements: usize,
    /// Blocking keys and terms of one prepared record, each. Default: 200.
    pub keys: usize,
    /// Bytes of features of one prepared record. Default: 64 KiB.
    pub feature_bytes: usize,
    /// Lines of log that are kept of one batch. Default: 100.
    pub log_lines: usize,
    /// Bytes of a line; the rest is cut. Default: 1,000.
    pub log_line_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            component_bytes: 8 * MIB,
            compile_memory_bytes: 4 << 30,
            compile_time: Duration::from_secs(120),
            memory_bytes: 64 * MIB,
            table_elements: 20_000,
            instances: 16,
            memories: 4,
            tables: 8,
            handles: 1_000,
            stack_bytes: 512 * KIB,
            calls_at_once: 32,
            fuel_base: 100_000_000,
            fuel_per_element: 5_000_000,
            fuel_per_byte: 1_000,
            failed_runs: 6,
            time_base: Duration::from_secs(10),
            time_per_element: Duration::from_millis(50),
            input_bytes: 16 * MIB,
            output_bytes: 32 * MIB,
            text_bytes: MIB,
            message_bytes: 2_000,
            list_elements: 1_000,
            keys: 200,
            feature_bytes: 64 * KIB,
            log_lines: 100,
            log_line_bytes: 1_000,
        }
    }
}

impl Limits {
    /// Limits for rules that bring a large interpreter along: a component of up
    /// to 64 MiB that is linked from up to 64 modules, 256 MiB of memory, ten
    /// times the fuel; eight calls at once.
    pub fn for_interpreters() -> Self {
        let ordinary = Self::default();
        Self {
            component_bytes: 64 * MIB,
            memory_bytes: 256 * MIB,
            table_elements: 100_000,
            instances: 64,
            calls_at_once: 8,
            fuel_base: 10 * ordinary.fuel_base,
            fuel_per_element: 10 * ordinary.fuel_per_element,
            time_base: 4 * ordinary.time_base,
            time_per_element: 4 * ordinary.time_per_element,
            ..ordinary
        }
    }

    /// These limits with what a treaty says in their place.
    pub fn with(mut self, wanted: &RuleLimits) -> Self {
        let bytes = |mib: u64| usize::try_from(mib.saturating_mul(1 << 20)).unwrap_or(usize::MAX);
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        self.component_bytes = wanted.component_mib.map_or(self.component_bytes, bytes);
        self.memory_bytes = wanted.memory_mib.map_or(self.memory_bytes, bytes);
        self.table_elements = wanted.table_elements.map_or(self.table_elements, count);
        let instances = wanted
            .instances
            .map(|many| u32::try_from(many).unwrap_or(u32::MAX));
        self.instances = instances.unwrap_or(self.instances);
        self.fuel_base = wanted.fuel_base.unwrap_or(self.fuel_base);
        self.fuel_per_element = wanted.fuel_per_element.unwrap_or(self.fuel_per_element);
        self.fuel_per_byte = wanted.fuel_per_byte.unwrap_or(self.fuel_per_byte);
        self.time_base = wanted
            .time_base_ms
            .map_or(self.time_base, Duration::from_millis);
        self.time_per_element = wanted
            .time_per_element_ms
            .map_or(self.time_per_element, Duration::from_millis);
        self.log_lines = wanted.log_lines.map_or(self.log_lines, count);
        self
    }

    /// The fuel for a call with so many elements and so many bytes.
    pub(crate) fn fuel(&self, elements: usize, bytes: u64) -> u64 {
        self.fuel_base
            .saturating_add(self.fuel_per_element.saturating_mul(elements as u64))
            .saturating_add(self.fuel_per_byte.saturating_mul(bytes))
    }

    /// The wall-clock time for a call with so many elements.
    pub(crate) fn time(&self, elements: usize) -> Duration {
        let elements = u32::try_from(elements).unwrap_or(u32::MAX);
        self.time_base
            .saturating_add(self.time_per_element.saturating_mul(elements))
    }
}
