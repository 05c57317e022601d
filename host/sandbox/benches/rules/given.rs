//! What the rules are given: contacts with ten fields in two systems.

use treaty_model::{
    ActorKind, Candidate, Conflict, Contested, Inbound, MatchCandidate, Origin, Pair, Population,
    Prepared, Row, Setup, SetupField, SetupSystem, Standing, TermCount, Timestamp, Value,
};

/// Canonical name, semantic type, own name, kind of the own field, transform,
/// rule of the resolver.
const FIELDS: [[&str; 6]; 10] = [
    [
        "first-name",
        "first-name",
        "FirstName",
        "text",
        "",
        "person then latest",
    ],
    [
        "last-name",
        "last-name",
        "LastName",
        "text",
        "",
        "person then latest",
    ],
    ["email", "email", "Email", "text", "", "prefer(erp, crm)"],
    ["phone", "phone", "Phone", "text", "", "person then latest"],
    [
        "company",
        "organisation",
        "Company",
        "text",
        "",
        "latest then longest",
    ],
    ["street", "street", "Street", "text", "", "latest"],
    ["postcode", "postcode", "Zip", "text", "", "latest"],
    ["city", "city", "City", "text", "", "latest"],
    [
        "birth-date",
        "birth-date",
        "Born",
        "text",
        "date(DD.MM.YYYY)",
        "escalate",
    ],
    ["seen", "instant", "LastSeen", "instant", "", "max"],
];
const PHONE: usize = 3;
const COMPANY: usize = 4;

const FIRST_NAMES: [&str; 8] = [
    "Anna",
    "Jörg",
    "María",
    "Liam",
    "Katharina",
    "Bob",
    "Zoë",
    "Ali",
];
const LAST_NAMES: [&str; 7] = [
    "Meier",
    "Schröder",
    "García",
    "O'Hara",
    "van Dyk",
    "Yılmaz",
    "Lee",
];
const COMPANIES: [&str; 5] = [
    "Acme GmbH",
    "Nordwind AG",
    "Blue Ocean Ltd.",
    "Müller & Sohn",
    "Umbra",
];
const STREETS: [&str; 5] = [
    "Hauptstr.",
    "Lange Gasse",
    "High Street",
    "Am Markt",
    "Ringweg",
];
const CITIES: [&str; 5] = ["Berlin", "Köln", "Wien", "Zürich", "Graz"];

/// A point in time in 2026.
const NOW_MICROS: i64 = 1_790_000_000_000_000;

/// What the treaty says.
pub fn setup() -> Setup {
    let systems = ["crm", "erp"];
    let attribute = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let canonical = FIELDS.iter().map(|[name, kind, own, _, transform, rule]| {
        let mut attributes = vec![attribute("rule", rule)];
        for system in systems {
            attributes.push(attribute(system, own));
            attributes.push(attribute(&format!("{system}.transform"), transform));
        }
        SetupField {
            name: (*name).to_owned(),
            kind: (*kind).to_owned(),
            attributes,
        }
    });
    let own = FIELDS.iter().map(|[_, _, name, kind, _, _]| SetupField {
        name: (*name).to_owned(),
        kind: (*kind).to_owned(),
        attributes: Vec::new(),
    });
    let own: Vec<_> = own.collect();
    Setup {
        entity: "contact".to_owned(),
        canonical: canonical.collect(),
        systems: systems
            .map(|system| SetupSystem {
                name: system.to_owned(),
                fields: own.clone(),
                attributes: vec![attribute("default-region", "DE")],
            })
            .into(),
        configuration: "{}".to_owned(),
        attributes: vec![
            attribute("now", &NOW_MICROS.to_string()),
            attribute("clock-tolerance-ms", "2000"),
        ],
    }
}

fn pick<'a>(from: &[&'a str], number: usize) -> &'a str {
    from[number % from.len()]
}

/// A phone number as people write it: seven of ten are German and national, the
/// rest international.
fn phone(number: usize) -> String {
    let digits = 1_000_000 + number * 7_919 % 9_000_000;
    match number % 10 {
        0..=2 => format!("030 {digits}"),
        3..=4 => format!("0151/{digits}"),
        5..=6 => format!("(0221) {digits}"),
        7 => format!("+49 30 {digits}"),
        8 => format!("+43 1 {digits}"),
        _ => format!("+1 202-555-{:04}", number % 10_000),
    }
}

