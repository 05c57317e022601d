//! Measures the matcher on labelled data, as a host would run it:
//! `cargo run --release -p match-people --example evaluate -- <folder>`.
//!
//! Each set is named in [`SETS`] with its file, its schema and what it should
//! reach; the exit status is not zero where one does not. A second argument picks sets by the start of their name; a third
//! prints more: `wrong` pairs, true pairs `lost` in blocking, what makes most
//! questions (`asked`), how often each level was right (`levels`), what each
//! kind of key found (`keys`).
#![expect(clippy::print_stdout, reason = "a report for a person at a terminal")]

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::process::{Command, ExitCode};

use match_people::People;
use match_people::weights::Weights;
use treaty_evidence::schema::Schema;
use treaty_evidence::trial::{self, Aim, DataSet, Run};

struct Set {
    name: &'static str,
    files: &'static [&'static str],
    /// Column and semantic type.
    schema: &'static [(&'static str, &'static str)],
    label: Label,
    aim: Aim,
}

enum Label {
    Column(&'static str),
    RecordId(&'static str),
}

const FEBRL: &[(&str, &str)] = &[
    ("given_name", "first-name"),
    ("surname", "last-name"),
    ("street_number", "street"),
    ("address_1", "street"),
    ("suburb", "city"),
    ("postcode", "postcode"),
    ("state", "region"),
    ("date_of_birth", "birth-date"),
    ("soc_sec_id", "tax-id"),
];

const CRM: &[(&str, &str)] = &[
    ("first_name", "first-name"),
    ("last_name", "last-name"),
    ("email", "email"),
    ("phone", "phone"),
    ("company", "organisation"),
    ("street", "street"),
    ("city", "city"),
    ("postcode", "postcode"),
];

const SETS: &[Set] = &[
    Set {
        name: "crm20k",
        files: &["crm/crm20k.csv"],
        schema: CRM,
        label: Label::Column("cluster"),
        aim: Aim {
            sure_precision_min: 0.99,
            ..Aim::f1(0.91)
        },
    },
    Set {
        name: "crm100k",
        files: &["crm/crm100k.csv.gz"],
        schema: CRM,
        label: Label::Column("cluster"),
        aim: Aim {
            sure_precision_min: 0.99,
            questions_max: 120.0,
            ..Aim::f1(0.89)
        },
    },
    Set {
        name: "fake_1000",
        files: &["fake_1000/fake_1000.csv"],
        schema: &[
            ("first_name", "first-name"),
            ("surname", "last-name"),
            ("dob", "birth-date"),
            ("city", "city"),
            ("email", "email"),
        ],
        label: Label::Column("cluster"),
        aim: Aim::f1(0.90),
    },
    Set {
        name: "historical_50k",
        files: &["historical_50k/historical_50k.csv"],
        schema: &[
            ("first_name", "first-name"),
            ("surname", "last-name"),
            ("full_name", "full-name"),
            ("dob", "birth-date"),
            ("birth_place", "city"),
            ("postcode_fake", "postcode"),
        ],
        label: Label::Column("cluster"),
        aim: Aim {
            closure_f1_min: 0.87,
            blocking_recall_min: 0.85,
            cluster_records_max: 40,
            ..Aim::f1(0.85)
        },
    },
    Set {
        name: "febrl3",
        files: &["febrl/febrl3.csv"],
        schema: FEBRL,
        label: Label::RecordId("rec_id"),
        aim: Aim {
            f1_min: 0.9987,
            ..Aim::f1(0.999)
        },
    },
    Set {
        name: "febrl4",
        files: &["febrl/febrl4a.csv", "febrl/febrl4b.csv"],
        schema: FEBRL,
        label: Label::RecordId("rec_id"),
        aim: Aim::f1(0.9999),
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let folder = arguments
        .get(1)
        .expect("usage: evaluate <folder> [set] [wrong|levels]");
    let picked = arguments.get(2).map_or("", String::as_str);
    let detail = arguments.get(3).map_or("", String::as_str);
    let mut missed = false;
    for set in SETS.iter().filter(|set| set.name.starts_with(picked)) {
        let data = read(Path::new(folder), set);
        let schema = Schema::new(set.schema.iter().copied());
        let people = People::with(schema, Weights::default());
        let run = trial::run(&people, &data);
        let report = trial::report(&people, &data, &run, set.aim);
        println!("{report}");
        missed |= !report.missed.is_empty();
        match detail {
            "wrong" => println!("{}", trial::wrong(&people, &data, &run)),
            "lost" => println!("{}", trial::lost(&people, &data, &run)),
            "asked" => asked(&data, &run),
            "levels" => levels(&data, &run),
            "keys" => println!(
                "{:?}\nalone {:?}\noverflowed {:?}",
                run.candidates.found_by, run.candidates.found_only_by, run.candidates.overflowed
            ),
            _ => {}
        }
    }
    if missed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// The patterns that make most questions.
fn asked(data: &DataSet, run: &Run<People>) {
    let mut patterns: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
    for pair in run
        .compared
        .iter()
        .filter(|pair| (0.2..0.95).contains(&pair.score.probability))
    {
        let same = data.labels[pair.first as usize] == data.labels[pair.second as usize];
        let entry = patterns.entry(pair.score.pattern).or_default();
        if same { entry.0 += 1 } else { entry.1 += 1 }
    }
    let mut patterns: Vec<_> = patterns.into_iter().collect();
    patterns.sort_by_key(|(_, (right, wrong))| std::cmp::Reverse(right + wrong));
    for (pattern, (right, wrong)) in patterns.into_iter().take(40) {
        let level = |at: u32| pattern >> (4 * at) & 15;
        println!(
            "first {} last {} email {} phone {} place {} birth {} tax {}: {right} true, {wrong} false",
            level(0),
            level(1),
            level(2),
            level(3),
            level(4),
            level(5),
            level(6)
        );
    }
}

/// For each comparison and level: how often among true and false pairs, and
/// the logarithm of the ratio.
fn levels(data: &DataSet, run: &Run<People>) {
    let mut counts: BTreeMap<(u32, u64), (f64, f64, f64)> = BTreeMap::new();
    for pair in &run.compared {
        let same = data.labels[pair.first as usize] == data.labels[pair.second as usize];
        for place in 0..10 {
            let entry = counts
                .entry((place, pair.score.pattern >> (4 * place) & 15))
                .or_default();
            let odds = pair.score.weight.clamp(-20.0, 20.0);
            if same {
                entry.0 += 1.0
            } else {
                entry.1 += 1.0
            }
            entry.2 += 1.0 / (1.0 + (-odds).exp2());
        }
    }
    for ((place, level), (right, wrong, expected)) in counts {
        println!(
            "{place} level {level}: true {right:.0} expected {expected:.0} false {wrong:.0} share {:.3}",
            right / (right + wrong)
        );
    }
}

fn read(folder: &Path, set: &Set) -> DataSet {
    let mut data = DataSet {
        name: set.name.to_owned(),
        ..DataSet::default()
    };
    for file in set.files {
        if !data.rows.is_empty() {
            data.second_from = Some(data.rows.len());
        }
        let text = contents(&folder.join(file));
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_slice());
        let headers = reader.headers().expect("a header").clone();
        let position = |name: &str| {
            headers
                .iter()
                .position(|header| header == name)
                .expect("a known column")
        };
        let columns: Vec<usize> = set.schema.iter().map(|(name, _)| position(name)).collect();
        for row in reader.records().map(|row| row.expect("a row")) {
            let cells = columns
                .iter()
                .map(|at| Some(row[*at].to_owned()).filter(|cell| !cell.is_empty()));
            data.rows.push(cells.collect());
            data.labels.push(match set.label {
                Label::Column(name) => number(&row[position(name)]),
                Label::RecordId(name) => {
                    number(row[position(name)].split('-').nth(1).expect("a number"))
                }
            });
        }
    }
    data
}

fn number(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn contents(path: &Path) -> Vec<u8> {
    if path.extension().is_some_and(|extension| extension == "gz") {
        return Command::new("gzip")
            .arg("-dc")
            .arg(path)
            .output()
            .expect("gzip is installed")
            .stdout;
    }
    std::fs::read(path).expect("a data set")
}
