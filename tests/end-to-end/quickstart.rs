//! The first thing that anybody runs: the quickstart, on a copy.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Bench;
use crate::bench::Ended;

/// What a plan and the sync after it must agree on, by system.
const COUNTED: [&str; 3] = ["writes", "creates", "deletes"];

fn original() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/quickstart")
}

/// Every file of a folder with its bytes, but what a build left.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() && !path.ends_with("target") {
            found.extend(files(&path));
        } else if path.is_file() {
            let bytes = std::fs::read(&path).expect("it can be read");
            found.insert(path, bytes);
        }
    }
    found
}

fn run(bench: &Bench, arguments: &[&str]) -> Ended {
    let treaty = original().display().to_string();
    let mut all = vec!["--treaty", &treaty, "--copy", "copy"];
    all.extend(arguments);
    bench.treaty(&all)
}

/// A number of a report, over all entities and systems.
fn total(report: &Value, name: &str) -> u64 {
    let entities = report["entities"].as_array().expect("a list");
    let own = |entity: &Value| entity[name].as_u64().unwrap_or_default();
    let of_systems = |entity: &Value| -> u64 {
        let systems = entity["systems"].as_object().expect("an object");
        systems
            .values()
            .map(|system| system[name].as_u64().unwrap_or_default())
            .sum()
    };
    entities
        .iter()
        .map(|entity| own(entity) + of_systems(entity))
        .sum()
}

/// How many fields a report says were agreed anew, by entity.
fn agreed_anew(report: &Value) -> Vec<&Value> {
    let entities = report["entities"].as_array().expect("a list");
    entities.iter().map(|entity| &entity["changed"]).collect()
}

#[test]
fn the_quickstart_runs_as_it_stands() {
    let bench = Bench::new();
    let before = files(&original());
    run(&bench, &["check"]).expect(0);

    let plan = run(&bench, &["plan", "--format", "json"]).expect(2).json();
    let sync = run(&bench, &["sync", "--format", "json"]).expect(0).json();
    for name in COUNTED.into_iter().chain(["linked", "matched", "held"]) {
        assert_eq!(
            total(&plan, name),
            total(&sync, name),
            "{name}: the plan is what happens"
        );
    }
    assert_eq!(
        agreed_anew(&plan),
        agreed_anew(&sync),
        "references to what is new are in the plan"
    );
    let numbers = ["linked", "matched", "writes", "creates"];
    let [linked, matched, writes, creates] = numbers.map(|name| total(&sync, name));
    assert!((1_500..4_000).contains(&linked), "{linked} linked");
    assert!((1_000..2_000).contains(&matched), "{matched} matched");
    assert!((500..5_000).contains(&writes), "{writes} written");
    assert!((50..400).contains(&creates), "{creates} created");
    assert_eq!(total(&sync, "deletes"), 0);
    let questions = run(&bench, &["questions", "--format", "json"])
        .expect(0)
        .json();
    let questions = questions.as_array().expect("a list").len();
    assert!((1..400).contains(&questions), "{questions} questions");

    let copied = files(&bench.path().join("copy/data"));
    run(&bench, &["sync"])
        .expect(0)
        .says("quickstart is in agreement.");
    run(&bench, &["plan"]).expect(0);
    assert!(
        copied == files(&bench.path().join("copy/data")),
        "the second sync writes nothing"
    );
    assert!(before == files(&original()), "the original is as it was");
}
