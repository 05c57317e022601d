//! How large a pack may be. Checked before anything is read into memory.

/// How large a pack may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackLimits {
    /// Bytes of the whole archive.
    pub pack_bytes_max: u64,
    /// Bytes of one file in it.
    pub file_bytes_max: u64,
    /// Files in it.
    pub files_max: usize,
    /// Bytes of what only describes it: a manifest, the configuration blob.
    pub description_bytes_max: u64,
    /// Bytes of `pack.toml`, which only names things.
    pub settings_bytes_max: u64,
}

const MIB: u64 = 1 << 20;

impl Default for PackLimits {
    /// Room for the largest component that a treaty may name, several times.
    fn default() -> Self {
        Self {
            pack_bytes_max: 256 * MIB,
            file_bytes_max: 64 * MIB,
            files_max: 4096,
            // What registries take as a manifest at least, by the OCI
            // distribution specification.
            description_bytes_max: 4 * MIB,
            settings_bytes_max: 64 << 10,
        }
    }
}
