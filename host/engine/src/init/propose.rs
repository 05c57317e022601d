//! From what was read of an entity's sources to its field table.

use std::collections::BTreeSet;

use crate::init::column::Column;
use crate::init::compare::{Common, Judged, common, judge};
use crate::init::look::Looked;
use crate::init::pair::{Group, Paired};
use crate::init::text::{Line, Written};
use crate::init::words::{self, Role};
use crate::init::{EntityProposal, FieldProposal, FoundInBoth, InitWish, SourceProposal, of};

/// How many words of a choice are shown.
const WORDS_SHOWN_MAX: usize = 5;

/// An entity before its names are lent out.
pub(super) struct Plan {
    matcher: String,
    key: Option<String>,
    sources: Vec<usize>,
    kept_by: Vec<[Option<String>; 2]>,
    pub(super) table: Vec<Line>,
}

impl Plan {
    /// With the names of what is told.
    pub(super) fn written<'a>(self, told: &'a EntityProposal, looked: &'a [Looked]) -> Written<'a> {
        Written {
            told,
            matcher: self.matcher,
            key: self.key,
            sources: self.sources.iter().map(|&place| &looked[place]).collect(),
            kept_by: self.kept_by,
            table: self.table,
        }
    }
}

/// What is told of an entity, and its table.
pub(super) fn propose(
    wish: &InitWish,
    groups: &[Group],
    group: &Group,
    fields: &[Paired],
    looked: &[Looked],
) -> (EntityProposal, Plan) {
    let sources = of(group, looked);
    let names: Vec<String> = sources
        .iter()
        .map(|source| wish.systems[source.system].name.clone())
        .collect();
    let common = common(&sources, fields);
    let mut told = EntityProposal {
        entity: group.name.clone(),
        systems: sources.iter().zip(&names).map(source_told).collect(),
        fields: Vec::new(),
        undecided: 0,
        found_in_both: common
            .iter()
            .map(|common| both(common, &names, fields))
            .collect(),
    };
    let mut table = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let judged = judge(&sources, &names, fields, at, &common);
        let columns: Vec<Option<&Column>> = field
            .columns
            .iter()
            .enumerate()
            .map(|(place, at)| Some(&sources[place].columns[(*at)?]))
            .collect();
        let line = line(group, groups, field, &columns, &names, &judged);
        told.undecided += usize::from(line.owner == "?");
        told.fields.push(FieldProposal {
            field: line.field.clone(),
            overlap_percent: judged.overlap_percent,
            owner: line.owner.clone(),
            notes: line.notes.clone(),
        });
        table.push(line);
    }
    for (place, source) in told.systems.iter_mut().enumerate() {
        let columns = sources[place].columns.iter().enumerate();
        let unpaired = columns.filter(|(at, column)| {
            let paired = fields.iter().any(|field| field.columns[place] == Some(*at));
            !column.key && !paired
        });
        source.unpaired = unpaired.map(|(_, column)| column.name.clone()).collect();
    }
    let kept_by: Vec<[Option<String>; 2]> = sources.iter().map(|source| kept_by(source)).collect();
    for (source, kept) in told.systems.iter_mut().zip(&kept_by) {
        source
            .unpaired
            .retain(|own| !kept.iter().flatten().any(|kept| kept == own));
    }
    let (matcher, key) = matcher(group, &common, fields, &table);
    let plan = Plan {
        matcher,
        key,
        sources: group.sources.clone(),
        kept_by,
        table,
    };
    (told, plan)
}

fn source_told((source, system): (&&Looked, &String)) -> SourceProposal {
    let keys = source.columns.iter().filter(|column| column.key);
    SourceProposal {
        system: system.clone(),
        source: source.source.clone(),
        records: source.rows,
        more: source.more,
        key: keys.map(|column| column.name.clone()).collect(),
        unpaired: Vec::new(),
    }
}

fn both(common: &Common, names: &[String], fields: &[Paired]) -> FoundInBoth {
    let (left, right) = common.sides;
    FoundInBoth {
        systems: [names[left].clone(), names[right].clone()],
        by: fields[common.by].name.clone(),
        records: common.rows.len(),
    }
}

