//! Cases for mappers: an own row and the canonical row of it, in either
//! direction.

use treaty_model::{Inbound, Outbound, Purpose, Row, SystemIndex};

use super::read::Subject;
use super::value::{Slot, row};
use super::{Asked, expect};
use crate::document::Section;
use crate::setup::kind;

/// Reads a case in which an own row is read.
pub(super) fn read(subject: &Subject<'_>, section: &Section<'_>) -> Option<(String, Asked)> {
    let system = section.text("read")?;
    let system = subject.system(section, &system)?;
    let inbound = Inbound {
        own: own_row(subject, section, "own", system),
        known: subject.canonical_row(section, "known"),
    };
    let expected = expect::read(subject, section);
    let rule = subject.settings.mapper.clone();
    Some((rule, Asked::Read(system, inbound, expected)))
}

/// Reads a case in which an own row is written.
pub(super) fn write(subject: &Subject<'_>, section: &Section<'_>) -> Option<(String, Asked)> {
    let system = section.text("write")?;
    let system = subject.system(section, &system)?;
    let purposes = [("update", Purpose::Update), ("create", Purpose::Create)];
    let outbound = Outbound {
        canonical: subject.canonical_row(section, "canonical"),
        own: own_row(subject, section, "own", system),
        purpose: section
            .choice("purpose", &purposes)
            .unwrap_or(Purpose::Update),
    };
    let expected = expect::written(subject, section, system);
    let rule = subject.settings.mapper.clone();
    Some((rule, Asked::Write(system, outbound, expected)))
}

/// An own row below a section; all of it absent where it is not there.
pub(super) fn own_row(
    subject: &Subject<'_>,
    section: &Section<'_>,
    key: &'static str,
    system: SystemIndex,
) -> Row {
    let fields = &subject.schemas[system.0].fields;
    let slots: Vec<_> = fields
        .iter()
        .map(|field| Slot {
            name: &field.name,
            kind: kind(field.kind),
        })
        .collect();
    match section.below(key) {
        Some(below) => row(&below, "own field", &slots),
        None => vec![None; slots.len()],
    }
}
