//! The six signs that two-way does more harm than good, from our own journal.
//!
//! Each is a figure of the last seven days beside the seven days before. From
//! when on it is a worry is said here, in constants; nothing of it decides
//! anything.

mod answers;
mod journal;

use treaty_model::Timestamp;

use super::figures::{Calendar, Figure, Symptom, Weeks, percent};
use crate::status::RunShown;
use crate::{EngineError, Reader};
use answers::Answers;
use journal::Told;

/// How many open questions are a list that grows.
const QUESTIONS_MIN: f64 = 10.0;
/// How much there has to be for a share of it to mean something.
const SAMPLE_MIN: u64 = 20;
/// How many points of a hundred, and by which factor, a quality figure moves.
const SWING_POINTS: f64 = 10.0;
const SWING_FACTOR: f64 = 2.0;
/// How many values change back within a week.
const FLIPS_MIN: usize = 3;
/// By which factor the writes for each change grow.
const COST_FACTOR: f64 = 1.5;
/// How often the same is done again before it is a habit.
const HABIT_MIN: usize = 10;
/// How many examples are told.
const EXAMPLES_MAX: usize = 3;

/// What the runs of a week did.
#[derive(Default)]
struct Work {
    runs: u64,
    matched: u64,
    changed: u64,
    troubled: u64,
    writes: u64,
}

/// The symptoms, in the order in which they usually show.
pub(super) fn of(reader: &Reader, now: Timestamp) -> Result<Vec<Symptom>, EngineError> {
    let calendar = Calendar::at(now);
    let work = work(reader, calendar)?;
    let told = Told::read(reader, calendar)?;
    let answers = Answers::read(reader, calendar)?;
    Ok(vec![
        questions(reader, calendar, &work, &answers)?,
        quality(&work, &answers),
        flips(&told),
        untraceable(&told),
        cost(&work),
        workarounds(&told, &answers),
    ])
}

fn work(reader: &Reader, calendar: Calendar) -> Result<Weeks<Work>, EngineError> {
    let mut weeks: Weeks<Work> = Weeks::default();
    for kept in reader.ledger.runs_since(calendar.before_from, 0)? {
        let Some(week) = weeks.of(calendar, kept.started_at) else {
            continue;
        };
        week.runs += 1;
        for entity in RunShown::entities(&kept) {
            week.matched += entity.matched;
            for report in entity.systems.values() {
                week.changed += report.changed;
                week.troubled += report.parked + report.unread;
                if !entity.stopped {
                    week.writes += report.writes + report.creates + report.deletes;
                }
            }
        }
    }
    Ok(weeks)
}

fn questions(
    reader: &Reader,
    calendar: Calendar,
    work: &Weeks<Work>,
    answers: &Answers,
) -> Result<Symptom, EngineError> {
    let open = Figure {
        what: "questions open",
        now: reader.questions_unanswered()? as f64,
        before: reader.ledger.questions_open_at(calendar.now_from)? as f64,
    };
    // Where systems have just met, there is no week before to compare with.
    let is_seasoned = work.before.runs > 0;
    let is_wrong = is_seasoned && open.now >= QUESTIONS_MIN && open.now > open.before;
    let asked = answers
        .weeks
        .figure("questions asked", |week| week.asked as f64);
    Ok(Symptom {
        name: "questions-grow",
        figures: vec![open, asked],
        examples: Vec::new(),
        is_wrong,
        advice: "give the fields that are asked about an owner or a rule in the field table; \
                 `treaty questions` shows which, `treaty advise` which owner",
    })
}

