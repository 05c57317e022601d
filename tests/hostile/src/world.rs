//! A small world to ask guests about: two systems and two fields.

use treaty_model::{
    ActorKind, Candidate, Conflict, Contested, Origin, Setup, SetupField, SetupSystem, Standing,
    Value,
};

/// The setup.
pub fn setup() -> Setup {
    let field = |name: &str, kind: &str| SetupField {
        name: name.to_owned(),
        kind: kind.to_owned(),
        attributes: Vec::new(),
    };
    let system = |name: &str| SetupSystem {
        name: name.to_owned(),
        fields: vec![field("Email", "text"), field("City", "text")],
        attributes: Vec::new(),
    };
    Setup {
        entity: "contact".to_owned(),
        canonical: vec![field("email", "email"), field("city", "city")],
        systems: vec![system("hubspot"), system("salesforce")],
        configuration: "{}".to_owned(),
        attributes: vec![("now".to_owned(), "1795168800000000".to_owned())],
    }
}

/// Both fields are contested by both systems.
pub fn conflict() -> Conflict {
    conflict_by("anna")
}

/// The same, with the name of the first candidates' actor.
pub fn conflict_by(actor: &str) -> Conflict {
    let candidate = |system, actor: &str, value: &str| Candidate {
        system: Some(system),
        value: Value::text(value),
        standing: Standing::Edited,
        at: None,
        origin: Origin {
            kind: ActorKind::Person,
            actor: Some(actor.to_owned()),
        },
    };
    let contested = |field| Contested {
        field,
        base: None,
        candidates: vec![candidate(0, actor, "one"), candidate(1, "ben", "other")],
        attributes: Vec::new(),
    };
    Conflict {
        contested: vec![contested(0), contested(1)],
        agreed: vec![None, None],
        attributes: Vec::new(),
    }
}
