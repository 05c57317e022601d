//! A rule of every kind that answers what its configuration says, letter by letter:
//! without any like a good one, and else whatever can be said in the contract.

wit_bindgen::generate!({ path: "wit", world: "rule" });

use exports::treaty::rules::{mapper, matcher, resolver};
use treaty::rules::types::{Row, RuleError, Setup, Value};

struct Rule;
kit::describe!(crate);

/// Texts at the edges of what means something.
const TEXTS: &[&str] = &[
    "", "text", "-12.5", "00.10", "1e5", "NaN", "-", ".", "1.", "-0", "2026-11-20", "2026-02-29", "9999-12-31",
    "{}", "{\"a\":[1]}", "{", "null", "1", "\0", "\u{feff}", "é", "\u{202e}", "😀",
];

const NUMBERS: &[i64] = &[0, 1, -1, i64::MAX, i64::MIN, 253_402_300_800_000_000];

const FRACTIONS: &[f64] = &[0.0, 1.0, 0.5, -0.0, -1.0, 1.0000001, 1e308, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE];

/// What is still to be said. After its end there are only noughts.
struct Told(std::vec::IntoIter<u8>);

impl Told {
    fn by(setup: &Setup) -> Self {
        let letters = setup.configuration.chars().map(|letter| letter as u8);
        Self(letters.collect::<Vec<_>>().into_iter())
    }

    fn byte(&mut self) -> u8 {
        self.0.next().unwrap_or(0)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::from(self.byte()) % all.len()]
    }

    /// A place among few, mostly; sometimes far beyond.
    fn place(&mut self) -> u32 {
        match self.byte() {
            near @ ..=0xf0 => u32::from(near % 12),
            0xff => u32::MAX,
            far => u32::from(far) << 16,
        }
    }

    fn length(&mut self, wanted: usize) -> usize {
        match self.byte() {
            ..=0xf0 => wanted,
            0xff => wanted.saturating_sub(1),
            0xfe => 0,
            more => wanted + usize::from(more - 0xf0) * 300,
        }
    }

    fn text(&mut self) -> String {
        match self.byte() {
            0xff => "x".repeat(2_000_000),
            own @ 0xe0.. => (0..own - 0xe0).map(|_| char::from(self.byte())).collect(),
            at => TEXTS[usize::from(at) % TEXTS.len()].to_owned(),
        }
    }

    fn value(&mut self) -> Value {
        match self.byte() % 10 {
            0 => Value::Null,
            1 => Value::Boolean(self.byte() % 2 == 1),
            2 => Value::Integer(self.one_of(NUMBERS)),
            3 => Value::Decimal(self.text()),
            4 => Value::Text(self.text()),
            5 => Value::Date(self.text()),
            6 => Value::Instant(self.one_of(NUMBERS)),
            7 => {
                let count = self.length(2);
                Value::Choices((0..count).map(|_| self.text()).collect())
            }
            8 => Value::Reference(self.text()),
            _ => Value::Json(self.text()),
        }
    }

    fn row(&mut self, fields: usize) -> Row {
        let count = self.length(fields);
        let cell = |_| (self.byte() % 2 == 1).then(|| self.value());
        (0..count).map(cell).collect()
    }

    fn problems(&mut self) -> Vec<mapper::FieldProblem> {
        let count = self.length(0);
        let problem = |_| mapper::FieldProblem { field: self.place(), message: self.text() };
        (0..count).map(problem).collect()
    }

    fn answers<E, T>(
        &mut self,
        elements: &[E],
        mut answer: impl FnMut(&mut Self, Option<&E>) -> T,
    ) -> Vec<Result<T, RuleError>> {
        let count = self.length(elements.len());
        let answers = (0..count).map(|at| match self.byte() {
            0xf0.. => {
                let field = (self.byte() % 2 == 1).then(|| self.place());
                Err(RuleError { field, message: self.text() })
            }
            _ => Ok(answer(self, elements.get(at))),
        });
        answers.collect()
    }
}

impl mapper::Guest for Rule {
    fn to_canonical(
        setup: Setup,
        _: u32,
        batch: Vec<mapper::Inbound>,
    ) -> Vec<Result<mapper::InboundAnswer, RuleError>> {
        Told::by(&setup).answers(&batch, |told, _| match told.byte() {
            0xf0.. => mapper::InboundAnswer::LeftOut(told.text()),
            _ => mapper::InboundAnswer::Read(mapper::Read {
                canonical: told.row(setup.canonical.len()),
                problems: told.problems(),
            }),
        })
    }

    fn from_canonical(
        setup: Setup,
        system: u32,
        batch: Vec<mapper::Outbound>,
    ) -> Vec<Result<mapper::Written, RuleError>> {
        let fields = setup.systems[system as usize].fields.len();
        Told::by(&setup).answers(&batch, |told, _| mapper::Written {
            own: told.row(fields),
            problems: told.problems(),
        })
    }
}

impl matcher::Guest for Rule {
    fn prepare(setup: Setup, batch: Vec<Row>) -> Vec<Result<matcher::Prepared, RuleError>> {
        Told::by(&setup).answers(&batch, |told, _| {
            let (keys, terms) = (told.length(1), told.length(1));
            matcher::Prepared {
                keys: (0..keys)
                    .map(|_| matcher::Key { kind: told.text(), hash: told.one_of(NUMBERS) as u64 })
                    .collect(),
                terms: (0..terms)
                    .map(|_| matcher::Term { value: told.one_of(NUMBERS) as u64, witness: 0 })
                    .collect(),
                features: told.text().into_bytes(),
            }
        })
    }

    fn compare(
        setup: Setup,
        _: matcher::Population,
        _: Vec<matcher::Candidate>,
        pairs: Vec<matcher::Pair>,
        _: matcher::Detail,
    ) -> Vec<Result<matcher::Comparison, RuleError>> {
        Told::by(&setup).answers(&pairs, |told, _| {
            let (weight, probability) = (told.one_of(FRACTIONS), told.one_of(FRACTIONS));
            let count = told.length(1);
            let piece = |_| matcher::Evidence {
                about: told.text(),
                finding: told.text(),
                weight: told.one_of(FRACTIONS),
            };
            matcher::Comparison { weight, probability, pattern: 0, evidence: (0..count).map(piece).collect() }
        })
    }
}

impl resolver::Guest for Rule {
    fn resolve(
        setup: Setup,
        batch: Vec<resolver::Conflict>,
    ) -> Vec<Result<Vec<resolver::Verdict>, RuleError>> {
        Told::by(&setup).answers(&batch, |told, conflict| {
            let contested = conflict.map_or(&[][..], |conflict| &conflict.contested);
            let count = told.length(contested.len());
            let verdict = |at: usize| {
                let field = match (told.byte(), contested.get(at)) {
                    (..=0xf0, Some(field)) => field.field,
                    _ => told.place(),
                };
                let decision = match told.byte() % 4 {
                    0 => resolver::Decision::Keep(told.byte().into()),
                    1 => resolver::Decision::Escalate,
                    _ => resolver::Decision::Set(told.value()),
                };
                resolver::Verdict { field, decision, reason: told.text() }
            };
            (0..count).map(verdict).collect()
        })
    }
}

export!(Rule);
