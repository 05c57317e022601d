//! `[entities.<name>]`: what becomes of one kind of record.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::DeValue;
use treaty_model::{Deletes, Entity, FieldTable};

use crate::document::{Section, Spot};
use crate::settings::{
    EntityPlaces, EntitySettings, Matching, SystemSettings, TableSource, parts, paths,
};
use crate::{Place, Problem, names};

/// The rule that maps an entity's records where the treaty names none.
pub const DEFAULT_MAPPER: &str = "map-fields";
/// The rule that decides an entity's conflicts where the treaty names none.
pub const DEFAULT_RESOLVER: &str = "resolve-standard";
const DEFAULT_LINK_FROM: f64 = 0.95;
const DEFAULT_ASK_FROM: f64 = 0.2;
const DEFAULT_FIRST_MEETING_LINK_FROM: f64 = 0.99;

impl Matching {
    /// Matching by a rule with the thresholds that hold where a treaty says
    /// nothing.
    pub fn with(matcher: &str) -> Self {
        Self {
            matcher: matcher.to_owned(),
            link_from: DEFAULT_LINK_FROM,
            ask_from: DEFAULT_ASK_FROM,
            first_meeting_link_from: DEFAULT_FIRST_MEETING_LINK_FROM,
            one_to_one: true,
        }
    }
}

/// Reads all entities, in the order of the file, without their field tables.
pub(crate) fn read(
    treaty: &Section<'_>,
    root: &Path,
    systems: &[SystemSettings],
) -> Vec<EntitySettings> {
    let entities = treaty.each_below("entities").into_iter();
    entities
        .map(|(name, section)| {
            if !names::is_name(&name.value) {
                let message = format!("{:?} cannot name an entity", name.value);
                let hint = "letters, digits, `-` and `_` make a name";
                section.report(Problem::at(&name.place, message).hint(hint));
            }
            entity(&name.value, section, root, systems)
        })
        .collect()
}

fn entity(
    name: &str,
    section: Section<'_>,
    root: &Path,
    systems: &[SystemSettings],
) -> EntitySettings {
    let mut keys = BTreeMap::new();
    let tables = tables(&section, &mut keys);
    let fields_from = section.scalars_below("fields-from");
    let mut rule = |key: &'static str, default: &str| {
        let text = section.text(key);
        let place = text.as_ref().map(|text| text.place.clone());
        keys.insert(key, place.unwrap_or_else(|| section.place.clone()));
        text.map_or_else(|| default.to_owned(), |text| text.value)
    };
    let mapper = rule("mapper", DEFAULT_MAPPER);
    let resolver = rule("resolver", DEFAULT_RESOLVER);
    let deletes = [
        ("archive", Deletes::Archive),
        ("delete", Deletes::Delete),
        ("ask", Deletes::Ask),
        ("leave", Deletes::Leave),
    ];
    let deletes = section.choice("deletes", &deletes).unwrap_or_default();
    let cross_reference = cross_reference(&section, root, &mut keys);
    let matching = section.below("match").map(|below| {
        keys.insert("match", below.place.clone());
        matching(below, &mut keys)
    });
    let parts = parts::read(&section, systems);
    section.finish();
    EntitySettings {
        entity: Entity {
            name: name.into(),
            systems: parts.systems,
            table: FieldTable::default(),
            deletes,
        },
        sources: parts.sources,
        mapper,
        resolver,
        matching: matching.flatten(),
        cross_reference,
        table_path: PathBuf::new(),
        table_files: Vec::new(),
        table_lines: Vec::new(),
        tables,
        fields_from,
        places: EntityPlaces {
            keys,
            parts: parts.places,
            cells: Vec::new(),
        },
    }
}

/// What stands before the name of a pack.
pub(crate) const PACK: &str = "pack:";

/// Reads `table`: a file, `pack:<name>`, or a list of these.
fn tables(
    section: &Section<'_>,
    keys: &mut BTreeMap<&'static str, Place>,
) -> Vec<Spot<TableSource>> {
    let is_list = |value: &Spanned<DeValue<'_>>| matches!(value.get_ref(), DeValue::Array(_));
    let texts = match section.value("table") {
        Some(value) if is_list(value) => section.texts("table").unwrap_or_default(),
        _ => section.required_text("table").into_iter().collect(),
    };
    let sources = texts.into_iter().filter_map(|text| {
        keys.entry("table").or_insert_with(|| text.place.clone());
        let value = match text.value.strip_prefix(PACK) {
            Some(pack) => TableSource::Pack(pack.to_owned()),
            None => TableSource::File(paths::inside(section, &text)?),
        };
        let place = text.place;
        Some(Spot { value, place })
    });
    sources.collect()
}

fn cross_reference(
    section: &Section<'_>,
    root: &Path,
    keys: &mut BTreeMap<&'static str, Place>,
) -> Option<PathBuf> {
    let path = section.text("cross-reference")?;
    let inside = paths::inside(section, &path)?;
    let file = root.join(inside);
    if !file.is_file() {
        let message = format!("there is no file {}", path.value);
        let hint = "a csv file with a column for each system, ids that belong together in a row";
        section.report(Problem::at(&path.place, message).hint(hint));
    }
    keys.insert("cross-reference", path.place);
    Some(file)
}

fn matching(section: Section<'_>, keys: &mut BTreeMap<&'static str, Place>) -> Option<Matching> {
    let matcher: Option<Spot<String>> = section.required_text("matcher");
    let link_from = section.share("link-from").unwrap_or(DEFAULT_LINK_FROM);
    let ask_from = section.share("ask-from").unwrap_or(DEFAULT_ASK_FROM);
    let first = section
        .share("first-meeting-link-from")
        .unwrap_or(DEFAULT_FIRST_MEETING_LINK_FROM);
    let one_to_one = section.flag("one-to-one").unwrap_or(true);
    if ask_from > link_from.min(first) {
        let lower = link_from.min(first);
        let message = format!("ask-from {ask_from} is above link-from {lower}");
        let hint = "pairs from ask-from up to link-from are asked about";
        section.report(Problem::at(&section.place, message).hint(hint));
    }
    if first < link_from {
        let message = format!("first-meeting-link-from {first} is below link-from {link_from}");
        let hint = "a first meeting links thousands of records at once and wants more certainty";
        section.report(Problem::at(&section.place, message).hint(hint).warning());
    }
    section.finish();
    let matcher = matcher?;
    keys.insert("matcher", matcher.place);
    Some(Matching {
        matcher: matcher.value,
        link_from,
        ask_from,
        first_meeting_link_from: first,
        one_to_one,
    })
}
