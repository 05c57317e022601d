//! The figures of a run, beside what they should reach.

use super::{DataSet, Run, assign_one_to_one, close, quality};
use crate::record::Matcher;

/// What a set should reach.
#[derive(Clone, Copy, Debug)]
pub struct Aim {
    /// The F1 at probability one half that is aimed at: of the pairs, or of the
    /// one-to-one assignment where there are two systems.
    pub f1: f64,
    /// The least that is put up with, where the aim is not reached yet.
    pub f1_min: f64,
    /// The least F1 of what the host joins to clusters.
    pub closure_f1_min: f64,
    /// The least precision of what is linked without a question.
    pub sure_precision_min: f64,
    /// The least share of true pairs that share a key.
    pub blocking_recall_min: f64,
    /// How many questions there may be for a thousand records.
    pub questions_max: f64,
    /// How large a cluster may grow.
    pub cluster_records_max: usize,
}

impl Aim {
    /// An F1; nothing else is asked for.
    #[must_use]
    pub const fn f1(f1_min: f64) -> Self {
        Self {
            f1: f1_min,
            f1_min,
            closure_f1_min: 0.0,
            sure_precision_min: 0.0,
            blocking_recall_min: 0.0,
            questions_max: f64::INFINITY,
            cluster_records_max: 12,
        }
    }
}

/// The figures of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// In a line.
    pub line: String,
    /// Which of them are not what they should be.
    pub missed: Vec<&'static str>,
}

impl std::fmt::Display for Report {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.line)?;
        for missed in &self.missed {
            write!(formatter, " | NOT MET: {missed}")?;
        }
        Ok(())
    }
}

/// A line of figures, what the host makes of the links among them.
pub fn report<M: Matcher>(matcher: &M, data: &DataSet, run: &Run<M>, aim: Aim) -> Report {
    let between = |least: f64, most: f64| {
        let pairs = run
            .compared
            .iter()
            .filter(move |pair| (least..most).contains(&pair.score.probability));
        quality(data, pairs.map(|pair| (pair.first, pair.second)))
    };
    let (plain, sure, asked) = (between(0.5, 2.0), between(0.95, 2.0), between(0.2, 0.95));
    let blocked = quality(data, run.candidates.pairs.iter().copied());
    let records = data.rows.len() as f64;
    let questions = asked.pairs as f64 * 1000.0 / records;
    let (kind, joined) = match data.second_from {
        Some(_) => (
            "one to one",
            quality(data, assign_one_to_one(&run.compared, 0.5)),
        ),
        None => (
            "closure",
            quality(data, close(matcher, run, 0.5, aim.cluster_records_max)),
        ),
    };
    let measured = if data.second_from.is_some() {
        joined.f1
    } else {
        plain.f1
    };
    let missed = missed([
        ("F1", measured, aim.f1_min),
        (kind, joined.f1, aim.closure_f1_min),
        (
            "auto-link precision",
            sure.precision,
            aim.sure_precision_min,
        ),
        ("blocking recall", blocked.recall, aim.blocking_recall_min),
        ("questions", -questions, -aim.questions_max),
    ]);
    let short = if is_under(measured, aim.f1) {
        ", SHORT"
    } else {
        ""
    };
    let line = format!(
        "{:<15} P {:.4} R {:.4} F1 {:.4} (aim {:.4}{short}) | {kind} P {:.4} R {:.4} F1 {:.4} | auto-link P {:.4} R {:.4} | \
         asked {questions:.0} for 1000 records, {:.0}% true | blocking R {:.4}, {:.1} pairs a record, {} overflowed | \
         {:.0}k records/s, {:.2}M pairs/s",
        data.name,
        plain.precision,
        plain.recall,
        plain.f1,
        aim.f1,
        joined.precision,
        joined.recall,
        joined.f1,
        sure.precision,
        sure.recall,
        asked.precision * 100.0,
        blocked.recall,
        blocked.pairs as f64 / records,
        run.candidates.overflowed.values().sum::<usize>(),
        records / run.prepare_time.as_secs_f64() / 1e3,
        run.compared.len() as f64 / run.compare_time.as_secs_f64() / 1e6,
    );
    Report { line, missed }
}

/// Which of the figures are under the least that is asked for.
fn missed<const N: usize>(figures: [(&'static str, f64, f64); N]) -> Vec<&'static str> {
    let missed = figures
        .into_iter()
        .filter(|(_, found, least)| is_under(*found, *least));
    missed.map(|(what, _, _)| what).collect()
}

/// Aims have four digits, and so have the figures they came from.
fn is_under(found: f64, least: f64) -> bool {
    found + 0.000_05 < least
}

/// Some pairs on the wrong side of one half, with what was found.
pub fn wrong<M: Matcher>(matcher: &M, data: &DataSet, run: &Run<M>) -> String {
    let same = |pair: &super::Compared| {
        data.labels[pair.first as usize] == data.labels[pair.second as usize]
    };
    let mut text = String::new();
    for (title, linked) in [
        ("linked but not the same", true),
        ("the same but not linked", false),
    ] {
        let wrong: Vec<_> = run
            .compared
            .iter()
            .filter(|pair| (pair.score.probability >= 0.5) == linked && same(pair) != linked)
            .collect();
        text.push_str(&format!("== {title}: {}\n", wrong.len()));
        for pair in wrong.iter().step_by((wrong.len() / 40).max(1)) {
            text.push_str(&show(matcher, data, run, (pair.first, pair.second)));
        }
    }
    text
}

/// Some true pairs that share no key.
pub fn lost<M: Matcher>(matcher: &M, data: &DataSet, run: &Run<M>) -> String {
    let candidates: std::collections::HashSet<(u32, u32)> =
        run.candidates.pairs.iter().copied().collect();
    let mut of_label: std::collections::BTreeMap<u64, Vec<u32>> = std::collections::BTreeMap::new();
    for (at, label) in data.labels.iter().enumerate() {
        of_label
            .entry(*label)
            .or_default()
            .push(u32::try_from(at).expect("fewer than four billion rows"));
    }
    let mut pairs = Vec::new();
    for records in of_label.values() {
        for (at, &first) in records.iter().enumerate() {
            pairs.extend(records[at + 1..].iter().map(|&second| (first, second)));
        }
    }
    pairs.retain(|pair| {
        data.is_pair(pair.0 as usize, pair.1 as usize) && !candidates.contains(pair)
    });
    let mut text = format!("== share no key: {}\n", pairs.len());
    for pair in pairs.iter().step_by((pairs.len() / 40).max(1)) {
        text.push_str(&show(matcher, data, run, *pair));
    }
    text
}

fn show<M: Matcher>(matcher: &M, data: &DataSet, run: &Run<M>, pair: (u32, u32)) -> String {
    let (first, second) = (
        super::seen(&run.records, pair.0),
        super::seen(&run.records, pair.1),
    );
    let score = matcher.compare(&run.population, first, second);
    let mut text = format!("{:.3}\n", score.probability);
    for row in [pair.0, pair.1] {
        let row: Vec<&str> = data.rows[row as usize]
            .iter()
            .map(|cell| cell.as_deref().unwrap_or("·"))
            .collect();
        text.push_str(&format!("   {}\n", row.join(" | ")));
    }
    let found = matcher.explain(&run.population, first, second);
    text.push_str(&format!(
        "      {}\n",
        found
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; ")
    ));
    text
}
