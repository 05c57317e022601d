//! PostgreSQL's programs: where they are, and running them as somebody who may.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{PostgresServerError, machine};

/// Where Debian and its kin put each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The user that owns servers on Debian; PostgreSQL refuses to run as root.
const USER: &str = "postgres";

/// PostgreSQL's programs, and as whom they run.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    as_user: bool,
}

impl Programs {
    /// Finds the newest installed server.
    pub(crate) fn find() -> Result<Self, PostgresServerError> {
        let folder = newest().or_else(on_path);
        let folder = folder.ok_or_else(|| PostgresServerError::NotInstalled {
            program: "the PostgreSQL server (initdb, postgres)".to_owned(),
            package: "postgresql",
        })?;
        Ok(Self {
            folder,
            as_user: is_root(),
        })
    }

    /// A command that runs one of the programs. `setpriv` steps down from root
    /// and has the kernel stop the program when we are gone.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.arg("--pdeathsig=QUIT");
        if self.as_user {
            command.args([
                format!("--reuid={USER}"),
                format!("--regid={USER}"),
                "--clear-groups".to_owned(),
            ]);
        }
        command.arg("--").arg(self.folder.join(program));
        command.env("LC_ALL", "C").current_dir("/");
        for (name, _) in env::vars_os() {
            // The user's own server is none of our business.
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.stdin(Stdio::null());
        command
    }

    /// Runs a program to its end and returns what it printed.
    pub(crate) fn run(
        &self,
        program: &str,
        arguments: &[&str],
    ) -> Result<String, PostgresServerError> {
        let output = self
            .command(program)
            .args(arguments)
            .output()
            .map_err(started("setpriv"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(PostgresServerError::Failed {
            program: program.to_owned(),
            message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    /// Gives a file or folder to the user that the programs run as.
    pub(crate) fn give(&self, path: &Path) -> Result<(), PostgresServerError> {
        if !self.as_user {
            return Ok(());
        }
        let owner = fs::metadata(path).map_err(machine(format!("look at {}", path.display())))?;
        let output = Command::new("chown")
            .arg(format!("{USER}:{USER}"))
            .arg(path)
            .output()
            .map_err(started("chown"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(PostgresServerError::Failed {
            program: "chown".to_owned(),
            message: format!(
                "{} ({})",
                String::from_utf8_lossy(&output.stderr).trim(),
                if owner.is_dir() { "a folder" } else { "a file" }
            ),
        })
    }
}

pub(crate) fn started(program: &'static str) -> impl FnOnce(std::io::Error) -> PostgresServerError {
    move |source| match source.kind() {
        std::io::ErrorKind::NotFound => PostgresServerError::NotInstalled {
            program: program.to_owned(),
            package: if program == "setpriv" {
                "util-linux"
            } else {
                "coreutils"
            },
        },
        _ => PostgresServerError::Machine {
            what: format!("run {program}"),
            source,
        },
    }
}

fn newest() -> Option<PathBuf> {
    let versions = fs::read_dir(VERSIONS).ok()?.flatten();
    let mut folders: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            let folder = version.path().join("bin");
            is_server(&folder).then_some((number, folder))
        })
        .collect();
    folders.sort();
    folders.pop().map(|(_, folder)| folder)
}

fn on_path() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).find(|folder| is_server(folder))
}

fn is_server(folder: &Path) -> bool {
    ["initdb", "postgres", "psql", "pg_ctl"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

/// Who owns our own process, as the kernel shows it.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}
