//! What a rule's author waits for, and what a language costs.
//!
//! `cargo bench -p treaty-cli --bench authors` makes the same resolver in Rust,
//! JavaScript and Python, as `treaty rules new` has it, and prints how large it is, how
//! long it takes to build, to load for the first time and from the cache, and to decide
//! at 256 conflicts in a batch; then how many inputs laws are held against in a second,
//! and how long a pack with a hundred cases takes to be tested. Every time is that of
//! the command, as somebody at a terminal waits for it. The tools of the three languages
//! have to be there; the first run of a language fetches its packages.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value as Json;

const RULE: &str = "keep-person";
const LANGUAGES: [&str; 3] = ["rust", "javascript", "python"];
/// How often a command is timed; the fastest counts.
const TIMES: usize = 5;
/// How many inputs the laws of the rule are held against.
const TRIES: &str = "4096";
const CASES: usize = 100;

/// A folder for everything, with a cache of its own.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `treaty`, and gives what it printed and how long it took.
    fn treaty(&self, words: &[&str]) -> Result<(String, Duration)> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_treaty"));
        command.args(words).current_dir(self.folder.path());
        command.env("TREATY_CACHE", self.path("cache"));
        let started = Instant::now();
        let ended = command.output()?;
        let took = started.elapsed();
        let said = String::from_utf8_lossy(&ended.stderr);
        ensure!(ended.status.success(), "treaty {}: {said}", words.join(" "));
        Ok((String::from_utf8(ended.stdout)?, took))
    }

    fn json(&self, words: &[&str]) -> Result<(Json, Duration)> {
        let words: Vec<_> = ["--format", "json"].iter().chain(words).copied().collect();
        let (said, took) = self.treaty(&words)?;
        Ok((serde_json::from_str(&said)?, took))
    }

    /// The fastest of several runs.
    fn fastest(&self, words: &[&str]) -> Result<Duration> {
        let mut fastest = Duration::MAX;
        for _ in 0..TIMES {
            fastest = fastest.min(self.treaty(words)?.1);
        }
        Ok(fastest)
    }
}

fn main() -> Result<()> {
    let place = Place {
        folder: tempfile::tempdir()?,
    };
    println!(
        "{:<12}{:>10}{:>11}{:>13}{:>12}{:>12}{:>14}{:>14}",
        "language",
        "size, kB",
        "build, s",
        "rebuild, s",
        "first, ms",
        "cached, ms",
        "decision, µs",
        "shipped's, µs"
    );
    let mut slowest = 0.0;
    for language in LANGUAGES {
        let row = of_language(&place, language)?;
        slowest = f64::max(slowest, row);
    }
    println!("the slowest decides in {slowest:.1} times the shipped resolver's time");
    let laws = ["--treaty", "rust", "rules", "laws", RULE, "--tries", TRIES];
    let (told, took) = place.json(&laws)?;
    let told = told["laws"].as_array().context("laws")?;
    let tried: u64 = told.iter().filter_map(|law| law["tried"].as_u64()).sum();
    println!(
        "laws of the resolver in Rust: {} of them, {tried} inputs, {:.0} a second",
        told.len(),
        tried as f64 / took.as_secs_f64()
    );
    pack(&place)
}

/// Makes, measures and prints the rule in one language. Gives how many times the
/// shipped resolver's time it takes.
fn of_language(place: &Place, language: &str) -> Result<f64> {
    place.treaty(&["rules", "new", "resolver", RULE, "--lang", language])?;
    fs::rename(place.path(RULE), place.path(language))?;
    let (_, build) = place.treaty(&["rules", "build", language])?;
    let (_, again) = place.treaty(&["rules", "build", language])?;
    let component = format!("{language}/{RULE}.wasm");
    let size = fs::metadata(place.path(&component))?.len();
    let look = ["rules", "inspect", component.as_str()];
    let (_, first) = place.treaty(&look)?;
    let cached = place.fastest(&look)?;
    let (told, _) = place.json(&["--treaty", language, "rules", "bench", RULE])?;
    let row = &told["rules"][0];
    let of_256 = |measured: &Json| {
        let measures = measured["measures"].as_array()?.iter();
        let mut of_256 = measures.filter(|measure| measure["elements"] == 256);
        of_256.next()?["element_time_ns"].as_f64()
    };
    let own = of_256(&row["rule"]).context("a figure of the rule")?;
    let shipped = of_256(&row["against"]).context("a figure of the shipped one")?;
    println!(
        "{language:<12}{:>10}{:>11.1}{:>13.1}{:>12.0}{:>12.0}{:>14.1}{:>14.1}",
        size / 1_000,
        build.as_secs_f64(),
        again.as_secs_f64(),
        first.as_secs_f64() * 1e3,
        cached.as_secs_f64() * 1e3,
        own / 1e3,
        shipped / 1e3
    );
    Ok(own / shipped)
}

/// A pack of the rule with a hundred cases, and how long its test takes.
fn pack(place: &Place) -> Result<()> {
    let folder = place.path("pack");
    fs::create_dir_all(folder.join("cases"))?;
    let copy = |from: &Path, to: &str| fs::copy(from, folder.join(to));
    copy(&place.path(&format!("rust/{RULE}.wasm")), "rule.wasm")?;
    let settings = format!(
        "[pack]\nname = \"hundred\"\nversion = \"1.0.0\"\ncontract = \"0.1.0\"\n\
         licence = \"Apache-2.0\"\ndescription = \"A hundred cases\"\ncases = [\"cases\"]\n\
         [rules.{RULE}]\ncomponent = \"rule.wasm\"\n[tables]\ncontact = \"contact.csv\"\n"
    );
    fs::write(folder.join("pack.toml"), settings)?;
    let table = format!("field,type,owner,rule,crm,shop\nemail,email,shared,{RULE},email,mail\n");
    fs::write(folder.join("contact.csv"), table)?;
    let mut cases = "entity = \"contact\"\n".to_owned();
    for number in 0..CASES {
        cases += &format!(
            "[[case]]\nname = \"case {number}\"\nfield = \"email\"\nbase = \"a@old.example\"\n\
             [case.sides.crm]\nvalue = \"{number}@list.example\"\nautomation = \"import\"\n\
             [case.sides.shop]\nvalue = \"{number}@new.example\"\nperson = \"kim\"\n\
             [case.expect]\nkeep = \"shop\"\n"
        );
    }
    fs::write(folder.join("cases/all.toml"), cases)?;
    let test = ["rules", "test", "pack"];
    let (_, first) = place.treaty(&test)?;
    println!(
        "test of a pack with {CASES} cases: {:.0} ms, the first time {:.0} ms; the aim is a second",
        place.fastest(&test)?.as_secs_f64() * 1e3,
        first.as_secs_f64() * 1e3
    );
    Ok(())
}
