//! Any other language: a module that its own tools made becomes a component here.
//!
//! The module exports the functions of the contract under the names that the component
//! model gives them (`treaty:rules/resolver@0.1.0#resolve`), its memory and
//! `cabi_realloc`, and imports nothing but the log. `examples/rules-c` has one in C.

use std::fmt::Display;
use std::fs;
use std::path::Path;

use serde::Serialize;
use wasmparser::{Parser, Payload};
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, SourceMap, WorldId};

use super::{Component, rust};
use crate::manifest::CONTRACT_VERSION;
use crate::{AuthorError, Kind, sdk};

const KINDS: [Kind; 3] = [Kind::Resolver, Kind::Mapper, Kind::Matcher];

/// A component that was made of a module.
#[derive(Clone, Debug, Serialize)]
pub struct BuiltModule {
    /// What it decides.
    pub kinds: Vec<Kind>,
    /// The component.
    #[serde(flatten)]
    pub component: Component,
}

/// Makes a component of a module, and says what it decides.
pub fn build_module(module: &Path, out: &Path) -> Result<BuiltModule, AuthorError> {
    let bytes = super::read(module, |module| fs::read(module))?;
    if Parser::is_component(&bytes) {
        return Err(no_component("it is one already"));
    }
    let kinds = kinds(&bytes)?;
    if kinds.is_empty() {
        let names = KINDS.map(interface).join(", ");
        return Err(no_component(format!("it exports no function of {names}")));
    }
    let component = encode(bytes, &kinds)?;
    Ok(BuiltModule {
        kinds,
        component: Component::write(out.to_owned(), &component)?,
    })
}

fn no_component(error: impl Display) -> AuthorError {
    AuthorError::NoComponent {
        detail: format!("{error:#}"),
    }
}

fn interface(kind: Kind) -> String {
    format!("treaty:rules/{kind}@{CONTRACT_VERSION}")
}

/// What a module decides, by the functions that it exports.
fn kinds(module: &[u8]) -> Result<Vec<Kind>, AuthorError> {
    let mut exports = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(section) = payload.map_err(no_component)? {
            for export in section {
                exports.push(export.map_err(no_component)?.name);
            }
        }
    }
    let has = |kind: &Kind| {
        let interface = interface(*kind);
        let mut names = exports.iter().filter_map(|name| name.split_once('#'));
        names.any(|(of, _)| of == interface)
    };
    Ok(KINDS.into_iter().filter(has).collect())
}

fn encode(mut module: Vec<u8>, kinds: &[Kind]) -> Result<Vec<u8>, AuthorError> {
    let (resolve, world) = world(kinds)?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
        .map_err(no_component)?;
    rust::encode(&module)
}

/// A world of these kinds, with the contract that it is about.
fn world(kinds: &[Kind]) -> Result<(Resolve, WorldId), AuthorError> {
    let mut contract = SourceMap::default();
    for (path, text) in sdk::CONTRACT {
        contract.push_str(path, *text);
    }
    let contract = contract.parse().map_err(|(_, error)| no_component(error))?;
    let exports = kinds.iter().map(|kind| interface(*kind));
    let exports: String = exports.map(|name| format!("export {name};\n")).collect();
    let own = format!(
        "package treaty:module;\nworld module {{\n\
         import treaty:rules/log@{CONTRACT_VERSION};\n\
         export treaty:rules/description@{CONTRACT_VERSION};\n{exports}}}\n"
    );
    let mut resolve = Resolve::default();
    resolve.push_group(contract).map_err(no_component)?;
    let package = resolve.push_str("module.wit", &own).map_err(no_component)?;
    let world = resolve.select_world(&[package], None);
    Ok((resolve, world.map_err(no_component)?))
}
