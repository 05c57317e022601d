//! What a treaty says of a component: what it may import and use up.

/// What a component may import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// Only what the contract names.
    #[default]
    Contract,
    /// Besides, a WASI 0.2 that gives nothing, for the output of standard
    /// toolchains: the batch's own time, seeded random numbers, an empty
    /// environment, no files, no sockets; what is printed goes to the log.
    InertWasi,
}

/// What a rule may use up: `[limits]`. None: the sandbox's own default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleLimits {
    /// The size of a component's file, in MiB.
    pub component_mib: Option<u64>,
    /// Memory of one instance, in MiB.
    pub memory_mib: Option<u64>,
    /// Elements of one WebAssembly table.
    pub table_elements: Option<u64>,
    /// Core instances in a component.
    pub instances: Option<u64>,
    /// Fuel for a call before any element is counted.
    pub fuel_base: Option<u64>,
    /// Fuel for each element of a batch, on top.
    pub fuel_per_element: Option<u64>,
    /// Fuel for each byte that is handed in, on top.
    pub fuel_per_byte: Option<u64>,
    /// The wall-clock backstop of a call before any element is counted.
    pub time_base_ms: Option<u64>,
    /// The wall-clock backstop for each element of a batch, on top.
    pub time_per_element_ms: Option<u64>,
    /// Log lines that are kept of one batch.
    pub log_lines: Option<u64>,
}
