//! What comparing came to, added up.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use treaty_ledger::{KeptBatch, KeptDecision, Recordings};
use treaty_model::{EntityName, LinkId, RemoteId, RunId, SystemName, Timestamp};

use super::compare::{FieldSaid, Likeness, Outcome};
use super::told::Told;
use crate::EngineError;

/// How many were how alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// The same came of them.
    pub same: u64,
    /// Something else.
    pub different: u64,
    /// No answer: the rule used up too much.
    pub over_budget: u64,
    /// No answer: the rule said no, or broke.
    pub errors: u64,
}

/// What became of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldCounts {
    /// The rule that decided then.
    pub rule: String,
    /// The entity.
    pub entity: EntityName,
    /// The field.
    pub field: String,
    /// How many were how alike.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A field of which something else comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The rule that decided then.
    pub rule: String,
    /// When it was asked first.
    pub at: Timestamp,
    /// In which run.
    pub run: RunId,
    /// The entity.
    pub entity: EntityName,
    /// The link; `treaty explain` takes it as `#7`.
    pub link: LinkId,
    /// The records that the journal names with it.
    pub records: Vec<(SystemName, RemoteId)>,
    /// The field.
    pub field: String,
    /// How the two compare.
    pub likeness: Likeness,
    /// What came of it then.
    pub was: Outcome,
    /// What comes of it now.
    pub is: Outcome,
}

/// An entry of the journal that is not what it was when it was kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Altered {
    /// Which entry, and what shows it.
    pub what: String,
    /// A decision's number.
    pub decision: Option<i64>,
    /// The entity and the link of a decision.
    pub about: Option<(EntityName, LinkId)>,
}

/// What comparing came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Compared {
    /// Decisions, each with all its fields: it is as unlike as the most unlike of
    /// these.
    pub decisions: Counts,
    /// By rule, entity and field.
    pub fields: Vec<FieldCounts>,
    /// What is not the same, in order; not more than was asked for.
    pub changes: Vec<Change>,
    /// How many changes there are in all.
    pub changes_in_all: u64,
    /// Decisions of which nothing is known: they were forgotten.
    pub forgotten: u64,
    /// Entries that are not what they were.
    pub altered: Vec<Altered>,
    #[serde(skip)]
    by_field: BTreeMap<(String, EntityName, String), Counts>,
    /// Those of `altered`: a batch later may bring one of them again.
    #[serde(skip)]
    known_altered: BTreeSet<Altered>,
}

/// Numbers of decisions that were met, a bit for each.
#[derive(Debug, Default)]
pub(crate) struct Seen(Vec<u64>);

/// What is told of one batch.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Decisions that were forgotten.
    pub(crate) forgotten: u64,
    altered: Vec<Altered>,
    decided: Vec<DecisionSaid>,
}

/// What is told of one decision.
#[derive(Debug)]
struct DecisionSaid {
    entity: EntityName,
    link: LinkId,
    /// Its fields by name.
    fields: Vec<(String, FieldSaid)>,
}

impl Counts {
    /// How many there are.
    pub fn all(&self) -> u64 {
        self.same + self.not_the_same()
    }

    /// How many are not the same.
    pub fn not_the_same(&self) -> u64 {
        self.different + self.over_budget + self.errors
    }

    /// The share that is not the same, of all.
    pub fn share(&self) -> f64 {
        match self.all() {
            0 => 0.0,
            all => self.not_the_same() as f64 / all as f64,
        }
    }

    fn add(&mut self, likeness: Likeness) {
        *match likeness {
            Likeness::Same => &mut self.same,
            Likeness::Different => &mut self.different,
            Likeness::OverBudget => &mut self.over_budget,
            Likeness::Error => &mut self.errors,
        } += 1;
    }
}

impl Seen {
    /// Notes a number, and says whether it is new.
    pub(crate) fn add(&mut self, number: i64) -> bool {
        let Ok(number) = usize::try_from(number) else {
            return true;
        };
        let (word, bit) = (number / 64, 1_u64 << (number % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        new
    }
}

impl Said {
    /// An entry that is no decision was altered.
    pub(crate) fn alter(&mut self, what: String) {
        let (decision, about) = (None, None);
        self.altered.push(Altered {
            what,
            decision,
            about,
        });
    }

    /// A decision was altered.
    pub(crate) fn alter_decision(&mut self, kept: &KeptDecision, why: &str) {
        self.altered.push(Altered {
            what: format!("decision {}: {why}", kept.number),
            decision: Some(kept.number),
            about: Some((kept.entity.clone(), kept.link)),
        });
    }

    /// Whether a decision was altered.
    pub(crate) fn is_altered(&self, decision: i64) -> bool {
        let mut altered = self.altered.iter();
        altered.any(|altered| altered.decision == Some(decision))
    }

    /// A decision that was compared.
    pub(crate) fn add(&mut self, told: &Told, kept: &KeptDecision, fields: Vec<FieldSaid>) {
        let named = fields
            .into_iter()
            .map(|said| (told.field(said.field), said));
        self.decided.push(DecisionSaid {
            entity: kept.entity.clone(),
            link: kept.link,
            fields: named.collect(),
        });
    }
}

impl Compared {
    /// Adds what is told of a batch.
    pub(crate) fn take(
        &mut self,
        recordings: &Recordings,
        batch: &KeptBatch,
        said: Said,
        changes_max: usize,
    ) -> Result<(), EngineError> {
        self.forgotten += said.forgotten;
        for altered in said.altered {
            if self.known_altered.insert(altered.clone()) {
                self.altered.push(altered);
            }
        }
        let rule = &batch.rule.name;
        for decided in said.decided {
            let DecisionSaid {
                entity,
                link,
                fields,
            } = decided;
            let worst = fields.iter().map(|(_, said)| said.likeness).max();
            self.decisions.add(worst.unwrap_or(Likeness::Same));
            for (field, said) in fields {
                let key = (rule.clone(), entity.clone(), field.clone());
                self.by_field.entry(key).or_default().add(said.likeness);
                if said.likeness == Likeness::Same {
                    continue;
                }
                self.changes_in_all += 1;
                if self.changes.len() < changes_max {
                    self.changes.push(Change {
                        rule: rule.clone(),
                        at: batch.at,
                        run: batch.run,
                        entity: entity.clone(),
                        link,
                        records: recordings.records_told_of(&entity, link)?,
                        field,
                        likeness: said.likeness,
                        was: said.was,
                        is: said.is,
                    });
                }
            }
        }
        Ok(())
    }

    /// Puts the counts of the fields in order.
    pub(crate) fn finish(&mut self) {
        let by_field = std::mem::take(&mut self.by_field).into_iter();
        let fields = by_field.map(|((rule, entity, field), counts)| FieldCounts {
            rule,
            entity,
            field,
            counts,
        });
        self.fields = fields.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_new_once() {
        let mut seen = Seen::default();
        for number in [1, 63, 64, 1_000] {
            assert!(seen.add(number), "{number}");
            assert!(!seen.add(number), "{number}");
        }
        assert!(seen.add(65));
    }

    #[test]
    fn the_share_is_of_all_that_could_be_decided() {
        let counts = Counts {
            same: 6,
            different: 2,
            over_budget: 1,
            errors: 1,
        };
        assert_eq!((counts.all(), counts.share()), (10, 0.4));
        assert_eq!(Counts::default().share(), 0.0);
    }
}
