//! The files of a proposal: `treaty.toml` and a field table for each entity.

use std::fmt::Write as _;

use crate::init::look::Looked;
use crate::init::{EntityProposal, InitWish, Proposal, wish};

/// One entity as it is written: what is told of it, and its table.
pub(super) struct Written<'a> {
    pub(super) told: &'a EntityProposal,
    pub(super) matcher: String,
    /// The field of the key, where records are matched by one.
    pub(super) key: Option<String>,
    pub(super) sources: Vec<&'a Looked>,
    /// The own field of each source that says when, and by whom.
    pub(super) kept_by: Vec<[Option<String>; 2]>,
    pub(super) table: Vec<Line>,
}

/// A row of a field table.
pub(super) struct Line {
    pub(super) field: String,
    pub(super) semantic: String,
    pub(super) owner: String,
    /// Own field and transform for each source.
    pub(super) columns: Vec<(String, String)>,
    pub(super) references: String,
    pub(super) notes: String,
}

/// The text of `treaty.toml`.
pub(super) fn treaty(wish: &InitWish, proposal: &Proposal, written: &[Written<'_>]) -> String {
    let mut text = String::new();
    let undecided: usize = proposal
        .entities
        .iter()
        .map(|entity| entity.undecided)
        .sum();
    let _ = writeln!(
        text,
        "# Proposed by `treaty init` from what the systems held. Nothing was written there.\n\
         #\n\
         # What to look at next:\n\
         # 1. The field tables. A row is a field that moves; take out what should not. The\n\
         #    column owner has {undecided} times a `?`: write a system's name, or `shared`.\n\
         #    Nothing is synced before that.\n\
         # 2. Below: whether new records may be made elsewhere (creates-from).\n\
         # 3. `treaty check`, then `treaty plan`, which sends nothing, then `treaty sync`.\n\
         #\n\
         # Every key is explained in host/treaty/README.md.\n"
    );
    let _ = writeln!(text, "[treaty]\nname = {}\n", quoted(&wish.name));
    for (place, system) in wish.systems.iter().enumerate() {
        let _ = writeln!(text, "[systems.{}]", system.name);
        let _ = writeln!(text, "connector = {}", quoted(&system.connector));
        if system.needs_url() {
            let _ = writeln!(text, "url = {}", quoted(&system.location));
        } else {
            let path = wish::relative(system.location.as_ref(), &wish.folder);
            let path = path.to_string_lossy().replace('\\', "/");
            let _ = writeln!(text, "path = {}", quoted(&path));
        }
        if written.iter().any(|entity| has_local_phones(entity, place)) {
            let _ = writeln!(
                text,
                "# Phone numbers without a country stand here. Of which country are they?\n\
                 # default-region = \"DE\""
            );
        }
        text.push('\n');
    }
    for entity in written {
        entity_section(&mut text, entity);
    }
    if !proposal.left_out.is_empty() {
        text.push_str("# Left out:\n");
        for left in &proposal.left_out {
            let why = left.why.replace('\n', " ");
            let _ = writeln!(text, "# - {} {}: {why}", left.system, left.source);
        }
    }
    let ended = text.trim_end().len();
    text.truncate(ended);
    text.push('\n');
    text
}

fn has_local_phones(entity: &Written<'_>, system: usize) -> bool {
    let sources = entity.sources.iter().enumerate();
    let mut own = sources.filter(|(_, source)| source.system == system);
    own.any(|(place, source)| {
        let phones = entity.table.iter().filter(|line| line.semantic == "phone");
        let names = phones.map(|line| line.columns[place].0.as_str());
        let mut columns = names.filter_map(|name| source.columns.iter().find(|c| c.name == name));
        columns.any(|column| {
            let mut values = column.raw.iter().flatten();
            values.any(|value| !value.trim_start().starts_with('+'))
        })
    })
}

fn entity_section(text: &mut String, entity: &Written<'_>) {
    let told = entity.told;
    let name = &told.entity;
    let _ = writeln!(text, "[entities.{name}]");
    let _ = writeln!(text, "table = {}", quoted(&format!("{name}.csv")));
    for found in &told.found_in_both {
        let _ = writeln!(
            text,
            "# {} records were found in both {} and {}, by {}.",
            found.records, found.systems[0], found.systems[1], found.by
        );
    }
    let _ = writeln!(text, "[entities.{name}.match]");
    let _ = writeln!(text, "matcher = {}\n", quoted(&entity.matcher));
    if let Some(key) = &entity.key {
        let _ = writeln!(
            text,
            "[rules.{0}]\ncomponent = \"shipped:match-keys\"\n[rules.{0}.configuration]\n\
             keys = [[{1}]]\n",
            entity.matcher,
            quoted(key)
        );
    }
    for (place, source) in told.systems.iter().enumerate() {
        let looked = entity.sources[place];
        let _ = writeln!(text, "[entities.{name}.systems.{}]", source.system);
        let _ = writeln!(text, "source = {}", quoted(&source.source));
        if let Some(key) = &looked.key {
            let _ = writeln!(text, "key = [{}]", quoted(key));
        }
        for (key, own) in ["updated", "actor"].iter().zip(&entity.kept_by[place]) {
            if let Some(own) = own {
                let _ = writeln!(text, "{key} = {}", quoted(own));
            }
        }
        let others = told
            .systems
            .iter()
            .filter(|other| other.system != source.system);
        let others: Vec<_> = others.map(|other| quoted(&other.system)).collect();
        let _ = writeln!(
            text,
            "# Records that are new elsewhere are made here only if you say so:\n\
             # creates-from = [{}]",
            others.join(", ")
        );
        if !source.unpaired.is_empty() {
            let _ = writeln!(
                text,
                "# In no row of the table, so they stay where they are: {}",
                source.unpaired.join(", ").replace('\n', " ")
            );
        }
        text.push('\n');
    }
}

/// A field table as CSV.
pub(super) fn table(entity: &Written<'_>) -> Result<String, csv::Error> {
    let lines = &entity.table;
    let has_references = lines.iter().any(|line| !line.references.is_empty());
    let transformed: Vec<bool> = (0..entity.sources.len())
        .map(|place| lines.iter().any(|line| !line.columns[place].1.is_empty()))
        .collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut headings = vec!["field".to_owned(), "type".to_owned(), "owner".to_owned()];
    headings.push("rule".to_owned());
    for (place, source) in entity.told.systems.iter().enumerate() {
        headings.push(source.system.clone());
        if transformed[place] {
            headings.push(format!("{}.transform", source.system));
        }
    }
    headings.extend(has_references.then(|| "references".to_owned()));
    headings.push("notes".to_owned());
    writer.write_record(&headings)?;
    for line in lines {
        let mut cells = vec![line.field.as_str(), &line.semantic, &line.owner, ""];
        for (place, (own, transform)) in line.columns.iter().enumerate() {
            cells.push(own);
            cells.extend(transformed[place].then_some(transform.as_str()));
        }
        cells.extend(has_references.then_some(line.references.as_str()));
        cells.push(&line.notes);
        writer.write_record(&cells)?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A text as TOML writes it. JSON's form is one of TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
