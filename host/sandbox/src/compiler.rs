//! Compiling in a process of its own, with a limit on its time and memory: a
//! compiler is the largest program that a stranger's component meets, and what
//! it does with the component depends on nobody but the component.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::engine::compiling_engine;
use crate::{Limits, LoadError};

/// The program that compiles: it must call [`compile_alone`].
#[derive(Clone, Debug)]
pub struct Compiler {
    /// The program, usually the running one.
    pub program: PathBuf,
    /// What tells it to compile.
    pub arguments: Vec<OsString>,
}

impl Compiler {
    /// Compiles a component in a process of its own.
    pub(crate) fn compile(&self, bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, LoadError> {
        let mut child = self.start(limits).map_err(|error| LoadError::Compiler {
            detail: format!("{} cannot be started: {error}", self.program.display()),
        })?;
        let answer = talk(&mut child, bytes, limits);
        if answer.is_none() {
            // It fails where the process has ended, which is as good.
            let _ = child.kill();
        }
        let status = child.wait().map_err(|error| LoadError::Compiler {
            detail: error.to_string(),
        })?;
        let Some(Answer { code, said }) = answer else {
            let seconds = limits.compile_time.as_secs_f32();
            return Err(LoadError::Uncompilable {
                detail: format!("it took longer than {seconds} s"),
            });
        };
        if status.success() {
            tracing::debug!(bytes = code.len(), "compiled in a process of its own");
            return Ok(code);
        }
        let detail = match said.trim() {
            "" => format!(
                "the compiler gave up ({status}); it may use {} MiB",
                limits.compile_memory_bytes >> 20
            ),
            said => said.to_owned(),
        };
        Err(LoadError::Uncompilable { detail })
    }

    fn start(&self, limits: &Limits) -> io::Result<Child> {
        Command::new(&self.program)
            .args(&self.arguments)
            .arg(limits.compile_memory_bytes.to_string())
            .arg(limits.stack_bytes.to_string())
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
    }
}

struct Answer {
    code: Vec<u8>,
    said: String,
}

/// Hands over the component and takes what comes back; none where that takes too
/// long.
fn talk(child: &mut Child, bytes: &[u8], limits: &Limits) -> Option<Answer> {
    let (mut stdin, stdout, stderr) = (
        child.stdin.take()?,
        child.stdout.take()?,
        child.stderr.take()?,
    );
    let component = bytes.to_vec();
    // A process that does not read to the end has given up; it says why.
    thread::spawn(move || stdin.write_all(&component));
    let (answered, answers) = mpsc::channel();
    let code_bytes_max = limits.compile_memory_bytes;
    thread::spawn(move || {
        let (mut code, mut said) = (Vec::new(), String::new());
        let read = stdout.take(code_bytes_max).read_to_end(&mut code);
        let _ = stderr.take(SAID_BYTES_MAX).read_to_string(&mut said);
        // Nobody listens any more where it took too long.
        let _ = answered.send(read.map(|_| Answer { code, said }));
    });
    answers.recv_timeout(limits.compile_time).ok()?.ok()
}

/// How much of a compiler's complaint is taken.
const SAID_BYTES_MAX: u64 = 4_000;

/// Compiles the component on standard input to standard output, in this process,
/// which first gives up everything beyond its limits. The arguments are those
/// behind [`Compiler::arguments`].
///
/// # Errors
/// Why the component cannot be compiled.
pub fn compile_alone(arguments: &[OsString]) -> Result<(), String> {
    let number = |at: usize| -> Result<u64, String> {
        let text = arguments.get(at).and_then(|argument| argument.to_str());
        let number = text.and_then(|text| text.parse().ok());
        number.ok_or_else(|| "this command is Treaty's own".to_owned())
    };
    let (memory_bytes, stack_bytes) = (number(0)?, number(1)?);
    let at_most = |limit: u64| Rlimit {
        current: Some(limit),
        maximum: Some(limit),
    };
    // It writes no file, and leaves none behind should it crash.
    setrlimit(Resource::Core, at_most(0))
        .and_then(|()| setrlimit(Resource::Fsize, at_most(0)))
        .and_then(|()| setrlimit(Resource::As, at_most(memory_bytes)))
        .map_err(|error| format!("the compiler cannot be limited: {error}"))?;
    let limits = Limits {
        stack_bytes: usize::try_from(stack_bytes).unwrap_or(usize::MAX),
        ..Limits::default()
    };
    let mut bytes = Vec::new();
    io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    let code = compiling_engine(&limits)
        .and_then(|engine| engine.precompile_component(&bytes))
        .map_err(|error| format!("{error:#}"))?;
    io::stdout()
        .write_all(&code)
        .map_err(|error| error.to_string())
}
