//! From the command line to a treaty that is ready to work.

use std::path::PathBuf;
use std::sync::Arc;

use treaty_engine::{
    Compiler, Engine, KeptRules, Opening, Progress, Reader, RealAlerts, RealSystems, ShippedRule,
    known,
};
use treaty_folder::{Problems, TreatyFolder};
use treaty_ledger::LedgerOptions;
use treaty_pack::read_treaty;
use treaty_workshop::SandboxOptions;

use crate::args::{self, Args};
use crate::clock::MachineClock;
use crate::copy::copy_once;
use crate::exit::{Exit, Failed};

/// The rules inside this binary.
pub fn shipped() -> Vec<ShippedRule> {
    let rules = treaty_shipped::all().iter();
    rules
        .map(|rule| ShippedRule {
            name: rule.name,
            component: rule.component,
        })
        .collect()
}

/// The treaty folder that is worked on: the one named, or its copy.
pub fn place(args: &Args) -> Result<PathBuf, Failed> {
    let Some(copy) = &args.copy else {
        return Ok(args.treaty.clone());
    };
    copy_once(&args.treaty, copy).map_err(|error| {
        Failed::new(
            format!(
                "cannot copy {} to {}: {error}",
                args.treaty.display(),
                copy.display()
            ),
            "name a folder that can be written with --copy",
        )
    })?;
    Ok(copy.clone())
}

/// Reads the treaty, or gives everything that is wrong with it.
pub fn folder(args: &Args) -> Result<Result<TreatyFolder, Problems>, Failed> {
    let place = place(args)?;
    Ok(read_treaty(&place, &known(&shipped())))
}

/// Reads a treaty that is expected to be sound.
pub fn sound_folder(args: &Args) -> Result<TreatyFolder, Failed> {
    folder(args)?.map_err(|problems| Failed {
        message: problems.to_string(),
        hint: "mend the treaty; `treaty check` shows all problems".to_owned(),
        exit: Exit::Problems,
    })
}

/// What opening needs from outside.
pub fn opening(progress: Progress) -> Opening {
    Opening {
        shipped: shipped(),
        systems: Arc::new(RealSystems),
        alerts: Arc::new(RealAlerts),
        clock: Arc::new(MachineClock),
        env: Arc::new(|name| std::env::var(name).ok()),
        compiler: compiler(),
        cache: cache(),
        kept: KeptRules::default(),
        ledger: LedgerOptions::default(),
        progress,
    }
}

/// Opens the treaty's ledger to be asked, beside a process that may be working.
pub fn reader(args: &Args) -> Result<Reader, Failed> {
    Ok(Reader::open(&sound_folder(args)?, Arc::new(MachineClock))?)
}

/// Who is at the keyboard: the one named, or the machine's user.
pub fn person(named: Option<&str>) -> String {
    let user = || std::env::var("USER").ok();
    let person = named.map(str::to_owned).or_else(user);
    person.unwrap_or_else(|| "somebody".to_owned())
}

/// Opens the treaty for work.
pub async fn engine(args: &Args, progress: Progress) -> Result<(TreatyFolder, Engine), Failed> {
    let folder = sound_folder(args)?;
    let engine = Engine::open(&folder, &opening(progress)).await?;
    Ok((folder, engine))
}

/// How a rule is run that belongs to no treaty: under the limits that hold where a
/// treaty says nothing, compiled in a process of its own.
pub fn sandbox() -> SandboxOptions {
    SandboxOptions {
        cache: cache(),
        compiler: compiler(),
        ..SandboxOptions::default()
    }
}

/// This program, told to compile. Where it does not know its own name, it
/// compiles in the running process.
fn compiler() -> Option<Compiler> {
    Some(Compiler {
        program: std::env::current_exe().ok()?,
        arguments: vec![args::COMPILE_RULE.into()],
    })
}

/// Where compiled rules are kept: `TREATY_CACHE`, or a folder of ours in the
/// user's cache.
fn cache() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(folder) = named("TREATY_CACHE") {
        return Some(folder.into());
    }
    let user = named("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| named("HOME").map(|home| PathBuf::from(home).join(".cache")))?;
    Some(user.join("treaty"))
}
