//! Measures the matcher on labelled data, as a host would run it:
//! `cargo run --release -p match-things --example evaluate_things -- <folder>`.
//!
//! The exit status is not zero where it falls under its aim. A second argument
//! prints more: `wrong` pairs, or true pairs `lost` in blocking.
#![expect(clippy::print_stdout, reason = "a report for a person at a terminal")]

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;

use match_things::Things;
use match_things::weights::Weights;
use treaty_evidence::trial::{self, Aim, DataSet};

/// Column and type. The year is a number; the other three are what people
/// wrote.
const FIELDS: [(&str, &str); 4] = [
    ("title", "text"),
    ("authors", "text"),
    ("venue", "text"),
    ("year", "number"),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let folder = arguments
        .get(1)
        .expect("usage: evaluate_things <folder> [wrong|lost]");
    let detail = arguments.get(2).map_or("", String::as_str);
    let data = dblp_acm(&Path::new(folder).join("dblp-acm"));
    let things = Things::with(FIELDS, Weights::default());
    let run = trial::run(&things, &data);
    let report = trial::report(&things, &data, &run, Aim::f1(0.987));
    println!("{report}");
    match detail {
        "wrong" => println!("{}", trial::wrong(&things, &data, &run)),
        "lost" => println!("{}", trial::lost(&things, &data, &run)),
        _ => {}
    }
    if report.missed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Two bibliographies. A publication of the second that is in the first has the
/// label of its partner there.
fn dblp_acm(folder: &Path) -> DataSet {
    let mut partners: HashMap<u64, u64> = HashMap::new();
    for row in rows(&folder.join("gt.csv")) {
        partners.insert(number(&row[1]), number(&row[0]));
    }
    let mut data = DataSet {
        name: "dblp-acm".to_owned(),
        ..DataSet::default()
    };
    for row in rows(&folder.join("dblp.csv")) {
        data.labels.push(number(&row[0]));
        data.rows.push(cells(&row));
    }
    data.second_from = Some(data.rows.len());
    for row in rows(&folder.join("acm.csv")) {
        let id = number(&row[0]);
        let alone = (1 << 32) + id;
        data.labels
            .push(partners.get(&id).copied().unwrap_or(alone));
        data.rows.push(cells(&row));
    }
    data
}

fn rows(path: &Path) -> Vec<csv::StringRecord> {
    let reader = csv::ReaderBuilder::new()
        .delimiter(b'%')
        .trim(csv::Trim::All)
        .from_path(path);
    let mut reader = reader.expect("a data set");
    reader.records().map(|row| row.expect("a row")).collect()
}

fn cells(row: &csv::StringRecord) -> Vec<Option<String>> {
    let cells = row.iter().skip(1);
    cells
        .map(|cell| Some(cell.to_owned()).filter(|cell| !cell.is_empty()))
        .collect()
}

fn number(text: &str) -> u64 {
    text.parse().expect("an id")
}
