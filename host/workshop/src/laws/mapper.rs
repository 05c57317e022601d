//! The laws of mappers: each pair of directions is a lens.

use proptest::prelude::*;
use treaty_folder::Asked;
use treaty_model::{
    Cell, FieldIndex, Inbound, InboundAnswer, Outbound, Purpose, Read, Row, SystemIndex, Value,
    Written,
};

use super::trial::{Judgement, hold};
use super::{Ground, LawResult, batch};

/// A system, and two of its own rows.
type Drawn = (usize, Own, Own);

/// Whether a cell stands as somebody typed it, and not as the mapper writes it.
type Typed = Vec<bool>;

/// An own row.
#[derive(Clone, Debug)]
enum Own {
    /// Made from a canonical row: which cells of it somebody has typed.
    Made(Row, Typed),
    /// As it stands in the system.
    There(Row),
}

impl Own {
    fn row(&self, ground: &Ground<'_>, system: usize) -> Row {
        match self {
            Self::Made(canonical, typed) => own(ground, system, canonical, typed),
            Self::There(row) => row.clone(),
        }
    }

    /// The same as the mapper itself would write it.
    fn untyped(&self, ground: &Ground<'_>, system: usize) -> Row {
        match self {
            Self::Made(canonical, _) => own(ground, system, canonical, &Typed::from([false])),
            Self::There(row) => row.clone(),
        }
    }
}

/// Own rows: those of the system, or made-up ones.
fn owns(ground: &Ground<'_>) -> BoxedStrategy<Own> {
    match ground.pool {
        Some(pool) => pool.own_rows().prop_map(Own::There).boxed(),
        None => {
            let typed = proptest::collection::vec(any::<bool>(), 16);
            let made = (ground.rows(), typed);
            made.prop_map(|(row, typed)| Own::Made(row, typed)).boxed()
        }
    }
}

pub(super) fn laws(ground: &Ground<'_>) -> Vec<LawResult> {
    let systems: Vec<_> = match ground.pool {
        Some(pool) => vec![pool.system],
        None => ground.settings.entity.system_indexes().collect(),
    };
    let place = match systems.as_slice() {
        [only] => only.0..only.0 + 1,
        all => 0..all.len(),
    };
    let drawn = (place, owns(ground), owns(ground)).boxed();
    let shown = |(system, one, _): &Drawn| inbound(*system, one.row(ground, *system));
    let mut results = Vec::new();
    for system in systems {
        let ask = |rows: &[Own]| {
            let rows = rows.iter().map(|own| Inbound {
                own: own.row(ground, system.0),
                known: unknown(ground),
            });
            let rows: Vec<_> = rows.collect();
            ground.rule.to_canonical(ground.setup, system, &rows)
        };
        let shown = |own: &Own| inbound(system.0, own.row(ground, system.0));
        let of_system = batch::laws(ground, owns(ground), ask, shown);
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

fn put_get(ground: &Ground<'_>, (system, one, other): &Drawn) -> Judgement {
    let before = one.row(ground, *system);
    // In canonical form: as it is read somewhere.
    let elsewhere = other.row(ground, *system);
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

fn get_put(ground: &Ground<'_>, (system, one, _): &Drawn) -> Judgement {
    let before = one.row(ground, *system);
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

fn twice(ground: &Ground<'_>, (system, one, _): &Drawn) -> Judgement {
    let row = one.row(ground, *system);
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
fn apart(ground: &Ground<'_>, (system, one, other): &Drawn) -> Judgement {
    let mut row = one.row(ground, *system);
    // Where another row says nothing, this one says that it is empty.
    for (cell, other) in row.iter_mut().zip(other.untyped(ground, *system)) {
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
