//! A real PostgreSQL for tests: started on a free port, gone with the test.
//!
//! [`PostgresServer::start`] looks for an installed server, makes a fresh
//! cluster in a temporary folder and runs it. Where there is none it fails and
//! says what to install; no test is skipped in silence. Durability is switched
//! off: what a test writes need not outlive it.
//!
//! ```no_run
//! use treaty_postgres_server::PostgresServer;
//! let server = PostgresServer::start()?;
//! let url = server.create_database("crm")?;
//! server.execute("crm", "CREATE TABLE person (id integer PRIMARY KEY)")?;
//! # Ok::<(), treaty_postgres_server::PostgresServerError>(())
//! ```

mod program;
mod running;
mod setup;

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use thiserror::Error;

use program::Programs;
use running::Running;

pub use setup::Setup;

/// The role that everything belongs to.
const ROLE: &str = "postgres";

/// Its password. It is asked for, so that tests see what a wrong one does.
const PASSWORD: &str = "for-tests-only";

/// How often another port is tried when somebody else takes the free one first.
const PORTS_MAX: usize = 5;

/// What the folders of servers are named after, with the process that made them.
const FOLDER: &str = "treaty-postgres-";

/// Why there is no server.
#[derive(Debug, Error)]
pub enum PostgresServerError {
    /// A program is not installed.
    #[error("{program} is not installed; on Debian and Ubuntu: apt-get install {package}")]
    NotInstalled {
        /// The program.
        program: String,
        /// The package that has it.
        package: &'static str,
    },
    /// A program failed.
    #[error("{program} failed: {message}")]
    Failed {
        /// The program.
        program: String,
        /// The end of what it said.
        message: String,
    },
    /// The machine refused something: a folder, a port.
    #[error("cannot {what}")]
    Machine {
        /// What was to be done.
        what: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
}

/// A running server. Dropping it stops it and removes its folder; a killed test
/// takes it along.
#[derive(Debug)]
pub struct PostgresServer {
    programs: Programs,
    port: u16,
    // The order matters: the server stops before its folder goes.
    _running: Running,
    folder: tempfile::TempDir,
}

impl PostgresServer {
    /// Starts a server on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// Where none is installed, naming the package; where it does not start,
    /// with the end of its log.
    pub fn start() -> Result<Self, PostgresServerError> {
        Self::start_with(&Setup::default())
    }

