//! Values of a field, few enough that they meet again.

use proptest::prelude::*;
use proptest::sample::select;
use treaty_model::{FieldRow, Timestamp, Value};

/// A value that a field may hold, seldom null.
pub(super) fn value(row: &FieldRow) -> BoxedStrategy<Value> {
    prop_oneof![9 => filled(row), 1 => Just(Value::Null)].boxed()
}

fn filled(row: &FieldRow) -> BoxedStrategy<Value> {
    match row.semantic.as_str() {
        "boolean" => any::<bool>().prop_map(Value::Boolean).boxed(),
        "number" | "money" => number(),
        "date" | "birth-date" => of(&DAYS, |day| Value::Date(day.to_owned())),
        "instant" => instant().prop_map(Value::Instant).boxed(),
        "choices" => {
            let some = proptest::collection::vec(select(words(row)), 0..4);
            some.prop_map(Value::choices).boxed()
        }
        "choice" => select(words(row)).prop_map(Value::Text).boxed(),
        "reference" => of(&["1", "2", "17"], |id| Value::Reference(id.to_owned())),
        "json" => of(&["{}", "{\"a\":1}", "[1,2]", "\"x\""], |json| {
            Value::Json(json.to_owned())
        }),
        semantic => text(semantic),
    }
}

fn text(semantic: &str) -> BoxedStrategy<Value> {
    let known: &'static [&'static str] = match semantic {
        "email" => &[
            "anna@berg.example",
            "a.berg@shop.example",
            "info@berg.example",
            "x@y.example",
        ],
        "phone" => &["+493023125120", "+4915123456789", "+442071838750", "+49301"],
        "first-name" => &["Anna", "Anne", "Jean-Luc", "Zoë", "Wilhelmine"],
        "last-name" => &["Berg", "Bergmann", "Groß", "von der Aue", "O'Neil"],
        "full-name" => &["Anna Berg", "Berg, Anna", "Zoë Groß"],
        "organisation" => &["Berg GmbH", "Berg AG", "Köhler & Söhne", "ACME"],
        "domain" => &["berg.example", "shop.example", "xn--grn-hoa.example"],
        "website" => &["https://berg.example", "https://shop.example/a?b=c"],
        "street" => &["Lindenweg 1", "Hauptstr. 5a", "10 Downing Street"],
        "city" => &["Berlin", "Köln", "Bad Homburg v. d. Höhe"],
        "postcode" => &["10115", "01067", "SW1A 2AA"],
        "country" => &["DE", "GB", "US"],
        "region" => &["Bayern", "Texas"],
        "tax-id" => &["DE123456789", "ATU12345678"],
        "external-id" => &["1", "17", "abc-9"],
        _ => &[
            "a",
            "b",
            "long enough",
            "Größe: 中",
            "\"quoted\", and more",
            "0",
            "-1",
        ],
    };
    let odd = "[ -~äß€]{0,12}".prop_map(Value::Text);
    prop_oneof![8 => of(known, Value::text), 1 => odd].boxed()
}

const DAYS: [&str; 5] = [
    "2024-02-29",
    "2025-01-01",
    "1999-12-31",
    "2026-11-20",
    "1970-01-01",
];

fn number() -> BoxedStrategy<Value> {
    let whole = (-3_i64..200).prop_map(Value::Integer);
    let exact = (-9999_i64..99_999, 1_u32..3).prop_map(|(digits, places)| {
        let unit = 10_i64.pow(places);
        let (sign, digits) = (if digits < 0 { "-" } else { "" }, digits.abs());
        let width = places as usize;
        let text = format!("{sign}{}.{:0width$}", digits / unit, digits % unit);
        text.parse().map_or(Value::Null, Value::Decimal)
    });
    prop_oneof![whole, exact].boxed()
}

/// Times that lie together, and times that lie apart.
pub(super) fn instant() -> BoxedStrategy<Timestamp> {
    const BEGIN: i64 = 1_760_000_000_000_000;
    const SECOND: i64 = 1_000_000;
    select(vec![0, 1, 4, 60, 3_600, 86_400, 9_000_000])
        .prop_map(|seconds| Timestamp::from_micros(BEGIN + seconds * SECOND))
        .boxed()
}

fn of<T>(known: &'static [&'static str], make: fn(&'static str) -> T) -> BoxedStrategy<T>
where
    T: Clone + std::fmt::Debug + 'static,
{
    select(known).prop_map(make).boxed()
}

/// Words that a field's row has in its cells: a translation of choices names the
/// choices there are.
fn words(row: &FieldRow) -> Vec<String> {
    let cells = row.cells.iter().map(|(_, cell)| cell.as_str());
    let words = cells.flat_map(|cell| cell.split(|letter: char| !letter.is_alphanumeric()));
    let mut words: Vec<_> = words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .chain(["open", "closed"].map(str::to_owned))
        .collect();
    words.sort();
    words.dedup();
    words
}
