//! A real OCI registry for tests: started on a free port, gone with the test.
//!
//! It is Debian's `docker-registry`, in a folder of its own. Where it is not
//! installed, starting fails and says what to install; no test is skipped in
//! silence.
//!
//! ```no_run
//! use treaty_registry_server::RegistryServer;
//! let server = RegistryServer::start()?;
//! let reference = format!("{}/acme/b2b-base:2.1.0", server.address());
//! # Ok::<(), treaty_registry_server::RegistryServerError>(())
//! ```

use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};

use thiserror::Error;

/// The name of the user where one is asked for.
pub const USER: &str = "treaty";
/// The password.
pub const PASSWORD: &str = "for-tests-only";
/// The same, as the registry keeps it (bcrypt).
const PASSWORD_KEPT: &str = "$2b$04$in0fRSJYA2Jn4Q9ue08nEOXUlI6vtRgSAT02DYZarcHW9CSBMwMo2";

/// How often another port is tried when somebody else takes the free one first.
const PORTS_MAX: usize = 5;
/// How many lines of the log a failure shows.
const LOG_LINES_MAX: usize = 20;

/// Why there is no registry.
#[derive(Debug, Error)]
pub enum RegistryServerError {
    /// A program is not installed.
    #[error("{program} is not installed; on Debian and Ubuntu: apt-get install {package}")]
    NotInstalled {
        /// The program.
        program: &'static str,
        /// The package that has it.
        package: &'static str,
    },
    /// It does not start.
    #[error("docker-registry failed: {0}")]
    Failed(String),
    /// The machine refused something: a folder, a port.
    #[error("the machine refuses: {0}")]
    Machine(#[from] io::Error),
}

/// Who may use a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Open,
    Login,
}

/// A running registry. Dropping it stops it and removes its folder; a killed test
/// takes it along.
#[derive(Debug)]
pub struct RegistryServer {
    address: SocketAddr,
    child: Arc<Mutex<Child>>,
    /// Started the process, which the kernel ends with the *thread* that did so;
    /// reads its log to the end.
    keeper: Option<JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

impl RegistryServer {
    /// Starts a registry that everybody may use.
    ///
    /// # Errors
    /// Where none is installed, naming the package; where it does not start, with
    /// the end of its log.
    pub fn start() -> Result<Self, RegistryServerError> {
        Self::start_with(Door::Open)
    }

    /// Starts a registry that only [`USER`] may use, with [`PASSWORD`].
    ///
    /// # Errors
    /// As for [`RegistryServer::start`].
    pub fn start_with_login() -> Result<Self, RegistryServerError> {
        Self::start_with(Door::Login)
    }

    fn start_with(door: Door) -> Result<Self, RegistryServerError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            match Self::try_start(door) {
                Err(RegistryServerError::Failed(_)) if attempts < PORTS_MAX => {}
                started => return started,
            }
        }
    }

    fn try_start(door: Door) -> Result<Self, RegistryServerError> {
        let folder = tempfile::tempdir()?;
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = free.local_addr()?;
        drop(free);
        fs::write(
            folder.path().join("config.yml"),
            config(folder.path(), address, door),
        )?;
        fs::write(
            folder.path().join("passwords"),
            format!("{USER}:{PASSWORD_KEPT}\n"),
        )?;
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig=KILL", "--", "docker-registry", "serve"])
            .arg(folder.path().join("config.yml"))
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let (sender, ready) = mpsc::channel();
        let keeper = thread::spawn(move || {
            match command.spawn().map_err(not_started).and_then(watch) {
                Ok((child, log)) => {
                    let child = Arc::new(Mutex::new(child));
                    drop(sender.send(Ok(child)));
                    // Read to its end, or it would wait for room in the pipe.
                    log.lines().map_while(Result::ok).for_each(drop);
                }
                Err(error) => drop(sender.send(Err(error))),
            }
        });
        let child = ready.recv().expect("the keeper always reports")?;
        Ok(Self {
            address,
            child,
            keeper: Some(keeper),
            _folder: folder,
        })
    }

    /// Where it listens: `127.0.0.1:41234`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for RegistryServer {
    fn drop(&mut self) {
        let mut child = self.child.lock().expect("nobody panicked");
        // It fails where it has ended already, which is as good.
        drop(child.kill());
        drop(child.wait());
        drop(child);
        if let Some(keeper) = self.keeper.take() {
            drop(keeper.join());
        }
    }
}

fn config(folder: &Path, address: SocketAddr, door: Door) -> String {
    let folder = folder.display();
    let auth = match door {
        Door::Open => String::new(),
        Door::Login => {
            format!("auth:\n  htpasswd:\n    realm: tests\n    path: {folder}/passwords\n")
        }
    };
    format!(
        "version: 0.1\nlog:\n  level: info\n  formatter: text\nstorage:\n  filesystem:\n    \
         rootdirectory: {folder}/data\nhttp:\n  addr: {address}\n{auth}"
    )
}

fn not_started(error: io::Error) -> RegistryServerError {
    match error.kind() {
        io::ErrorKind::NotFound => RegistryServerError::NotInstalled {
            program: "setpriv",
            package: "util-linux",
        },
        _ => error.into(),
    }
}

type Log = BufReader<ChildStderr>;

/// Reads the log until the registry listens.
fn watch(mut child: Child) -> Result<(Child, Log), RegistryServerError> {
    let mut log = BufReader::new(child.stderr.take().expect("the log is piped"));
    let mut said = Vec::new();
    let mut line = String::new();
    while log.read_line(&mut line)? > 0 {
        if line.contains("listening on") {
            return Ok((child, log));
        }
        said.push(std::mem::take(&mut line));
    }
    child.wait()?;
    let all = said.concat();
    if all.contains("failed to execute docker-registry") {
        return Err(RegistryServerError::NotInstalled {
            program: "docker-registry",
            package: "docker-registry",
        });
    }
    let skipped = said.len().saturating_sub(LOG_LINES_MAX);
    Err(RegistryServerError::Failed(said[skipped..].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_runs_and_leaves_nothing() {
        let server = RegistryServer::start().expect("a registry starts");
        let folder = server._folder.path().to_owned();
        let address = server.address();
        std::net::TcpStream::connect(address).expect("it listens");
        drop(server);
        assert!(!folder.exists());
        assert!(std::net::TcpStream::connect(address).is_err());
    }
}
