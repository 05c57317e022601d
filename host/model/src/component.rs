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

impl RuleLimits {
    /// What is said here, and what others say where this says nothing.
    pub fn or(self, others: &Self) -> Self {
        Self {
            component_mib: self.component_mib.or(others.component_mib),
            memory_mib: self.memory_mib.or(others.memory_mib),
            table_elements: self.table_elements.or(others.table_elements),
            instances: self.instances.or(others.instances),
            fuel_base: self.fuel_base.or(others.fuel_base),
            fuel_per_element: self.fuel_per_element.or(others.fuel_per_element),
            fuel_per_byte: self.fuel_per_byte.or(others.fuel_per_byte),
            time_base_ms: self.time_base_ms.or(others.time_base_ms),
            time_per_element_ms: self.time_per_element_ms.or(others.time_per_element_ms),
            log_lines: self.log_lines.or(others.log_lines),
        }
    }
}
