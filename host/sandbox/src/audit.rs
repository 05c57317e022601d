//! What a component is and wants, read from its bytes before anything of it is
//! compiled.

use wasmparser::{
    ComponentExternalKind, Encoding, Instance, Parser, Payload, Validator, WasmFeatures,
};

use crate::contract::names;
use crate::text::cut;
use crate::{Kinds, LoadError, Profile};

/// The packages of WASI that the inert profile links.
const INERT: [&str; 7] = [
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:http/",
    "wasi:io/",
    "wasi:random/",
    "wasi:sockets/",
];

/// What the bytes of a component tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Audited {
    /// What it can decide.
    pub(crate) kinds: Kinds,
    /// The core instances that an instance of it is made of.
    pub(crate) instances: u32,
}

/// Reads what the component imports and exports, and refuses what is no rule.
pub(crate) fn audit(bytes: &[u8], profile: Profile) -> Result<Audited, LoadError> {
    refuse_other_formats(bytes)?;
    if is_core_module(bytes) {
        return Err(LoadError::CoreModule);
    }
    let surface = Surface::read(bytes).map_err(damaged)?;
    let foreign: Vec<_> = surface
        .imports
        .into_iter()
        .filter(|name| !is_allowed(name, profile))
        .collect();
    if !foreign.is_empty() {
        return Err(LoadError::ForeignImports { names: foreign });
    }
    let (exports, instances) = (surface.exports, surface.instances);
    let has = |interface: &str| exports.iter().any(|name| name == interface);
    let kinds = Kinds {
        mapper: has(names::MAPPER),
        matcher: has(names::MATCHER),
        resolver: has(names::RESOLVER),
    };
    if !(kinds.mapper || kinds.matcher || kinds.resolver) {
        return Err(LoadError::NoKind {
            expected: vec![names::MAPPER, names::MATCHER, names::RESOLVER],
            found: exports,
        });
    }
    if !has(names::DESCRIPTION) {
        return Err(LoadError::NoDescription {
            interface: names::DESCRIPTION,
        });
    }
    Ok(Audited { kinds, instances })
}

/// Checks every instruction of the component. Costs a little for each byte, so
/// it is left out for a component whose compiled form is at hand.
pub(crate) fn validate(bytes: &[u8]) -> Result<(), LoadError> {
    let features =
        WasmFeatures::default().difference(WasmFeatures::THREADS | WasmFeatures::RELAXED_SIMD);
    Validator::new_with_features(features)
        .validate_all(bytes)
        .map(|_| ())
        .map_err(damaged)
}

fn damaged(error: wasmparser::BinaryReaderError) -> LoadError {
    LoadError::Damaged {
        detail: format!("{} (at byte {})", error.message(), error.offset()),
    }
}

fn refuse_other_formats(bytes: &[u8]) -> Result<(), LoadError> {
    let machine_code: [&[u8]; 4] = [b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xcf"];
    if machine_code.iter().any(|magic| bytes.starts_with(magic)) {
        return Err(LoadError::Precompiled);
    }
    if !bytes.starts_with(b"\0asm") {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(16)]);
        return Err(LoadError::NotWasm {
            start: format!("{:?}", cut(&start, 16)),
        });
    }
    Ok(())
}

fn is_allowed(import: &str, profile: Profile) -> bool {
    // The contract's types are listed as an import by every component that uses
    // one. They hold no function.
    let contract = [names::TYPES, names::LOG].contains(&import);
    let inert = profile == Profile::InertWasi
        && import.contains("@0.2.")
        && INERT.iter().any(|package| import.starts_with(package));
    contract || inert
}

/// The outermost imports and exports of a component.
struct Surface {
    imports: Vec<String>,
    exports: Vec<String>,
    instances: u32,
}

impl Surface {
    fn read(bytes: &[u8]) -> Result<Self, wasmparser::BinaryReaderError> {
        let mut surface = Self {
            imports: Vec::new(),
            exports: Vec::new(),
            instances: 0,
        };
        let mut depth = 0_u32;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::InstanceSection(section) => {
                    for instance in section {
                        // The others only give names to what is there.
                        if matches!(instance?, Instance::Instantiate { .. }) {
                            surface.instances = surface.instances.saturating_add(1);
                        }
                    }
                }
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section {
                        surface.imports.push(import?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        let export = export?;
                        if export.kind == ComponentExternalKind::Instance {
                            surface.exports.push(export.name.name.to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(surface)
    }
}

/// Whether the bytes are a core module, whatever else is wrong with them.
fn is_core_module(bytes: &[u8]) -> bool {
    let first = Parser::new(0).parse_all(bytes).next();
    matches!(
        first,
        Some(Ok(Payload::Version {
            encoding: Encoding::Module,
            ..
        }))
    )
}
