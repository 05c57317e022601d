//! One own field, and what its values look like.

use std::collections::{BTreeMap, BTreeSet};

use treaty_model::{Decimal, OwnField, OwnKind, Timestamp, Value};

use crate::init::words::{Concept, Role, concept};

/// The share of the values that have to look like something for the field to be
/// that.
const ENOUGH: f64 = 0.9;
/// A choice has few different values, each of them several times.
const CHOICES_MAX: usize = 12;
const CHOICE_REPEATS: usize = 3;
const CHOICE_CHARS_MAX: usize = 30;
/// The digits by which phone numbers are compared, whatever stands before them.
const PHONE_DIGITS: usize = 9;

/// Words for true and false.
const BOOLEANS: [(&str, &str); 9] = [
    ("true", "false"),
    ("yes", "no"),
    ("ja", "nein"),
    ("wahr", "falsch"),
    ("oui", "non"),
    ("y", "n"),
    ("j", "n"),
    ("si", "no"),
    ("on", "off"),
];

/// An own field with the values that were read of it.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) concept: Option<&'static Concept>,
    pub(super) key: bool,
    pub(super) read_only: bool,
    pub(super) kind: OwnKind,
    /// The group of sources whose records it points at, by its place.
    pub(super) points_at: Option<usize>,
    /// The semantic type that name and values suggest.
    pub(super) semantic: &'static str,
    /// How the values are read, where they are not written the usual way.
    pub(super) transform: Option<String>,
    /// The values as they stand, in the order of the rows; none: empty.
    pub(super) raw: Vec<Option<String>>,
    /// The same in a form in which equal things are equal.
    pub(super) normal: Vec<Option<String>>,
}

impl Column {
    /// A field with its values.
    pub(super) fn of(field: &OwnField, values: Vec<Option<String>>) -> Self {
        let concept = concept(&field.name);
        let (semantic, transform) = meaning(field.kind, concept, &values);
        let normal = values.iter().map(|value| {
            let value = value.as_deref()?;
            Some(normal(semantic, transform.as_deref(), value))
        });
        Self {
            name: field.name.clone(),
            concept,
            key: field.key,
            read_only: field.read_only,
            kind: field.kind,
            points_at: None,
            semantic,
            normal: normal.collect(),
            transform,
            raw: values,
        }
    }

    /// What the field is for.
    pub(super) fn role(&self) -> Role {
        self.concept.map_or(Role::Field, |concept| concept.role)
    }

    /// How many records have a value.
    pub(super) fn filled(&self) -> usize {
        self.normal.iter().flatten().count()
    }

    /// Its different values.
    pub(super) fn distinct(&self) -> BTreeSet<&str> {
        self.normal.iter().flatten().map(String::as_str).collect()
    }

    /// Whether it tells records apart: every record has a value of its own.
    pub(super) fn tells_apart(&self) -> bool {
        !self.raw.is_empty() && self.filled() == self.raw.len() && self.is_unique()
    }

    /// Whether no two records have one value.
    pub(super) fn is_unique(&self) -> bool {
        self.filled() > 0 && self.distinct().len() == self.filled()
    }

    /// Whether its values say when something was changed.
    pub(super) fn holds_times(&self) -> bool {
        self.kind == OwnKind::Instant
            || self.filled() > 0
                && self
                    .raw
                    .iter()
                    .flatten()
                    .all(|text| Timestamp::parse(text).is_ok())
    }

    /// The place of the one record with each value.
    pub(super) fn index(&self) -> BTreeMap<&str, usize> {
        let places = self.normal.iter().enumerate();
        let mut index = BTreeMap::new();
        let mut twice = BTreeSet::new();
        for (place, value) in places {
            if let Some(value) = value.as_deref()
                && index.insert(value, place).is_some()
            {
                twice.insert(value);
            }
        }
        index.retain(|value, _| !twice.contains(value));
        index
    }
}

