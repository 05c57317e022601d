//! Two records as people write them down, compared as a host would.

use treaty_sdk::{
    Comparison, Counted, Detail, Matcher, Population, Prepared, Record, Rule, Setup, TermCount,
    Value,
};

/// What records that are written down stand among.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// The entity.
    pub entity: &'a str,
    /// Its fields, with their semantic types.
    pub fields: &'a [(&'a str, &'a str)],
    /// How many records there are in two systems together. Each value of the two
    /// is rare among them.
    pub records: u64,
}

impl Written<'_> {
    /// How a matcher is set up for them.
    #[must_use]
    pub fn setup(&self) -> Setup {
        let of = Setup::of(self.entity);
        let fields = self.fields.iter();
        fields
            .fold(of, |case, (name, kind)| case.field(name, kind))
            .done()
    }

    /// Compares two records given as `field: value; field: value`.
    ///
    /// # Panics
    /// Where the matcher refuses the setup or a record: a test is to fail then.
    #[must_use]
    pub fn compare<R: Rule + Matcher>(&self, one: &str, other: &str) -> Comparison {
        let setup = self.setup();
        let matcher = R::new(&setup).expect("a setup");
        let (one, other) = (
            self.prepare(&matcher, &setup, one),
            self.prepare(&matcher, &setup, other),
        );
        let read = |of| matcher.read(of).expect("its own features");
        let (first, second) = (read(&one.features), read(&other.features));
        let (left, right) = (rare(&one), rare(&other));
        let first = Counted {
            features: &first,
            counts: &left,
        };
        let second = Counted {
            features: &second,
            counts: &right,
        };
        let population = Population {
            records: self.records,
            pairs: self.records * self.records / 4,
            attributes: Vec::new(),
        };
        let compared = matcher.compare(first, second, &population, Detail::Evidence);
        compared.expect("an answer")
    }

    fn prepare<R: Matcher>(&self, matcher: &R, setup: &Setup, text: &str) -> Prepared {
        let cell = |(name, _): &(&str, &str)| {
            let mut parts = text.split("; ");
            let of = parts.find_map(|part| part.strip_prefix(name)?.strip_prefix(": "));
            of.map(|value| Value::Text(value.to_owned()))
        };
        let cells: Vec<_> = self.fields.iter().map(cell).collect();
        let prepared = matcher.prepare(Record::new(&setup.canonical, &cells));
        prepared.expect("a record")
    }
}

/// Each term is in the two records and nowhere else.
fn rare(prepared: &Prepared) -> Vec<TermCount> {
    let once = TermCount {
        records: 2,
        witnesses: 1,
    };
    vec![once; prepared.terms.len()]
}
