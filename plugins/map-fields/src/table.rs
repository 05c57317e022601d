//! The field table as one system sees it.

use crate::column::Column;
use crate::filter::Filter;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use treaty_sdk::{
    Cell, Inbound, InboundAnswer, Outbound, Purpose, Reading, Setup, Value, Writing, Written,
};

/// The configuration in the treaty.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// By system, which of its records take part.
    #[serde(default)]
    pub filter: BTreeMap<String, String>,
}

/// One system's columns, and which of its records take part.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Column>,
    filter: Option<Filter>,
}

impl Table {
    /// Reads a system's columns.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn new(
        setup: &Setup,
        system: usize,
        configuration: &Configuration,
    ) -> Result<Self, String> {
        let system = &setup.systems[system];
        let mut columns = Vec::new();
        for canonical in 0..setup.canonical.len() {
            match Column::new(setup, system, canonical) {
                Ok(column) => columns.extend(column),
                Err(problems) => {
                    let (heading, message) = &problems[0];
                    let field = &setup.canonical[canonical].name;
                    return Err(format!("{field}, column {heading}: {message}"));
                }
            }
        }
        columns.sort_by_key(|column| !column.comes_first());
        let filter = configuration.filter.get(&system.name);
        Ok(Self {
            columns,
            filter: filter
                .map(|text| Filter::read(text, &system.fields))
                .transpose()?,
        })
    }

    /// The canonical row of an own one.
    pub fn read(&self, inbound: Inbound<'_>) -> InboundAnswer {
        if let Some(filter) = &self.filter
            && !filter.accepts(inbound.own.cells())
        {
            return InboundAnswer::LeftOut(format!("the filter is {}", filter.text()));
        }
        let mut reading = Reading::new(inbound.setup);
        for column in &self.columns {
            match column.read(inbound.own.cells()) {
                Ok(Some(value)) => reading.set_at(column.canonical, value),
                Ok(None) => {}
                Err(message) => reading.problem_at(column.canonical, message),
            }
        }
        reading.done()
    }

    /// The own row that makes a canonical one true. What would not read back
    /// the same is not written at all.
    pub fn write(&self, outbound: Outbound<'_>) -> Written {
        let standing = self.whole_row(outbound.own.cells(), outbound.own.fields().len());
        let mut problems = BTreeMap::new();
        loop {
            let row = self.try_write(&outbound, &standing, &mut problems);
            let known = problems.len();
            self.read_back(&outbound, &row, &mut problems);
            if problems.len() == known {
                return finish(&outbound, &standing, row, problems);
            }
        }
    }

    /// Writes all columns that are not known to be a problem, one after the
    /// other: several may share an own field.
    fn try_write(
        &self,
        outbound: &Outbound<'_>,
        standing: &[Cell],
        problems: &mut BTreeMap<usize, String>,
    ) -> Vec<Cell> {
        let mut row = standing.to_vec();
        for column in self
            .columns
            .iter()
            .filter(|column| !column.transform.read_only)
        {
            if problems.contains_key(&column.canonical) {
                continue;
            }
            let before = row.clone();
            let written = match (outbound.purpose, outbound.canonical.at(column.canonical)) {
                (Purpose::Create, canonical) => create(column, canonical, &mut row),
                (Purpose::Update, Some(value)) => column.write(value, &mut row),
                (Purpose::Update, None) => Ok(()),
            };
            if let Err(message) = written {
                problems.insert(column.canonical, message);
                row = before;
            }
        }
        row
    }

    fn read_back(
        &self,
        outbound: &Outbound<'_>,
        row: &[Cell],
        problems: &mut BTreeMap<usize, String>,
    ) {
        for column in &self.columns {
            let canonical = outbound.canonical.at(column.canonical);
            let Some(value) = canonical.filter(|value| expects_back(column, value, outbound))
            else {
                continue;
            };
            if problems.contains_key(&column.canonical) {
                continue;
            }
            let (expected, back) = (column.normal(value), column.read(row));
            let null_is_absent = |cell: &Cell| cell.clone().unwrap_or(Value::Null);
            match (expected, back) {
                (Ok(expected), Ok(back)) if null_is_absent(&back) == expected => {}
                (Ok(expected), Ok(back)) => {
                    let message = format!(
                        "{} would read back as {}",
                        in_words(Some(&expected)),
                        in_words(back.as_ref())
                    );
                    problems.insert(column.canonical, message);
                }
                (Err(message), _) | (_, Err(message)) => {
                    problems.insert(column.canonical, message);
                }
            }
        }
    }

    /// The own row with as many cells as the system has fields.
    fn whole_row(&self, cells: &[Cell], fields: usize) -> Vec<Cell> {
        let mut row = cells.to_vec();
        row.resize(fields, None);
        row
    }
}

/// A new record: constants and defaults apply, and null is what it has anyway.
fn create(column: &Column, canonical: Option<&Value>, row: &mut [Cell]) -> Result<(), String> {
    let transform = &column.transform;
    if let Some(constant) = &transform.constant {
        return column.write_text(constant, row);
    }
    match (
        canonical.filter(|value| !value.is_null()),
        &transform.default,
    ) {
        (Some(value), _) => column.write(value, row),
        (None, Some(default)) => column.write_text(default, row),
        (None, None) => Ok(()),
    }
}

/// Whether what is written in a column must read back the same.
fn expects_back(column: &Column, value: &Value, outbound: &Outbound<'_>) -> bool {
    let transform = &column.transform;
    let default_applies =
        outbound.purpose == Purpose::Create && value.is_null() && transform.default.is_some();
    !transform.read_only && transform.constant.is_none() && !default_applies
}

/// Only what differs from what stands there is written.
fn finish(
    outbound: &Outbound<'_>,
    standing: &[Cell],
    row: Vec<Cell>,
    problems: BTreeMap<usize, String>,
) -> Written {
    let mut writing = Writing::new(outbound);
    let changed: BTreeSet<usize> = (0..row.len())
        .filter(|&at| row[at] != standing[at])
        .collect();
    for (at, cell) in row.into_iter().enumerate() {
        if let Some(value) = cell.filter(|_| changed.contains(&at)) {
            writing.set_at(at, value);
        }
    }
    for (canonical, message) in problems {
        writing.problem_at(canonical, message);
    }
    writing.done()
}

fn in_words(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::Choices(choices)) => format!("{{{}}}", choices.join(", ")),
        Some(value) => format!("{:?}", crate::own::text(value).unwrap_or_default()),
    }
}
