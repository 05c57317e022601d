//! `../phone-decides.wasm`: the rule as the component that the treaty uses.
//!
//!     TREATY_BLESS=1 cargo test --test component
//!
//! builds it from this source and writes it. Without the variable the test says
//! whether this source builds a component with the imports and exports of the
//! file. Bytes are not compared: they depend on the folder that cargo works in.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wit_component::{ComponentEncoder, WitPrinter};

const TARGET: &str = "wasm32-unknown-unknown";
/// What a component may weigh that is kept in a repository.
const BYTES_MAX: usize = 80 * 1024;

#[test]
fn the_component_is_built_from_this_source() {
    let component = encode(&build());
    assert!(
        component.len() < BYTES_MAX,
        "the component has {} bytes",
        component.len()
    );
    let kept = here().with_extension("wasm");
    if env::var_os("TREATY_BLESS").is_some() {
        fs::write(&kept, component).expect("the folder rules/ can be written to");
        return;
    }
    let kept = fs::read(&kept).expect("rules/phone-decides.wasm is there");
    assert_eq!(
        world(&kept),
        world(&component),
        "rules/phone-decides.wasm is not what its source builds\n\
         hint: TREATY_BLESS=1 cargo test --test component"
    );
}

/// What a component imports and exports, as WIT.
fn world(component: &[u8]) -> String {
    let decoded = wit_component::decode(component).expect("a component describes itself");
    let mut printer = WitPrinter::default();
    let packages = decoded.resolve().packages.iter().map(|(id, _)| id);
    let nested: Vec<_> = packages.filter(|id| *id != decoded.package()).collect();
    printer
        .print(decoded.resolve(), decoded.package(), &nested)
        .expect("what was decoded can be printed");
    String::from(printer.output)
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compiles the core module, in a target folder of its own: the outer cargo
/// holds the lock of its folder while a test runs.
fn build() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rule");
    let status = Command::new(env!("CARGO"))
        .current_dir(here())
        .args([
            "build",
            "--lib",
            "--locked",
            "--release",
            "--target",
            TARGET,
            "--target-dir",
        ])
        .arg(&target)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .env("CARGO_ENCODED_RUSTFLAGS", without_paths())
        .status()
        .expect("cargo can be started");
    assert!(
        status.success(),
        "the rule does not compile\nhint: rustup target add {TARGET}"
    );
    target.join(TARGET).join("release/phone_decides.wasm")
}

/// Panic messages name source files: without this the component would depend on
/// the folders of whoever built it.
fn without_paths() -> String {
    let repository = here()
        .ancestors()
        .nth(4)
        .expect("the rule lies in examples/quickstart/rules");
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let home = home.expect("cargo has a home");
    format!(
        "--remap-path-prefix={}=treaty\u{1f}--remap-path-prefix={}=cargo",
        repository.display(),
        home.display()
    )
}

/// Makes a component of the module: what it imports and exports stands in the
/// module itself.
fn encode(module: &Path) -> Vec<u8> {
    let bytes = fs::read(module).expect("the module was built");
    ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(|encoder| encoder.encode())
        .expect("the module holds the contract")
}
