//! What the caller knows and a treaty may name: connectors and shipped rules.

/// What a treaty may name without bringing it along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The connectors.
    pub connectors: Vec<KnownConnector>,
    /// The names of the rules inside the binary.
    pub shipped_rules: Vec<String>,
}

/// A connector and what it can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownConnector {
    /// Its name: `csv`.
    pub name: String,
    /// Which key of `treaty.toml` says where the system is.
    pub location: Location,
    /// The keys that `[systems.<name>.options]` may have.
    pub options: Vec<String>,
}

/// Which key of `treaty.toml` says where a system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// `path`: a file or folder.
    Path,
    /// `url`: an address, or a reference to one.
    Url,
}

impl Known {
    pub(crate) fn connector_names(&self) -> Vec<&str> {
        let names = self.connectors.iter();
        names.map(|connector| connector.name.as_str()).collect()
    }

    pub(crate) fn ships(&self, rule: &str) -> bool {
        self.shipped_rules.iter().any(|shipped| shipped == rule)
    }
}
