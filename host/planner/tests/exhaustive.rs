//! Every combination of base, settled, observed, presence, owner, drift, column
//! and verdict for one field, against the tables of `specification/`.

mod expected;
mod life;

mod state;

use treaty_model::{
    BaseField, Candidate, Decision, Deletes, Digest, Drift, Entity, FieldIndex, FieldTable, Link,
    LinkId, LinkPlan, Operation, Owner, Provenance, Question, Revision, RuleId, RunId, Standing,
    SystemIndex, Value,
};
use treaty_planner::{Answer, Choice, Ruled, conclude, examine};

use self::expected::{Expected, Said, expect};
use self::state::{BASES, Base, Column, State, states};
use crate::shorthand::{column, part, row};
use crate::specification::Table;

/// The tables about one field.
struct Tables {
    shared: Table,
    owned: Table,
    system: Table,
}

/// One combination.
struct Combination<'a> {
    owner: Owner,
    drift: Drift,
    base: Base,
    states: &'a [State],
}

const SYSTEMS: [&str; 3] = ["hubspot", "salesforce", "notion"];

#[test]
fn two_systems_in_every_state_do_as_specified() {
    let tables = Tables::new();
    let mut checked = 0;
    let owners = [
        Owner::System(SystemIndex(0)),
        Owner::System(SystemIndex(1)),
        Owner::Shared,
    ];
    for base in BASES {
        let all = states(base, true);
        for first in &all {
            for second in &all {
                let states = [*first, *second];
                checked += tables.check_owners(&owners, base, &states);
            }
        }
    }
    tables.assert_reached();
    assert!(checked > 100_000, "{checked} combinations");
}

/// With three systems the owner is the first one: the order of systems means
/// nothing, which the properties check. A record that takes no part is one that
/// there is not, which two systems show.
#[test]
fn three_systems_in_every_state_do_as_specified() {
    let tables = Tables::new();
    let mut checked = 0;
    let owners = [Owner::System(SystemIndex(0)), Owner::Shared];
    for base in BASES {
        let all = states(base, false);
        for first in &all {
            for (place, second) in all.iter().enumerate() {
                // The second and the third are alike, so one order is enough.
                for third in &all[place..] {
                    let states = [*first, *second, *third];
                    checked += tables.check_owners(&owners, base, &states);
                }
            }
        }
    }
    assert!(checked > 100_000, "{checked} combinations");
}

impl Tables {
    fn new() -> Self {
        Self {
            shared: Table::shared(),
            owned: Table::owned(),
            system: Table::system(),
        }
    }

    fn assert_reached(&self) {
        for table in [&self.shared, &self.owned, &self.system] {
            assert_eq!(table.unreached(), Vec::<usize>::new(), "of {}", table.len());
        }
    }

    fn check_owners(&self, owners: &[Owner], base: Base, states: &[State]) -> usize {
        let mut checked = 0;
        for owner in owners {
            let drifts: &[Drift] = match owner {
                Owner::Shared => &[Drift::WriteBack],
                Owner::System(_) => &[Drift::WriteBack, Drift::Leave, Drift::Ask],
            };
            for drift in drifts {
                let combination = Combination {
                    owner: *owner,
                    drift: *drift,
                    base,
                    states,
                };
                checked += combination.check(self);
            }
        }
        checked
    }
}

