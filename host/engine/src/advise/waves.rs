//! The order in which fields move to one owner: the easy ones first, so that each
//! wave can be lived with before the next.

use serde::Serialize;
use treaty_model::{EntityName, SystemName};

use super::figures::Edits;
use super::suggest::{Block, suggest};

/// How many of a hundred changes collide where that is seldom: one in twenty,
/// which people who meet it take for an accident and not for how things are.
const SELDOM_MAX: f64 = 0.05;

/// Why a field moves in a wave and not in another. Their order is that of the
/// waves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// One system alone edits it, and no other field depends on it.
    Uncontested,
    /// One system alone edits it, but it is one of a group, which moves as a whole,
    /// or a reference, behind which another record has to be.
    Coupled,
    /// It is edited elsewhere too, and seldom collides.
    SeldomCollides,
    /// It collides more often.
    Collides,
    /// It has an owner, which is not who edits it.
    OtherOwner,
}

/// The steps in their order: a wave has the same number whatever others there are.
const STEPS: [Step; 5] = [
    Step::Uncontested,
    Step::Coupled,
    Step::SeldomCollides,
    Step::Collides,
    Step::OtherOwner,
];

/// Moves that are made together. Those of earlier waves are made before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Wave {
    /// Its number. It stays the same once earlier waves are made.
    pub number: u32,
    /// Why these.
    pub step: Step,
    /// The moves, by rising disagreement.
    pub moves: Vec<Move>,
    /// Fields of the whole treaty that can conflict, before it.
    pub shared_before: u64,
    /// The same after it.
    pub shared_after: u64,
}

/// One field or group that gets an owner.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Move {
    /// The entity.
    pub entity: EntityName,
    /// The field, or those of its group.
    pub fields: Vec<String>,
    /// The owner that it had; none: it was shared.
    pub from: Option<SystemName>,
    /// The owner that it gets.
    pub to: SystemName,
    /// Collisions for each change, from 0 to 1.
    pub disagreement: f64,
    /// What would have been different: the edits of the others.
    pub lost: Vec<Lost>,
    /// Questions that nobody would have been asked.
    pub not_asked: u64,
}

/// Edits that would have been given up, had the move been made before the first of
/// them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// Where they were made.
    pub system: SystemName,
    /// By whom, and how many were given up as it was.
    #[serde(flatten)]
    pub edits: Edits,
}

/// The waves that are left. `shared`: how many fields of the whole treaty can
/// conflict now.
pub(super) fn waves(mut shared: u64, blocks: &[Block]) -> Vec<Wave> {
    let mut waves = Vec::new();
    for (number, step) in (1..).zip(STEPS) {
        let mine = blocks.iter().filter(|block| step_of(block) == step);
        let mut moves: Vec<_> = mine.filter_map(movement).collect();
        if moves.is_empty() {
            continue;
        }
        moves.sort_by(|one, other| one.disagreement.total_cmp(&other.disagreement));
        let gained = moves.iter().filter(|step| step.from.is_none());
        let gained: usize = gained.map(|step| step.fields.len()).sum();
        let shared_before = shared;
        shared = shared.saturating_sub(gained as u64);
        waves.push(Wave {
            number,
            step,
            moves,
            shared_before,
            shared_after: shared,
        });
    }
    waves
}

fn step_of(block: &Block) -> Step {
    let coupled = block.group.is_some() || block.refers;
    match () {
        () if block.owner.is_some() => Step::OtherOwner,
        () if block.is_uncontested() && coupled => Step::Coupled,
        () if block.is_uncontested() => Step::Uncontested,
        () if block.figures.disagreement() <= SELDOM_MAX => Step::SeldomCollides,
        () => Step::Collides,
    }
}

/// How a block moves; none where it stays.
fn movement(block: &Block) -> Option<Move> {
    let suggestion = suggest(block);
    let to = suggestion.new_owner()?;
    let others = block.figures.systems.iter();
    let others = others.filter(|(system, edits)| *system != to && edits.edits > 0);
    Some(Move {
        entity: block.entity.clone(),
        fields: block.fields.iter().map(|(_, name)| name.clone()).collect(),
        from: block.owner.clone(),
        to: to.clone(),
        disagreement: block.figures.disagreement(),
        lost: others
            .map(|(system, edits)| Lost {
                system: system.clone(),
                edits: *edits,
            })
            .collect(),
        not_asked: block.figures.asked,
    })
}

#[cfg(test)]
mod tests;