    /// Starts a server that differs from the usual one.
    ///
    /// # Errors
    /// As for [`PostgresServer::start`]; the server also refuses settings that it
    /// does not know.
    pub fn start_with(setup: &Setup) -> Result<Self, PostgresServerError> {
        let programs = Programs::find()?;
        remove_abandoned();
        let folder = tempfile::Builder::new()
            .prefix(&format!("{FOLDER}{}-", std::process::id()))
            .tempdir()
            .map_err(machine("make a temporary folder"))?;
        programs.give(folder.path())?;
        init(&programs, folder.path())?;
        setup.write(&programs, &data(folder.path()))?;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let port = free_port()?;
            match Running::start(
                &programs,
                folder.path(),
                &settings(folder.path(), port, setup),
            ) {
                Ok(running) => {
                    return Ok(Self {
                        programs,
                        port,
                        _running: running,
                        folder,
                    });
                }
                Err(_) if attempts < PORTS_MAX => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Makes an empty database and says its address.
    ///
    /// # Errors
    /// Where there is one with this name already.
    pub fn create_database(&self, name: &str) -> Result<String, PostgresServerError> {
        let quoted = name.replace('"', "\"\"");
        self.execute(ROLE, &format!("CREATE DATABASE \"{quoted}\""))?;
        Ok(self.url(name))
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgresql://{ROLE}:{PASSWORD}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL in a database as its owner, and returns what it printed: a line
    /// for each row, with `|` between columns.
    ///
    /// # Errors
    /// What the server said about the first statement that failed.
    pub fn execute(&self, database: &str, sql: &str) -> Result<String, PostgresServerError> {
        let socket = self.folder.path().display().to_string();
        let port = self.port.to_string();
        self.programs.run(
            "psql",
            &[
                "--no-psqlrc",
                "--quiet",
                "--tuples-only",
                "--no-align",
                "--set=ON_ERROR_STOP=1",
                &format!("--host={socket}"),
                &format!("--port={port}"),
                &format!("--username={ROLE}"),
                &format!("--dbname={database}"),
                &format!("--command={sql}"),
            ],
        )
    }
}

/// Makes a cluster. Passwords are asked for over TCP only, so that the folder's
/// socket stays open to [`PostgresServer::execute`].
fn init(programs: &Programs, folder: &Path) -> Result<(), PostgresServerError> {
    let password = folder.join("password");
    fs::write(&password, PASSWORD).map_err(machine("write a password file"))?;
    programs.give(&password)?;
    programs.run(
        "initdb",
        &[
            &format!("--pgdata={}", data(folder).display()),
            &format!("--username={ROLE}"),
            &format!("--pwfile={}", password.display()),
            "--auth-host=scram-sha-256",
            "--auth-local=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ],
    )?;
    Ok(())
}

fn settings(folder: &Path, port: u16, setup: &Setup) -> Vec<String> {
    let mut settings = vec![
        "-D".to_owned(),
        data(folder).display().to_string(),
        "-p".to_owned(),
        port.to_string(),
    ];
    let socket = format!("unix_socket_directories={}", folder.display());
    let usual = [
        "listen_addresses=127.0.0.1",
        &socket,
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "shared_buffers=16MB",
        "max_connections=50",
        "log_destination=stderr",
        "logging_collector=off",
    ];
    let own = setup.settings().iter().map(String::as_str);
    for setting in usual.into_iter().chain(own) {
        settings.push("-c".to_owned());
        settings.push(setting.to_owned());
    }
    settings
}

/// The folder of the cluster inside a server's folder.
fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

fn free_port() -> Result<u16, PostgresServerError> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(machine("find a free port"))?;
    let address = listener.local_addr().map_err(machine("find a free port"))?;
    Ok(address.port())
}

/// Removes the folders of servers whose process was killed.
fn remove_abandoned() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix(FOLDER))
            .and_then(|rest| rest.split('-').next())
            .and_then(|owner| owner.parse::<u32>().ok());
        let processes = Path::new("/proc");
        if let Some(owner) = owner
            && processes.join("self").exists()
            && !processes.join(owner.to_string()).exists()
        {
            // Somebody else's folder stays; the next test of theirs removes it.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

pub(crate) fn machine(
    what: impl Into<String>,
) -> impl FnOnce(std::io::Error) -> PostgresServerError {
    let what = what.into();
    |source| PostgresServerError::Machine { what, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_runs_and_leaves_nothing() {
        let server = PostgresServer::start().expect("a server starts");
        let folder = server.folder.path().to_owned();
        let url = server.create_database("a \"b\"").expect("it is made");
        assert!(url.ends_with("/a \"b\""), "{url}");
        let answer = server.execute("a \"b\"", "SELECT 1, 'x'");
        assert_eq!(answer.expect("it answers"), "1|x\n");
        let error = server
            .create_database("a \"b\"")
            .expect_err("it is there already");
        assert!(error.to_string().contains("already exists"), "{error}");
        let port = server.port();
        drop(server);
        assert!(!folder.exists());
        assert!(std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }

    /// As root the programs step down to a user of their own, and for anybody
    /// else they run as they are: the test above, once more, as somebody else.
    #[test]
    fn whoever_is_not_root_gets_one_too() {
        use std::os::unix::fs::PermissionsExt as _;
        if !program::is_root() {
            return a_server_runs_and_leaves_nothing();
        }
        let open = || fs::Permissions::from_mode(0o755);
        let folder = tempfile::tempdir().expect("a folder is made");
        fs::set_permissions(folder.path(), open()).expect("it is opened");
        // Where it was built may be closed to others.
        let copy = folder.path().join("test");
        let own = std::env::current_exe().expect("it has a name");
        fs::copy(own, &copy).expect("it is copied");
        fs::set_permissions(&copy, open()).expect("it is opened");
        let again = std::process::Command::new("setpriv")
            .args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"])
            .arg(&copy)
            .args(["--exact", "tests::a_server_runs_and_leaves_nothing"])
            .current_dir("/")
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&again.stdout);
        assert!(again.status.success(), "{said}");
        assert!(said.contains("1 passed"), "{said}");
    }
}