impl Combination<'_> {
    /// Checks it under every verdict and answer that there can be.
    fn check(&self, tables: &Tables) -> usize {
        let entity = self.entity();
        let link = self.link();
        let examination = examine(&entity, &link);
        let contested = !examination.contested().is_empty();
        let open = self.conclude(&entity, &link, &Said::Nothing, &[]);
        let candidates = open.questions.first().map(|asked| asked.candidates.clone());
        let candidates = candidates.unwrap_or_default();
        let mut sayings = vec![Said::Nothing];
        if contested {
            sayings.extend((0..candidates.len()).map(Said::RuleKeeps));
            sayings.extend([Said::RuleSets, Said::RuleEscalates, Said::RuleFails]);
        }
        if !candidates.is_empty() {
            sayings.extend((0..candidates.len()).map(Said::PersonKeeps));
            sayings.extend([Said::PersonSets, Said::PersonAnsweredOthers]);
        }
        for said in &sayings {
            let plan = self.conclude(&entity, &link, said, &candidates);
            let actual = summary(&plan);
            let expected = expect(tables, self, &candidates, said);
            assert_eq!(
                actual, expected,
                "owner {:?}, drift {:?}, base {:?}, said {said:?}\n{:#?}",
                self.owner, self.drift, self.base, self.states
            );
        }
        sayings.len()
    }

    fn entity(&self) -> Entity {
        let mut field = row("phone", self.owner);
        field.drift = self.drift;
        field.columns = self
            .states
            .iter()
            .map(|state| match state.column {
                Column::None => None,
                Column::ReadOnly => column(true),
                Column::Writable => column(false),
            })
            .collect();
        let names = SYSTEMS.iter().take(self.states.len());
        Entity {
            name: "contact".into(),
            systems: names.map(|name| part(name)).collect(),
            table: FieldTable { rows: vec![field] },
            // Life is decided elsewhere; here a delete means nothing.
            deletes: Deletes::Leave,
        }
    }

    fn link(&self) -> Link {
        let mut link = Link::new(LinkId(12), "contact".into(), self.states.len(), 1);
        if let Some((value, revision)) = self.base.agreed() {
            link.base[0] = BaseField {
                value: Some(value),
                revision,
                provenance: Some(Provenance {
                    system: None,
                    origin: treaty_model::Origin::default(),
                    at: None,
                    rule: None,
                    run: RunId(1),
                }),
            };
        }
        for (index, state) in self.states.iter().enumerate() {
            link.sides[index] = state.side();
        }
        link
    }

    fn conclude(
        &self,
        entity: &Entity,
        link: &Link,
        said: &Said,
        candidates: &[Candidate],
    ) -> LinkPlan {
        let decision = match said {
            Said::RuleKeeps(index) => Ok(Decision::Keep(u32::try_from(*index).expect("few"))),
            Said::RuleSets => Ok(Decision::Set(Value::text("new"))),
            Said::RuleFails => Err("out of fuel".to_owned()),
            _ => Ok(Decision::Escalate),
        };
        let ruled = Ruled {
            field: FieldIndex(0),
            rule: RuleId {
                name: "rule".to_owned(),
                digest: Digest::of(b"rule"),
            },
            decision,
            reason: String::new(),
        };
        let choice = match said {
            Said::PersonKeeps(index) => Some(candidates[*index].value.clone()),
            Said::PersonSets | Said::PersonAnsweredOthers => Some(Value::text("new")),
            _ => None,
        };
        let mut seen = candidates.to_vec();
        if matches!(said, Said::PersonAnsweredOthers) {
            seen[0].value = Value::text("something else");
        }
        let answer = choice.map(|value| Answer {
            field: Some(FieldIndex(0)),
            candidates: seen,
            choice: Choice::Value(value),
            by: "ben".to_owned(),
        });
        let examination = examine(entity, link);
        let answers = answer.as_slice();
        conclude(entity, link, &examination, &[ruled], answers, RunId(2))
    }
}

/// A plan without what the tables do not speak of: times, origins, reasons.
fn summary(plan: &LinkPlan) -> Expected {
    let mut summary = Expected::default();
    for change in &plan.base {
        let before = summary
            .base
            .replace((change.value.clone(), change.revision, change.why));
        assert!(before.is_none(), "one field changes once");
    }
    for settle in &plan.settle {
        let what = (settle.value.clone(), settle.revision);
        let before = summary.settled.insert(settle.system, what);
        assert!(before.is_none(), "a field settles once");
    }
    for operation in &plan.operations {
        let Operation::Write(write) = operation else {
            panic!("nothing is created or archived here");
        };
        let what = (write.values[0].clone(), write.revisions[0].1, write.why[0]);
        let before = summary.written.insert(write.system, what);
        assert!(before.is_none(), "one operation a system");
    }
    for loser in &plan.given_up {
        let whose = (loser.candidate.standing != Standing::Agreed)
            .then_some(loser.candidate.system)
            .flatten();
        let new = summary
            .given_up
            .insert((whose, loser.candidate.value.clone()));
        assert!(new, "a value is given up once");
    }
    summary.asked = plan.questions.first().map(sides);
    assert!(plan.questions.len() < 2 && plan.detached.is_empty() && plan.life.is_none());
    summary.presence = plan.presence.iter().cloned().collect();
    summary
}

fn sides(question: &Question) -> Vec<(Option<u32>, Value)> {
    let mut sides: Vec<_> = question
        .candidates
        .iter()
        .map(|side| {
            let edit = side.standing != Standing::Agreed;
            (side.system.filter(|_| edit), side.value.clone())
        })
        .collect();
    sides.sort();
    sides
}

/// The revision that base takes next.
fn next(base: Base) -> Revision {
    base.agreed()
        .map_or(Revision(1), |(_, revision)| Revision(revision.0 + 1))
}
