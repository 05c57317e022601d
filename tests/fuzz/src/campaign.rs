//! Runs a target over its corpus and over damaged copies of it.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use treaty_model::Digest;

use crate::damage::damage;
use crate::target::{Reading, Target};
use crate::watch::Watch;

/// How many things happen to one file.
const DAMAGES_MAX: usize = 6;

/// An input that broke a target.
#[derive(Debug)]
pub struct Broken {
    /// What the target said.
    pub message: String,
    /// Where the input is, and how it is tried again.
    pub kept: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.message, self.kept)
    }
}

impl std::error::Error for Broken {}

/// What became of the inputs of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Corpus files that were read.
    pub corpus_taken: u32,
    /// Damaged inputs that were read all the same.
    pub taken: u32,
    /// Damaged inputs that were refused.
    pub refused: u32,
}

/// Gives a target its corpus, and then `runs` damaged inputs on a seed.
///
/// # Errors
/// The first input that broke it, made short.
pub fn run(target: &'static Target, runs: u32, seed: u64) -> anyhow::Result<Figures> {
    let corpus = target.corpus()?;
    anyhow::ensure!(
        !corpus.is_empty(),
        "{} has nothing to begin with",
        target.name
    );
    let watch = Watch::over(target);
    let mut figures = Figures::default();
    for bytes in &corpus {
        match watch.call(target, bytes) {
            Ok(reading) => figures.corpus_taken += u32::from(reading == Reading::Taken),
            Err(panic) => return Err(broken(target, &said(panic), bytes)?.into()),
        }
    }
    let config = Config {
        cases: runs,
        failure_persistence: None,
        max_shrink_iters: 500,
        ..Config::default()
    };
    let mut bytes_of_seed = [0; 32];
    bytes_of_seed[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes_of_seed);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let inputs = (select(corpus), vec(damage(target.words), 1..DAMAGES_MAX));
    let inputs = inputs.prop_map(|(mut bytes, damages)| {
        damages.iter().for_each(|damage| damage.apply(&mut bytes));
        Input(bytes)
    });
    let last = RefCell::new(String::new());
    let taken = Cell::new(0);
    let result = runner.run(&inputs, |input| match watch.call(target, &input.0) {
        Ok(reading) => {
            taken.set(taken.get() + u32::from(reading == Reading::Taken));
            Ok(())
        }
        Err(panic) => {
            *last.borrow_mut() = said(panic);
            Err(TestCaseError::fail("it panicked"))
        }
    });
    figures.taken = taken.get();
    figures.refused = runs.saturating_sub(figures.taken);
    match result {
        Ok(()) => Ok(figures),
        Err(TestError::Fail(_, input)) => Err(broken(target, &last.borrow(), &input.0)?.into()),
        Err(TestError::Abort(reason)) => anyhow::bail!("{}: {reason}", target.name),
    }
}

/// Bytes that print as their number: a file is not read in a test's output.
#[derive(Clone)]
struct Input(Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

fn broken(target: &Target, message: &str, bytes: &[u8]) -> std::io::Result<Broken> {
    Ok(Broken {
        message: format!("{}: {message}", target.name),
        kept: keep(target, bytes)?,
    })
}

/// Keeps an input in the corpus, and says how it is tried again.
pub(crate) fn keep(target: &Target, bytes: &[u8]) -> std::io::Result<String> {
    let folder = target.corpus_folder();
    std::fs::create_dir_all(&folder)?;
    let digest = Digest::of(bytes).hex();
    let path = folder.join(format!("broken-{}", &digest[..12]));
    std::fs::write(&path, bytes)?;
    Ok(format!(
        "kept as {}; again: cargo run -p treaty-fuzz -- {} --runs 0",
        path.display(),
        target.name
    ))
}

fn said(panic: Box<dyn Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => match panic.downcast::<&str>() {
            Ok(text) => (*text).to_owned(),
            Err(_) => "a panic without words".to_owned(),
        },
    }
}
