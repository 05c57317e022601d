//! A folder of its own for each test, and the command run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const TREATY: &str = env!("CARGO_BIN_EXE_treaty");

/// How many passes a treaty may need until nothing is left to do: a reference
/// waits for its target, a write that came too late is decided afresh.
const PASSES_MAX: usize = 8;

/// A folder in which one test works.
pub struct Bench {
    folder: TempDir,
}

/// How a command ended, and what it said.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Bench {
    /// An empty folder.
    pub fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a temporary folder"),
        }
    }

    /// A folder with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let bench = Self::new();
        for (name, text) in files {
            bench.write(name, text);
        }
        bench
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, with the folders that it needs.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        let parent = path.parent().expect("a file stands in a folder");
        std::fs::create_dir_all(parent).expect("folders can be made");
        std::fs::write(&path, text).expect("a file can be written");
        path
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).expect("the file is there")
    }

    /// Edits a file as its owner would: this text becomes that.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert_eq!(
            text.matches(from).count(),
            1,
            "{from:?} stands once in:\n{text}"
        );
        self.write(name, text.replacen(from, to, 1));
    }

    /// Runs `treaty` in the folder.
    pub fn treaty(&self, arguments: &[&str]) -> Ended {
        let output = self.command(arguments).output();
        Ended::from(output.expect("the command starts"))
    }

    /// The command, ready to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(TREATY);
        command.args(arguments);
        command
    }

    /// Another program in the folder, which finds `treaty` by its name.
    pub fn program(&self, program: &str) -> Command {
        let folder = Path::new(TREATY).parent().map(Path::to_owned);
        let others = std::env::var_os("PATH").unwrap_or_default();
        let path = folder.into_iter().chain(std::env::split_paths(&others));
        let path = std::env::join_paths(path).expect("paths can be joined");
        let mut command = Command::new(program);
        command
            .env("PATH", path)
            .current_dir(self.path())
            .stdin(Stdio::null())
            .env(
                "TREATY_CACHE",
                concat!(env!("CARGO_TARGET_TMPDIR"), "/rules"),
            )
            .env("USER", "tester");
        command
    }

    /// Makes one pass, which must succeed, and gives what it said.
    pub fn sync(&self) -> String {
        self.treaty(&["sync"]).expect(0).stdout
    }

    /// Makes passes until there is nothing left to do; then neither `sync` nor
    /// `plan` finds anything.
    pub fn settle(&self) {
        let settled = (0..PASSES_MAX).any(|_| self.sync().contains("is in agreement."));
        let plan = self.treaty(&["plan"]);
        assert!(
            settled,
            "after {PASSES_MAX} passes there is still something to do: {plan:#?}"
        );
        plan.expect(0);
    }

    /// What the ledger holds, a line for each row with `|` between columns.
    pub fn ledger(&self, sql: &str) -> Vec<String> {
        crate::database::rows(&self.path().join(".treaty/ledger.db"), sql)
    }

    /// What the journal holds, a line for each row with `|` between columns.
    pub fn journal(&self, sql: &str) -> Vec<String> {
        crate::database::rows(&self.path().join(".treaty/journal.db"), sql)
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ended {
    /// Checks how it ended.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// Checks that it said something, anywhere.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        let said = self.stdout.contains(text) || self.stderr.contains(text);
        assert!(said, "{text:?} is not in\n{}\n{}", self.stdout, self.stderr);
        self
    }

    /// The JSON document on standard output.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}:\n{}\n{}", self.stdout, self.stderr))
    }
}
