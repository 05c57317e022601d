//! `treaty rules build`: the component of a rule's folder, or of a module.

use std::path::Path;

use treaty_author::{BuildOptions, Built, BuiltModule, Component, build, build_module};

use super::not_made;
use crate::args::{Args, BuildArgs, Format};
use crate::exit::{Exit, Failed};
use crate::tell;

pub fn run(args: &Args, wish: &BuildArgs) -> Result<Exit, Failed> {
    if wish.folder.is_file() {
        return of_module(args, &wish.folder);
    }
    let options = BuildOptions {
        rust_target: wish.target.into(),
    };
    // A line for each step: there are three at most, and each takes seconds.
    let mut progress = |step: &str| tell::remark(format!("{step} …"));
    let built = build(&wish.folder, options, &mut progress);
    let built = built.map_err(|error| not_made(&error))?;
    match args.format {
        Format::Json => tell::json(&built),
        Format::Text => lines(&built).into_iter().for_each(tell::typed_line),
    }
    Ok(Exit::Done)
}

/// `rule.module.wasm` becomes `rule.wasm`, and `rule.wasm` `rule.component.wasm`.
fn of_module(args: &Args, module: &Path) -> Result<Exit, Failed> {
    let name = module.file_stem().unwrap_or_default().to_string_lossy();
    let out = match name.strip_suffix(".module") {
        Some(name) => module.with_file_name(format!("{name}.wasm")),
        None => module.with_extension("component.wasm"),
    };
    let built = build_module(module, &out).map_err(|error| not_made(&error))?;
    match args.format {
        Format::Json => tell::json(&built),
        Format::Text => lines_of_module(&built)
            .into_iter()
            .for_each(tell::typed_line),
    }
    Ok(Exit::Done)
}

fn lines(built: &Built) -> Vec<String> {
    let Built { kind, language, .. } = built;
    lines_of(&built.component, &format!("{kind} from {language}"))
}

fn lines_of_module(built: &BuiltModule) -> Vec<String> {
    let kinds: Vec<_> = built.kinds.iter().map(|kind| kind.as_str()).collect();
    let kinds = kinds.join(" and ");
    lines_of(&built.component, &format!("{kinds} from a module"))
}

fn lines_of(component: &Component, what: &str) -> Vec<String> {
    let file = component.file.display();
    vec![
        format!("{file} is a {what}."),
        format!("  size    {} kB", component.size_bytes.div_ceil(1_000)),
        format!("  digest  {}", component.digest),
        format!("next: treaty rules inspect {file}"),
    ]
}
