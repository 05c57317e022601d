//! What rules answer: a rule of every kind says whatever can be said in the contract,
//! and nothing gets past the sandbox that the rooms behind it could not bear.

use std::fmt::Debug;
use std::sync::OnceLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use treaty_hostile::guests::ANSWERS_AS_TOLD;
use treaty_hostile::world;
use treaty_model::{
    Candidate, Cell, Conflict, Contested, Decision, Inbound, InboundAnswer, MatchCandidate,
    Outbound, Pair, Population, Purpose, Row, Setup, SetupField, SystemIndex, Value, Verdict,
};
use treaty_sandbox::{Answers, Detail, Limits, Profile, Rule, Sandbox, SandboxOptions, fits};

use crate::target::{Reading, Target};

/// What a rule of every kind says, letter by letter.
pub(crate) const TARGET: Target = Target {
    name: "answers",
    read: ask,
    more: || vec![Vec::new(), vec![0; 60], (0..120).collect()],
    words: &[&[
        b"\x01",
        b"\xf0",
        b"\xf1",
        b"\xfd",
        b"\xfe",
        b"\xff",
        b"\x03\x02",
        b"\x03\x04",
        b"\x05\x0b",
        b"\x07\xfd",
        b"\x09\x0f",
        b"\0\0\0\0",
        b"\x02\x07",
        b"\x01\x07",
    ]],
    runs: 600,
};

/// A field of each kind.
const KINDS: &[&str] = &[
    "email",
    "money",
    "number",
    "date",
    "instant",
    "boolean",
    "choices",
    "reference",
    "json",
    "birth-date",
];

/// The kinds of the own fields.
const OWN_KINDS: &[&str] = &[
    "text",
    "decimal",
    "integer",
    "date",
    "choices",
    "unsupported",
];

fn fields(kinds: &[&str]) -> Vec<SetupField> {
    let field = |kind: &&str| SetupField {
        name: format!("a {kind}"),
        kind: (*kind).to_owned(),
        attributes: Vec::new(),
    };
    kinds.iter().map(field).collect()
}

fn setup(bytes: &[u8]) -> Setup {
    let mut setup = world::setup();
    setup.canonical = fields(KINDS);
    for system in &mut setup.systems {
        system.fields = fields(OWN_KINDS);
    }
    // A letter for each byte.
    setup.configuration = bytes.iter().copied().map(char::from).collect();
    setup
}

/// Every field is contested by two sides.
fn conflict() -> Conflict {
    let sound = world::conflict();
    let candidates = &sound.contested[0].candidates;
    let contested = |field| Contested {
        field,
        base: None,
        candidates: candidates.iter().map(Candidate::clone).collect(),
        attributes: Vec::new(),
    };
    let places = 0..u32::try_from(KINDS.len()).expect("there are few kinds");
    Conflict {
        contested: places.map(contested).collect(),
        agreed: nothing(KINDS),
        attributes: Vec::new(),
    }
}

fn nothing(kinds: &[&str]) -> Row {
    vec![None; kinds.len()]
}

fn rule() -> &'static Rule {
    static RULE: OnceLock<Rule> = OnceLock::new();
    RULE.get_or_init(|| {
        let sandbox = Sandbox::new(SandboxOptions::default());
        let sandbox = sandbox.expect("the sandbox takes its own defaults");
        let loaded = sandbox.load(ANSWERS_AS_TOLD, Profile::Contract);
        loaded.expect("the guest is a rule")
    })
}

