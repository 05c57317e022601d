//! `treaty rules replay`: what was decided, decided again.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use treaty_engine::{Candidate, ReplayWish, Replayed, ToldAs, replay};
use treaty_folder::TreatyFolder;
use treaty_ledger::Recordings;
use treaty_workshop::{Limits, Place, Rule, Workshop};

use super::compared::{SHOWN_MAX, ago, lines};
use super::stack::{Stack, is_pack};
use super::{named, refused, wanted, workshop_under};
use crate::args::{Args, Format, ReplayArgs};
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::{open, tell};

/// What decides again, loaded.
enum Deciders {
    /// The treaty's own rules.
    Own(BTreeMap<String, Rule>),
    /// Rules by name, each with its configuration.
    Pack(BTreeMap<String, (Rule, String)>),
    /// One component in place of all.
    One(Rule),
}

pub fn run(args: &Args, wish: &ReplayArgs) -> Result<Exit, Failed> {
    let replayed = replayed(args, wish)?;
    let exit = exit(wish, &replayed);
    match args.format {
        Format::Json => tell::json(&json!({
            "replayed": replayed,
            "share": replayed.compared.decisions.share(),
            "gate": wish.gate,
        })),
        Format::Text => tell_replayed(wish, &replayed, exit),
    }
    Ok(exit)
}

/// What was decided, decided again.
pub fn replayed(args: &Args, wish: &ReplayArgs) -> Result<Replayed, Failed> {
    let folder = folder(args, wish)?;
    let treaty = || {
        let hint = "run it in a treaty folder, or name the journal: --journal <FILE>";
        folder
            .as_ref()
            .ok_or_else(|| Failed::new("there is no treaty here", hint))
    };
    let pack = pack(args, wish)?;
    // What the treaty says of limits goes before the budget of the pack.
    let mut limits = Limits::default();
    if let Some(pack) = &pack {
        limits = limits.with(pack.budget());
    }
    if let Some(folder) = &folder {
        limits = limits.with(&folder.limits);
    }
    let workshop = workshop_under(limits)?;
    let deciders = match (&pack, &wish.component) {
        (Some(pack), _) => packed(&workshop, pack)?,
        (None, Some(component)) => Deciders::One(resolver(&workshop, component)?),
        (None, None) => own(&workshop, treaty()?, wish)?,
    };
    let recordings = match &wish.journal {
        Some(file) => Recordings::open_file(file),
        None => Recordings::open(&treaty()?.state),
    };
    let recordings =
        recordings.map_err(|error| Failed::from(treaty_engine::EngineError::from(error)))?;
    let wish = replay_wish(args, wish, &deciders, folder.as_ref());
    Ok(replay(&recordings, &wish)?)
}

/// The treaty, where it is needed or there.
fn folder(args: &Args, wish: &ReplayArgs) -> Result<Option<TreatyFolder>, Failed> {
    let needed = wish.component.is_none() || wish.journal.is_none();
    let there = open::place(args)?.join("treaty.toml").exists();
    match needed || there {
        true => open::sound_folder(args).map(Some),
        false => Ok(None),
    }
}

/// The pack, where one is named.
fn pack(args: &Args, wish: &ReplayArgs) -> Result<Option<Stack>, Failed> {
    let place = wish.component.as_ref().map(Path::new);
    let place = place.filter(|place| place.is_dir() || is_pack(place));
    let stack = place.map(|place| Stack::at(args, place, &wish.base)?.whole());
    stack.transpose()
}

fn packed(workshop: &Workshop, pack: &Stack) -> Result<Deciders, Failed> {
    let parts = pack.parts()?;
    let loaded = pack.rules(workshop)?.into_iter();
    let resolvers = loaded.filter(|(_, rule)| rule.kinds().resolver);
    let rules: BTreeMap<_, _> = resolvers
        .map(|(name, rule)| {
            let configuration = parts.rules[&name].configuration.to_string();
            (name, (rule, configuration))
        })
        .collect();
    if rules.is_empty() {
        return Err(Failed::new(
            format!("the pack {} has no resolver", parts.name),
            "only what resolvers decided is decided again",
        ));
    }
    Ok(Deciders::Pack(rules))
}

