//! What a case expects.

use treaty_model::{FieldIndex, SystemIndex};

use super::map::own_row;
use super::read::{Expectations, Subject};
use super::value::{position, value};
use super::{
    Expected, ExpectedDecision, ExpectedMatch, ExpectedRead, ExpectedRow, ExpectedVerdict, Sameness,
};
use crate::Problem;
use crate::document::Section;

/// The section `expect`.
fn section_of<'d>(subject: &Subject<'_>, section: &Section<'d>) -> Option<Section<'d>> {
    let expect = section.below("expect");
    let required = subject.reading.expectations == Expectations::Required;
    if required && !section.has("expect") {
        let message = format!("{} is missing", section.name("expect"));
        section.report(Problem::at(&section.place, message));
    }
    expect
}

/// What every answer can be instead: a refusal.
fn or_error<T>(
    expect: Section<'_>,
    read: impl FnOnce(&Section<'_>) -> Option<T>,
) -> Option<Expected<T>> {
    let error = expect.text("error");
    let expected = match error {
        Some(error) => Some(Expected::Error(error.value)),
        None => read(&expect).map(Expected::Answer),
    };
    expect.finish();
    expected
}

/// The verdict for one field, or a section for each of several.
pub(super) fn verdicts(
    subject: &Subject<'_>,
    section: &Section<'_>,
    fields: &[FieldIndex],
    one: bool,
) -> Option<Expected<Vec<ExpectedVerdict>>> {
    let expect = section_of(subject, section)?;
    or_error(expect, |expect| {
        if one {
            return verdict(subject, expect, fields[0]).map(|verdict| vec![verdict]);
        }
        let below = expect.below("fields");
        if below.is_none() {
            let message = format!("{} is missing", expect.name("fields"));
            expect.report(Problem::at(&expect.place, message));
        }
        let below = below?;
        let slots = subject.canonical();
        let mut verdicts = Vec::new();
        for (name, _) in below.entries() {
            let at = position(&below, "field", &name, &slots);
            let at = at.map(FieldIndex).filter(|field| fields.contains(field));
            let (Some(field), Some(of_field)) = (at, below.named(&name.value)) else {
                let message = format!("{} is not contested", name.value);
                below.report(Problem::at(&name.place, message));
                continue;
            };
            verdicts.extend(verdict(subject, &of_field, field));
            of_field.finish();
        }
        verdicts.sort_by_key(|verdict| verdict.field);
        Some(verdicts)
    })
}

fn verdict(
    subject: &Subject<'_>,
    expect: &Section<'_>,
    field: FieldIndex,
) -> Option<ExpectedVerdict> {
    let keep = expect.text("keep");
    let kind = &subject.settings.entity.table.row(field).semantic;
    let given = |key| expect.value(key).map(|given| (expect.name(key), given));
    let escalate = expect.flag("escalate");
    let decision = match (keep, given("set"), given("value"), escalate) {
        (Some(keep), None, None, None) if keep.value == "base" => ExpectedDecision::Keep(None),
        (Some(keep), None, None, None) => {
            ExpectedDecision::Keep(Some(subject.system(expect, &keep)?))
        }
        (None, Some((name, given)), None, None) => {
            ExpectedDecision::Set(value(expect, &name, kind, given)?)
        }
        (None, None, Some((name, given)), None) => {
            ExpectedDecision::Value(value(expect, &name, kind, given)?)
        }
        (None, None, None, Some(true)) => ExpectedDecision::Escalate,
        _ => {
            let message = format!("{} wants one decision", expect.path());
            let hint = "keep = \"<system>\" or \"base\", set = <value>, value = <value>, or escalate = true";
            expect.report(Problem::at(&expect.place, message).hint(hint));
            return None;
        }
    };
    Some(ExpectedVerdict {
        field,
        decision,
        reason: expect.text("reason").map(|reason| reason.value),
    })
}

/// A canonical row, or that the record takes no part.
pub(super) fn read(subject: &Subject<'_>, section: &Section<'_>) -> Option<Expected<ExpectedRead>> {
    let expect = section_of(subject, section)?;
    or_error(expect, |expect| {
        if let Some(reason) = expect.text("left-out") {
            return Some(ExpectedRead::LeftOut(reason.value));
        }
        Some(ExpectedRead::Row(ExpectedRow {
            cells: subject.canonical_row(expect, "canonical"),
            problems: problems(subject, expect),
        }))
    })
}

/// An own row.
pub(super) fn written(
    subject: &Subject<'_>,
    section: &Section<'_>,
    system: SystemIndex,
) -> Option<Expected<ExpectedRow>> {
    let expect = section_of(subject, section)?;
    or_error(expect, |expect| {
        Some(ExpectedRow {
            cells: own_row(subject, expect, "own", system),
            problems: problems(subject, expect),
        })
    })
}

/// `problems`: canonical fields with a part of a message each.
fn problems(subject: &Subject<'_>, expect: &Section<'_>) -> Vec<(FieldIndex, String)> {
    let Some(below) = expect.below("problems") else {
        return Vec::new();
    };
    let slots = subject.canonical();
    let entries = below.entries().into_iter();
    entries
        .filter_map(|(name, given)| {
            let field = position(&below, "field", &name, &slots)?;
            let part = below.text_of(&name.value, given)?;
            Some((FieldIndex(field), part.value))
        })
        .collect()
}

/// What a pass makes of two records.
pub(super) fn comparison(
    subject: &Subject<'_>,
    section: &Section<'_>,
) -> Option<Expected<ExpectedMatch>> {
    const SAMENESS: [(&str, Sameness); 3] = [
        ("same", Sameness::Same),
        ("different", Sameness::Different),
        ("ask", Sameness::Ask),
    ];
    let expect = section_of(subject, section)?;
    or_error(expect, |expect| {
        let is = match expect.has("is") {
            true => expect.choice("is", &SAMENESS),
            false => expect.required_text("is").and(None),
        };
        let least = expect.share("probability-min");
        let most = expect.share("probability-max");
        let range = (least.unwrap_or(0.0), most.unwrap_or(1.0));
        Some(ExpectedMatch {
            is: is?,
            probability: (least.is_some() || most.is_some()).then_some(range),
        })
    })
}
