//! `treaty rules`: rules by themselves, without any system.

mod bench;
mod build;
mod compared;
pub mod inspect;
pub mod laws;
mod new;
pub mod replay;
mod shadow;
pub mod stack;
pub mod suite;
pub mod test;
mod try_out;

use std::collections::{BTreeMap, BTreeSet};

use treaty_author::AuthorError;
use treaty_folder::TreatyFolder;
use treaty_workshop::{
    CannotLoad, CannotLoadNamed, Limits, Rule, SandboxOptions, ShippedComponent, Workshop,
};

use crate::args::{Args, RulesArgs, RulesCommand};
use crate::exit::{Exit, Failed};
use crate::open;

pub async fn run(args: &Args, rules: &RulesArgs) -> Result<Exit, Failed> {
    match &rules.command {
        RulesCommand::Inspect(wish) => inspect::run(args, wish),
        RulesCommand::New(wish) => new::run(args, wish),
        RulesCommand::Build(wish) => build::run(args, wish),
        RulesCommand::Bench(wish) => bench::run(args, wish),
        RulesCommand::Laws(wish) => laws::run(args, wish).await,
        RulesCommand::Test(wish) => test::run(args, wish),
        RulesCommand::Try(wish) => try_out::run(args, wish),
        RulesCommand::Replay(wish) => replay::run(args, wish),
        RulesCommand::Shadow(wish) => shadow::run(args, wish),
    }
}

/// Rules by the names under which a treaty asks them.
type Rules = BTreeMap<String, Rule>;

/// A sandbox for looking at components, also at those for which a treaty has to
/// raise its limits, with the rules that ship.
pub fn workshop() -> Result<Workshop, Failed> {
    workshop_under(Limits::for_interpreters())
}

/// A sandbox under a treaty's limits.
fn workshop_of(folder: &TreatyFolder) -> Result<Workshop, Failed> {
    workshop_under(Limits::default().with(&folder.limits))
}

fn workshop_under(limits: Limits) -> Result<Workshop, Failed> {
    let shipped = treaty_shipped::all().iter().map(|rule| ShippedComponent {
        name: rule.name,
        component: rule.component,
    });
    let options = SandboxOptions {
        limits,
        ..open::sandbox()
    };
    Workshop::new(options, shipped.collect()).map_err(|error| {
        Failed::new(
            error.to_string(),
            "this machine cannot run rules; see the message",
        )
    })
}

/// The rules of a treaty that are named, or all of them.
fn wanted(folder: &TreatyFolder, rules: &[String]) -> Result<BTreeSet<String>, Failed> {
    let known: BTreeSet<_> = folder.rules.iter().map(|rule| rule.name.clone()).collect();
    if let Some(unknown) = rules.iter().find(|name| !known.contains(*name)) {
        let known: Vec<_> = known.iter().map(String::as_str).collect();
        return Err(Failed::new(
            format!("the treaty has no rule {unknown:?}"),
            format!("it has: {}", known.join(", ")),
        ));
    }
    Ok(match rules {
        [] => known,
        named => named.iter().cloned().collect(),
    })
}

/// Why a rule of a treaty cannot be loaded.
fn named(error: &CannotLoadNamed) -> Failed {
    Failed {
        exit: Exit::Problems,
        ..Failed::new(error.to_string(), error.error.hint())
    }
}

/// Why a component cannot be looked at.
fn refused(component: &str, error: &CannotLoad) -> Failed {
    let message = error.to_string();
    match message.contains(component) {
        true => Failed::new(message, error.hint()),
        false => Failed::new(format!("{component}: {message}"), error.hint()),
    }
}

/// Why a rule cannot be made.
fn not_made(error: &AuthorError) -> Failed {
    Failed::new(error.to_string(), error.hint())
}
