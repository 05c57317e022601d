//! Compiles every guest in `guests/` to a component and lists them.
//!
//! Rust guests are examples of a package that this script writes, so that a new
//! file is all it takes; they are built by a cargo of their own with a target
//! folder of its own. Guests in WebAssembly's text form say in their first line
//! what is to become of them:
//!
//! - `;; encode`: a core module that becomes a component of resolver-rule;
//! - `;; assemble`: taken as it is;
//! - `;; truncate`: taken as it is, and its end cut off.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result, bail, ensure};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The core target of most guests, whose modules become components here.
const BARE: &str = "wasm32-unknown-unknown";
/// The target of guests that use the standard library on WASI. They say so with
/// a line `//! target: wasm32-wasip2`; the linker makes them components.
const WASI: &str = "wasm32-wasip2";

/// A file in `guests/`.
struct Guest {
    name: String,
    path: PathBuf,
    text: String,
}

fn main() -> Result<()> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for path in [
        "guests",
        "kit",
        "build.rs",
        "../../wit/0.1.0",
        "../../Cargo.lock",
    ] {
        println!("cargo::rerun-if-changed={}", here.join(path).display());
    }
    let guests = guests(&here.join("guests"))?;
    let package = Package::write(&here, &out.join("package"), &guests)?;
    package.build(BARE, &guests)?;
    package.build(WASI, &guests)?;
    let mut list = String::new();
    let mut all = String::new();
    for guest in &guests {
        let bytes = match guest.path.extension().is_some_and(|it| it == "wat") {
            true => package.assemble(guest),
            false => package.component(guest),
        };
        let bytes = bytes.with_context(|| format!("guest {}", guest.path.display()))?;
        let path = out.join(&guest.name).with_extension("wasm");
        fs::write(&path, bytes)?;
        let about = guest.about();
        writeln!(list, "#[doc = {about:?}]")?;
        let name = guest.name.to_uppercase();
        writeln!(list, "pub const {name}: &[u8] = include_bytes!({path:?});")?;
        writeln!(all, "    ({:?}, {name}),", guest.name)?;
    }
    writeln!(
        list,
        "/// Every guest with its name.\npub const ALL: &[(&str, &[u8])] = &[\n{all}];"
    )?;
    list.push_str(&test_list(&guests));
    fs::write(out.join("guests.rs"), list)?;
    Ok(())
}

fn guests(folder: &Path) -> Result<Vec<Guest>> {
    let mut guests = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        guests.push(Guest {
            name: name.context("a guest's name is text")?.to_owned(),
            text: fs::read_to_string(&path)?,
            path,
        });
    }
    guests.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(guests)
}

/// A macro that compiles only where a function stands for each guest.
fn test_list(guests: &[Guest]) -> String {
    let names: Vec<_> = guests.iter().map(|guest| guest.name.as_str()).collect();
    let names = names.join(", ");
    format!(
        "/// Compiles only in a module that has a function for each guest.\n\
         #[macro_export]\n\
         macro_rules! assert_each_guest_has_a_test {{\n\
             () => {{ const _: &[fn()] = &[{names}]; }};\n\
         }}\n"
    )
}

/// The package whose examples are the Rust guests.
struct Package {
    folder: PathBuf,
    target: PathBuf,
}

impl Package {
    fn write(here: &Path, folder: &Path, guests: &[Guest]) -> Result<Self> {
        fs::create_dir_all(folder.join("wit"))?;
        for entry in fs::read_dir(here.join("../../wit/0.1.0"))? {
            let entry = entry?;
            fs::copy(entry.path(), folder.join("wit").join(entry.file_name()))?;
        }
        fs::copy(here.join("../../Cargo.lock"), folder.join("Cargo.lock"))?;
        let mut manifest = format!(
            "[package]\nname = \"hostile-guests\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [workspace]\n\
             [lib]\nname = \"kit\"\npath = {:?}\n\
             [dependencies.wit-bindgen]\nversion = \"0.61\"\ndefault-features = false\n\
             features = [\"macros\", \"realloc\", \"std\"]\n\
             [profile.release]\npanic = \"abort\"\nstrip = true\nopt-level = 3\n",
            here.join("kit/lib.rs"),
        );
        for guest in guests.iter().filter(|guest| guest.is_rust()) {
            let Guest { name, path, .. } = guest;
            write!(
                manifest,
                "[[example]]\nname = {name:?}\npath = {path:?}\ncrate-type = [\"cdylib\"]\n"
            )?;
        }
        fs::write(folder.join("Cargo.toml"), manifest)?;
        Ok(Self {
            folder: folder.to_owned(),
            target: folder.join("target"),
        })
    }

