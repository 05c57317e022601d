//! One row of a field table.

use treaty_model::{Column, Drift, Entity, FieldRow, Owner, SystemIndex};

use crate::document::Spot;
use crate::headings::SHARED;
use crate::table::{Cells, SEMANTIC_TYPES};
use crate::{Place, Problem, names};

/// What stands between the own fields that make up one canonical field.
const JOIN: &str = " + ";
/// The owner of a field that nobody has decided on; `treaty init` writes it.
const UNDECIDED: &str = "?";
/// What stands between the steps of a transform.
const STEP: char = '|';
/// The step of a transform that keeps a system's field from being written.
const READ_ONLY: &str = "read-only";

const DRIFTS: [(&str, Drift); 3] = [
    ("write-back", Drift::WriteBack),
    ("leave", Drift::Leave),
    ("ask", Drift::Ask),
];

struct Reader<'a> {
    place: &'a Place,
    cells: &'a Cells,
    entity: &'a Entity,
    problems: &'a mut Vec<Problem>,
}

/// Reads a row. One with problems is given as well, so that everything that is
/// wrong with it is found.
pub(crate) fn read(
    place: &Place,
    cells: &Cells,
    entity: &Entity,
    problems: &mut Vec<Problem>,
) -> FieldRow {
    let mut reader = Reader {
        place,
        cells,
        entity,
        problems,
    };
    let name = reader.name();
    let semantic = reader.semantic();
    let parts = entity.systems.iter();
    let columns = parts
        .map(|part| reader.column(part.system.as_str()))
        .collect();
    let owner = reader.owner();
    let row = FieldRow {
        name,
        semantic: semantic.unwrap_or_default(),
        group: reader.text("group"),
        owner: owner.unwrap_or(Owner::Shared),
        rule: reader.text("rule"),
        drift: reader.drift(),
        columns,
        cells: Vec::new(),
    };
    if let Some(owner) = owner {
        reader.check_owner(&row, owner);
        reader.check_readers(&row);
    }
    if !row.semantic.is_empty() {
        reader.check_references(&row);
    }
    row
}

/// A cell as rules see it: what was read without regard to case has one form.
pub(crate) fn normal(heading: &str, text: &str, row: &FieldRow, entity: &Entity) -> String {
    match (heading, row.owner) {
        ("type", _) => row.semantic.clone(),
        ("owner", Owner::Shared) => SHARED.to_owned(),
        ("owner", Owner::System(system)) => entity.part(system).system.to_string(),
        ("drift", _) => text.to_lowercase(),
        _ => text.to_owned(),
    }
}

