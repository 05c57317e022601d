//! `treaty rules laws`: the laws of rules, held against generated input.

mod records;

use std::path::Path;

use serde_json::json;
use treaty_folder::no_cases;
use treaty_workshop::{Input, LawResult, Outcome, Tries, laws, laws_of_each};

use super::stack::{Stack, is_pack};
use super::suite::Suite;
use super::{named, wanted, workshop_of};
use crate::args::{Args, Format, LawsArgs};
use crate::exit::{Exit, Failed};
use crate::output::{counted, write_file};
use crate::{open, tell};

pub async fn run(args: &Args, wish: &LawsArgs) -> Result<Exit, Failed> {
    let tries = Tries {
        count: wish.tries,
        seed: wish.seed,
    };
    let results = match wish.rules.split_first() {
        Some((pack, _)) if is_pack(Path::new(pack)) && wish.records.is_some() => {
            return Err(Failed {
                exit: Exit::Usage,
                ..Failed::new(
                    "a pack has no systems to take records of",
                    "leave --records out, or name the rules of a treaty",
                )
            });
        }
        Some((pack, rules)) if is_pack(Path::new(pack)) => {
            let suite = Suite::of_pack(&Stack::at(args, Path::new(pack), &wish.base)?)?;
            let names = wanted(&suite.folder, rules)?;
            of_pack(&suite, names.iter().map(String::as_str), tries)?
        }
        _ => of_treaty(args, wish, tries).await?,
    };
    if let Some(folder) = &wish.write {
        write_cases(folder, &results)?;
    }
    match args.format {
        Format::Json => tell::json(&json!({ "laws": results })),
        Format::Text => tell_results(&results),
    }
    Ok(match results.iter().any(is_broken) {
        true => Exit::Failed,
        false => Exit::Done,
    })
}

async fn of_treaty(args: &Args, wish: &LawsArgs, tries: Tries) -> Result<Vec<LawResult>, Failed> {
    let folder = open::sound_folder(args)?;
    let mut file = no_cases(&folder);
    let rules = wanted(&folder, &wish.rules)?;
    let workshop = workshop_of(&folder)?;
    let rules = workshop.load_all(&folder, rules.iter().map(String::as_str));
    let rules = rules.map_err(|error| named(&error))?;
    let Some(system) = &wish.records else {
        return Ok(laws(&folder, &file, &rules, Input::Generated, tries));
    };
    let sampled = records::read(&folder, system, wish.sample as usize).await?;
    let pools = records::pools(&workshop, &folder, &mut file, &sampled)?;
    records::tell(system, &sampled, &pools);
    Ok(laws(&folder, &file, &rules, Input::Records(&pools), tries))
}

/// The laws of these rules of a pack.
pub fn of_pack<'n>(
    suite: &Suite,
    names: impl IntoIterator<Item = &'n str>,
    tries: Tries,
) -> Result<Vec<LawResult>, Failed> {
    let rules = suite.load(names)?;
    let file = no_cases(&suite.folder);
    Ok(laws_of_each(
        &suite.folder,
        &file,
        &suite.case_files(),
        &rules,
        tries,
    ))
}

pub fn is_broken(result: &LawResult) -> bool {
    matches!(result.outcome, Outcome::Broken { .. })
}

pub fn tell_results(results: &[LawResult]) {
    for of_rule in
        results.chunk_by(|one, next| (&one.entity, &one.rule) == (&next.entity, &next.rule))
    {
        tell::typed_line(format!("{} of {}", of_rule[0].rule, of_rule[0].entity));
        for result in of_rule {
            result_lines(result).iter().for_each(tell::typed_line);
        }
    }
    let broken = results.iter().filter(|result| is_broken(result)).count();
    let waived = |result: &&LawResult| matches!(result.outcome, Outcome::Waived(_));
    let waived = results.iter().filter(waived).count();
    tell::line(format!(
        "{}: {} held, {broken} broken, {waived} not tried",
        counted(results.len() as u64, "law"),
        results.len() - broken - waived
    ));
}

fn result_lines(result: &LawResult) -> Vec<String> {
    let LawResult { law, tried, .. } = result;
    match &result.outcome {
        Outcome::Held => vec![format!("  held    {law} ({tried} tried)")],
        Outcome::Waived(why) => vec![format!("  -       {law}: {why}")],
        Outcome::Broken { why, case } => {
            let case = case.lines().map(|line| format!("            {line}"));
            let mut lines = vec![
                format!("  BROKEN  {law}"),
                format!("          {why}"),
                "          as a case, with what the rule answers now:".to_owned(),
            ];
            lines.extend(case);
            lines
        }
    }
}

/// A case file for each law that does not hold.
pub fn write_cases(folder: &Path, results: &[LawResult]) -> Result<(), Failed> {
    std::fs::create_dir_all(folder)
        .map_err(|error| crate::output::cannot_write(folder, &error.to_string()))?;
    for (number, result) in results.iter().enumerate() {
        if let Outcome::Broken { case, .. } = &result.outcome {
            let name = format!("law-{}-{}-{number}.toml", result.entity, result.rule);
            write_file(&folder.join(name), case)?;
        }
    }
    Ok(())
}
