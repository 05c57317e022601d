//! A plan as text: one line for each effect, for people and for golden files.

use std::fmt::Write as _;

use treaty_model::{
    BaseChange, Candidate, Cell, Create, Entity, EntityName, FieldIndex, GivenUp, Life, LinkPlan,
    Operation, Plan, Presence, Question, RuleId, Standing, SystemIndex, Value, Why, Write,
};

/// Prints a plan. The same plan gives the same text; nothing of it depends on
/// the run that made it. `entity_of` finds an entity by its name, for the names
/// of systems and fields; where it finds none, numbers stand in their place.
///
/// ```text
/// contact 12  base  phone "+49 30 1" from salesforce (one-changed)
/// contact 12  salesforce  settle phone "+49 30 1"
/// contact 12  hubspot  write phone "+49 30 1" (behind)
/// ```
pub fn print<'a>(plan: &Plan, entity_of: impl Fn(&EntityName) -> Option<&'a Entity>) -> String {
    let mut text = String::new();
    for trip in &plan.trips {
        let message = one_line(&trip.message);
        text += &format!(
            "{}  {message} (to allow it: {})\n",
            trip.guard, trip.approval
        );
    }
    for link in &plan.links {
        let names = Names {
            entity: entity_of(&link.entity),
        };
        for effect in effects(link, &names) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} {}  {effect}", link.entity, link.link);
        }
    }
    text
}

fn effects(link: &LinkPlan, names: &Names<'_>) -> Vec<String> {
    let joins = link.joins.iter();
    let mut lines: Vec<_> = joins
        .map(|from| format!("takes in {from}: they are one thing"))
        .collect();
    if let Some(life) = link.life {
        lines.push(match life {
            Life::Alive => "comes back to life".to_owned(),
            Life::Deleted => "is deleted".to_owned(),
        });
    }
    for (system, presence) in &link.presence {
        let state = presence_text(presence);
        lines.push(format!("{}  {state}", names.system(*system)));
    }
    for system in &link.detached {
        lines.push(format!("{}  forget its record", names.system(*system)));
    }
    lines.extend(link.base.iter().map(|change| base(change, names)));
    for settle in &link.settle {
        let field = names.field(settle.field);
        let value = cell(&settle.value);
        let system = names.system(settle.system);
        lines.push(format!("{system}  settle {field} {value}"));
    }
    for operation in &link.operations {
        lines.extend(operation_lines(operation, names));
    }
    lines.extend(link.given_up.iter().map(|loser| given_up(loser, names)));
    lines.extend(link.questions.iter().map(|asked| question(asked, names)));
    lines
}

fn base(change: &BaseChange, names: &Names<'_>) -> String {
    let field = names.field(change.field);
    let value = one_line(&change.value.to_string());
    let from = match (&change.provenance.system, &change.provenance.origin.actor) {
        (Some(system), _) => system.to_string(),
        (None, Some(actor)) => one_line(actor),
        (None, None) => "nowhere".to_owned(),
    };
    let decided = change.decided.as_ref();
    let because = decided.map_or_else(String::new, |decided| {
        format!(": {}{}", one_line(&decided.reason), by(&decided.rule))
    });
    let why = why_text(change.why);
    format!("base  {field} {value} from {from} ({why}){because}")
}

fn operation_lines(operation: &Operation, names: &Names<'_>) -> Vec<String> {
    let system = names.system(operation.system());
    match operation {
        Operation::Write(Write {
            values,
            revisions,
            why,
            ..
        }) => {
            let fields = revisions.iter().zip(why);
            let line = |((field, _), why): (&(FieldIndex, _), &Why)| {
                let value = at(values, *field);
                let (field, why) = (names.field(*field), why_text(*why));
                format!("{system}  write {field} {value} ({why})")
            };
            fields.map(line).collect()
        }
        Operation::Create(Create {
            values, revisions, ..
        }) => {
            let line = |(field, _): &(FieldIndex, _)| {
                let value = at(values, *field);
                format!("{system}  create {} {value}", names.field(*field))
            };
            revisions.iter().map(line).collect()
        }
        Operation::Archive(archive) => {
            let remote = one_line(archive.remote.as_str());
            let how = match archive.for_good {
                true => "delete for good",
                false => "archive",
            };
            vec![format!("{system}  {how} {remote}")]
        }
    }
}