/// Asks about two elements of each kind; what comes out is sound, or a fault with words.
fn ask(bytes: &[u8]) -> Reading {
    let (setup, rule) = (setup(bytes), rule());
    let mut all_taken = true;
    let conflicts = [conflict(), conflict()];
    let resolved = rule.resolve(&setup, &conflicts);
    all_taken &= taken(&resolved, conflicts.len(), |verdicts| {
        decided(&setup, verdicts)
    });
    let inbound = Inbound {
        own: nothing(OWN_KINDS),
        known: nothing(KINDS),
    };
    let read = rule.to_canonical(&setup, SystemIndex(0), &[inbound.clone(), inbound]);
    all_taken &= taken(&read, 2, |answer| match answer {
        InboundAnswer::LeftOut(reason) => short(reason),
        InboundAnswer::Read(read) => {
            row(KINDS, &read.canonical);
            read.problems.iter().for_each(|problem| {
                assert!((problem.field as usize) < KINDS.len(), "{problem:?}");
                short(&problem.message);
            });
        }
    });
    let outbound = Outbound {
        canonical: nothing(KINDS),
        own: nothing(OWN_KINDS),
        purpose: Purpose::Update,
    };
    let written = rule.from_canonical(&setup, SystemIndex(1), &[outbound.clone(), outbound]);
    all_taken &= taken(&written, 2, |written| row(OWN_KINDS, &written.own));
    let limits = Limits::default();
    let prepared = rule.prepare(&setup, &[nothing(KINDS), nothing(KINDS)]);
    all_taken &= taken(&prepared, 2, |prepared| {
        assert!(prepared.keys.len() <= limits.keys && prepared.terms.len() <= limits.keys);
        assert!(prepared.features.len() <= limits.feature_bytes);
    });
    let records = [MatchCandidate::default(), MatchCandidate::default()];
    let pair = Pair {
        first: 0,
        second: 1,
    };
    let population = Population::default();
    let compared = rule.compare(
        &setup,
        &population,
        &records,
        &[pair, pair],
        Detail::Evidence,
    );
    all_taken &= taken(&compared, 2, |comparison| {
        assert!(comparison.weight.is_finite(), "{comparison:?}");
        assert!((0.0..=1.0).contains(&comparison.probability));
        let mut pieces = comparison.evidence.iter();
        assert!(pieces.all(|piece| piece.weight.is_finite()));
    });
    if all_taken {
        Reading::Taken
    } else {
        Reading::Refused
    }
}

/// Whether every answer was taken. One for each element: what was taken is sound and
/// can be kept, what was not has words.
fn taken<T>(answers: &Answers<T>, elements: usize, sound: impl Fn(&T)) -> bool
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    assert_eq!(answers.answers.len(), elements, "an answer an element");
    for answer in &answers.answers {
        match answer {
            Ok(answer) => {
                sound(answer);
                let kept = serde_json::to_string(answer).expect("it can be kept");
                let again: T = serde_json::from_str(&kept).expect("it can be read again");
                assert_eq!(&again, answer, "kept as {kept}");
            }
            Err(setback) => assert!(!setback.to_string().is_empty(), "refused without a word"),
        }
    }
    answers.answers.iter().all(Result::is_ok)
}

/// One verdict a field, in their order, for a side that there is or a value that fits.
fn decided(setup: &Setup, verdicts: &[Verdict]) {
    assert_eq!(verdicts.len(), KINDS.len());
    for (at, verdict) in verdicts.iter().enumerate() {
        assert_eq!(verdict.field as usize, at);
        short(&verdict.reason);
        match &verdict.decision {
            Decision::Keep(side) => assert!(*side < 2, "{verdict:?}"),
            Decision::Set(given) => value(&setup.canonical[at].kind, given),
            Decision::Escalate => {}
        }
    }
}

fn row(kinds: &[&str], row: &Row) {
    assert_eq!(row.len(), kinds.len());
    let cells = kinds.iter().zip(row);
    let said = cells.filter_map(|(kind, cell): (_, &Cell)| Some((kind, cell.as_ref()?)));
    said.for_each(|(kind, given)| value(kind, given));
}

fn value(kind: &str, value: &Value) {
    assert!(fits(kind, value.kind()), "{value:?} in a field of {kind}");
    let most = Limits::default().text_bytes;
    match value {
        Value::Text(text) | Value::Reference(text) | Value::Json(text) => {
            assert!(text.len() <= most);
        }
        Value::Choices(choices) => {
            assert!(choices.is_sorted(), "{choices:?}");
            assert!(choices.len() <= Limits::default().list_elements);
        }
        _ => {}
    }
}

fn short(message: &str) {
    assert!(message.len() <= Limits::default().message_bytes);
}