fn resolver(workshop: &Workshop, component: &str) -> Result<Rule, Failed> {
    let loaded = workshop.load(&Place::from(component));
    let rule = loaded.map_err(|error| refused(component, &error))?.rule;
    match rule.kinds().resolver {
        true => Ok(rule),
        false => Err(Failed::new(
            format!("{component} is no resolver"),
            "only what resolvers decided is decided again",
        )),
    }
}

fn own(workshop: &Workshop, folder: &TreatyFolder, wish: &ReplayArgs) -> Result<Deciders, Failed> {
    let names = wanted(folder, wish.rule.as_slice())?;
    let resolves = |name: &str| {
        folder.entities.iter().any(|settings| {
            let mut fields = settings.entity.table.fields();
            settings.resolver == name
                || fields.any(|(field, _)| folder.resolver_of(settings, field) == Some(name))
        })
    };
    let names = names.iter().map(String::as_str);
    let rules = workshop.load_all(folder, names.filter(|name| resolves(name)));
    Ok(Deciders::Own(rules.map_err(|error| named(&error))?))
}

fn replay_wish<'f>(
    args: &Args,
    wish: &ReplayArgs,
    deciders: &'f Deciders,
    folder: Option<&'f TreatyFolder>,
) -> ReplayWish<'f> {
    let candidate = |rule: &Rule, told| Candidate {
        rule: rule.clone(),
        told,
    };
    let mut replay = ReplayWish {
        since: ago(wish.since),
        candidates: BTreeMap::new(),
        other: None,
        changes_max: match args.format {
            Format::Json => usize::MAX,
            Format::Text => SHOWN_MAX,
        },
    };
    match deciders {
        Deciders::Own(rules) => {
            let told = folder.map_or(ToldAs::Then, ToldAs::Now);
            let rules = rules.iter();
            replay.candidates = rules
                .map(|(name, rule)| (name.clone(), candidate(rule, told)))
                .collect();
        }
        Deciders::Pack(rules) => {
            let rules = rules.iter().map(|(name, (rule, configuration))| {
                (
                    name.clone(),
                    candidate(rule, ToldAs::Configured(configuration)),
                )
            });
            replay.candidates = rules.collect();
        }
        Deciders::One(rule) => match &wish.rule {
            Some(name) => {
                let only = candidate(rule, ToldAs::Then);
                replay.candidates = BTreeMap::from([(name.clone(), only)]);
            }
            None => replay.other = Some(candidate(rule, ToldAs::Then)),
        },
    }
    if let Some(name) = &wish.rule {
        replay.candidates.retain(|known, _| known == name);
    }
    replay
}

fn exit(wish: &ReplayArgs, replayed: &Replayed) -> Exit {
    let compared = &replayed.compared;
    let share = compared.decisions.share();
    match wish.gate {
        _ if !compared.altered.is_empty() => Exit::Failed,
        Some(gate) if share > gate => Exit::Gated,
        _ => Exit::Done,
    }
}

/// Replayed decisions, in lines.
pub fn tell_replayed(wish: &ReplayArgs, replayed: &Replayed, exit: Exit) {
    let compared = &replayed.compared;
    lines(compared).iter().for_each(tell::typed_line);
    for (rule, decisions) in &replayed.left_out {
        let decisions = counted(*decisions, "decision");
        tell::typed_line(format!("left out: {decisions} of {rule}"));
    }
    let batches = counted(replayed.batches, "batch");
    tell::line(match replayed.batches_again + replayed.batches_in_part {
        0 => batches,
        _ => format!(
            "{batches}, of which {} came out again to the letter and with the same fuel",
            replayed.batches_again
        ),
    });
    if replayed.batches_in_part > 0 {
        tell::line(format!(
            "not checked for fuel, because part of them is forgotten or was never answered, or went \
             over a limit: {}",
            replayed.batches_in_part
        ));
    }
    if exit == Exit::Failed {
        tell::line(
            "the journal was tampered with: what is listed is not what was asked or answered then",
        );
    }
    if let (Some(gate), Exit::Gated) = (wish.gate, exit) {
        tell::line(format!(
            "{:.2}% are not the same, more than --gate {}% allows",
            compared.decisions.share() * 100.0,
            gate * 100.0
        ));
    }
}