fn given_up(loser: &GivenUp, names: &Names<'_>) -> String {
    let field = names.field(loser.field);
    let value = one_line(&loser.candidate.value.to_string());
    let whose = whose(&loser.candidate, names, Some(loser.field));
    let reason = one_line(&loser.reason);
    let rule = by(&loser.rule);
    format!("give up  {field} {value} {whose}: {reason}{rule}")
}

fn question(question: &Question, names: &Names<'_>) -> String {
    let about = match question.field {
        Some(field) => names.field(field),
        None => "whether to delete".to_owned(),
    };
    let side = |side: &Candidate| {
        let value = match (question.field, &side.value) {
            (None, Value::Boolean(true)) => "there".to_owned(),
            (None, Value::Boolean(false)) => "deleted".to_owned(),
            (_, value) => one_line(&value.to_string()),
        };
        format!("{value} {}", whose(side, names, question.field))
    };
    let sides: Vec<_> = question.candidates.iter().map(side).collect();
    let reason = one_line(&question.reason);
    let rule = by(&question.rule);
    format!("ask  {about}, {}: {reason}{rule}", sides.join(" or "))
}

fn whose(candidate: &Candidate, names: &Names<'_>, field: Option<FieldIndex>) -> String {
    let system = candidate
        .system
        .map(|system| names.system(SystemIndex(system as usize)));
    match (candidate.standing, system) {
        (Standing::Agreed, Some(system)) => format!("agreed, from {system}"),
        (Standing::Agreed, None) => "agreed".to_owned(),
        (_, Some(system)) if field.is_none() => format!("in {system}"),
        (_, Some(system)) => format!("of {system}"),
        (_, None) => "of nobody".to_owned(),
    }
}

fn by(rule: &Option<RuleId>) -> String {
    rule.as_ref()
        .map_or_else(String::new, |rule| format!(" [{}]", one_line(&rule.name)))
}

fn at(values: &[Cell], field: FieldIndex) -> String {
    cell(values.get(field.0).unwrap_or(&None))
}

fn cell(cell: &Cell) -> String {
    match cell {
        Some(value) => one_line(&value.to_string()),
        None => "(unsaid)".to_owned(),
    }
}

/// Systems and rules choose these texts, and an effect stays one line.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character.is_control() {
            true => line.extend(character.escape_default()),
            false => line.push(character),
        }
    }
    line
}

fn presence_text(presence: &Presence) -> &'static str {
    match presence {
        Presence::Present => "has its record again",
        Presence::Gone => "is left without its record",
        Presence::LeftOut(_) => "is left out",
        Presence::Missing => "misses its record",
        Presence::Deleted => "deleted its record",
        Presence::Restored => "restored its record",
    }
}

fn why_text(why: Why) -> &'static str {
    match why {
        Why::FirstMeeting => "first-meeting",
        Why::OwnerChanged => "owner-changed",
        Why::OneChanged => "one-changed",
        Why::AllChangedAlike => "all-changed-alike",
        Why::RuleDecided => "rule-decided",
        Why::PersonDecided => "person-decided",
        Why::Behind => "behind",
        Why::WriteBack => "write-back",
        Why::Undone => "undone",
        Why::Repaired => "repaired",
    }
}

struct Names<'a> {
    entity: Option<&'a Entity>,
}

impl Names<'_> {
    fn system(&self, system: SystemIndex) -> String {
        let known = self.entity.and_then(|entity| entity.systems.get(system.0));
        known.map_or_else(
            || format!("system {system}"),
            |part| part.system.to_string(),
        )
    }

    fn field(&self, field: FieldIndex) -> String {
        let known = self
            .entity
            .and_then(|entity| entity.table.rows.get(field.0));
        known.map_or_else(|| format!("field {field}"), |row| row.name.clone())
    }
}
