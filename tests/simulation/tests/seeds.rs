//! Histories on seeds, and cases that broke a promise once.

use std::num::NonZeroU64;
use std::path::Path;

use treaty_simulation::{
    Campaign, Case, Figures, Moment, Mutation, Program, Shorten, Theatre, play,
};

/// How many seeds the test command plays, each twice.
const SEEDS: u64 = 2_000;
/// How many findings end the test.
const FINDINGS_MAX: usize = 3;
/// What has to go wrong now and then.
const FAULTS: [&str; 22] = [
    "answer lost",
    "busy",
    "call cut short",
    "canary hidden",
    "clock jumped",
    "column gone",
    "column renamed",
    "column retyped",
    "disk full",
    "killed",
    "ledger failed",
    "notice lost",
    "page repeated",
    "records hidden",
    "restarted",
    "rule kept what was not offered",
    "rule out of fuel",
    "rule trapped",
    "rule upgraded",
    "unreachable",
    "write lost",
    "write refused",
];

/// Guards that trip now and then in histories on seeds.
const GUARDS: [&str; 9] = [
    "canary",
    "create-cap",
    "error-flood",
    "flip-flop",
    "question-flood",
    "record-writes",
    "schema-drift",
    "side-empty",
    "write-cap",
];

/// Guards that trip too seldom there, each in a case.
const GUARDS_OF_CASES: [&str; 4] = [
    "count-difference",
    "delete-guard",
    "fault-flood",
    "rule-off",
];

/// How many crash points may stay uncovered: they come up in longer campaigns.
const RARE_POINTS: usize = 3;

fn theatre() -> Theatre {
    let rules = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rules");
    Theatre::new(&rules).expect("the theatre opens")
}

#[test]
fn every_promise_is_kept_in_every_history() {
    let program = Program {
        seeds: 0..SEEDS,
        again_every: NonZeroU64::MIN,
        findings_max: FINDINGS_MAX,
        shorten: Shorten::No,
    };
    let campaign = Campaign::play(&theatre(), &program).expect("they are played");
    let told: Vec<_> = campaign
        .findings
        .iter()
        .map(|finding| {
            let seed = finding.seed;
            format!(
                "{}\n  cargo run -p treaty-simulation -- --seeds 1 --from {seed}",
                finding.broken
            )
        })
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert_eq!((campaign.histories, campaign.twice), (SEEDS, SEEDS));
    // A campaign in which nothing happens proves nothing.
    assert!(campaign.passes > 10 * SEEDS, "{} passes", campaign.passes);
    let figures = &campaign.figures;
    assert_eq!(
        (figures.writes_after_rest, figures.duplicates),
        (0, 0),
        "{campaign}"
    );
    let points = Moment::all();
    let covered = points.iter().filter(|point| figures.killed.contains(point));
    let covered = covered.count();
    assert!(
        covered >= points.len() - RARE_POINTS,
        "{covered} of {}: {campaign}",
        points.len()
    );
    let tripped = |guard: &str| figures.tripped.get(guard).copied().unwrap_or_default();
    let canary = tripped("canary");
    assert!(canary >= 100, "a canary tripped {canary} times");
    for guard in GUARDS {
        assert!(tripped(guard) > 0, "{guard} never tripped: {campaign}");
    }
    for kind in FAULTS {
        let times = figures.injected.get(kind).copied().unwrap_or_default();
        assert!(times >= 10, "{kind} happened {times} times");
    }
}

#[test]
fn what_was_broken_once_is_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let theatre = theatre();
    let mut figures = Figures::default();
    for entry in std::fs::read_dir(folder).expect("there are cases") {
        let path = entry.expect("it is read").path();
        let text = std::fs::read_to_string(&path).expect("it is text");
        let case: Case = serde_json::from_str(&text).expect("it is a case");
        let played = play(&theatre, "case", &case).expect("it is played");
        assert!(
            played.broken.is_empty(),
            "{}: {:?}\n  cargo run -p treaty-simulation -- --case {}",
            path.display(),
            played.broken,
            path.display()
        );
        figures.add(played.figures);
    }
    for guard in GUARDS_OF_CASES {
        let times = figures.tripped.get(guard).copied().unwrap_or_default();
        assert!(times > 0, "{guard} trips in no case");
    }
}

#[test]
fn every_fault_can_be_planted() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for mutation in Mutation::all(&house).expect("the faults are read") {
        let sound = std::fs::read_to_string(house.join(&mutation.file)).expect("it is there");
        let planted = mutation.plant(&sound).expect("its place is there, once");
        assert_ne!(planted, sound, "{}", mutation.name);
    }
}
