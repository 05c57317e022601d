//! The laws of mappers: each pair of directions is a lens.

use proptest::prelude::*;
use treaty_folder::Asked;
use treaty_model::{
    Cell, FieldIndex, Inbound, InboundAnswer, Outbound, Purpose, Read, Row, SystemIndex, Value,
    Written,
};

use super::rows::canonical;
use super::trial::{Judgement, hold};
use super::{Ground, LawResult, batch};

/// A system, canonical rows from which its own are made, and which cells of these
/// somebody has typed.
type Drawn = (usize, Row, Row, Typed);

/// Whether a cell stands as somebody typed it, and not as the mapper writes it.
type Typed = Vec<bool>;

pub(super) fn laws(ground: &Ground<'_>) -> Vec<LawResult> {
    let systems = ground.settings.entity.systems.len();
    let table = &ground.settings.entity.table;
    let typed = proptest::collection::vec(any::<bool>(), 16);
    let drawn = (
        0..systems,
        canonical(table),
        canonical(table),
        typed.clone(),
    )
        .boxed();
    let shown =
        |(system, one, _, typed): &Drawn| inbound(*system, own(ground, *system, one, typed));
    let mut results = Vec::new();
    for system in ground.settings.entity.system_indexes() {
        let rows = (canonical(table), typed.clone()).boxed();
        let ask = |rows: &[(Row, Typed)]| {
            let rows = rows.iter().map(|(row, typed)| Inbound {
                own: own(ground, system.0, row, typed),
                known: unknown(ground),
            });
            let rows: Vec<_> = rows.collect();
            ground.rule.to_canonical(ground.setup, system, &rows)
        };
        let shown =
            |(row, typed): &(Row, Typed)| inbound(system.0, own(ground, system.0, row, typed));
        let of_system = batch::laws(ground, rows, ask, shown);
        join(&mut results, of_system);
    }
    let law = |law, judge: &dyn Fn(&Drawn) -> Judgement| hold(ground, law, &drawn, judge, shown);
    results.push(law("what was written reads back the same", &|drawn| {
        put_get(ground, drawn)
    }));
    results.push(law(
        "writing back what was read changes nothing",
        &|drawn| get_put(ground, drawn),
    ));
    results.push(law("normalising twice is normalising once", &|drawn| {
        twice(ground, drawn)
    }));
    results.push(law("absent and empty are kept apart", &|drawn| {
        apart(ground, drawn)
    }));
    results
}

/// The same laws for several systems are one: the first that does not hold counts.
fn join(results: &mut Vec<LawResult>, more: Vec<LawResult>) {
    for result in more {
        match results.iter_mut().find(|known| known.law == result.law) {
            Some(known) => {
                known.tried += result.tried;
                if matches!(result.outcome, super::Outcome::Broken { .. }) {
                    known.outcome = result.outcome;
                }
            }
            None => results.push(result),
        }
    }
}

fn unknown(ground: &Ground<'_>) -> Row {
    vec![None; ground.settings.entity.table.len()]
}

fn inbound(system: usize, own: Row) -> Asked {
    let known = Vec::new();
    Asked::Read(SystemIndex(system), Inbound { own, known }, None)
}

/// An own row: as the mapper itself makes one, and here and there as somebody
/// types the value. What cannot be written is absent.
pub(super) fn own(ground: &Ground<'_>, system: usize, canonical: &Row, typed: &Typed) -> Row {
    let fields = &ground.setup.systems[system].fields;
    let nothing = vec![None; fields.len()];
    let mut own = match write(ground, system, canonical, &nothing, Purpose::Create) {
        Some(written) => written.own,
        None => nothing,
    };
    for (field, row) in ground.settings.entity.table.fields() {
        let Some(column) = &row.columns[system] else {
            continue;
        };
        let ([name], Some(value)) = (column.own.as_slice(), &canonical[field.0]) else {
            continue;
        };
        let at = fields
            .iter()
            .position(|own| own.name == *name && own.kind == "text");
        if let Some(at) = at.filter(|at| typed[at % typed.len()]) {
            own[at] = Some(as_typed(value));
        }
    }
    own
}

/// A value as it stands in a column of texts.
fn as_typed(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Text(text) => Value::Text(text.clone()),
        other => Value::Text(other.to_string()),
    }
}

fn write(
    ground: &Ground<'_>,
    system: usize,
    canonical: &Row,
    own: &Row,
    purpose: Purpose,
) -> Option<Written> {
    let outbound = Outbound {
        canonical: canonical.clone(),
        own: own.clone(),
        purpose,
    };
    let system = SystemIndex(system);
    let answers = ground
        .rule
        .from_canonical(ground.setup, system, &[outbound]);
    answers.answers.into_iter().next()?.ok()
}

/// An own row in canonical form; none where it takes no part.
fn read(ground: &Ground<'_>, system: usize, own: &Row, known: &Row) -> Option<Read> {
    let inbound = Inbound {
        own: own.clone(),
        known: known.clone(),
    };
    let system = SystemIndex(system);
    let answers = ground.rule.to_canonical(ground.setup, system, &[inbound]);
    match answers.answers.into_iter().next()?.ok()? {
        InboundAnswer::Read(read) => Some(read),
        InboundAnswer::LeftOut(_) => None,
    }
}

/// What stands in a record after a write.
fn over(own: &Row, written: &Row) -> Row {
    let cells = own.iter().zip(written);
    cells
        .map(|(own, written)| written.clone().or_else(|| own.clone()))
        .collect()
}

