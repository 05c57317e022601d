//! Guests that map or match.

use treaty_hostile::guests;
use treaty_hostile::world::{conflict, setup};
use treaty_model::{
    Inbound, InboundAnswer, MatchCandidate, Outbound, Pair, Population, Purpose, Row, SystemIndex,
    Value,
};
use treaty_sandbox::{Detail, FaultKind, Profile, Setback, TrapKind};

use crate::world::{faults, load};

fn row(email: &str) -> Row {
    vec![Some(Value::text(email)), None]
}

#[test]
pub fn copies_rows() {
    let rule = load(guests::COPIES_ROWS, Profile::Contract);
    let inbound = |own: Row| Inbound {
        own,
        known: vec![None, None],
    };
    let batch = [
        inbound(row("a@b.c")),
        inbound(vec![Some(Value::Null), None]),
    ];
    let answers = rule.to_canonical(&setup(), SystemIndex(1), &batch);
    let read = |at: usize| answers.answers[at].as_ref().expect("an answer");
    assert!(matches!(read(0), InboundAnswer::Read(read) if read.canonical == row("a@b.c")));
    assert_eq!(read(1), &InboundAnswer::LeftOut("no name".to_owned()));

    let outbound = Outbound {
        canonical: row("a@b.c"),
        own: vec![None, None],
        purpose: Purpose::Create,
    };
    let answers = rule.from_canonical(&setup(), SystemIndex(0), &[outbound]);
    let written = answers.answers[0].as_ref().expect("an answer");
    assert_eq!(written.own, row("a@b.c"));
    assert_eq!(written.problems[0].message, "Purpose::Create");
    assert_eq!(rule.kinds().to_string(), "mapper");

    let wrong = rule.resolve(&setup(), &[conflict()]);
    assert_eq!(faults(&wrong)[0].1.kind, FaultKind::NotOffered);
}

#[test]
pub fn cuts_rows() {
    let rule = load(guests::CUTS_ROWS, Profile::Contract);
    let inbound = Inbound {
        own: row("a"),
        known: row("a"),
    };
    let answers = rule.to_canonical(&setup(), SystemIndex(0), &[inbound]);
    let detail = &faults(&answers)[0].1.detail;
    assert_eq!(detail, "a row of 1 values where the schema has 2 fields");

    let outbound = Outbound {
        canonical: row("a"),
        own: row("a"),
        purpose: Purpose::Update,
    };
    let answers = rule.from_canonical(&setup(), SystemIndex(0), &[outbound]);
    assert_eq!(
        faults(&answers)[0].1.detail,
        "field 99 of a schema of 2 fields"
    );
}

#[test]
pub fn compares_bytes() {
    let rule = load(guests::COMPARES_BYTES, Profile::Contract);
    let rows: Vec<Row> = vec![row("ada"), row("ada"), row("!"), row("?"), vec![None, None]];
    let answers = rule.prepare(&setup(), &rows);
    let records: Vec<_> = answers.answers[..4]
        .iter()
        .map(|prepared| MatchCandidate {
            features: prepared.as_ref().expect("prepared").features.clone(),
            counts: Vec::new(),
        })
        .collect();
    assert!(matches!(&answers.answers[4], Err(Setback::Error(error)) if error.field == Some(0)));

    let pairs = [(0, 1), (0, 2), (0, 3), (1, 0)].map(|(first, second)| Pair { first, second });
    let population = Population::default();
    let answers = rule.compare(&setup(), &population, &records, &pairs, Detail::Score);
    let weight = |at: usize| answers.answers[at].as_ref().expect("a comparison").weight;
    assert_eq!((weight(0), weight(3)), (1.0, 1.0));
    let faults = faults(&answers);
    let kinds: Vec<_> = faults.iter().map(|(at, fault)| (*at, fault.kind)).collect();
    let trap = FaultKind::Trap(TrapKind::Unreachable);
    assert_eq!(kinds, [(1, trap), (2, FaultKind::Malformed)]);
}

#[test]
pub fn breaks_laws_of_mappers() {
    let rule = load(guests::BREAKS_LAWS_OF_MAPPERS, Profile::Contract);
    let inbound = Inbound {
        own: row("a@b.c"),
        known: row("a@b.c"),
    };
    let answers = rule.to_canonical(&setup(), SystemIndex(1), &[inbound]);
    let answer = answers.answers[0].as_ref().expect("an answer");
    assert!(matches!(answer, InboundAnswer::Read(read) if read.canonical == row("a@b.c")));
}

#[test]
pub fn breaks_laws_of_matchers() {
    let rule = load(guests::BREAKS_LAWS_OF_MATCHERS, Profile::Contract);
    let answers = rule.prepare(&setup(), &[row("ada"), row("bob")]);
    let keys = answers.answers.iter().flatten().map(|one| one.keys.len());
    assert_eq!(keys.collect::<Vec<_>>(), [1, 1]);
}
