//! How long it takes to explain one record out of a long journal.
//!
//! `cargo bench -p treaty-engine --bench explain -- [entries]` makes a journal of
//! a million entries through the ledger's own commit, ten for each of a hundred
//! thousand contacts, and prints how long a person waits for an answer: from
//! opening the files, each time, as the command does. By remote id the aim is a
//! tenth of a second; by value every record is looked through.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use treaty_engine::{Explained, Reader, ShippedRule, known};
use treaty_folder::{TreatyFolder, read};
use treaty_ledger::{
    Commit, EntityShape, Entry, EntryKind, Ledger, LinkChange, RecordKey, StoredRecord,
};
use treaty_model::{BaseField, Clock, Life, LinkId, Revision, RunId, Timestamp, Value};

/// The same as the command's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TREATY: &str = r#"
[treaty]
name = "explain"
[systems.crm]
connector = "csv"
path = "crm"
[systems.shop]
connector = "csv"
path = "shop"
[entities.contact]
table = "contact.csv"
[entities.contact.systems.crm]
source = "contacts"
[entities.contact.systems.shop]
source = "people"
"#;
const TABLE: &str = "\
field,type,owner,crm,shop
email,email,shared,Email,mail
phone,phone,shared,Phone,phone
";
const SYSTEMS: [&str; 2] = ["crm", "shop"];
const ENTRIES_PER_LINK: usize = 10;
const LINKS_PER_COMMIT: usize = 1000;
/// How often each question is asked; the median counts.
const ROUNDS: usize = 9;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_763_632_800_000_000)
    }
}

fn main() -> Result<()> {
    let entries: Option<usize> = std::env::args().find_map(|word| word.parse().ok());
    let links = entries.unwrap_or(1_000_000) / ENTRIES_PER_LINK;
    ensure!(links > 0, "ten entries at least");
    let place = tempfile::tempdir()?;
    std::fs::write(place.path().join("treaty.toml"), TREATY)?;
    std::fs::write(place.path().join("contact.csv"), TABLE)?;
    let rules = treaty_shipped::all().iter().map(|rule| ShippedRule {
        name: rule.name,
        component: rule.component,
    });
    let folder = read(place.path(), &known(&rules.collect::<Vec<_>>()))?;
    let started = Instant::now();
    fill(&folder.state, links)?;
    println!(
        "{} entries about {links} links, made in {:.1} s",
        links * ENTRIES_PER_LINK,
        started.elapsed().as_secs_f64()
    );
    let middle = links / 2 + 1;
    for (how, which) in [
        ("by remote id", format!("c{middle}")),
        ("by link", format!("#{middle}")),
        ("by value", format!("P{middle}@x.example")),
    ] {
        println!(
            "{how}: {:.1} ms",
            median(&folder, &which)?.as_secs_f64() * 1e3
        );
    }
    Ok(())
}

fn median(folder: &TreatyFolder, which: &str) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let reader = Reader::open(folder, Arc::new(Noon))?;
        let explained = reader.explain("contact", which, None)?;
        times.push(started.elapsed());
        let Explained::One(account) = explained else {
            anyhow::bail!("{which} is one thing");
        };
        ensure!(account.events.len() == ENTRIES_PER_LINK, "{account:?}");
    }
    times.sort();
    times.get(ROUNDS / 2).copied().context("it was measured")
}

fn fill(state: &Path, links: usize) -> Result<()> {
    let ledger = Ledger::open(state)?;
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    ledger.use_shapes(vec![EntityShape {
        entity: "contact".into(),
        fields: names(&["email", "phone"]),
        systems: SYSTEMS
            .map(|system| (system.into(), names(&["mail", "phone"])))
            .to_vec(),
    }]);
    let numbers: Vec<usize> = (1..=links).collect();
    for batch in numbers.chunks(LINKS_PER_COMMIT) {
        let mut commit = Commit::default();
        for number in batch {
            add(&mut commit, *number);
        }
        ledger.commit(&commit)?;
    }
    Ok(())
}

/// A link with its records and its entries: ten edits of one field that went
/// from one system to the other.
fn add(commit: &mut Commit, number: usize) {
    let link = LinkId(number as u64);
    let cell = |text: String| Some(Value::text(text));
    let row = vec![
        cell(format!("p{number}@x.example")),
        cell(format!("+4930{number:08}")),
    ];
    commit.links.push(LinkChange {
        id: link,
        entity: "contact".into(),
        life: Life::Alive,
        base: row
            .iter()
            .map(|value| BaseField {
                value: value.clone(),
                revision: Revision(1),
                provenance: None,
            })
            .collect(),
        attention: false,
    });
    for system in SYSTEMS {
        let key = RecordKey {
            entity: "contact".into(),
            system: system.into(),
            remote: format!("{}{number}", &system[..1]).into(),
        };
        let mut record = StoredRecord::new(key, row.clone(), row.len());
        record.link = Some(link);
        record.observed.clone_from(&row);
        record.waiting = false;
        commit.records.push(record);
    }
    for step in 0..ENTRIES_PER_LINK {
        commit.journal.push(Entry {
            at: Noon.now(),
            run: RunId(step as u64 + 1),
            kind: EntryKind::Write,
            entity: "contact".into(),
            link: Some(link),
            system: Some(SYSTEMS[step % SYSTEMS.len()].into()),
            remote: Some(format!("c{number}").into()),
            field: None,
            content: json!({
                "action": "update",
                "intent": format!("0123456789ab-{number}-{step}"),
                "names": ["phone"],
                "outcome": "done",
                "own": [format!("+4930{number:08}")],
                "replaced": [format!("030 {step}")],
                "revisions": [["phone", step + 1]],
            })
            .into(),
            mark: None,
        });
    }
}