/// Fields that a system reads and writes, by the table, and that were neither
/// told as unreadable nor as unwritable.
fn sound<'g>(
    ground: &'g Ground<'_>,
    system: usize,
    read: &'g Read,
    written: &'g Written,
) -> impl Iterator<Item = FieldIndex> + 'g {
    let fields = ground.settings.entity.table.fields();
    let fields = fields.filter(move |(_, row)| {
        let column = row.columns[system].as_ref();
        column.is_some_and(|column| !column.read_only && !column.own.is_empty())
    });
    let problems = read.problems.iter().chain(&written.problems);
    let problems: Vec<_> = problems.map(|problem| problem.field()).collect();
    fields
        .map(|(field, _)| field)
        .filter(move |field| !problems.contains(&Some(*field)))
}

fn told(ground: &Ground<'_>, field: FieldIndex, was: &Cell, is: &Cell) -> String {
    let words = ground.words();
    let (was, is) = (crate::words::cell(was), crate::words::cell(is));
    format!("{}: {was} becomes {is}", words.field(field))
}

fn put_get(ground: &Ground<'_>, (system, one, other, typed): &Drawn) -> Judgement {
    let before = own(ground, *system, one, typed);
    // In canonical form: as it is read somewhere.
    let elsewhere = own(ground, *system, other, typed);
    let Some(wanted) = read(ground, *system, &elsewhere, &unknown(ground)) else {
        return Judgement::SaysNothing;
    };
    let Some(written) = write(ground, *system, &wanted.canonical, &before, Purpose::Update) else {
        return Judgement::SaysNothing;
    };
    let after = over(&before, &written.own);
    let Some(back) = read(ground, *system, &after, &wanted.canonical) else {
        return Judgement::SaysNothing;
    };
    let mut lost = sound(ground, *system, &back, &written)
        .filter(|field| wanted.canonical[field.0].is_some())
        .filter(|field| wanted.canonical[field.0] != back.canonical[field.0]);
    lost.next().map_or(Judgement::Holds, |field| {
        let (was, is) = (&wanted.canonical[field.0], &back.canonical[field.0]);
        Judgement::Fails(told(ground, field, was, is))
    })
}

fn get_put(ground: &Ground<'_>, (system, one, _, typed): &Drawn) -> Judgement {
    let before = own(ground, *system, one, typed);
    let Some(read) = read(ground, *system, &before, &unknown(ground)) else {
        return Judgement::SaysNothing;
    };
    let Some(written) = write(ground, *system, &read.canonical, &before, Purpose::Update) else {
        return Judgement::SaysNothing;
    };
    let cells = written.own.iter().zip(&before).enumerate();
    let mut changed = cells.filter(|(_, (written, before))| written.is_some() && written != before);
    changed.next().map_or(Judgement::Holds, |(at, (is, was))| {
        let name = ground.words().own(SystemIndex(*system), at);
        let (was, is) = (crate::words::cell(was), crate::words::cell(is));
        Judgement::Fails(format!("{name}: {was} becomes {is}"))
    })
}

fn twice(ground: &Ground<'_>, (system, one, _, typed): &Drawn) -> Judgement {
    let row = own(ground, *system, one, typed);
    let Some(once) = read(ground, *system, &row, &unknown(ground)) else {
        return Judgement::SaysNothing;
    };
    let Some(again) = read(ground, *system, &row, &once.canonical) else {
        return Judgement::SaysNothing;
    };
    let fields = ground.settings.entity.table.fields();
    let mut changed =
        fields.filter(|(field, _)| once.canonical[field.0] != again.canonical[field.0]);
    changed.next().map_or(Judgement::Holds, |(field, _)| {
        let (was, is) = (&once.canonical[field.0], &again.canonical[field.0]);
        Judgement::Fails(told(ground, field, was, is))
    })
}

/// What a system does not say of a field stays unsaid; what it says is empty is
/// not unsaid.
fn apart(ground: &Ground<'_>, (system, one, other, typed): &Drawn) -> Judgement {
    let mut row = own(ground, *system, one, typed);
    // Where another row says nothing, this one says that it is empty.
    for (cell, other) in row
        .iter_mut()
        .zip(own(ground, *system, other, &Typed::from([false])))
    {
        if other.is_none() && cell.is_some() {
            *cell = Some(Value::Null);
        }
    }
    let Some(read) = read(ground, *system, &row, &unknown(ground)) else {
        return Judgement::SaysNothing;
    };
    let names: Vec<_> = ground.setup.systems[*system].fields.iter().collect();
    for (field, table_row) in ground.settings.entity.table.fields() {
        let Some(column) = &table_row.columns[*system] else {
            continue;
        };
        let cells: Vec<&Cell> = names
            .iter()
            .zip(&row)
            .filter(|(own, _)| column.own.contains(&own.name))
            .map(|(_, cell)| cell)
            .collect();
        let came = &read.canonical[field.0];
        let mut problems = read.problems.iter();
        let is_told = problems.any(|problem| problem.field() == Some(field));
        let name = || ground.words().field(field);
        if !cells.is_empty() && cells.iter().all(|cell| cell.is_none()) && came.is_some() {
            let came = crate::words::cell(came);
            return Judgement::Fails(format!("{} is not said, and reads as {came}", name()));
        }
        let all_empty = cells.iter().all(|cell| **cell == Some(Value::Null));
        if !cells.is_empty() && all_empty && came.is_none() && !is_told {
            return Judgement::Fails(format!(
                "{} is said to be empty, and reads as absent",
                name()
            ));
        }
    }
    Judgement::Holds
}
