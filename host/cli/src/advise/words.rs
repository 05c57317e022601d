//! Advice in words.

use treaty_engine::{Edits, EntityAdvice, FieldAdvice, Lost, Move, Step, Suggestion, Wave};
use treaty_folder::{CellChange, Revised};
use treaty_model::SystemName;

use crate::output::counted;

pub fn entity_lines(entity: &EntityAdvice) -> Vec<String> {
    let mut lines = vec![format!(
        "{}: fields with an owner: {}, shared and open to conflicts: {}",
        entity.entity, entity.owned, entity.shared
    )];
    lines.extend(entity.fields.iter().flat_map(field_lines));
    lines
}

fn field_lines(field: &FieldAdvice) -> Vec<String> {
    let owner = match &field.owner {
        Some(owner) => format!("owned by {owner}"),
        None => "shared".to_owned(),
    };
    let rule = field.rule.as_ref().map(|rule| format!(", {rule}"));
    let group = field.group.as_ref().map(|group| format!(", group {group}"));
    let details = [rule, group].into_iter().flatten().collect::<String>();
    let figures = &field.figures;
    let mut lines = vec![format!(
        "  {} ({owner}{details}): {}{}",
        field.field,
        counted(figures.changes, "change"),
        collisions(field)
    )];
    let edited = figures.systems.iter().filter(|(_, edits)| edits.edits > 0);
    lines.extend(edited.map(|(system, edits)| edits_line(system, edits)));
    let also = [
        (figures.alike, "made alike in several systems"),
        (figures.put_back, "put back by an undo"),
    ];
    for (count, what) in also.into_iter().filter(|(count, _)| *count > 0) {
        lines.push(format!("    {count} {what}"));
    }
    let of_group = match field.group {
        Some(_) => "; the fields of a group are judged together",
        None => "",
    };
    let suggested = suggestion(&field.suggestion, field.owner.as_ref());
    lines.push(format!("    {suggested}{of_group}"));
    lines
}

/// How often it collided, and who decided.
fn collisions(field: &FieldAdvice) -> String {
    let figures = &field.figures;
    let mut text = String::new();
    if figures.collisions > 0 {
        text += &format!(
            ", {} ({}): {} decided by a rule, {} by a person",
            counted(figures.collisions, "collision"),
            percent(field.disagreement),
            figures.decided_by_rule,
            figures.decided_by_person
        );
    }
    if figures.asked > 0 {
        text += &format!("; {} asked", counted(figures.asked, "question"));
    }
    text
}

fn edits_line(system: &SystemName, edits: &Edits) -> String {
    format!(
        "    {system}: {} ({}), {} agreed, {} given up",
        counted(edits.edits, "edit"),
        by(edits),
        edits.agreed,
        edits.given_up
    )
}

