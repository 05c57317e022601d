//! Cases for matchers: two canonical rows.

use super::read::Subject;
use super::{Asked, Meeting, Other, expect};
use crate::Problem;
use crate::document::Section;

/// Reads a case in which two records are compared.
pub(super) fn read(subject: &Subject<'_>, section: &Section<'_>) -> Option<(String, Asked)> {
    let Some(matching) = &subject.settings.matching else {
        let entity = &subject.settings.entity.name;
        let message = format!("the treaty names no matcher for {entity}");
        section.report(Problem::at(&section.place, message));
        return None;
    };
    let others = section.list_below("others").into_iter();
    let meeting = Meeting {
        rows: ["first", "second"].map(|key| subject.canonical_row(section, key)),
        others: others.map(|section| other(subject, section)).collect(),
        records: section.count("records", 2),
    };
    let expected = expect::comparison(subject, section);
    let asked = Asked::Match(Box::new(meeting), expected);
    Some((matching.matcher.clone(), asked))
}

fn other(subject: &Subject<'_>, section: Section<'_>) -> Other {
    let other = Other {
        record: subject.canonical_row(&section, "record"),
        times: section.count("times", 1).unwrap_or(1),
    };
    section.finish();
    other
}
