//! `treaty advise`: who really edits what, and the way to one owner for each field.

mod words;

use treaty_engine::{Advice, AdviseWish};

use crate::args::{AdviseArgs, Args, Format};
use crate::exit::{Exit, Failed};
use crate::{open, tell};
use words::{cell_line, cells_in_words, entity_lines, wave_lines};

pub fn run(args: &Args, advise: &AdviseArgs) -> Result<Exit, Failed> {
    let folder = open::sound_folder(args)?;
    let wish = AdviseWish {
        entity: advise.entity.clone(),
        days: advise.days,
    };
    let advice = open::reader(args)?.advise(&folder, &wish)?;
    match (args.format, advise.diff) {
        (Format::Json, _) => tell::json(&advice),
        (Format::Text, true) => print_diff(&advice),
        (Format::Text, false) => lines(&advice).into_iter().for_each(tell::typed_line),
    }
    Ok(Exit::Done)
}

/// The diff on standard output, byte for byte, and what it cannot carry beside it.
fn print_diff(advice: &Advice) {
    if advice.next.is_empty() {
        tell::remark("no field is to be moved");
    }
    for table in &advice.next {
        match &table.diff {
            Some(diff) => tell::line(diff.strip_suffix('\n').unwrap_or(diff)),
            None => cells_in_words(table).into_iter().for_each(tell::remark),
        }
    }
}

fn lines(advice: &Advice) -> Vec<String> {
    let mut lines = vec![format!(
        "who edited what in the last {} days, since {}",
        advice.days, advice.since
    )];
    if let Some(begins) = advice.journal_begins {
        lines.push(format!(
            "the journal begins on {begins}: what was edited before is not known"
        ));
    }
    if advice.forgotten > 0 {
        lines.push(format!(
            "{} entries of the journal are forgotten and count for nothing",
            advice.forgotten
        ));
    }
    lines.extend(advice.entities.iter().flat_map(entity_lines));
    lines.push(format!(
        "shared fields, which can conflict: {} in the whole treaty",
        advice.shared
    ));
    let Some(wave) = advice.waves.first() else {
        lines.push("no field is to be moved".to_owned());
        return lines;
    };
    lines.push("waves, each to be made after those before it:".to_owned());
    lines.extend(advice.waves.iter().flat_map(wave_lines));
    lines.push(format!(
        "what wave {} changes in the field tables:",
        wave.number
    ));
    for table in &advice.next {
        match table.diff {
            Some(_) => lines.extend(table.cells.iter().map(cell_line)),
            None => lines.extend(cells_in_words(table)),
        }
    }
    if advice.next.iter().any(|table| table.diff.is_some()) {
        lines.push("hint: treaty advise --diff | patch -p1".to_owned());
    }
    lines
}
