//! One row of a field table: who owns it, and which way its values go.

use std::collections::BTreeMap;

use serde::Serialize;
use treaty_folder::{EntitySettings, QuestionKind, TreatyFolder};
use treaty_model::{Drift, FieldIndex, FieldRow, Owner, SystemIndex, SystemName};

/// Headings that have a place of their own in [`FieldDocs`].
const PLACED: [&str; 8] = [
    "field",
    "type",
    "owner",
    "rule",
    "group",
    "drift",
    "references",
    "notes",
];

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldDocs {
    /// The canonical name.
    pub name: String,
    /// The semantic type.
    #[serde(rename = "type")]
    pub semantic: String,
    /// The system that owns it; none: it is shared.
    pub owner: Option<SystemName>,
    /// What decides its conflicts; none: it has an owner.
    pub decider: Option<Decider>,
    /// Fields of one group are decided together.
    pub group: Option<String>,
    /// What becomes of an edit by a system that is not the owner; none: it is
    /// shared.
    pub drift: Option<Drift>,
    /// The entity that it points at.
    pub references: Option<String>,
    /// What somebody noted about it.
    pub notes: Option<String>,
    /// Cells that only rules read, by heading.
    pub others: BTreeMap<String, String>,
    /// Who is asked about it; none: whoever looks.
    pub asked: Option<String>,
    /// What each system has of it, in the order of the entity's systems.
    pub sides: Vec<SideDocs>,
}

/// What decides the conflicts of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decider {
    /// The rule.
    pub rule: String,
    /// What the table tells the rule: a word of the rule's own. None: nothing.
    pub word: Option<String>,
}

/// What one system has of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SideDocs {
    /// The system.
    pub system: SystemName,
    /// Its own fields; empty where it takes no part.
    pub own: Vec<String>,
    /// How they are transformed, in the mapper's language.
    pub transform: Option<String>,
    /// Which way values go.
    pub direction: Direction,
}

/// Which way the values of a field go between a system and the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Its value goes to the others; it is written only what a person decided
    /// against it.
    Gives,
    /// It is written what the others have. What is edited here does not go on.
    Takes,
    /// Both ways.
    Both,
    /// Its value is read and compared: it neither goes to the others, nor is it
    /// ever written.
    Watched,
    /// Not at all.
    Apart,
}

impl Direction {
    /// All directions, in the order in which they are told.
    pub const ALL: [Self; 5] = [
        Self::Gives,
        Self::Takes,
        Self::Both,
        Self::Watched,
        Self::Apart,
    ];

    fn of(row: &FieldRow, system: SystemIndex) -> Self {
        match (row.is_source(system), row.writable(system), row.owner) {
            _ if !row.reads(system) => Self::Apart,
            (true, _, Owner::System(_)) | (true, false, Owner::Shared) => Self::Gives,
            (true, true, Owner::Shared) => Self::Both,
            (false, true, _) => Self::Takes,
            (false, false, _) => Self::Watched,
        }
    }
}

/// The row of a field.
pub(super) fn field(
    folder: &TreatyFolder,
    settings: &EntitySettings,
    field: FieldIndex,
) -> FieldDocs {
    let entity = &settings.entity;
    let row = entity.table.row(field);
    let (owner, drift) = match row.owner {
        Owner::System(system) => (Some(entity.part(system).system.clone()), Some(row.drift)),
        Owner::Shared => (None, None),
    };
    let decider = folder.resolver_of(settings, field).map(|rule| Decider {
        rule: rule.to_owned(),
        word: row.rule.clone().filter(|word| word != rule),
    });
    let cell = |name: &str| {
        let found = row.cells.iter().find(|(heading, _)| heading == name);
        found.map(|(_, text)| text.clone())
    };
    let columns: Vec<_> = entity
        .systems
        .iter()
        .map(|part| part.system.as_str())
        .collect();
    let is_placed = |heading: &str| {
        let (system, rest) = heading.split_once('.').unwrap_or((heading, "transform"));
        PLACED.contains(&heading) || rest == "transform" && columns.contains(&system)
    };
    let others = row.cells.iter().filter(|(heading, _)| !is_placed(heading));
    let about = QuestionKind::Field;
    FieldDocs {
        name: row.name.clone(),
        semantic: row.semantic.clone(),
        owner,
        decider,
        group: row.group.clone(),
        drift,
        references: cell("references"),
        notes: cell("notes"),
        others: others.cloned().collect(),
        asked: folder
            .assigned_to(&entity.name, about, Some(&row.name))
            .map(str::to_owned),
        sides: entity
            .system_indexes()
            .map(|system| side(settings, row, system))
            .collect(),
    }
}

fn side(settings: &EntitySettings, row: &FieldRow, system: SystemIndex) -> SideDocs {
    let column = row.columns[system.0].as_ref();
    SideDocs {
        system: settings.entity.part(system).system.clone(),
        own: column.map(|column| column.own.clone()).unwrap_or_default(),
        transform: column.and_then(|column| column.transform.clone()),
        direction: Direction::of(row, system),
    }
}

#[cfg(test)]
mod tests {
    use treaty_model::Column;

    use super::*;

    #[test]
    fn a_direction_follows_from_owner_and_column() {
        let column = |read_only| Column {
            own: vec!["x".to_owned()],
            transform: None,
            read_only,
        };
        let check = |owner: Owner, columns: [Option<Column>; 2], expected: [Direction; 2]| {
            let row = FieldRow {
                name: "x".to_owned(),
                semantic: "text".to_owned(),
                group: None,
                owner,
                rule: None,
                drift: Drift::default(),
                columns: columns.to_vec(),
                cells: Vec::new(),
            };
            let found = [0, 1].map(|at| Direction::of(&row, SystemIndex(at)));
            assert_eq!(found, expected);
        };
        let first = Owner::System(SystemIndex(0));
        let (free, fixed) = (Some(column(false)), Some(column(true)));
        let both = [free.clone(), free.clone()];
        check(first, both.clone(), [Direction::Gives, Direction::Takes]);
        check(Owner::Shared, both, [Direction::Both, Direction::Both]);
        let second_fixed = [free.clone(), fixed];
        check(
            first,
            second_fixed.clone(),
            [Direction::Gives, Direction::Watched],
        );
        check(
            Owner::Shared,
            second_fixed,
            [Direction::Both, Direction::Gives],
        );
        check(first, [free, None], [Direction::Gives, Direction::Apart]);
    }
}