    fn build(&self, target: &str, guests: &[Guest]) -> Result<()> {
        require_target(target)?;
        let of_target = |guest: &&Guest| guest.is_rust() && guest.target() == target;
        let examples = guests.iter().filter(of_target);
        let status = Command::new(env::var_os("CARGO").context("cargo sets CARGO")?)
            .args(["build", "--release", "--target", target])
            .args(examples.flat_map(|guest| ["--example", &guest.name]))
            .arg("--target-dir")
            .arg(&self.target)
            .current_dir(&self.folder)
            // What the outer build sets for itself is not meant for the guests.
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("RUSTFLAGS")
            .env_remove("RUSTC_WRAPPER")
            .env_remove("RUSTC_WORKSPACE_WRAPPER")
            .status()?;
        ensure!(status.success(), "the guests for {target} do not compile");
        Ok(())
    }

    fn component(&self, guest: &Guest) -> Result<Vec<u8>> {
        let target = guest.target();
        let folder = self.target.join(target).join("release/examples");
        let built = fs::read(folder.join(&guest.name).with_extension("wasm"))?;
        match target {
            BARE => encode(&built),
            _ => Ok(built),
        }
    }

    fn assemble(&self, guest: &Guest) -> Result<Vec<u8>> {
        let mut bytes = wat::parse_str(&guest.text)?;
        match guest.text.lines().next() {
            Some(";; assemble") => Ok(bytes),
            Some(";; truncate") => {
                bytes.truncate(bytes.len() * 2 / 3);
                Ok(bytes)
            }
            Some(";; encode") => {
                let mut resolve = Resolve::default();
                let (package, _) = resolve.push_dir(self.folder.join("wit"))?;
                let world = resolve.select_world(&[package], Some("resolver-rule"))?;
                let utf8 = StringEncoding::UTF8;
                embed_component_metadata(&mut bytes, &resolve, world, utf8, false)?;
                encode(&bytes)
            }
            _ => bail!("the first line must be `;; encode`, `;; assemble` or `;; truncate`"),
        }
    }
}

impl Guest {
    fn is_rust(&self) -> bool {
        self.path.extension().is_some_and(|it| it == "rs")
    }

    /// What the guest says of itself first.
    fn about(&self) -> &str {
        let said = |line: &&str| !["encode", "assemble", "truncate"].contains(line);
        let lines = self
            .text
            .lines()
            .map(|line| line.trim_start_matches([';', '/', '!', ' ']));
        lines.into_iter().find(said).unwrap_or_default()
    }

    fn target(&self) -> &'static str {
        let wasi = self.text.contains("//! target: wasm32-wasip2");
        if wasi { WASI } else { BARE }
    }
}

fn encode(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)?
        .encode()
}

/// The standard library for a target must be there; rustup can fetch it.
fn require_target(target: &str) -> Result<()> {
    let rustc = env::var_os("RUSTC").context("cargo sets RUSTC")?;
    let libraries = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", target])
        .output()?;
    let folder = String::from_utf8(libraries.stdout)?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    let added = Command::new("rustup")
        .args(["target", "add", target])
        .status();
    ensure!(
        added.is_ok_and(|status| status.success()),
        "the guests need the Rust target {target}; install it with `rustup target add {target}`"
    );
    Ok(())
}
