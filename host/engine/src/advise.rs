//! Advice on the way out of two-way: who really edits each field, how often they
//! collide, the owner that this suggests, and the waves in which to move fields.
//!
//! Everything is counted in the journal (`count`), and computed from the counts
//! alone (`suggest`, `waves`): no system and no rule is opened, nothing is written,
//! and another process may be at work. From when on figures carry a suggestion is
//! said in constants, each with its reason.

mod count;
mod figures;
mod suggest;
mod waves;

use serde::Serialize;
use treaty_folder::{Component, EntitySettings, NewOwner, Problems, Revised, TreatyFolder};
use treaty_model::{EntityName, FieldIndex, Owner, SystemName, Timestamp};

use crate::{EngineError, Reader};
use count::Count;
use suggest::{Block, suggest};
use waves::waves;

pub use figures::{Edits, FieldFigures};
pub use suggest::Suggestion;
pub use waves::{Lost, Move, Step, Wave};

const DAY_MICROS: i64 = 86_400_000_000;

/// What is to be advised on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdviseWish {
    /// The entity; none: all.
    pub entity: Option<String>,
    /// How many days back the journal is read.
    pub days: u32,
}

/// What the journal says of who edits what, and what follows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Advice {
    /// How many days back the journal was to be read.
    pub days: u32,
    /// From when on it was read.
    pub since: Timestamp,
    /// When the first entry was told that still says something, if that is later:
    /// what was before is not known.
    pub journal_begins: Option<Timestamp>,
    /// Entries after that of which only the skeleton is left: they count for
    /// nothing.
    pub forgotten: u64,
    /// Each entity.
    pub entities: Vec<EntityAdvice>,
    /// Fields of the whole treaty that can conflict.
    pub shared: u64,
    /// Moves, in the order in which to make them.
    pub waves: Vec<Wave>,
    /// What the first of the waves changes in the field tables.
    pub next: Vec<Revised>,
}

/// What is said of one entity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntityAdvice {
    /// The entity.
    pub entity: EntityName,
    /// Its fields that have an owner.
    pub owned: u64,
    /// Its fields that can conflict.
    pub shared: u64,
    /// Each field, in the order of the table.
    pub fields: Vec<FieldAdvice>,
}

/// What is said of one field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldAdvice {
    /// The field.
    pub field: String,
    /// Who owns it; none: it is shared.
    pub owner: Option<SystemName>,
    /// The rule, where it is shared.
    pub rule: Option<String>,
    /// Its group.
    pub group: Option<String>,
    /// What was counted.
    #[serde(flatten)]
    pub figures: FieldFigures,
    /// Collisions for each change, from 0 to 1.
    pub disagreement: f64,
    /// What follows; the fields of a group have one suggestion.
    pub suggestion: Suggestion,
}

impl Reader {
    /// Says who edits what, and which fields could get an owner.
    ///
    /// # Errors
    /// [`EngineError::Explain`] where there is no such entity, and
    /// [`EngineError::Treaty`] where a field table cannot be read.
    pub fn advise(&self, folder: &TreatyFolder, wish: &AdviseWish) -> Result<Advice, EngineError> {
        if let Some(name) = &wish.entity {
            self.entity(name)?;
        }
        let back = i64::from(wish.days).saturating_mul(DAY_MICROS);
        let since = Timestamp::from_micros(self.clock.now().as_micros().saturating_sub(back));
        let journal_begins = self
            .ledger
            .journal_begins()?
            .filter(|begins| *begins > since);
        let count = Count::read(&self.ledger, since, journal_begins)?;
        let named = |entity: &&EntitySettings| {
            let name = entity.entity.name.as_str();
            wish.entity.as_deref().is_none_or(|named| named == name)
        };
        let settings: Vec<_> = folder.entities.iter().filter(named).collect();
        let (mut entities, mut all) = (Vec::new(), Vec::new());
        for settings in &settings {
            let blocks = blocks(folder, settings, &count);
            entities.push(entity_advice(settings, &count, &blocks));
            all.extend(blocks);
        }
        let shared = shared(folder);
        let waves = waves(shared, &all);
        Ok(Advice {
            days: wish.days,
            since,
            journal_begins,
            forgotten: count.forgotten,
            entities,
            shared,
            next: next(folder, &settings, waves.first())?,
            waves,
        })
    }
}

