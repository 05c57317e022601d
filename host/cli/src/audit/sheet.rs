//! An audit's differences as CSV, a line for each side.

use treaty_engine::{Audit, Kind};

/// The sheet. Cells that a spreadsheet would take for a formula begin with an
/// apostrophe.
pub fn sheet(audit: &Audit) -> Result<Vec<u8>, csv::Error> {
    let mut sheet = csv::Writer::from_writer(Vec::new());
    sheet.write_record([
        "entity", "link", "kind", "field", "system", "record", "value", "note",
    ])?;
    for entity in &audit.entities {
        for difference in &entity.differences {
            let kind = match difference.kind {
                Kind::Different => "different",
                Kind::Missing => "missing",
                Kind::Extra => "extra",
            };
            for side in &difference.sides {
                let text = |text: Option<String>| harmless(text.unwrap_or_default());
                sheet.write_record([
                    entity.entity.to_string(),
                    text(difference.link.map(|link| link.to_string())),
                    kind.to_owned(),
                    text(difference.field.clone()),
                    side.system.to_string(),
                    text(side.remote.as_ref().map(ToString::to_string)),
                    text(side.value.as_ref().map(ToString::to_string)),
                    text(difference.note.clone()),
                ])?;
            }
        }
    }
    sheet
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

fn harmless(text: String) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text,
    }
}