impl Reader<'_> {
    fn text(&self, heading: &str) -> Option<String> {
        self.cells.get(heading).map(|cell| cell.value.clone())
    }

    /// A problem with a cell; with the row where there is no such cell.
    fn report(&mut self, heading: &str, problem: impl FnOnce(&Place) -> Problem) {
        let cell = self.cells.get(heading);
        let place = cell.map_or(self.place, |cell| &cell.place);
        self.problems.push(problem(place).heading(heading));
    }

    fn required(&mut self, heading: &str) -> Option<Spot<String>> {
        let cell = self.cells.get(heading).cloned();
        if cell.is_none() {
            self.report(heading, |place| Problem::at(place, "the cell is empty"));
        }
        cell
    }

    fn name(&mut self) -> String {
        let Some(cell) = self.required("field") else {
            return String::new();
        };
        if !names::is_name(&cell.value) {
            let message = format!("{:?} cannot name a field", cell.value);
            let hint = "letters, digits, `-` and `_` make a name";
            self.report("field", |place| Problem::at(place, message).hint(hint));
        }
        cell.value
    }

    fn semantic(&mut self) -> Option<String> {
        let cell = self.required("type")?;
        let semantic = cell.value.to_lowercase();
        if SEMANTIC_TYPES.contains(&semantic.as_str()) {
            return Some(semantic);
        }
        self.report("type", |place| {
            names::unknown(place, "type", &cell.value, &SEMANTIC_TYPES)
        });
        None
    }

    fn owner(&mut self) -> Option<Owner> {
        let cell = self.required("owner")?;
        let wanted = cell.value.to_lowercase();
        if wanted == SHARED {
            return Some(Owner::Shared);
        }
        let systems = self.entity.systems.iter();
        let mut known: Vec<_> = systems.map(|part| part.system.as_str()).collect();
        if wanted == UNDECIDED {
            let field = self.text("field").unwrap_or_default();
            let message = format!("the owner of {field} is not decided yet");
            let hint = format!("write one of: {}, {SHARED}", known.join(", "));
            self.report("owner", |place| Problem::at(place, message).hint(hint));
            return None;
        }
        let found = known.iter().position(|name| name.to_lowercase() == wanted);
        if found.is_none() {
            known.push(SHARED);
            self.report("owner", |place| {
                names::unknown(place, "owner", &cell.value, &known)
            });
        }
        found.map(|index| Owner::System(SystemIndex(index)))
    }

    fn drift(&mut self) -> Drift {
        let Some(cell) = self.cells.get("drift") else {
            return Drift::default();
        };
        let wanted = cell.value.to_lowercase();
        if let Some((_, drift)) = DRIFTS.iter().find(|(word, _)| *word == wanted) {
            return *drift;
        }
        let known = DRIFTS.map(|(word, _)| word);
        self.report("drift", |place| {
            names::unknown(place, "drift", &cell.value, &known)
        });
        Drift::default()
    }

    fn column(&mut self, system: &str) -> Option<Column> {
        let heading = format!("{system}.transform");
        let transform = self.text(&heading);
        let Some(cell) = self.cells.get(system) else {
            if transform.is_some() {
                let message = format!("there is nothing to transform, {system} has no field here");
                self.report(&heading, |place| Problem::at(place, message));
            }
            return None;
        };
        let mut own: Vec<String> = Vec::new();
        for name in cell.value.split(JOIN) {
            let name = name.trim().to_owned();
            let dangles = name == "+" || name.starts_with("+ ") || name.ends_with(" +");
            if dangles || own.contains(&name) {
                let message = format!("{:?} is no list of own fields", cell.value);
                let hint = "several own fields are joined like this: first_name + last_name";
                self.report(system, |place| Problem::at(place, message).hint(hint));
                break;
            }
            own.push(name);
        }
        let mut steps = transform.iter().flat_map(|steps| steps.split(STEP));
        let read_only = steps.any(|step| step.trim() == READ_ONLY);
        Some(Column {
            own,
            transform,
            read_only,
        })
    }

    fn check_owner(&mut self, row: &FieldRow, owner: Owner) {
        let Owner::System(system) = owner else {
            if self.cells.contains_key("drift") {
                let message = "drift says nothing about a shared field";
                let hint = "every system that reads it may change it, under the rule";
                self.report("drift", |place| {
                    Problem::at(place, message).hint(hint).warning()
                });
            }
            return;
        };
        let name = self.entity.part(system).system.to_string();
        if row.rule.is_some() {
            let message = format!("a field that {name} owns has no conflicts, so no rule");
            let hint = "empty the cell, or make the owner `shared`";
            self.report("rule", |place| Problem::at(place, message).hint(hint));
        }
        if !row.reads(system) {
            let message = format!("{name} owns the field and does not read it");
            let hint = format!("name {name}'s own field in the column {name}");
            self.report("owner", |place| Problem::at(place, message).hint(hint));
        }
    }

    fn check_references(&mut self, row: &FieldRow) {
        let is_reference = row.semantic == "reference";
        let named = self.cells.contains_key("references");
        if is_reference && !named {
            let message = "a reference has to say which entity it points at";
            self.report("references", |place| Problem::at(place, message));
        } else if named && !is_reference {
            let message = format!("a field of type {} points at nothing", row.semantic);
            let hint = "empty the cell, or make the type `reference`";
            self.report("references", |place| Problem::at(place, message).hint(hint));
        }
    }

    fn check_readers(&mut self, row: &FieldRow) {
        let entity = self.entity;
        let readers = entity.system_indexes().filter(|system| row.reads(*system));
        let readers: Vec<_> = readers
            .map(|index| entity.part(index).system.as_str())
            .collect();
        match (&readers[..], row.owner) {
            ([], Owner::Shared) => {
                self.report("field", |place| Problem::at(place, "no system reads it"));
            }
            ([only], Owner::Shared) => {
                let message = format!("only {only} reads it, so there is nobody to share it with");
                let hint = format!("make {only} its owner, or name another system's field");
                self.report("owner", |place| Problem::at(place, message).hint(hint));
            }
            ([only], Owner::System(owner)) if entity.part(owner).system.as_str() == *only => {
                let message = format!("only {only} reads it, so it does not move");
                self.report("field", |place| Problem::at(place, message).warning());
            }
            _ => {}
        }
    }
}
