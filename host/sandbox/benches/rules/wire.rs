//! The same batches in the types of the rules' own crate, for native calls.

use treaty_model as host;
use treaty_sdk::contract::mapper::exports::treaty::rules::mapper;
use treaty_sdk::contract::matcher::exports::treaty::rules::matcher;
use treaty_sdk::contract::resolver::exports::treaty::rules::resolver;
use treaty_sdk::contract::types;

fn attributes(attributes: &[host::Attribute]) -> Vec<types::Attribute> {
    let attribute = |(name, value): &host::Attribute| types::Attribute::new(name, value);
    attributes.iter().map(attribute).collect()
}

pub fn setup(setup: &host::Setup) -> types::Setup {
    let field = |field: &host::SetupField| types::Field {
        name: field.name.clone(),
        kind: field.kind.clone(),
        attributes: attributes(&field.attributes),
    };
    let system = |system: &host::SetupSystem| types::System {
        name: system.name.clone(),
        fields: system.fields.iter().map(field).collect(),
        attributes: attributes(&system.attributes),
    };
    types::Setup {
        entity: setup.entity.clone(),
        canonical: setup.canonical.iter().map(field).collect(),
        systems: setup.systems.iter().map(system).collect(),
        configuration: setup.configuration.clone(),
        attributes: attributes(&setup.attributes),
    }
}

fn value(value: &host::Value) -> types::Value {
    match value.clone() {
        host::Value::Null => types::Value::Null,
        host::Value::Boolean(value) => types::Value::Boolean(value),
        host::Value::Integer(value) => types::Value::Integer(value),
        host::Value::Decimal(value) => types::Value::Decimal(value.as_str().to_owned()),
        host::Value::Text(value) => types::Value::Text(value),
        host::Value::Date(value) => types::Value::Date(value),
        host::Value::Instant(value) => types::Value::Instant(value.as_micros()),
        host::Value::Choices(values) => types::Value::Choices(values),
        host::Value::Reference(value) => types::Value::Reference(value),
        host::Value::Json(value) => types::Value::Json(value),
    }
}

fn cell(cell: &host::Cell) -> types::Cell {
    cell.as_ref().map(value)
}

pub fn row(row: &host::Row) -> types::Row {
    row.iter().map(cell).collect()
}

pub fn inbound(inbound: &host::Inbound) -> mapper::Inbound {
    mapper::Inbound {
        own: row(&inbound.own),
        known: row(&inbound.known),
    }
}

pub fn population(population: &host::Population) -> matcher::Population {
    matcher::Population {
        records: population.records,
        pairs: population.pairs,
        attributes: attributes(&population.attributes),
    }
}

pub fn match_candidate(candidate: &host::MatchCandidate) -> matcher::Candidate {
    let count = |count: &host::TermCount| matcher::TermCount {
        records: count.records,
        witnesses: count.witnesses,
    };
    matcher::Candidate {
        features: candidate.features.clone(),
        counts: candidate.counts.iter().map(count).collect(),
    }
}

pub fn pair(pair: &host::Pair) -> matcher::Pair {
    matcher::Pair {
        first: pair.first,
        second: pair.second,
    }
}

fn candidate(candidate: &host::Candidate) -> resolver::Candidate {
    resolver::Candidate {
        system: candidate.system,
        value: value(&candidate.value),
        standing: match candidate.standing {
            host::Standing::Edited => resolver::Standing::Edited,
            host::Standing::FirstSeen => resolver::Standing::FirstSeen,
            host::Standing::Agreed => resolver::Standing::Agreed,
        },
        at: candidate.at.map(host::Timestamp::as_micros),
        actor_kind: match candidate.origin.kind {
            host::ActorKind::Unknown => types::ActorKind::Unknown,
            host::ActorKind::Person => types::ActorKind::Person,
            host::ActorKind::Automation => types::ActorKind::Automation,
            host::ActorKind::Treaty => types::ActorKind::Treaty,
        },
        actor: candidate.origin.actor.clone(),
    }
}

pub fn conflict(conflict: &host::Conflict) -> resolver::Conflict {
    let contested = |contested: &host::Contested| resolver::Contested {
        field: contested.field,
        base: cell(&contested.base),
        candidates: contested.candidates.iter().map(candidate).collect(),
        attributes: attributes(&contested.attributes),
    };
    resolver::Conflict {
        contested: conflict.contested.iter().map(contested).collect(),
        agreed: row(&conflict.agreed),
        attributes: attributes(&conflict.attributes),
    }
}
