//! What rules in several languages are asked, so that their answers can be
//! compared.

use treaty_model::{
    ActorKind, Candidate, Cell, Conflict, Contested, Inbound, MatchCandidate, Origin, Pair,
    Population, Prepared, Row, Setup, SetupField, SetupSystem, Standing, Timestamp, Value,
};

/// Two systems, two fields, clocks that may be two seconds apart.
pub fn setup() -> Setup {
    let field = |name: &str, kind: &str, own: &str| SetupField {
        name: name.to_owned(),
        kind: kind.to_owned(),
        attributes: vec![("crm".to_owned(), own.to_owned())],
    };
    let own = |name: &str| SetupField {
        attributes: Vec::new(),
        ..field(name, "text", "")
    };
    let system = |name: &str| SetupSystem {
        name: name.to_owned(),
        fields: vec![own("Mail"), own("City")],
        attributes: Vec::new(),
    };
    Setup {
        entity: "contact".to_owned(),
        canonical: vec![
            field("email", "email", "Mail"),
            field("city", "city", "City"),
        ],
        systems: vec![system("crm"), system("desk"), system("shop")],
        configuration: "{}".to_owned(),
        attributes: vec![("clock-tolerance-ms".to_owned(), "2000".to_owned())],
    }
}

const NOBODY: ActorKind = ActorKind::Unknown;
const PERSON: ActorKind = ActorKind::Person;
const MACHINE: ActorKind = ActorKind::Automation;

/// What the rule makes of each conflict: the side that wins, and why.
pub const VERDICTS: [&str; 13] = [
    "0, person over automation",
    "1, person over automation",
    "1, the newest",
    "?, the sides were changed at the same time",
    "?, the sides were changed at the same time",
    "1, the newest",
    "?, a side does not say when it was changed",
    "?, a side does not say when it was changed",
    "1, the newest",
    "0, person over automation",
    "1, the newest",
    "0, the newest",
    "1, the newest",
];

/// A baker's dozen of conflicts, in the order of the verdicts.
pub fn conflicts() -> Vec<Conflict> {
    let text = |text: &str| Value::text(text);
    let ms = 1_000;
    let one = |sides: &[(Value, ActorKind, Option<i64>)]| {
        let side =
            |(system, (value, kind, at)): (u32, &(Value, ActorKind, Option<i64>))| Candidate {
                system: Some(system),
                value: value.clone(),
                standing: Standing::Edited,
                at: at.map(Timestamp::from_micros),
                origin: Origin {
                    kind: *kind,
                    actor: None,
                },
            };
        Conflict {
            contested: vec![Contested {
                field: 1,
                base: Some(Value::text("before")),
                candidates: (0..).zip(sides).map(side).collect(),
                attributes: Vec::new(),
            }],
            agreed: vec![Some(Value::text("a@b.de")), None],
            attributes: Vec::new(),
        }
    };
    let far = 1_795_168_800_000_000;
    vec![
        one(&[
            (text("a"), PERSON, Some(0)),
            (text("b"), MACHINE, Some(far)),
        ]),
        one(&[(text("a"), MACHINE, None), (text("b"), PERSON, None)]),
        one(&[(text("a"), PERSON, Some(0)), (text("b"), PERSON, Some(far))]),
        one(&[
            (text("a"), PERSON, Some(far)),
            (text("b"), PERSON, Some(far)),
        ]),
        one(&[
            (text("a"), NOBODY, Some(far)),
            (text("b"), NOBODY, Some(far + 2_000 * ms)),
        ]),
        one(&[
            (text("a"), NOBODY, Some(far)),
            (text("b"), NOBODY, Some(far + 2_000 * ms + 1)),
        ]),
        one(&[(text("a"), MACHINE, None), (text("b"), MACHINE, Some(far))]),
        one(&[(text("a"), PERSON, None), (text("b"), NOBODY, Some(far))]),
        one(&[
            (text("a"), PERSON, Some(0)),
            (text("b"), NOBODY, Some(far)),
            (text("c"), MACHINE, Some(far + 1)),
        ]),
        one(&[
            (text("größe 中😀"), PERSON, None),
            (text("größe 中😀"), PERSON, None),
            (text("c"), MACHINE, Some(far)),
        ]),
        one(&[
            (Value::Null, NOBODY, Some(-far)),
            (text(""), NOBODY, Some(0)),
        ]),
        one(&[
            (Value::Integer((1 << 53) - 1), NOBODY, Some(far)),
            (
                Value::Integer((1 << 53) - 2),
                NOBODY,
                Some(far - 3_000 * ms),
            ),
        ]),
        one(&[
            (Value::choices(["a".to_owned()]), MACHINE, Some(0)),
            (
                Value::choices(["a".to_owned(), "b".to_owned()]),
                MACHINE,
                Some(far),
            ),
        ]),
    ]
}

fn row(email: Cell, city: Cell) -> Row {
    vec![email, city]
}

/// Records of the first system as it has them.
pub fn inbound() -> Vec<Inbound> {
    let text = |text: &str| Some(Value::text(text));
    let rows = [
        row(text("Anna@A.de"), text("Größe")),
        row(Some(Value::Null), None),
        row(None, text("")),
    ];
    let known = row(None, None);
    let inbound = rows.map(|own| Inbound {
        own,
        known: known.clone(),
    });
    inbound.into()
}

/// The same as canonical rows.
pub fn canonical() -> Vec<Row> {
    let text = |text: &str| Some(Value::text(text));
    vec![
        row(text("anna@a.de"), text("Größe")),
        row(Some(Value::Null), None),
        row(None, text("")),
    ]
}

/// Records to be matched: the same address twice, another one, and none.
pub fn people() -> Vec<Row> {
    let email = |text: &str| row(Some(Value::text(text)), None);
    vec![
        email(" Größe@A.de"),
        email("größe@a.de"),
        email("ben@b.de"),
        row(None, Some(Value::text("Bonn"))),
    ]
}

/// The first of the prepared records, and each of the others.
pub fn candidates(prepared: Vec<Prepared>) -> (Vec<MatchCandidate>, Vec<Pair>) {
    let candidate = |one: Prepared| MatchCandidate {
        features: one.features,
        counts: Vec::new(),
    };
    let records: Vec<_> = prepared.into_iter().map(candidate).collect();
    let pairs = [1, 2, 3].map(|second| Pair { first: 0, second });
    (records, pairs.into())
}

/// The records, as all that there are.
pub fn population(records: &[MatchCandidate]) -> Population {
    let records = records.len() as u64;
    Population {
        records,
        pairs: records * records,
        attributes: Vec::new(),
    }
}
