//! `[budget]` as the artifact says it: the keys of `pack.toml` that are there.

use serde::{Serialize, Serializer};
use treaty_folder::Limits;

/// The keys of `[budget]`, in the order of the format.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Budget {
    #[serde(skip_serializing_if = "Option::is_none")]
    component_mib: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_mib: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    table_elements: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instances: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fuel_base: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fuel_per_element: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fuel_per_byte: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_base_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_per_element_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_lines: Option<u64>,
}

impl Budget {
    /// Serializes limits, those that are not said left out.
    pub(crate) fn serialize_limits<S: Serializer>(
        limits: &Limits,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        // Taken apart, so that a limit that is new does not compile before it
        // has a place in the format.
        let Limits {
            component_mib,
            memory_mib,
            table_elements,
            instances,
            fuel_base,
            fuel_per_element,
            fuel_per_byte,
            time_base_ms,
            time_per_element_ms,
            log_lines,
        } = *limits;
        let budget = Self {
            component_mib,
            memory_mib,
            table_elements,
            instances,
            fuel_base,
            fuel_per_element,
            fuel_per_byte,
            time_base_ms,
            time_per_element_ms,
            log_lines,
        };
        budget.serialize(serializer)
    }
}