/// A value of a row as text; none: absent, null or blank.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::Null => return None,
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    };
    (!text.trim().is_empty()).then_some(text)
}

/// The semantic type, and the transform that its values need.
fn meaning(
    kind: OwnKind,
    concept: Option<&'static Concept>,
    values: &[Option<String>],
) -> (&'static str, Option<String>) {
    let known = concept.map_or("", |concept| concept.semantic);
    match kind {
        OwnKind::Integer | OwnKind::Decimal => {
            return (if known.is_empty() { "number" } else { known }, None);
        }
        OwnKind::Boolean => return ("boolean", None),
        OwnKind::Date if known == "birth-date" => return (known, None),
        OwnKind::Date => return ("date", None),
        OwnKind::Instant => return ("instant", None),
        OwnKind::Choices => return ("choices", None),
        OwnKind::Json => return ("json", None),
        OwnKind::Text | OwnKind::Reference | OwnKind::Unsupported => {}
    }
    let values: Vec<&str> = values.iter().flatten().map(|value| value.trim()).collect();
    let (seen, transform) = look(&values);
    // What the values say of their form counts; of two names for a text, the
    // more exact one.
    match (known, seen) {
        ("", seen) => (seen, transform),
        ("birth-date", "date") => ("birth-date", transform),
        ("money", "number") => ("money", transform),
        ("number" | "money" | "date" | "birth-date", seen) if !values.is_empty() => {
            (seen, transform)
        }
        ("email" | "domain" | "website", "text" | "choice") if !values.is_empty() => ("text", None),
        (known, _) => (known, None),
    }
}

/// What values look like.
fn look(values: &[&str]) -> (&'static str, Option<String>) {
    let most = |fits: &dyn Fn(&str) -> bool| {
        let fitting = values.iter().filter(|value| fits(value)).count();
        !values.is_empty() && fitting as f64 >= values.len() as f64 * ENOUGH
    };
    let all = |fits: &dyn Fn(&str) -> bool| !values.is_empty() && values.iter().all(|v| fits(v));
    if let Some(words) = booleans(values) {
        let usual = words.to_lowercase() == "true/false";
        return ("boolean", (!usual).then(|| format!("boolean({words})")));
    }
    if most(&is_email) {
        return ("email", None);
    }
    for form in ["YYYY-MM-DD", "DD.MM.YYYY", "MM/DD/YYYY", "DD/MM/YYYY"] {
        if all(&|value| iso_day(value, form).is_some()) {
            let usual = form == "YYYY-MM-DD";
            return ("date", (!usual).then(|| format!("date({form})")));
        }
    }
    if all(&|value| Timestamp::parse(value).is_ok()) {
        return ("instant", None);
    }
    if most(&is_phone) {
        return ("phone", None);
    }
    if most(&|value| value.starts_with("http://") || value.starts_with("https://")) {
        return ("website", None);
    }
    if all(&|value| value.parse::<Decimal>().is_ok()) {
        return ("number", None);
    }
    if all(&is_comma_number) && values.iter().any(|value| value.contains(',')) {
        return ("number", Some("number(1.234,56)".to_owned()));
    }
    if most(&is_domain) {
        return ("domain", None);
    }
    let distinct: BTreeSet<&&str> = values.iter().collect();
    let short = distinct
        .iter()
        .all(|value| value.chars().count() <= CHOICE_CHARS_MAX);
    let few = distinct.len() <= CHOICES_MAX && distinct.len() * CHOICE_REPEATS <= values.len();
    match distinct.len() > 1 && short && few {
        true => ("choice", None),
        false => ("text", None),
    }
}

/// The two words of a field of yes and no, as it writes them: `Ja/Nein`.
fn booleans(values: &[&str]) -> Option<String> {
    let distinct: BTreeSet<&str> = values.iter().copied().collect();
    let (first, second) = match distinct.iter().copied().collect::<Vec<_>>()[..] {
        [first, second] => (first, second),
        _ => return None,
    };
    BOOLEANS.iter().find_map(|(yes, no)| {
        let is = |text: &str, word: &str| text.to_lowercase() == word;
        if is(first, yes) && is(second, no) {
            Some(format!("{first}/{second}"))
        } else if is(first, no) && is(second, yes) {
            Some(format!("{second}/{first}"))
        } else {
            None
        }
    })
}

