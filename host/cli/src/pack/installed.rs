//! The packs of a treaty.

use std::path::{Path, PathBuf};

use semver::{Version, VersionReq};
use serde_json::{Value as Json, json};
use treaty_engine::{PackInUse, known};
use treaty_folder::{PackAsked, Problems, packs_asked};
use treaty_model::Digest;
use treaty_pack::{
    Pack, PackReference, PackVersion, Pinned, RegistryOptions, Which, pull, read_lock, versions,
    versions_in,
};

use super::opened;
use super::registry::{failed, options, place as reference};
use crate::args::pack::{PackInstallArgs, PackUseArgs};
use crate::args::{Args, Format};
use crate::exit::{Exit, Failed};
use crate::{open, tell};

pub async fn install(args: &Args, wish: &PackInstallArgs) -> Result<Exit, Failed> {
    let place = open::place(args)?;
    let options = options(args, &wish.registry)?;
    let packs = match wish.packs.is_empty() {
        true => fetched(&place, &options).await?,
        false => named(&wish.packs, &options).await?,
    };
    let pinned = treaty_pack::install(&place, &packs, &known(&open::shipped()));
    tell_pinned(args, &pinned.map_err(refused)?, "is installed");
    Ok(Exit::Done)
}

/// The packs that the command names, each with the word that named it.
async fn named(
    words: &[String],
    options: &RegistryOptions,
) -> Result<Vec<(PathBuf, Pack)>, Failed> {
    let mut packs = Vec::new();
    for word in words {
        let is_reference = !Path::new(word).exists() && word.parse::<PackReference>().is_ok();
        let pack = match is_reference {
            true => pull(&reference(word)?, options).await.map_err(failed)?,
            false => opened(Path::new(word))?,
        };
        packs.push((word.into(), pack));
    }
    Ok(packs)
}

/// The packs whose files are not there: those that the lock file pins, and the newest
/// that fit of those that the treaty asks for and has no pin of.
async fn fetched(root: &Path, options: &RegistryOptions) -> Result<Vec<(PathBuf, Pack)>, Failed> {
    let asked = packs_asked(root).map_err(refused)?;
    let lock = read_lock(root).map_err(refused)?;
    let mut packs = Vec::new();
    for pinned in lock.iter().filter(|pinned| !pinned.is_there(root)) {
        let mut uses = asked.uses.iter();
        let used = uses.find(|used| used.name.value == pinned.name);
        let from = used.and_then(|used| used.from.as_ref());
        let from = from.ok_or_else(|| no_source(&pinned.name))?;
        let digest = serde_json::from_value::<Digest>(json!(pinned.digest)).map_err(|_| {
            let message = format!("treaty.lock: {:?} is no digest", pinned.digest);
            Failed::new(
                message,
                "install the pack again: treaty pack install <file>",
            )
        })?;
        packs.push(pulled(&reference(&from.value)?.at(digest), options).await?);
    }
    let is_pinned = |used: &PackAsked| lock.iter().any(|pinned| pinned.name == used.name.value);
    for used in asked.uses.iter().filter(|used| !is_pinned(used)) {
        let from = used.from.as_ref();
        let from = from.ok_or_else(|| no_source(&used.name.value))?;
        let mut exact = reference(&from.value)?;
        if exact.which == Which::Latest {
            exact.which = Which::Tag(newest(used, &exact, options).await?.to_string());
        }
        packs.push(pulled(&exact, options).await?);
    }
    Ok(packs)
}

async fn pulled(
    from: &PackReference,
    options: &RegistryOptions,
) -> Result<(PathBuf, Pack), Failed> {
    let pack = pull(from, options).await.map_err(failed)?;
    Ok((from.to_string().into(), pack))
}

fn no_source(name: &str) -> Failed {
    Failed::new(
        format!("nothing says where the pack {name} comes from"),
        format!(
            "say so in treaty.toml, [packs.use.{name}] from = \"…\", or install it from a file"
        ),
    )
}

