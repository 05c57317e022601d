//! `treaty pack`: rules as files that are carried about.

mod build;
mod diff;
mod installed;
mod registry;
mod signing;

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use treaty_pack::{Pack, PackLimits, open, save, unpack};

use crate::args::pack::{PackArgs, PackCommand, PackShowArgs, PackUnpackArgs};
use crate::args::{Args, Format};
use crate::exit::{Exit, Failed};
use crate::tell;

pub async fn run(args: &Args, pack: &PackArgs) -> Result<Exit, Failed> {
    match &pack.command {
        PackCommand::Build(wish) => build::run(args, wish),
        PackCommand::Show(wish) => show(args, wish),
        PackCommand::Diff(wish) => diff::run(args, wish),
        PackCommand::Unpack(wish) => unpack_pack(args, wish),
        PackCommand::Keygen(wish) => signing::keygen(args, wish),
        PackCommand::Sign(wish) => signing::sign(args, wish),
        PackCommand::Verify(wish) => signing::verify(args, wish),
        PackCommand::Install(wish) => installed::install(args, wish).await,
        PackCommand::Use(wish) => installed::switch(args, wish),
        PackCommand::Remove(wish) => installed::remove(args, wish),
        PackCommand::List => installed::list(args),
        PackCommand::History => installed::history(args),
        PackCommand::Push(wish) => registry::push(args, wish).await,
        PackCommand::Pull(wish) => registry::pull(args, wish).await,
    }
}

fn show(args: &Args, wish: &PackShowArgs) -> Result<Exit, Failed> {
    tell_pack(args, &opened(&wish.pack)?, None);
    Ok(Exit::Done)
}

fn unpack_pack(args: &Args, wish: &PackUnpackArgs) -> Result<Exit, Failed> {
    let pack = opened(&wish.pack)?;
    unpack(&pack, &wish.folder).map_err(|error| Failed::new(error.to_string(), error.hint()))?;
    match args.format {
        Format::Json => tell::json(&json!({ "folder": wish.folder, "digest": pack.digest() })),
        Format::Text => tell::line(format!("unpacked into {}", wish.folder.display())),
    }
    Ok(Exit::Done)
}

/// Opens a pack, and believes nothing that it says.
fn opened(file: &Path) -> Result<Pack, Failed> {
    let opened = open(file, &PackLimits::default());
    opened.map_err(|error| Failed::new(error.to_string(), error.hint()))
}

/// Keeps a pack as a file.
fn kept(pack: &Pack, out: &Path) -> Result<(), Failed> {
    save(pack, out).map_err(|error| Failed::new(error.to_string(), error.hint()))
}

/// The file that was asked for, or one with the pack's name and version.
fn out(asked: Option<&Path>, pack: &Pack) -> PathBuf {
    let settings = pack.settings();
    let named = || format!("{}-{}.treaty-pack", settings.name, settings.version).into();
    asked.map_or_else(named, Path::to_owned)
}

/// What a pack is and holds.
fn tell_pack(args: &Args, pack: &Pack, file: Option<&Path>) {
    let settings = pack.settings();
    let signatures = pack.signatures().iter();
    let keys: Vec<_> = signatures.map(|one| one.key().to_string()).collect();
    let files = pack.files().iter();
    let sizes: Vec<_> = files
        .map(|file| (file.path.to_string(), file.bytes.len()))
        .collect();
    if args.format == Format::Json {
        tell::json(&json_of(pack, file));
        return;
    }
    tell::typed_line(format!(
        "{} {}: {}",
        settings.name, settings.version, settings.description
    ));
    if let Some(file) = file {
        tell::line(format!("  file       {}", file.display()));
    }
    tell::line(format!("  digest     {}", pack.digest()));
    tell::typed_line(format!("  licence    {}", settings.licence));
    tell::typed_line(format!("  contract   {}", settings.contract));
    let signed = if keys.is_empty() {
        "nobody".to_owned()
    } else {
        keys.join(", ")
    };
    tell::line(format!("  signed by  {signed}"));
    for (path, size) in sizes {
        tell::typed_line(format!("  {path} ({size} bytes)"));
    }
}

/// The same for programs.
fn json_of(pack: &Pack, file: Option<&Path>) -> Json {
    let settings = pack.settings();
    let signatures = pack.signatures().iter();
    let keys: Vec<_> = signatures.map(|one| one.key().to_string()).collect();
    let files = pack.files().iter().map(|file| {
        let (path, size) = (file.path.to_string(), file.bytes.len());
        json!({ "path": path, "size_bytes": size })
    });
    json!({
        "name": settings.name,
        "version": settings.version.to_string(),
        "description": settings.description,
        "digest": pack.digest(),
        "file": file,
        "files": files.collect::<Vec<_>>(),
        "signed_by": keys,
    })
}
