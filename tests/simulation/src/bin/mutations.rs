//! Plants faults in a copy of the house, one after the other, and sees whether
//! the promises notice, in histories on seeds:
//! `cargo run -p treaty-simulation --bin mutations`.
#![expect(clippy::print_stdout, reason = "a report for a person at a terminal")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use treaty_simulation::Mutation;

/// Plants faults one after the other and plays histories with each.
#[derive(Parser)]
struct Arguments {
    /// Plants these faults only.
    #[arg(long)]
    only: Vec<String>,
    /// Within how many seeds a fault has to be noticed.
    #[arg(long, default_value_t = 500)]
    seeds: u64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let house = house.canonicalize()?;
    let copy = Copy::of(&house)?;
    let mut unnoticed = Vec::new();
    for mutation in Mutation::all(&house)? {
        let only = &arguments.only;
        if !only.is_empty() && !only.contains(&mutation.name) {
            continue;
        }
        let noticed = copy.with(&mutation, || copy.simulate(arguments.seeds));
        match noticed {
            Ok(Some(noticed)) => println!("{}: {noticed}", mutation.name),
            // One that cannot be planted does not keep the others from it.
            Err(error) => {
                println!("{}: {error:#}", mutation.name);
                unnoticed.push(mutation.name);
            }
            Ok(None) => {
                println!("{}: nobody noticed", mutation.name);
                unnoticed.push(mutation.name);
            }
        }
    }
    ensure!(unnoticed.is_empty(), "unnoticed: {}", unnoticed.join(", "));
    Ok(())
}

/// A copy of the house, in which faults are planted.
struct Copy {
    root: PathBuf,
    target: PathBuf,
}

impl Copy {
    /// Copies what git knows of the house, as it stands now.
    fn of(house: &Path) -> Result<Self> {
        let copy = Self {
            root: house.join("target/mutations/house"),
            target: house.join("target/mutations/target"),
        };
        let listed = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(house)
            .output()
            .context("git lists the files of the house")?;
        ensure!(listed.status.success(), "git cannot list the files");
        for name in String::from_utf8(listed.stdout)?.split_terminator('\0') {
            let (from, to) = (house.join(name), copy.root.join(name));
            let Ok(bytes) = std::fs::read(&from) else {
                continue;
            };
            // Files that are the same keep their age, so that little is built.
            if std::fs::read(&to).is_ok_and(|there| there == bytes) {
                continue;
            }
            std::fs::create_dir_all(to.parent().context("a file has a folder")?)?;
            std::fs::write(&to, bytes)?;
        }
        Ok(copy)
    }

    /// Does something while a fault is planted.
    fn with<T>(&self, mutation: &Mutation, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let path = self.root.join(&mutation.file);
        let sound = std::fs::read_to_string(&path)?;
        std::fs::write(&path, mutation.plant(&sound)?)?;
        let done = work();
        std::fs::write(&path, sound)?;
        done
    }

    /// Plays histories; gives what was noticed first.
    fn simulate(&self, seeds: u64) -> Result<Option<String>> {
        // As the tests are built, so that dependencies have the same features.
        let built = Command::new("cargo")
            .args(["build", "--quiet", "--workspace", "--bin", "simulate"])
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .stderr(Stdio::inherit())
            .status()?;
        ensure!(built.success(), "the house does not build with this fault");
        let seeds = seeds.to_string();
        let played = Command::new(self.target.join("debug/simulate"))
            .args(["--broken-max", "1", "--short", "no", "--seeds", &seeds])
            .current_dir(&self.root)
            .output()?;
        if played.status.success() {
            return Ok(None);
        }
        let told = String::from_utf8_lossy(&played.stdout);
        let first = told.lines().find(|line| line.starts_with("seed "));
        let panicked = String::from_utf8_lossy(&played.stderr);
        let panicked = panicked.lines().find(|line| line.contains("panicked"));
        Ok(Some(first.or(panicked).unwrap_or("it failed").to_owned()))
    }
}