fn texts(number: usize) -> [String; 8] {
    let first = pick(&FIRST_NAMES, number);
    let last = pick(&LAST_NAMES, number / 3);
    let company = pick(&COMPANIES, number / 2);
    [
        first.to_owned(),
        last.to_owned(),
        format!("Contact.{number}@Example{}.com", number % 101),
        phone(number),
        format!("{company} {}", number % 313),
        format!("{} {}", pick(&STREETS, number), number % 200),
        format!("{:05}", 10_000 + number * 37 % 80_000),
        pick(&CITIES, number).to_owned(),
    ]
}

/// Rows as a system has them.
pub fn own_rows(count: usize) -> Vec<Inbound> {
    let row = |number: usize| {
        let mut own: Row = texts(number).map(|text| Some(Value::Text(text))).into();
        let born = format!(
            "{:02}.{:02}.{}",
            1 + number % 28,
            1 + number % 12,
            1950 + number % 50
        );
        own.push(Some(Value::Text(born)));
        own.push(Some(seen(number)));
        Inbound {
            own,
            known: vec![None; FIELDS.len()],
        }
    };
    (0..count).map(row).collect()
}

/// Canonical rows, each person twice, the second time a little different.
pub fn canonical_rows(count: usize) -> Vec<Row> {
    let row = |number: usize| {
        let person = number / 2;
        let mut texts = texts(person);
        texts[2] = texts[2].to_lowercase();
        texts[PHONE] = format!("+4930{}", 1_000_000 + person);
        if number % 2 == 1 {
            texts[0] = texts[0].chars().take(1).collect();
            texts[5] = texts[5].replace("str.", "straße");
        }
        let mut row: Row = texts.map(|text| Some(Value::Text(text))).into();
        let born = format!(
            "{}-{:02}-{:02}",
            1950 + person % 50,
            1 + person % 12,
            1 + person % 28
        );
        row.push(Some(Value::Date(born)));
        row.push(Some(seen(person)));
        row
    };
    (0..count).map(row).collect()
}

fn seen(number: usize) -> Value {
    Value::Instant(Timestamp::from_micros(
        NOW_MICROS - number as i64 * 60_000_000,
    ))
}

/// Each record with the next.
pub fn comparison(prepared: Vec<Prepared>) -> (Population, Vec<MatchCandidate>, Vec<Pair>) {
    let population = Population {
        records: 100_000,
        pairs: 2_500_000_000,
        attributes: Vec::new(),
    };
    let pairs = (1..prepared.len() as u32).map(|second| Pair {
        first: second - 1,
        second,
    });
    let pairs = pairs.collect();
    let candidate = |(number, prepared): (usize, Prepared)| MatchCandidate {
        counts: (0..prepared.terms.len())
            .map(|term| TermCount {
                records: 2 + (number + term) as u64 % 90,
                witnesses: 1 + (number + term) as u64 % 3,
            })
            .collect(),
        features: prepared.features,
    };
    let records = prepared.into_iter().enumerate().map(candidate).collect();
    (population, records, pairs)
}

/// Links with two contested fields each, phone and company.
pub fn conflicts(count: usize) -> Vec<Conflict> {
    let rows = canonical_rows(2 * count);
    let conflict = |number: usize| {
        let mut agreed = rows[2 * number].clone();
        let contested = [PHONE, COMPANY].map(|field| {
            let base = agreed[field].take();
            let candidate = |system: u32, kind| Candidate {
                system: Some(system),
                value: Value::Text(format!("{} {system}", texts(number)[field])),
                standing: Standing::Edited,
                at: Some(Timestamp::from_micros(
                    NOW_MICROS - i64::from(system) * 90_000_000 - number as i64,
                )),
                origin: Origin {
                    kind,
                    actor: Some(format!("user-{}", number % 17)),
                },
            };
            let other = match number % 3 {
                0 => ActorKind::Person,
                _ => ActorKind::Automation,
            };
            Contested {
                field: field as u32,
                base,
                candidates: vec![candidate(0, ActorKind::Person), candidate(1, other)],
                attributes: Vec::new(),
            }
        });
        Conflict {
            contested: contested.into(),
            agreed,
            attributes: Vec::new(),
        }
    };
    (0..count).map(conflict).collect()
}