/// Who made them: `20 by people, 3 by automations`.
fn by(edits: &Edits) -> String {
    let parts = [
        (edits.people, "by people"),
        (edits.automations, "by automations"),
        (edits.ours, "by Treaty"),
        (edits.unknown, "by nobody who is known"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts.map(|(count, who)| format!("{count} {who}")).collect();
    parts.join(", ")
}

fn suggestion(suggestion: &Suggestion, owner: Option<&SystemName>) -> String {
    match suggestion {
        Suggestion::NoOwnerNeeded { strategy } => {
            format!("needs no owner: {strategy} decides the same whoever edits it")
        }
        Suggestion::NotEdited => match owner {
            None => "not edited; any owner would do".to_owned(),
            Some(_) => "not edited".to_owned(),
        },
        Suggestion::TooFewEdits { edits, edits_min } => format!(
            "no owner is suggested: {} in one system are too few, {edits_min} would tell",
            counted(*edits, "edit")
        ),
        Suggestion::SeveralEdit { systems } => format!(
            "no owner is suggested: {} really edit it; ask the people who do",
            names(systems)
        ),
        Suggestion::ReadsTooLittle { system, fields } => format!(
            "no owner is suggested: {system} edits it and does not read {}",
            fields.join(", ")
        ),
        Suggestion::Owner { system, edits, of } => {
            format!(
                "suggested owner: {system}, with {edits} of {}",
                counted(*of, "edit")
            )
        }
        Suggestion::KeepOwner { by_others: 0, .. } => "the owner alone edits it".to_owned(),
        Suggestion::KeepOwner { by_others, of } => format!(
            "the owner stays: {by_others} of {} by others",
            counted(*of, "edit")
        ),
        Suggestion::OtherOwner { system, edits, of } => format!(
            "another owner is suggested: {system}, with {edits} of {}",
            counted(*of, "edit")
        ),
        Suggestion::DoubtOwner { by_others, of } => format!(
            "the owner may be wrong: {by_others} of {} by others; ask the people who make them",
            counted(*of, "edit")
        ),
    }
}

fn names(systems: &[SystemName]) -> String {
    let names: Vec<_> = systems.iter().map(SystemName::as_str).collect();
    names.join(" and ")
}

pub fn wave_lines(wave: &Wave) -> Vec<String> {
    let what = match wave.step {
        Step::Uncontested => "fields that one system alone edits",
        Step::Coupled => "groups and references that one system alone edits",
        Step::SeldomCollides => "fields that seldom collide, at most one change in twenty",
        Step::Collides => "fields that collide more often",
        Step::OtherOwner => "fields whose owner is not who edits them",
    };
    let mut lines = vec![format!(
        "wave {}: {what}; shared fields: {} before, {} after",
        wave.number, wave.shared_before, wave.shared_after
    )];
    lines.extend(wave.moves.iter().flat_map(move_lines));
    lines
}

fn move_lines(step: &Move) -> Vec<String> {
    let from = step.from.as_ref().map_or("shared", SystemName::as_str);
    let mut lines = vec![format!(
        "  {} {}: owner {from} becomes {} ({} of the changes collided)",
        step.entity,
        step.fields.join(" + "),
        step.to,
        percent(step.disagreement)
    )];
    match &step.lost[..] {
        [] => lines.push("    no edit would have been given up".to_owned()),
        lost => lines.extend(lost.iter().map(lost_line)),
    }
    if step.not_asked > 0 {
        lines.push(format!(
            "    {} would not have been asked",
            counted(step.not_asked, "question")
        ));
    }
    lines
}

fn lost_line(lost: &Lost) -> String {
    let edits = &lost.edits;
    format!(
        "    {} in {} would have been given up ({}); {} of them {} as it was",
        counted(edits.edits, "edit"),
        lost.system,
        by(edits),
        edits.given_up,
        if edits.given_up == 1 { "was" } else { "were" },
    )
}

/// One cell: `contact.csv:4:13: owner of phone: shared becomes crm`.
pub fn cell_line(cell: &CellChange) -> String {
    let CellChange {
        place,
        field,
        heading,
        before,
        after,
    } = cell;
    let after = if after.is_empty() { "empty" } else { after };
    format!(
        "  {}:{}:{}: {heading} of {field}: {before} becomes {after}",
        place.file.display(),
        place.line,
        place.column
    )
}

/// The cells of a table that a patch cannot carry, and that it cannot.
pub fn cells_in_words(table: &Revised) -> Vec<String> {
    let file = table.file.display();
    let mut lines = vec![format!(
        "{file} is not saved as UTF-8, which a patch cannot carry; change these cells in a \
         spreadsheet:"
    )];
    lines.extend(table.cells.iter().map(cell_line));
    lines
}

/// A share in whole points of a hundred; one digit more below ten.
fn percent(share: f64) -> String {
    let points = share * 100.0;
    let told = match points < 10.0 {
        true => format!("{points:.1}"),
        false => format!("{points:.0}"),
    };
    format!("{} %", told.strip_suffix(".0").unwrap_or(&told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_told_in_points_of_a_hundred() {
        let check = |share, expected: &str| assert_eq!(percent(share), expected);
        check(0.0, "0 %");
        check(0.05, "5 %");
        check(0.0345, "3.5 %");
        check(3.0 / 20.0, "15 %");
        check(1.0, "100 %");
    }

    #[test]
    fn a_cell_that_is_emptied_says_so() {
        let cell = CellChange {
            place: treaty_folder::Place {
                file: "tables/contact.csv".into(),
                line: 4,
                column: 13,
            },
            field: "phone".to_owned(),
            heading: "rule",
            before: "longest".to_owned(),
            after: String::new(),
        };
        assert_eq!(
            cell_line(&cell),
            "  tables/contact.csv:4:13: rule of phone: longest becomes empty"
        );
    }
}
