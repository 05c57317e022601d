//! How a server differs from the one that every test gets.

use std::fs;
use std::path::Path;

use crate::program::Programs;
use crate::{PostgresServerError, machine};

/// How a server differs from the one that every test gets.
///
/// ```
/// use treaty_postgres_server::Setup;
/// let setup = Setup::default()
///     .setting("wal_level", "logical")
///     .file("pg_hba.conf", "local all all trust\nhostssl all all all scram-sha-256\n");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Setup {
    settings: Vec<String>,
    files: Vec<(String, String)>,
}

impl Setup {
    /// The same with a setting of `postgresql.conf`.
    #[must_use]
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push(format!("{name}={value}"));
        self
    }

    /// The same with a file in the folder of the cluster, to which settings can
    /// refer by its name. A `pg_hba.conf` replaces the one that is there; it must
    /// trust local sessions, or nothing can be run.
    #[must_use]
    pub fn file(mut self, name: &str, content: &str) -> Self {
        self.files.push((name.to_owned(), content.to_owned()));
        self
    }

    /// The settings, as the server takes them.
    pub(crate) fn settings(&self) -> &[String] {
        &self.settings
    }

    /// Writes the files into the folder of a cluster. The server refuses a key
    /// that anybody else may read.
    pub(crate) fn write(
        &self,
        programs: &Programs,
        data: &Path,
    ) -> Result<(), PostgresServerError> {
        use std::os::unix::fs::PermissionsExt as _;
        for (name, content) in &self.files {
            let path = data.join(name);
            fs::write(&path, content)
                .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o600)))
                .map_err(machine(format!("write {}", path.display())))?;
            programs.give(&path)?;
        }
        Ok(())
    }
}
