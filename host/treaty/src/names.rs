//! Names: which ones are allowed, and which one was probably meant.

use crate::{Place, Problem};

/// Whether a text can name a system, an entity, a rule or a group.
pub fn is_name(text: &str) -> bool {
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    text.starts_with(char::is_alphanumeric) && text.chars().all(fits)
}

/// The problem of a name that is not in a list.
pub(crate) fn unknown(place: &Place, what: &str, name: &str, known: &[&str]) -> Problem {
    let list = format!("known: {}", known.join(", "));
    let hint = match (nearest(name, known), known.is_empty()) {
        (_, true) => "there is none yet".to_owned(),
        (Some(near), _) if known.len() > 1 => format!("did you mean {near:?}? {list}"),
        (Some(near), _) => format!("did you mean {near:?}?"),
        (None, _) => list,
    };
    Problem::at(place, format!("unknown {what} {name:?}")).hint(hint)
}

/// The one of the known names that is most like `name`, if any is much like it.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let name = name.to_lowercase();
    let allowed = (name.chars().count() / 3).max(1);
    known
        .iter()
        .map(|known| (distance(&name, &known.to_lowercase()), *known))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// How many letters have to be put in, left out, replaced, or swapped with
/// their neighbour to make one text of the other (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut rows = vec![vec![0; right.len() + 1]; left.len() + 1];
    rows[0] = (0..=right.len()).collect();
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for i in 1..=left.len() {
        for j in 1..=right.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_one_that_looks_alike() {
        let check = |name: &str, expected: Option<&str>| {
            let known = ["hubspot", "salesforce", "email", "birth-date"];
            assert_eq!(nearest(name, &known), expected, "{name}");
        };
        check("hubspott", Some("hubspot"));
        check("HubSpot", Some("hubspot"));
        check("slaesforce", Some("salesforce"));
        check("e-mail", Some("email"));
        check("birthdate", Some("birth-date"));
        check("phone", None);
        check("", None);
    }

    #[test]
    fn a_name_has_no_spaces_and_no_signs() {
        let check = |name: &str, expected: bool| assert_eq!(is_name(name), expected, "{name}");
        check("hubspot-eu_2", true);
        check("größe", true);
        check("", false);
        check("-x", false);
        check("a b", false);
        check("a.b", false);
        check("../a", false);
    }
}
