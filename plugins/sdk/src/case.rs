//! Builders for tests: a setup, a conflict, and what a resolver made of it.
//! They run natively; a rule's test needs no WebAssembly.

use crate::contract::resolver::exports::treaty::rules::resolver as wire;
use crate::contract::types::{ActorKind, Attribute, Field, RuleError, Setup, System, Value};
use crate::record::Record;
use crate::resolver::{Conflict, Decision, Resolver, Standing, Verdict};
use crate::rule::index;

/// A setup in the making.
#[derive(Clone, Debug)]
pub struct SetupCase(Setup);

impl Setup {
    /// A setup for a test, to be filled with fields and systems.
    pub fn of(entity: &str) -> SetupCase {
        SetupCase(Setup {
            entity: entity.to_owned(),
            canonical: Vec::new(),
            systems: Vec::new(),
            configuration: "{}".to_owned(),
            attributes: Vec::new(),
        })
    }
}

impl Field {
    /// A field with a name and a kind.
    pub fn new(name: &str, kind: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: kind.to_owned(),
            attributes: Vec::new(),
        }
    }
}

impl SetupCase {
    /// A canonical field with its semantic type.
    #[must_use]
    pub fn field(mut self, name: &str, kind: &str) -> Self {
        self.0.canonical.push(Field::new(name, kind));
        self
    }

    /// A cell in the row of the field named last: `("rule", "latest")`,
    /// `("hubspot", "phone")`, `("hubspot.transform", "phone(DE)")`.
    ///
    /// # Panics
    /// When no field was named before.
    #[must_use]
    pub fn cell(mut self, column: &str, text: &str) -> Self {
        let field = self.0.canonical.last_mut();
        let field = field.expect("a cell belongs to a field, which is named first");
        field.attributes.push(Attribute::new(column, text));
        self
    }

    /// A system with its own fields and their kinds.
    #[must_use]
    pub fn system(mut self, name: &str, fields: &[(&str, &str)]) -> Self {
        self.0.systems.push(System {
            name: name.to_owned(),
            fields: fields
                .iter()
                .map(|(name, kind)| Field::new(name, kind))
                .collect(),
            attributes: Vec::new(),
        });
        self
    }

    /// An attribute of the system named last: `("default-region", "DE")`.
    ///
    /// # Panics
    /// When no system was named before.
    #[must_use]
    pub fn system_attribute(mut self, name: &str, value: &str) -> Self {
        let system = self.0.systems.last_mut();
        let system = system.expect("the attribute belongs to a system, which is named first");
        system.attributes.push(Attribute::new(name, value));
        self
    }

    /// An attribute of the setup: `("clock-tolerance-ms", "2000")`.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: &str) -> Self {
        self.0.attributes.push(Attribute::new(name, value));
        self
    }

    /// The rule's configuration, JSON.
    #[must_use]
    pub fn configuration(mut self, json: &str) -> Self {
        json.clone_into(&mut self.0.configuration);
        self
    }

    /// The setup.
    pub fn done(self) -> Setup {
        self.0
    }
}

/// A conflict over one field in the making.
#[derive(Clone, Debug)]
pub struct ConflictCase {
    setup: Setup,
    contested: wire::Contested,
    agreed: Vec<Option<Value>>,
    default_standing: Standing,
}

impl Conflict<'_> {
    /// A conflict over a text field of this name, to be filled with sides.
    pub fn on(field: &str) -> ConflictCase {
        Conflict::over(field, "text")
    }

    /// A conflict over a field of a semantic type.
    pub fn over(field: &str, kind: &str) -> ConflictCase {
        ConflictCase {
            setup: Setup::of("contact").field(field, kind).done(),
            contested: wire::Contested {
                field: 0,
                base: None,
                candidates: Vec::new(),
                attributes: Vec::new(),
            },
            agreed: vec![None],
            default_standing: Standing::FirstSeen,
        }
    }
}

impl ConflictCase {
    /// What was agreed before. Without it the records meet for the first time.
    #[must_use]
    pub fn base(mut self, value: impl Into<Value>) -> Self {
        self.contested.base = Some(value.into());
        self.default_standing = Standing::Edited;
        for candidate in &mut self.contested.candidates {
            candidate.standing = Standing::Edited;
        }
        self
    }

    /// A value that a system holds.
    #[must_use]
    pub fn side(mut self, system: &str, value: impl Into<Value>) -> Self {
        let position = self.setup.system_position(system).unwrap_or_else(|| {
            self.setup.systems.push(System {
                name: system.to_owned(),
                fields: Vec::new(),
                attributes: Vec::new(),
            });
            self.setup.systems.len() - 1
        });
        self.contested.candidates.push(wire::Candidate {
            system: Some(index(position)),
            value: value.into(),
            standing: self.default_standing,
            at: None,
            actor_kind: ActorKind::Unknown,
            actor: None,
        });
        self
    }

    /// The side named last was changed by a person.
    #[must_use]
    pub fn by_person(self, name: &str) -> Self {
        self.by(ActorKind::Person, name)
    }