fn quality(work: &Weeks<Work>, answers: &Answers) -> Symptom {
    let (was, is) = (&work.before, &work.now);
    let asked = &answers.weeks;
    let matches = |work: &Work, asked: u64| work.matched + asked;
    let pairs = Figure {
        what: "of 100 matches, those that a person is asked about",
        now: percent(asked.now.about_pairs, matches(is, asked.now.about_pairs)),
        before: percent(
            asked.before.about_pairs,
            matches(was, asked.before.about_pairs),
        ),
    };
    let enough_pairs = matches(is, asked.now.about_pairs)
        .min(matches(was, asked.before.about_pairs))
        >= SAMPLE_MIN;
    let read = work.figure(
        "of 100 changed records, those that cannot be read",
        |week| percent(week.troubled, week.changed),
    );
    let enough_read = was.changed.min(is.changed) >= SAMPLE_MIN;
    Symptom {
        name: "quality-swings",
        is_wrong: enough_pairs && swings(&pairs) || enough_read && swings(&read),
        figures: vec![pairs, read],
        examples: Vec::new(),
        advice: "something upstream changed: look at the newest records (`treaty status \
                 --problems`) and at who imports them",
    }
}

fn swings(figure: &Figure) -> bool {
    let (low, high) = (figure.now.min(figure.before), figure.now.max(figure.before));
    high - low >= SWING_POINTS && high >= SWING_FACTOR * low
}

fn flips(told: &Told) -> Symptom {
    let count = |flips: &journal::Tally| flips.total() as f64;
    Symptom {
        name: "values-change-back",
        figures: vec![
            told.weeks
                .figure("values set back within a day", |week| count(&week.flips)),
        ],
        examples: told.weeks.now.flips.most(1, EXAMPLES_MAX),
        is_wrong: told.weeks.now.flips.total() >= FLIPS_MIN,
        advice: "two automations disagree: `treaty explain` shows which; give the field an owner \
                 (`treaty advise`), or switch one of them off",
    }
}

fn untraceable(told: &Told) -> Symptom {
    let week = &told.weeks.now;
    let mostly = week.nobody >= SAMPLE_MIN && 2 * week.nobody > week.verdicts;
    Symptom {
        name: "conflicts-nobody-can-trace",
        figures: vec![
            told.weeks
                .figure("conflicts decided", |week| week.verdicts as f64),
            told.weeks
                .figure("of these, without a reason", |week| week.reasonless as f64),
            told.weeks
                .figure("of these, by nobody who is known", |week| {
                    week.nobody as f64
                }),
        ],
        examples: Vec::new(),
        is_wrong: week.reasonless > 0 || mostly,
        advice: "name the field that says who changed a record (`actor` of the entity's system in \
                 treaty.toml), and let every rule give a reason",
    }
}

fn cost(work: &Weeks<Work>) -> Symptom {
    let for_each = |week: &Work| match week.changed {
        0 => 0.0,
        changed => week.writes as f64 / changed as f64,
    };
    let (was, is) = (for_each(&work.before), for_each(&work.now));
    let enough = work.before.changed.min(work.now.changed) >= SAMPLE_MIN;
    Symptom {
        name: "cost-grows-without-volume",
        figures: vec![
            work.figure("writes for each changed record", for_each),
            work.figure("changed records", |week| week.changed as f64),
        ],
        examples: Vec::new(),
        is_wrong: enough && was > 0.0 && is >= COST_FACTOR * was,
        advice: "look at which system is written most (`treaty status`): one that rewrites what \
                 it is given, or fields that nobody there reads, cost writes for nothing",
    }
}

fn workarounds(told: &Told, answers: &Answers) -> Symptom {
    let habit = |tally: &journal::Tally| tally.above(HABIT_MIN) as f64;
    let mut examples = told.weeks.now.given_up.most(HABIT_MIN + 1, EXAMPLES_MAX);
    let is_about_owners = !examples.is_empty();
    examples.extend(answers.weeks.now.ways.most(HABIT_MIN + 1, EXAMPLES_MAX));
    Symptom {
        name: "people-work-around-it",
        figures: vec![
            told.weeks.figure("edits given up again and again", |week| {
                habit(&week.given_up)
            }),
            answers
                .weeks
                .figure("questions answered the same way", |week| habit(&week.ways)),
        ],
        is_wrong: !examples.is_empty(),
        examples,
        advice: match is_about_owners {
            true => {
                "the table says otherwise than people work: `treaty advise` shows who really \
                 edits each field; ask them, and give the field to the system in which they \
                 edit it"
            }
            false => "make a rule of the answer that people always give",
        },
    }
}
