//! Measures the matcher on labelled data, as a host would run it:
//! `cargo run --release -p match-companies --example evaluate_companies -- <folder>`.
//!
//! The exit status is not zero where it falls under its aim. A second argument
//! prints more: `wrong` pairs, or true pairs `lost` in blocking.
#![expect(clippy::print_stdout, reason = "a report for a person at a terminal")]

use std::path::Path;
use std::process::ExitCode;

use match_companies::Companies;
use match_companies::weights::Weights;
use treaty_evidence::schema::Schema;
use treaty_evidence::trial::{self, Aim, DataSet};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let folder = arguments
        .get(1)
        .expect("usage: evaluate <folder> [wrong|lost]");
    let detail = arguments.get(2).map_or("", String::as_str);
    let data = fodors_zagat(Path::new(folder));
    let schema = Schema::new([
        ("name", "organisation"),
        ("address", "street"),
        ("city", "city"),
    ]);
    let companies = Companies::with(schema, Weights::default());
    let run = trial::run(&companies, &data);
    let report = trial::report(&companies, &data, &run, Aim::f1(0.97));
    println!("{report}");
    match detail {
        "wrong" => println!("{}", trial::wrong(&companies, &data, &run)),
        "lost" => println!("{}", trial::lost(&companies, &data, &run)),
        _ => {}
    }
    if report.missed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Two guides to restaurants, without phone numbers; the first 112 ids of each
/// are the same places.
fn fodors_zagat(folder: &Path) -> DataSet {
    let mut data = DataSet {
        name: "fodors-zagat".to_owned(),
        ..DataSet::default()
    };
    for (file, others) in [("restaurant-1.csv", 10_000), ("restaurant-2.csv", 20_000)] {
        if !data.rows.is_empty() {
            data.second_from = Some(data.rows.len());
        }
        let text =
            std::fs::read_to_string(folder.join("fodors-zagat").join(file)).expect("a data set");
        // Values are quoted after a space, which no CSV reader expects.
        for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
            let cells: Vec<&str> = line
                .split("\",")
                .map(|cell| cell.trim().trim_matches('"').trim_matches('\''))
                .collect();
            let cell = |at: usize| Some(cells[at].to_owned()).filter(|cell| !cell.is_empty());
            let id: u64 = cells.last().and_then(|id| id.parse().ok()).expect("an id");
            data.rows.push(vec![cell(0), cell(1), cell(2)]);
            data.labels.push(if id < 112 { id } else { others + id });
        }
    }
    data
}
