//! How fast what was decided is decided again.
//!
//! `cargo bench -p treaty-engine --bench replay -- [decisions]` makes a journal of a
//! hundred thousand made-up conflicts, decided by the shipped resolver, and replays it:
//! by the same component, which must come out to the letter, and with another
//! configuration, of which everything is compared. The aim is five seconds on two
//! processors.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use treaty_engine::{About, Candidate, ReplayWish, Replayed, ToldAs, record, replay};
use treaty_ledger::{Commit, Ledger, Recordings};
use treaty_model::{
    ActorKind, Candidate as Side, Conflict, Contested, LinkId, Origin, RuleId, RunId, Setup,
    SetupField, SetupSystem, Standing, Timestamp, Value,
};
use treaty_sandbox::{Profile, Rule, Sandbox, SandboxOptions};

/// The same as the command's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As many as a pass decides together.
const BATCH: usize = 4_000;
const FIELDS: [&str; 10] = [
    "first", "last", "email", "phone", "street", "postcode", "city", "country", "title", "notes",
];
const NOW: i64 = 1_763_632_800_000_000;

fn main() -> Result<()> {
    let wanted: Option<usize> = std::env::args().find_map(|word| word.parse().ok());
    let decisions = wanted.unwrap_or(100_000);
    let place = tempfile::tempdir()?;
    let sandbox = Sandbox::new(SandboxOptions::default())?;
    let mut shipped = treaty_shipped::all().iter();
    let shipped = shipped.find(|rule| rule.name == "resolve-standard");
    let component = shipped.context("it ships")?.component;
    let rule = sandbox.load(component, Profile::Contract)?;
    let started = Instant::now();
    fill(place.path(), &rule, decisions)?;
    let bytes = std::fs::metadata(place.path().join("journal.db"))?.len();
    println!(
        "{decisions} decisions, made in {:.1} s; {} bytes of journal for each",
        started.elapsed().as_secs_f64(),
        bytes / decisions as u64
    );
    let again = timed(
        "the same component",
        place.path(),
        &rule,
        ToldAs::Then,
        decisions,
    )?;
    ensure!(again.compared.altered.is_empty() && again.batches_again == again.batches);
    let other = ToldAs::Configured(r#"{"default":"longest"}"#);
    let other = timed(
        "another configuration",
        place.path(),
        &rule,
        other,
        decisions,
    )?;
    ensure!(other.compared.decisions.all() == decisions as u64);
    Ok(())
}

fn timed(
    how: &str,
    state: &std::path::Path,
    rule: &Rule,
    told: ToldAs<'_>,
    decisions: usize,
) -> Result<Replayed> {
    let started = Instant::now();
    let recordings = Recordings::open(state)?;
    let replayed = replay(
        &recordings,
        &ReplayWish {
            since: Timestamp::from_micros(0),
            candidates: BTreeMap::new(),
            other: Some(Candidate {
                rule: rule.clone(),
                told,
            }),
            changes_max: 20,
        },
    )?;
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{how}: {seconds:.2} s, {:.0} decisions/s; {:?}",
        decisions as f64 / seconds,
        replayed.compared.decisions
    );
    Ok(replayed)
}

/// A journal in which each batch was decided as a pass decides it.
fn fill(state: &std::path::Path, rule: &Rule, decisions: usize) -> Result<()> {
    let ledger = Ledger::open(state)?;
    let setup = setup();
    let id = RuleId {
        name: "resolve-standard".to_owned(),
        digest: rule.digest(),
    };
    let links: Vec<usize> = (1..=decisions).collect();
    for links in links.chunks(BATCH) {
        let conflicts: Vec<Conflict> = links.iter().map(|link| conflict(*link)).collect();
        let answers = rule.resolve(&setup, &conflicts);
        let links: Vec<_> = links.iter().map(|link| LinkId(*link as u64)).collect();
        let about = About {
            rule: &id,
            setup: &setup,
            entity: &"contact".into(),
            links: &links,
            conflicts: &conflicts,
            at: Timestamp::from_micros(NOW),
            run: RunId(1),
        };
        let batch = record(&about, &answers).context("the host could ask")?;
        ledger.commit(&Commit {
            asked: vec![batch],
            ..Commit::default()
        })?;
    }
    Ok(())
}

fn setup() -> Setup {
    let field = |name: &&str| SetupField {
        name: (*name).to_owned(),
        kind: "text".to_owned(),
        attributes: Vec::new(),
    };
    let system = |name: &str| SetupSystem {
        name: name.to_owned(),
        fields: Vec::new(),
        attributes: Vec::new(),
    };
    Setup {
        entity: "contact".to_owned(),
        canonical: FIELDS.iter().map(field).collect(),
        systems: vec![system("crm"), system("shop")],
        configuration: r#"{"default":"person then latest"}"#.to_owned(),
        attributes: vec![
            ("now".to_owned(), NOW.to_string()),
            ("clock-tolerance-ms".to_owned(), "5000".to_owned()),
        ],
    }
}

/// Two contested fields of a contact with ten.
fn conflict(link: usize) -> Conflict {
    let side = |system: u32, text: String| Side {
        system: Some(system),
        value: Value::text(text),
        standing: Standing::Edited,
        at: Some(Timestamp::from_micros(
            NOW - (link as i64 % 977 + i64::from(system) * 499) * 60_000_000,
        )),
        origin: Origin {
            kind: ActorKind::Person,
            actor: Some(format!("person-{}", link % 40)),
        },
    };
    let contested = |field: u32| Contested {
        field,
        base: Some(Value::text(format!("agreed {link}"))),
        candidates: vec![
            side(0, format!("one {link}")),
            side(1, format!("other {link}")),
        ],
        attributes: Vec::new(),
    };
    let agreed = FIELDS.iter().enumerate();
    Conflict {
        contested: vec![contested(3), contested(6)],
        agreed: agreed
            .map(|(at, name)| {
                (at != 3 && at != 6).then(|| Value::text(format!("{name} of {link}")))
            })
            .collect(),
        attributes: Vec::new(),
    }
}
