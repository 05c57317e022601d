//! The packs of a treaty.

use serde_json::json;
use treaty_engine::known;
use treaty_folder::Problems;

use crate::args::pack::PackInstallArgs;
use crate::args::{Args, Format};
use crate::exit::{Exit, Failed};
use crate::{open, tell};

pub fn install(args: &Args, wish: &PackInstallArgs) -> Result<Exit, Failed> {
    let place = open::place(args)?;
    let pinned = treaty_pack::install(&place, &wish.pack, &known(&open::shipped()));
    let pinned = pinned.map_err(refused)?;
    let (name, version) = (&pinned.name, pinned.version.to_string());
    match args.format {
        Format::Json => tell::json(&json!({
            "name": name, "version": version, "digest": pinned.digest, "key": pinned.key,
        })),
        Format::Text => tell::typed_line(format!(
            "{name} {version} is installed, signed by {}: {}",
            pinned.key, pinned.digest
        )),
    }
    Ok(Exit::Done)
}

pub fn list(args: &Args) -> Result<Exit, Failed> {
    let lock = treaty_pack::read_lock(&open::place(args)?).map_err(refused)?;
    if args.format == Format::Json {
        let packs = lock.iter().map(|pinned| {
            json!({
                "name": pinned.name, "version": pinned.version.to_string(),
                "digest": pinned.digest, "key": pinned.key,
            })
        });
        tell::json(&packs.collect::<Vec<_>>());
        return Ok(Exit::Done);
    }
    for pinned in &lock {
        tell::typed_line(format!(
            "{} {} {}",
            pinned.name, pinned.version, pinned.digest
        ));
    }
    Ok(Exit::Done)
}

fn refused(problems: Problems) -> Failed {
    Failed {
        message: problems.to_string(),
        hint: "mend the treaty, or install another pack".to_owned(),
        exit: Exit::Problems,
    }
}