fn is_email(value: &str) -> bool {
    let Some((user, host)) = value.split_once('@') else {
        return false;
    };
    !user.is_empty() && !value.contains(char::is_whitespace) && is_domain(host)
}

fn is_domain(value: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.');
    let Some((name, top)) = value.rsplit_once('.') else {
        return false;
    };
    !name.is_empty()
        && value.chars().all(fits)
        && top.chars().count() >= 2
        && top.chars().all(char::is_alphabetic)
}

fn is_phone(value: &str) -> bool {
    let fits = |c: char| c.is_ascii_digit() || " +()/-.".contains(c);
    let digits = value.chars().filter(char::is_ascii_digit).count();
    value.starts_with(['+', '0', '(']) && (7..=15).contains(&digits) && value.chars().all(fits)
}

/// `1.234,56`: dots between thousands, a comma before the rest.
fn is_comma_number(value: &str) -> bool {
    let value = value.strip_prefix('-').unwrap_or(value);
    let (whole, rest) = value.split_once(',').unwrap_or((value, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mut groups = whole.split('.');
    let first = groups.next().unwrap_or_default();
    let mut others = groups.peekable();
    let grouped = others.peek().is_none() || first.len() <= 3;
    digits(rest) && digits(first) && grouped && others.all(|part| digits(part) && part.len() == 3)
}

/// A day in a form as `YYYY-MM-DD`.
fn iso_day(value: &str, form: &str) -> Option<String> {
    if value.len() != form.len() || !value.is_ascii() {
        return None;
    }
    let part = |letters: &str| {
        let at = form.find(letters)?;
        let text = value.get(at..at + letters.len())?;
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u32>().ok())?
    };
    let fixed = form.bytes().zip(value.bytes());
    let separators = |(form, value): (u8, u8)| form.is_ascii_alphabetic() || form == value;
    let (year, month, day) = (part("YYYY")?, part("MM")?, part("DD")?);
    let fits = fixed.into_iter().all(separators) && (1..=12).contains(&month);
    (fits && (1..=31).contains(&day)).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// A value in a form in which equal things are equal. Coarser than the mapper's:
/// it finds what may belong together and decides nothing.
fn normal(semantic: &str, transform: Option<&str>, value: &str) -> String {
    let plain = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = plain.to_lowercase();
    let inside = transform.and_then(|transform| {
        let (_, rest) = transform.split_once('(')?;
        rest.strip_suffix(')')
    });
    match semantic {
        "phone" => {
            let digits: Vec<char> = plain
                .replace("(0)", "")
                .chars()
                .filter(char::is_ascii_digit)
                .collect();
            let from = digits.len().saturating_sub(PHONE_DIGITS);
            digits[from..].iter().collect()
        }
        "date" | "birth-date" => inside
            .and_then(|form| iso_day(value.trim(), form))
            .unwrap_or(plain),
        "boolean" => {
            let yes = inside.map_or("true", |words| words.split('/').next().unwrap_or_default());
            (plain == yes.to_lowercase()).to_string()
        }
        "number" | "money" => {
            let text = match inside {
                Some(_) => plain.replace('.', "").replace(',', "."),
                None => plain.clone(),
            };
            let number = text.parse::<Decimal>();
            number.map_or(plain, |number| number.to_string())
        }
        "website" | "domain" => {
            let text = plain.trim_start_matches("https://");
            let text = text.trim_start_matches("http://");
            let text = text.trim_start_matches("www.");
            text.trim_end_matches('/').to_owned()
        }
        _ => plain,
    }
}

#[cfg(test)]
mod tests;