fn shared(folder: &TreatyFolder) -> u64 {
    let distances = folder.conflict_distance();
    distances.iter().map(|entity| entity.shared as u64).sum()
}

/// The fields of an entity as they are decided: those of a group together.
fn blocks(folder: &TreatyFolder, settings: &EntitySettings, count: &Count) -> Vec<Block> {
    let entity = &settings.entity;
    let mut blocks: Vec<Block> = Vec::new();
    for (field, row) in entity.table.fields() {
        let figures = count.of(&entity.name, &row.name);
        let known = blocks
            .iter_mut()
            .find(|block| block.group.is_some() && block.group == row.group);
        match known {
            Some(block) => block.join(entity, field, &figures),
            None => {
                let settled_by = decides_alone(folder, settings, field);
                blocks.push(Block::of(entity, field, figures, settled_by));
            }
        }
    }
    blocks
}

fn entity_advice(settings: &EntitySettings, count: &Count, blocks: &[Block]) -> EntityAdvice {
    let entity = &settings.entity;
    let fields: Vec<_> = entity
        .table
        .fields()
        .map(|(field, row)| {
            let of = |block: &&Block| block.fields.iter().any(|(index, _)| *index == field);
            let block = blocks.iter().find(of).expect("every field is in a block");
            let figures = count.of(&entity.name, &row.name);
            FieldAdvice {
                field: row.name.clone(),
                owner: block.owner.clone(),
                rule: row.rule.clone(),
                group: row.group.clone(),
                disagreement: figures.disagreement(),
                figures,
                suggestion: suggest(block),
            }
        })
        .collect();
    let owned = fields.iter().filter(|field| field.owner.is_some()).count() as u64;
    EntityAdvice {
        entity: entity.name.clone(),
        owned,
        shared: fields.len() as u64 - owned,
        fields,
    }
}

/// What a wave changes in each field table.
fn next(
    folder: &TreatyFolder,
    settings: &[&EntitySettings],
    wave: Option<&Wave>,
) -> Result<Vec<Revised>, EngineError> {
    let mut next = Vec::new();
    for settings in settings {
        let entity = &settings.entity;
        let mut owners = Vec::new();
        let moves = wave.iter().flat_map(|wave| &wave.moves);
        for step in moves.filter(|step| step.entity == entity.name) {
            let owner = entity.system(step.to.as_str());
            for field in &step.fields {
                if let (Ok(field), Ok(owner)) = (entity.table.field(field), &owner) {
                    owners.push(NewOwner {
                        field,
                        owner: *owner,
                    });
                }
            }
        }
        if !owners.is_empty() {
            let revised = folder.with_owners(settings, &owners);
            next.push(revised.map_err(|problem| EngineError::Treaty(Problems(vec![problem])))?);
        }
    }
    Ok(next)
}

/// The shipped resolver, under whatever name a treaty uses it.
const STANDARD_RESOLVER: &str = "resolve-standard";
/// Its strategies that need nobody's judgement, with the types for which they can
/// always tell: the order of edits and who made them mean nothing to them.
const DECIDES_ALONE: [(&str, &[&str]); 3] = [
    ("max", &["number", "money", "date", "instant", "birth-date"]),
    ("min", &["number", "money", "date", "instant", "birth-date"]),
    ("union", &["choices"]),
];

/// The strategy of a shared field that cannot conflict; none where it can.
fn decides_alone(
    folder: &TreatyFolder,
    settings: &EntitySettings,
    field: FieldIndex,
) -> Option<String> {
    let row = settings.entity.table.row(field);
    let rule = folder.rule(folder.resolver_of(settings, field)?)?;
    if row.owner != Owner::Shared || rule.component != Component::Shipped(STANDARD_RESOLVER.into())
    {
        return None;
    }
    let default = || Some(rule.configuration.get("default")?.as_str()?.to_owned());
    let cell = row.rule.clone().or_else(default)?;
    // What comes after `then` is never asked.
    let first = cell.split(" then ").next()?.trim();
    let mut known = DECIDES_ALONE.iter();
    let found =
        known.find(|(name, kinds)| *name == first && kinds.contains(&row.semantic.as_str()));
    found.map(|(name, _)| (*name).to_owned())
}
