//! Compiles the shipped rules to components.
//!
//! The rules are members of this workspace. They are built by a cargo of their
//! own, in a target folder of its own: the outer cargo holds the lock of its
//! folder while this script runs.

use std::env;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wit_component::ComponentEncoder;

/// The crates under `plugins/` that are shipped.
const RULES: [&str; 6] = [
    "map-fields",
    "match-companies",
    "match-keys",
    "match-people",
    "match-things",
    "resolve-standard",
];

const TARGET: &str = "wasm32-unknown-unknown";

/// The profile in the workspace's `Cargo.toml`.
const PROFILE: &str = "rule";

fn main() {
    let workspace = workspace();
    rerun_on_change(&workspace);
    require_target();
    let modules = compile(&workspace);
    let out = out_dir();
    let mut shipped = String::from("[\n");
    for rule in RULES {
        let module = modules.join(rule.replace('-', "_")).with_extension("wasm");
        let component = out.join(rule).with_extension("wasm");
        fs::write(&component, encode(rule, &module)).expect("the output folder can be written to");
        let entry = format!(
            "    Shipped {{ name: {rule:?}, component: include_bytes!({component:?}) }},\n"
        );
        shipped.push_str(&entry);
    }
    writeln!(shipped, "]").expect("writing to a string cannot fail");
    fs::write(out.join("shipped.rs"), shipped).expect("the output folder can be written to");
}

/// Where the workspace's `Cargo.toml` is.
fn workspace() -> PathBuf {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let workspace = here.ancestors().nth(2);
    workspace.expect("this crate is plugins/shipped").to_owned()
}

fn out_dir() -> PathBuf {
    PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"))
}

fn rerun_on_change(workspace: &Path) {
    for path in [
        "Cargo.lock",
        "Cargo.toml",
        "wit",
        "plugins/shipped/build.rs",
    ] {
        println!("cargo:rerun-if-changed={}", workspace.join(path).display());
    }
    let plugins = fs::read_dir(workspace.join("plugins")).expect("plugins/ can be read");
    for plugin in plugins
        .flatten()
        .filter(|entry| entry.file_name() != "shipped")
    {
        for part in ["src", "Cargo.toml"] {
            let path = plugin.path().join(part);
            if path.exists() {
                println!("cargo:rerun-if-changed={}", path.display());
            }
        }
    }
}

/// The standard library for the target must be there; rustup can fetch it.
fn require_target() {
    if target_installed() {
        return;
    }
    let added = Command::new("rustup")
        .args(["target", "add", TARGET])
        .status();
    let added = added.is_ok_and(|status| status.success());
    assert!(
        added && target_installed(),
        "the shipped rules are WebAssembly, and this toolchain lacks the target {TARGET}\n\
         hint: rustup target add {TARGET}"
    );
}

fn target_installed() -> bool {
    let rustc = env::var_os("RUSTC").expect("set by cargo");
    let printed = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    let Ok(printed) = printed else { return false };
    let Ok(folder) = String::from_utf8(printed.stdout) else {
        return false;
    };
    fs::read_dir(folder.trim()).is_ok_and(|files| {
        files.flatten().any(|file| {
            let name = file.file_name();
            name.to_string_lossy().starts_with("libcore-")
        })
    })
}

/// Builds the rules and says in which folder their modules are.
fn compile(workspace: &Path) -> PathBuf {
    let target = out_dir().join("rules");
    let mut cargo = Command::new(env::var_os("CARGO").expect("set by cargo"));
    cargo
        .current_dir(workspace)
        .args([
            "build",
            "--lib",
            "--locked",
            "--target",
            TARGET,
            "--profile",
            PROFILE,
        ])
        .arg("--target-dir")
        .arg(&target);
    for rule in RULES {
        cargo.args(["-p", rule]);
    }
    for (name, _) in env::vars_os() {
        if is_of_the_outer_build(&name) {
            cargo.env_remove(name);
        }
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", without_paths(workspace));
    let status = cargo.status().expect("cargo can be started");
    assert!(
        status.success(),
        "the shipped rules do not compile\n\
         hint: cargo build --lib --target {TARGET} --profile {PROFILE} -p {}",
        RULES.join(" -p ")
    );
    target.join(TARGET).join(PROFILE)
}

/// What the outer build says about itself must not reach the rules: flags for
/// another processor, a linter in place of the compiler, an emulator.
fn is_of_the_outer_build(name: &OsString) -> bool {
    const NAMES: [&str; 8] = [
        "RUSTFLAGS",
        "RUSTDOCFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_TARGET_DIR",
        "TARGET",
        "CLIPPY_ARGS",
    ];
    const PREFIXES: [&str; 6] = [
        "CARGO_BUILD_",
        "CARGO_CFG_",
        "CARGO_FEATURE_",
        "CARGO_PROFILE_",
        "CARGO_TARGET_",
        "DEP_",
    ];
    let name = name.to_string_lossy();
    NAMES.contains(&name.as_ref()) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Panic messages name source files. Without this a component's digest would
/// depend on the folder in which it was built.
fn without_paths(workspace: &Path) -> OsString {
    let mut flags = OsString::from("--remap-path-prefix=");
    flags.push(workspace);
    flags.push("=treaty");
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    if let Some(home) = home {
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(home);
        flags.push("=cargo");
    }
    flags
}

fn encode(rule: &str, module: &Path) -> Vec<u8> {
    let bytes = fs::read(module).unwrap_or_else(|error| {
        panic!(
            "{rule} was built, but {} cannot be read: {error}",
            module.display()
        )
    });
    ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(|encoder| encoder.encode())
        .unwrap_or_else(|error| panic!("{rule} is no component: {error:#}"))
}
