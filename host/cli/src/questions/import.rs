//! `treaty questions --import`: answers from a spreadsheet.
//!
//! Everything is looked at before anything is answered. A line can be wrong (it
//! is not understood, or the answer does not fit its question) or late (the
//! question is over, or asks about other sides by now). What is late is left
//! out; what is wrong stops the whole file, unless it is taken in part.

use std::collections::BTreeMap;
use std::path::Path;

use csv::StringRecord;
use serde_json::json;
use treaty_engine::{Asked, Fitting, QuestionFilter, Reader};
use treaty_model::SystemName;

use super::answer::reply_of;
use super::sheet::{self, Place, Sheet};
use crate::args::{Args, Format, QuestionsArgs};
use crate::exit::{Exit, Failed};
use crate::output::counted;
use crate::{open, tell};

/// Lines that are told, each with its place.
type Lines = Vec<(Place, String)>;

/// What the lines of a file come to.
#[derive(Default)]
struct Sorted {
    fitting: Vec<Fitting>,
    answered: Vec<i64>,
    late: Lines,
    wrong: Lines,
}

pub fn run(
    args: &Args,
    questions: &QuestionsArgs,
    reader: &Reader,
    file: &Path,
) -> Result<Exit, Failed> {
    let bytes = std::fs::read(file).map_err(|error| {
        Failed::new(
            format!("cannot read {}: {error}", file.display()),
            "name a file that `treaty questions --export` has written",
        )
    })?;
    let sheet = sheet::read(&bytes, &["question", "version", "answer"]).map_err(|why| {
        Failed::new(
            format!("{}: {why}", file.display()),
            "keep the columns that `treaty questions --export` has written",
        )
    })?;
    let desk = Desk {
        reader,
        asked: reader.asked(&QuestionFilter::default())?,
        systems: reader.systems(),
        by: open::person(questions.by.as_deref()),
    };
    let mut sorted = desk.sort(&sheet)?;
    if !sorted.wrong.is_empty() && !questions.partly {
        sorted.fitting.clear();
        sorted.answered.clear();
    }
    reader.give(&sorted.fitting)?;
    say(args, &sorted, file);
    match (sorted.wrong.is_empty(), questions.partly) {
        (true, _) if sorted.late.is_empty() => Ok(Exit::Done),
        (true, _) | (false, true) => Ok(Exit::Partial),
        (false, false) => Err(Failed::new(
            format!(
                "nothing is answered: {} of {} cannot be taken",
                counted(sorted.wrong.len() as u64, "line"),
                file.display()
            ),
            "correct them, or take the others with --partly",
        )),
    }
}

fn say(args: &Args, sorted: &Sorted, file: &Path) {
    if args.format == Format::Json {
        let lines = |lines: &Lines| -> Vec<_> {
            let lines = lines.iter();
            lines
                .map(|(at, why)| json!({ "line": at.line, "row": at.row, "why": why }))
                .collect()
        };
        tell::json(&json!({
            "answered": sorted.answered,
            "late": lines(&sorted.late),
            "wrong": lines(&sorted.wrong),
        }));
        return;
    }
    let mut lines: Vec<_> = sorted.wrong.iter().chain(&sorted.late).collect();
    lines.sort();
    for (place, why) in lines {
        tell::typed_line(format!("{}:{place}: {why}", file.display()));
    }
    if sorted.wrong.is_empty() || !sorted.answered.is_empty() {
        let count = counted(sorted.answered.len() as u64, "question");
        tell::line(format!("{count} answered; `treaty sync` carries it out"));
    }
}

/// What lines are held against.
struct Desk<'a> {
    reader: &'a Reader,
    asked: Vec<Asked>,
    systems: Vec<SystemName>,
    by: String,
}

/// Why a line is not taken.
enum Refusal {
    Late(String),
    Wrong(String),
}

impl Desk<'_> {
    fn sort(&self, sheet: &Sheet) -> Result<Sorted, Failed> {
        let mut sorted = Sorted::default();
        let mut seen: BTreeMap<i64, Place> = BTreeMap::new();
        for (place, record) in &sheet.lines {
            let answer = sheet.cell(record, "answer");
            if answer.is_empty() {
                continue;
            }
            let number: Option<i64> = sheet.cell(record, "question").parse().ok();
            let Some(number) = number else {
                let cell = sheet.cell(record, "question");
                let why = format!("{cell:?} is no question's number");
                sorted.wrong.push((*place, why));
                continue;
            };
            if let Some(first) = seen.insert(number, *place) {
                let why = format!("question {number} stands in line {first} already");
                sorted.wrong.push((*place, why));
                continue;
            }
            match self.take(sheet, record, number, answer)? {
                Ok(fitting) => {
                    sorted.fitting.push(fitting);
                    sorted.answered.push(number);
                }
                Err(Refusal::Late(why)) => sorted.late.push((*place, why)),
                Err(Refusal::Wrong(why)) => sorted.wrong.push((*place, why)),
            }
        }
        Ok(sorted)
    }

    fn take(
        &self,
        sheet: &Sheet,
        record: &StringRecord,
        number: i64,
        answer: &str,
    ) -> Result<Result<Fitting, Refusal>, Failed> {
        let late = |why: &str| {
            let why = format!("question {number} is not answered: {why}");
            Ok(Err(Refusal::Late(why)))
        };
        let of = |asked: &&Asked| asked.question.number == number;
        let Some(asked) = self.asked.iter().find(of) else {
            return match self.reader.ended(number)? {
                Some(how) => late(&how),
                None => Ok(Err(Refusal::Wrong(format!(
                    "there is no question {number}"
                )))),
            };
        };
        if let Some(by) = asked.answered_by() {
            return late(&format!("{by} has answered it"));
        }
        if sheet.cell(record, "version") != asked.version {
            return late("it asks about other sides than those in the file");
        }
        let by = match sheet.cell(record, "by") {
            "" => self.by.as_str(),
            by => by,
        };
        let wrong = |why: String| Refusal::Wrong(format!("question {number}: {why}"));
        Ok(reply_of(answer, &self.systems)
            .map_err(wrong)
            .and_then(|reply| {
                let fitting = self.reader.fit(asked, &reply, by);
                fitting.map_err(|error| wrong(error.to_string()))
            }))
    }
}
