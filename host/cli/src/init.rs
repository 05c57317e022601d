//! `treaty init`: a treaty is proposed from what systems hold.

use std::path::Path;

use treaty_engine::{EntityProposal, EntityWish, InitWish, Proposal, SystemWish, init};

use crate::args::{Args, Format, InitArgs};
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::{open, progress, tell};

pub async fn run(args: &Args, asked: &InitArgs) -> Result<Exit, Failed> {
    if args.copy.is_some() {
        return Err(Failed {
            message: "--copy copies a treaty, and there is none yet".to_owned(),
            hint: "name the new folder with --treaty".to_owned(),
            exit: Exit::Usage,
        });
    }
    let usage = |message: String| Failed {
        message,
        hint: "`treaty init --help` shows how systems and entities are named".to_owned(),
        exit: Exit::Usage,
    };
    // Read here and not by the argument parser, which says again what it cannot
    // read: that may be a password.
    let systems = asked.systems.iter().map(|text| SystemWish::parse(text));
    let systems = systems.collect::<Result<_, _>>().map_err(usage)?;
    let entities = asked.entity.iter().map(|text| EntityWish::parse(text));
    let entities = entities.collect::<Result<_, _>>().map_err(usage)?;
    let wish = InitWish {
        name: asked.name.clone().unwrap_or_else(|| name_of(&args.treaty)),
        folder: args.treaty.clone(),
        systems,
        entities,
        rows_max: asked.sample as usize,
    };
    let proposal = init(&wish, &open::opening(progress::progress())).await?;
    if args.format == Format::Json {
        tell::json(&proposal);
    } else {
        for line in lines(&proposal, &args.treaty) {
            tell::line(line);
        }
    }
    Ok(Exit::Done)
}

/// The name of the treaty's folder.
fn name_of(folder: &Path) -> String {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = whole.file_name().map(|name| name.to_string_lossy());
    name.map_or_else(|| "treaty".to_owned(), |name| name.into_owned())
}

fn lines(proposal: &Proposal, folder: &Path) -> Vec<String> {
    let mut lines: Vec<String> = proposal.entities.iter().flat_map(entity_lines).collect();
    for left in &proposal.left_out {
        lines.push(format!(
            "left out: {} {}: {}",
            left.system, left.source, left.why
        ));
    }
    let undecided: usize = proposal
        .entities
        .iter()
        .map(|entity| entity.undecided)
        .sum();
    let at = match folder.as_os_str() == "." {
        true => String::new(),
        false => format!(" --treaty {}", folder.display()),
    };
    lines.push(format!(
        "written into {}: {}",
        folder.display(),
        proposal.files.join(", ")
    ));
    lines.push("next:".to_owned());
    if undecided > 0 {
        lines.push(format!(
            "  1. decide the {} marked `?` in the field tables",
            counted(undecided as u64, "owner")
        ));
    } else {
        lines.push("  1. look through the field tables".to_owned());
    }
    lines.push(format!("  2. treaty check{at}"));
    lines.push(format!(
        "  3. treaty plan{at}    prints what would be done, sends nothing"
    ));
    lines.push(format!("  4. treaty sync{at}"));
    lines
}

fn entity_lines(entity: &EntityProposal) -> Vec<String> {
    let mut lines = vec![entity.entity.clone()];
    for source in &entity.systems {
        let more = if source.more { " and more" } else { "" };
        lines.push(format!(
            "  {} {}: {}{more} read, key {}",
            source.system,
            source.source,
            counted(source.records as u64, "record"),
            source.key.join(" + ")
        ));
    }
    for found in &entity.found_in_both {
        lines.push(format!(
            "  {} found in both {} and {}, by {}",
            counted(found.records as u64, "record"),
            found.systems[0],
            found.systems[1],
            found.by
        ));
    }
    lines.push(format!(
        "  {} paired, {} of them undecided:",
        counted(entity.fields.len() as u64, "field"),
        entity.undecided
    ));
    for field in &entity.fields {
        lines.push(format!(
            "    {}: {} % of values in common, owner {}: {}",
            field.field, field.overlap_percent, field.owner, field.notes
        ));
    }
    for source in &entity.systems {
        if !source.unpaired.is_empty() {
            lines.push(format!(
                "  in no row: {} {}",
                source.system,
                source.unpaired.join(", ")
            ));
        }
    }
    lines
}