    /// The side named last was changed by a workflow, an import, a service.
    #[must_use]
    pub fn by_automation(self, name: &str) -> Self {
        self.by(ActorKind::Automation, name)
    }

    /// The side named last was changed by this kind of actor.
    #[must_use]
    pub fn by(mut self, kind: ActorKind, name: &str) -> Self {
        let side = self.last();
        side.actor_kind = kind;
        side.actor = Some(name.to_owned());
        self
    }

    /// The side named last was changed at this time, in microseconds since
    /// 1970.
    #[must_use]
    pub fn at(mut self, micros: i64) -> Self {
        self.last().at = Some(micros);
        self
    }

    /// How the side named last came about, where it was neither an edit (with
    /// a base) nor seen for the first time (without).
    #[must_use]
    pub fn standing(mut self, standing: Standing) -> Self {
        self.last().standing = standing;
        self
    }

    /// A cell of the contested field's row in the field table.
    #[must_use]
    pub fn cell(mut self, column: &str, text: &str) -> Self {
        let attributes = &mut self.setup.canonical[0].attributes;
        attributes.push(Attribute::new(column, text));
        self
    }

    /// A field of the rest of the record, as agreed.
    #[must_use]
    pub fn agreed(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.setup.canonical.push(Field::new(field, "text"));
        self.agreed.push(Some(value.into()));
        self
    }

    /// An attribute of the setup: `("clock-tolerance-ms", "2000")`.
    #[must_use]
    pub fn setup_attribute(mut self, name: &str, value: &str) -> Self {
        self.setup.attributes.push(Attribute::new(name, value));
        self
    }

    /// The rule's configuration, JSON.
    #[must_use]
    pub fn configuration(mut self, json: &str) -> Self {
        json.clone_into(&mut self.setup.configuration);
        self
    }

    /// The sides in another order: `order[0]` is the side that comes first.
    #[must_use]
    pub fn reorder(mut self, order: &[usize]) -> Self {
        let sides = &self.contested.candidates;
        self.contested.candidates = order.iter().map(|&from| sides[from].clone()).collect();
        self
    }

    /// How many sides there are.
    pub fn sides(&self) -> usize {
        self.contested.candidates.len()
    }

    /// Lets a rule decide, and asks that it gives one verdict.
    ///
    /// # Panics
    /// When the rule cannot be made, answers with an error, or does not give
    /// exactly one verdict for the field.
    pub fn decide<T: Resolver>(&self) -> Decided {
        self.try_decide::<T>().expect("the rule can decide")
    }

    /// Lets a rule decide.
    ///
    /// # Errors
    /// The rule's own error.
    ///
    /// # Panics
    /// When the rule does not give exactly one verdict for the field.
    pub fn try_decide<T: Resolver>(&self) -> Result<Decided, RuleError> {
        let rule = T::new(&self.setup).map_err(RuleError::new)?;
        let conflict = wire::Conflict {
            contested: vec![self.contested.clone()],
            agreed: self.agreed.clone(),
            attributes: Vec::new(),
        };
        let mut verdicts = rule.resolve(Conflict::new(&self.setup, &conflict))?;
        assert_eq!(verdicts.len(), 1, "one verdict for each contested field");
        let verdict = verdicts.remove(0);
        assert_eq!(verdict.field, 0, "the verdict is about the contested field");
        Ok(Decided::new(self, verdict))
    }

    /// The setup, for a rule's `check`.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The rest of the record, as a rule sees it.
    pub fn record(&self) -> Record<'_> {
        Record::new(&self.setup.canonical, &self.agreed)
    }

    fn last(&mut self) -> &mut wire::Candidate {
        let side = self.contested.candidates.last_mut();
        side.expect("a side is named before what is known of it")
    }
}

/// What a resolver decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    winner: Option<String>,
    value: Option<Value>,
    verdict: Verdict,
}

impl Decided {
    fn new(case: &ConflictCase, verdict: Verdict) -> Self {
        let candidates = &case.contested.candidates;
        let (winner, value) = match &verdict.decision {
            Decision::Keep(position) => {
                let kept = candidates.get(*position as usize);
                let kept = kept.expect("a rule keeps one of the sides that it was offered");
                let system = kept.system.and_then(|system| case.setup.system_at(system));
                (
                    system.map(|system| system.name.clone()),
                    Some(kept.value.clone()),
                )
            }
            Decision::Set(value) => (None, Some(value.clone())),
            Decision::Escalate => (None, None),
        };
        Self {
            winner,
            value,
            verdict,
        }
    }

    /// The system whose value was kept.
    pub fn winner(&self) -> Option<&str> {
        self.winner.as_deref()
    }

    /// The value that won; nothing when a person must decide.
    pub fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// Whether a person must decide.
    pub fn escalated(&self) -> bool {
        self.verdict.decision == Decision::Escalate
    }

    /// Why.
    pub fn reason(&self) -> &str {
        &self.verdict.reason
    }
}