/// The newest version in a repository that the treaty can use.
async fn newest(
    used: &PackAsked,
    of: &PackReference,
    options: &RegistryOptions,
) -> Result<Version, Failed> {
    let wanted = &used.version.value;
    let fits = VersionReq::parse(wanted).map_err(|error| {
        let message = format!("{:?} is no requirement of a version: {error}", wanted);
        Failed::new(message, "as in 2, or =2.1.0")
    })?;
    let there = versions(of, options).await.map_err(failed)?;
    let newest = there.iter().rfind(|version| fits.matches(version));
    newest.cloned().ok_or_else(|| {
        let known: Vec<_> = there.iter().map(ToString::to_string).collect();
        let hint = match known.is_empty() {
            true => "it has no versions at all".to_owned(),
            false => format!("it has: {}", known.join(", ")),
        };
        Failed::new(format!("{of} has no version that fits {wanted:?}"), hint)
    })
}

pub fn switch(args: &Args, wish: &PackUseArgs) -> Result<Exit, Failed> {
    let place = open::place(args)?;
    let known = known(&open::shipped());
    let pinned = treaty_pack::switch(&place, &wish.pack, &known);
    tell_pinned(args, &[pinned.map_err(refused)?], "is in use");
    Ok(Exit::Done)
}

pub fn remove(args: &Args, wish: &PackUseArgs) -> Result<Exit, Failed> {
    let removed = treaty_pack::remove(&open::place(args)?, &wish.pack);
    let file = removed.map_err(refused)?;
    match args.format {
        Format::Json => tell::json(&json!({ "removed": file })),
        Format::Text => tell::line(format!("removed: {}", file.display())),
    }
    Ok(Exit::Done)
}

pub fn list(args: &Args) -> Result<Exit, Failed> {
    let place = open::place(args)?;
    let lock = read_lock(&place).map_err(refused)?;
    let is_pinned = |there: &PackVersion| {
        let mut lock = lock.iter();
        lock.any(|pinned| pinned.name == there.name && pinned.version == there.version)
    };
    let others = versions_in(&place).into_iter();
    let others: Vec<_> = others.filter(|there| !is_pinned(there)).collect();
    if args.format == Format::Json {
        let others = others.iter().map(ToString::to_string);
        tell::json(&json!({
            "in_use": lock.iter().map(json_of).collect::<Vec<_>>(),
            "not_in_use": others.collect::<Vec<_>>(),
        }));
        return Ok(Exit::Done);
    }
    for pinned in &lock {
        let (name, version, digest) = (&pinned.name, &pinned.version, &pinned.digest);
        tell::typed_line(format!("{name} {version} {digest}"));
    }
    for other in &others {
        tell::line(format!("installed, not in use: treaty pack use {other}"));
    }
    Ok(Exit::Done)
}

pub fn history(args: &Args) -> Result<Exit, Failed> {
    let changes = open::reader(args)?.pack_changes()?;
    if args.format == Format::Json {
        tell::json(&changes);
        return Ok(Exit::Done);
    }
    for change in &changes {
        let side = |pack: &Option<PackInUse>| match pack {
            Some(pack) => {
                let digest = pack.digests.first().map(ToString::to_string);
                format!("{} ({})", pack.version, digest.unwrap_or_default())
            }
            None => "nothing".to_owned(),
        };
        let (at, pack) = (change.at, &change.pack);
        let (before, now) = (side(&change.before), side(&change.now));
        tell::typed_line(format!("{at} {pack}: {before} -> {now}"));
    }
    Ok(Exit::Done)
}

fn tell_pinned(args: &Args, pinned: &[Pinned], what: &str) {
    if args.format == Format::Json {
        return tell::json(&pinned.iter().map(json_of).collect::<Vec<_>>());
    }
    if pinned.is_empty() {
        tell::line("nothing is missing");
    }
    for pinned in pinned {
        let (name, version, key) = (&pinned.name, &pinned.version, &pinned.key);
        let digest = &pinned.digest;
        tell::typed_line(format!(
            "{name} {version} {what}, signed by {key}: {digest}"
        ));
    }
}

fn json_of(pinned: &Pinned) -> Json {
    json!({
        "name": pinned.name, "version": pinned.version.to_string(),
        "digest": pinned.digest, "key": pinned.key,
    })
}

fn refused(problems: Problems) -> Failed {
    Failed {
        message: problems.to_string(),
        hint: "mend the treaty, or install another pack".to_owned(),
        exit: Exit::Problems,
    }
}
