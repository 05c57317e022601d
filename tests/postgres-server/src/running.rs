//! A server process: started, watched until it is ready, stopped.

use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use crate::program::{Programs, started};
use crate::{PostgresServerError, data};

/// How many lines of the log a failure shows.
const LOG_LINES_MAX: usize = 20;

/// A server process.
#[derive(Debug)]
pub(crate) struct Running {
    programs: Programs,
    data: PathBuf,
    /// Owns the process. The kernel stops the server when the *thread* that
    /// started it ends, and a test's own thread may end long before the server
    /// is no longer needed.
    keeper: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts a server and waits until it answers.
    pub(crate) fn start(
        programs: &Programs,
        folder: &Path,
        settings: &[String],
    ) -> Result<Self, PostgresServerError> {
        let mut command = programs.command("postgres");
        command
            .args(settings)
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let (sender, ready) = mpsc::channel();
        let keeper = thread::spawn(move || {
            let child = command.spawn().map_err(started("setpriv"));
            let watched = child.and_then(watch);
            match watched {
                Ok((mut child, log)) => {
                    let _ = sender.send(Ok(()));
                    // The log is read to its end, or the server would wait for
                    // room in the pipe.
                    log.map_while(Result::ok).for_each(drop);
                    let _ = child.wait();
                }
                Err(error) => {
                    let _ = sender.send(Err(error));
                }
            }
        });
        let running = Self {
            programs: programs.clone(),
            data: data(folder),
            keeper: Some(keeper),
        };
        ready.recv().expect("the keeper always reports")?;
        Ok(running)
    }
}

type Log = Lines<BufReader<ChildStderr>>;

/// Reads the log until the server is ready.
fn watch(mut child: Child) -> Result<(Child, Log), PostgresServerError> {
    let log = child.stderr.take().expect("the log is piped");
    let mut lines = BufReader::new(log).lines();
    let mut said = Vec::new();
    for line in lines.by_ref().map_while(Result::ok) {
        if line.contains("ready to accept connections") {
            return Ok((child, lines));
        }
        said.push(line);
    }
    let _ = child.wait();
    let skipped = said.len().saturating_sub(LOG_LINES_MAX);
    Err(PostgresServerError::Failed {
        program: "postgres".to_owned(),
        message: said[skipped..].join("\n"),
    })
}

impl Drop for Running {
    fn drop(&mut self) {
        // It fails where the server has ended already, which is as good.
        let data = format!("--pgdata={}", self.data.display());
        let _ = self
            .programs
            .run("pg_ctl", &["stop", &data, "--mode=immediate", "--silent"]);
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}