/// The own fields that say when and by whom a record was changed.
fn kept_by(source: &Looked) -> [Option<String>; 2] {
    let find = |fits: &dyn Fn(&&Column) -> bool| {
        let found = source.columns.iter().find(fits);
        found.map(|column| column.name.clone())
    };
    [
        find(&|column| column.role() == Role::Updated && column.holds_times()),
        find(&|column| column.role() == Role::Actor),
    ]
}

/// What compares the records. A field that identifies them is the surest; people
/// and companies have matchers of their own where their names are known.
fn matcher(
    group: &Group,
    common: &[Common],
    fields: &[Paired],
    table: &[Line],
) -> (String, Option<String>) {
    let has = |types: &[&str]| {
        table
            .iter()
            .any(|line| types.contains(&line.semantic.as_str()))
    };
    let by_name = match group.matcher {
        "match-people" => has(&["last-name", "full-name"]),
        "match-companies" => has(&["organisation"]),
        _ => false,
    };
    match common.first() {
        Some(common) if !by_name => (
            format!("match-{}", group.name),
            Some(fields[common.by].name.clone()),
        ),
        _ => (group.matcher.to_owned(), None),
    }
}

/// A row of the table.
fn line(
    group: &Group,
    groups: &[Group],
    field: &Paired,
    columns: &[Option<&Column>],
    names: &[String],
    judged: &Judged,
) -> Line {
    let there: Vec<&Column> = columns.iter().copied().flatten().collect();
    let target = there.first().and_then(|column| column.points_at);
    let (semantic, doubt) = semantic(group, &there);
    let mut notes = vec![judged.why.clone()];
    let mut owner = judged.owner.clone();
    if target.is_some() {
        owner = "?".to_owned();
        notes = vec!["ids of two systems cannot be compared; who decides it?".to_owned()];
    }
    let by_name = there.iter().all(|column| column.concept.is_some())
        || there
            .windows(2)
            .all(|two| words::likeness(&two[0].name, &two[1].name) > 0.7);
    if !by_name && target.is_none() {
        let percent = judged.overlap_percent;
        notes.push(format!(
            "paired because {percent} % of the values are the same"
        ));
    }
    notes.extend(doubt);
    if semantic == "choice" && judged.overlap_percent < 100 {
        let words = columns.iter().zip(names).filter_map(|(column, name)| {
            let words: Vec<&str> = (*column)?
                .raw
                .iter()
                .flatten()
                .map(String::as_str)
                .collect();
            let words: BTreeSet<&str> = words.into_iter().collect();
            let shown: Vec<&str> = words.into_iter().take(WORDS_SHOWN_MAX).collect();
            Some(format!("{name} says {}", shown.join(", ")))
        });
        let words: Vec<String> = words.collect();
        notes.push(format!(
            "the words differ, map(…) translates them: {}",
            words.join("; ")
        ));
    }
    let cell = |column: &Option<&Column>| {
        let cell = column.map(|column| {
            let transform = column.transform.clone().unwrap_or_default();
            (column.name.clone(), transform)
        });
        cell.unwrap_or_default()
    };
    Line {
        field: field.name.clone(),
        semantic,
        owner,
        columns: columns.iter().map(cell).collect(),
        references: target.map_or_else(String::new, |target| groups[target].name.clone()),
        notes: notes.join("; "),
    }
}

/// The semantic type of a field, and a doubt about it.
fn semantic(group: &Group, columns: &[&Column]) -> (String, Option<String>) {
    let is_name = columns
        .iter()
        .any(|column| column.concept.is_some_and(|concept| concept.name == "name"));
    match group.matcher {
        "match-people" if is_name => return ("full-name".to_owned(), None),
        "match-companies" if is_name => return ("organisation".to_owned(), None),
        _ => {}
    }
    let said: Vec<&str> = columns
        .iter()
        .filter(|column| column.filled() > 0 || column.concept.is_some())
        .map(|column| column.semantic)
        .collect();
    let different: BTreeSet<&str> = said.iter().copied().collect();
    match said.first() {
        None => ("text".to_owned(), None),
        Some(first) if different.len() == 1 => ((*first).to_owned(), None),
        Some(_)
            if different
                .iter()
                .all(|one| matches!(*one, "text" | "choice")) =>
        {
            ("text".to_owned(), None)
        }
        Some(_) => {
            let said: Vec<&str> = different.into_iter().collect();
            let doubt = format!("its values look like {}", said.join(" and "));
            ("text".to_owned(), Some(doubt))
        }
    }
}
