//! `treaty rules`: rules by themselves, without a treaty.

mod build;
mod inspect;
mod new;

use treaty_author::AuthorError;
use treaty_workshop::{CannotLoad, ShippedComponent, Workshop};

use crate::args::{Args, RulesArgs, RulesCommand};
use crate::exit::{Exit, Failed};
use crate::open;

pub fn run(args: &Args, rules: &RulesArgs) -> Result<Exit, Failed> {
    match &rules.command {
        RulesCommand::Inspect(wish) => inspect::run(args, wish),
        RulesCommand::New(wish) => new::run(args, wish),
        RulesCommand::Build(wish) => build::run(args, wish),
    }
}

/// A sandbox as a treaty has it, with the rules that ship.
fn workshop() -> Result<Workshop, Failed> {
    let shipped = treaty_shipped::all().iter().map(|rule| ShippedComponent {
        name: rule.name,
        component: rule.component,
    });
    Workshop::new(open::sandbox(), shipped.collect()).map_err(|error| {
        Failed::new(
            error.to_string(),
            "this machine cannot run rules; see the message",
        )
    })
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
