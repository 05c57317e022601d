//! What the values of paired fields say about who should own them. Where two
//! systems hold different values nothing is guessed: a person decides.

use crate::init::column::Column;
use crate::init::look::Looked;
use crate::init::pair::{Paired, overlap};

/// What a table says where nobody has decided.
const UNDECIDED: &str = "?";
/// From so many equal records on, a field that never differed is proposed as
/// shared: nothing moves by it, and a first difference is asked about.
const EQUAL_MIN: usize = 5;
/// How many records two sources have to have in common by a field, for it to be
/// taken for one that identifies them.
const COMMON_MIN: usize = 1;

/// Fields by which the same record is found in two sources, the surest first.
const IDENTIFYING: [&str; 5] = ["email", "external-id", "tax-id", "domain", "phone"];

/// The same records in two sources of a group.
#[derive(Clone, Debug)]
pub(super) struct Common {
    /// The sources' places in the group.
    pub(super) sides: (usize, usize),
    /// The field that they were found by.
    pub(super) by: usize,
    /// Places of rows.
    pub(super) rows: Vec<(usize, usize)>,
}

/// Finds the same records in each two sources of a group.
pub(super) fn common(sources: &[&Looked], fields: &[Paired]) -> Vec<Common> {
    let mut all = Vec::new();
    for left in 0..sources.len() {
        for right in left + 1..sources.len() {
            let mut best: Option<Common> = None;
            for semantic in IDENTIFYING {
                for (by, field) in fields.iter().enumerate() {
                    let Some((one, other)) = columns(sources, field, left, right) else {
                        continue;
                    };
                    if one.semantic != semantic {
                        continue;
                    }
                    let (one, other) = (one.index(), other.index());
                    let rows: Vec<_> = one
                        .iter()
                        .filter_map(|(value, row)| Some((*row, *other.get(value)?)))
                        .collect();
                    let found = best.as_ref().map_or(COMMON_MIN - 1, |best| best.rows.len());
                    if rows.len() > found {
                        let sides = (left, right);
                        best = Some(Common { sides, by, rows });
                    }
                }
            }
            all.extend(best);
        }
    }
    all
}

fn columns<'a>(
    sources: &[&'a Looked],
    field: &Paired,
    left: usize,
    right: usize,
) -> Option<(&'a Column, &'a Column)> {
    let left_column = &sources[left].columns[field.columns[left]?];
    Some((left_column, &sources[right].columns[field.columns[right]?]))
}

/// Who is proposed as a field's owner, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) owner: String,
    pub(super) why: String,
    /// The share of values that two sources have in common, in percent; the
    /// lowest where there are several.
    pub(super) overlap_percent: u32,
}

/// What the values of a field say.
pub(super) fn judge(
    sources: &[&Looked],
    names: &[String],
    fields: &[Paired],
    field: usize,
    common: &[Common],
) -> Judged {
    let paired = &fields[field];
    let columns: Vec<(usize, &Column)> = paired
        .columns
        .iter()
        .enumerate()
        .filter_map(|(place, at)| Some((place, &sources[place].columns[(*at)?])))
        .collect();
    let mut lowest = 1.0_f64;
    for (at, (_, left)) in columns.iter().enumerate() {
        for (_, right) in &columns[at + 1..] {
            lowest = lowest.min(overlap(left, right));
        }
    }
    let (owner, why) = owner(&columns, names, sources, fields, field, common);
    Judged {
        owner,
        why,
        overlap_percent: (lowest * 100.0).round() as u32,
    }
}

fn owner(
    columns: &[(usize, &Column)],
    names: &[String],
    sources: &[&Looked],
    fields: &[Paired],
    field: usize,
    common: &[Common],
) -> (String, String) {
    let undecided = |why: String| (UNDECIDED.to_owned(), why);
    let fixed: Vec<usize> = columns
        .iter()
        .filter(|(_, column)| column.read_only)
        .map(|(place, _)| *place)
        .collect();
    if let [only] = fixed[..] {
        let name = &names[only];
        return (name.clone(), format!("{name} cannot be written here"));
    }
    let filled: Vec<usize> = columns
        .iter()
        .filter(|(_, column)| column.filled() > 0)
        .map(|(place, _)| *place)
        .collect();
    match filled[..] {
        [] => return undecided("no value was seen anywhere".to_owned()),
        [only] => {
            let name = &names[only];
            return (name.clone(), format!("only {name} has values"));
        }
        _ => {}
    }
    if common.is_empty() {
        return undecided("no record was found in both, so nothing could be compared".to_owned());
    }
    if common.iter().any(|common| common.by == field) {
        return undecided("the same records were found by it; who may change it?".to_owned());
    }
    let mut compared = 0;
    let mut different = 0;
    for common in common {
        let (left, right) = common.sides;
        let Some((one, other)) = self::columns(sources, &fields[field], left, right) else {
            continue;
        };
        for (left_row, right_row) in &common.rows {
            if let (Some(one), Some(other)) = (&one.normal[*left_row], &other.normal[*right_row]) {
                compared += 1;
                different += usize::from(one != other);
            }
        }
    }
    match (compared, different) {
        (0, _) => undecided("no record has a value in both".to_owned()),
        (compared, 0) if compared >= EQUAL_MIN => (
            "shared".to_owned(),
            format!("equal in all {compared} records that both hold"),
        ),
        (compared, 0) => undecided(format!("equal in {compared}, which is too few to tell")),
        _ => undecided(format!(
            "differs in {different} of {compared} records that both hold"
        )),
    }
}
