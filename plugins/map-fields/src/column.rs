//! One field in one system: a lens between own cells and a canonical cell.

use crate::date::Zone;
use crate::language::Transform;
use crate::normal::{Semantic, is_blank};
use crate::step::{Place, Step};
use crate::{names, own, phone};
use treaty_sdk::{Cell, Field, Setup, System, Value};

/// A system's column in the row of one canonical field.
#[derive(Clone, Debug)]
pub struct Column {
    /// The canonical field, by position.
    pub canonical: usize,
    /// The own fields, by position; at least one.
    pub own: Vec<usize>,
    /// The transform, as the cell has it.
    pub transform: Transform,
    kinds: Vec<String>,
    semantic: Semantic,
    place: Place,
}

/// What stands between own fields when the cell does not say it.
const JOIN_DEFAULT: &str = " ";

impl Column {
    /// Reads the cells of a canonical field's row that are about a system;
    /// nothing where the system does not hold the field.
    ///
    /// # Errors
    /// Everything that is wrong with them, each with its column.
    pub fn new(
        setup: &Setup,
        system: &System,
        canonical: usize,
    ) -> Result<Option<Self>, Vec<(String, String)>> {
        let field = &setup.canonical[canonical];
        let Some(cell) = field.attribute(&system.name) else {
            return Ok(None);
        };
        let heading = format!("{}.transform", system.name);
        let mut problems = Vec::new();
        let own = own_fields(cell, system, &mut problems);
        let transform = match Transform::read_cell(field.attribute(&heading)) {
            Ok(transform) => transform,
            Err(messages) => {
                let messages = messages
                    .into_iter()
                    .map(|message| (heading.clone(), message));
                problems.extend(messages);
                Transform::default()
            }
        };
        let region = transform
            .region
            .as_deref()
            .or(system.attribute("default-region"));
        let region = region.map(phone::region).transpose();
        let zone = transform.zone.as_deref().or(system.attribute("time-zone"));
        let zone = zone.map_or_else(|| Ok(Zone::utc()), Zone::read);
        match (region, zone) {
            (Ok(region), Ok(zone)) if problems.is_empty() => Ok(Some(Self {
                canonical,
                kinds: own
                    .iter()
                    .map(|&at| system.fields[at].kind.clone())
                    .collect(),
                own,
                transform,
                semantic: Semantic::of(&field.kind),
                place: Place { region, zone },
            })),
            (region, zone) => {
                let wrong = [region.err(), zone.err()].into_iter().flatten();
                problems.extend(wrong.map(|message| (heading.clone(), message)));
                Err(problems)
            }
        }
    }

    /// The canonical cell of an own row.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn read(&self, own: &[Cell]) -> Result<Cell, String> {
        if self.transform.constant.is_some() {
            return Ok(None);
        }
        let Some(value) = self.gather(own)? else {
            return Ok(None);
        };
        let mut value = value;
        for step in &self.transform.steps {
            if is_blank(&value) {
                return Ok(Some(Value::Null));
            }
            value = step.read(value, &self.place)?;
        }
        self.semantic.normal(value, &self.place).map(Some)
    }

    /// Puts a canonical value into an own row, as far as it does not stand
    /// there already.
    ///
    /// # Errors
    /// What cannot be expressed.
    pub fn write(&self, canonical: &Value, own: &mut [Cell]) -> Result<(), String> {
        if self.transform.constant.is_some() {
            return Ok(());
        }
        let canonical = self.normal(canonical)?;
        let standing = self.read(own);
        let nothing_there =
            matches!(standing, Ok(None)) && self.own.iter().all(|&at| own[at].is_none());
        if standing == Ok(Some(canonical.clone())) {
            return Ok(());
        }
        let states = self.states(own);
        let mut value = canonical;
        for (step, standing) in self.transform.steps.iter().zip(&states).rev() {
            value = step.write(value, standing.as_ref(), &self.place)?;
        }
        if nothing_there && value.is_null() && self.own.len() == 1 {
            own[self.own[0]] = Some(Value::Null);
            return Ok(());
        }
        self.spread(value, own)
    }

    /// The canonical value in its normal form.
    ///
    /// # Errors
    /// What is no value of the field's semantic type.
    pub fn normal(&self, canonical: &Value) -> Result<Value, String> {
        self.semantic.normal(canonical.clone(), &self.place)
    }

    /// Writes a text from the table itself: a default, a constant.
    ///
    /// # Errors
    /// What the system cannot store.
    pub fn write_text(&self, text: &str, own: &mut [Cell]) -> Result<(), String> {
        self.spread(Value::from(text), own)
    }

    /// Whether it only replaces the last name in a full name: those columns are
    /// written before those of first names, because a single word is a last
    /// name.
    pub fn comes_first(&self) -> bool {
        self.transform
            .steps
            .contains(&Step::Part(names::Part::Last))
    }

    /// The own cells as one value: absent if any of them is.
    fn gather(&self, own: &[Cell]) -> Result<Cell, String> {
        if let [only] = self.own[..] {
            return Ok(own.get(only).cloned().flatten());
        }
        let mut texts = Vec::with_capacity(self.own.len());
        for &at in &self.own {
            match own.get(at) {
                Some(Some(value)) => texts.push(own::text(value)?),
                _ => return Ok(None),
            }
        }
        Ok(Some(Value::Text(names::join(&texts, self.separator()))))
    }

    /// What stands before each step when the own row is read; nothing after a
    /// step that fails.
    fn states(&self, own: &[Cell]) -> Vec<Cell> {
        let mut value = self.gather(own).ok().flatten();
        let mut states = Vec::with_capacity(self.transform.steps.len());
        for step in &self.transform.steps {
            states.push(value.clone());
            value = match value {
                Some(value) if !is_blank(&value) => step.read(value, &self.place).ok(),
                other => other,
            };
        }
        states
    }

    /// Puts a value into the own cells.
    fn spread(&self, value: Value, own: &mut [Cell]) -> Result<(), String> {
        if let [only] = self.own[..] {
            let fitted = own::fit(value, &self.kinds[0], own[only].as_ref(), &self.place.zone)?;
            own[only] = Some(fitted);
            return Ok(());
        }
        let standing: Vec<String> = self
            .own
            .iter()
            .map(|&at| {
                own[at]
                    .as_ref()
                    .and_then(|value| own::text(value).ok())
                    .unwrap_or_default()
            })
            .collect();
        let parts = names::take_apart(&own::text(&value)?, self.separator(), &standing);
        for ((&at, kind), (part, standing)) in self
            .own
            .iter()
            .zip(&self.kinds)
            .zip(parts.into_iter().zip(standing))
        {
            if part == standing.trim() && own[at].is_some() {
                continue;
            }
            let part = match part.is_empty() {
                true => Value::Null,
                false => own::fit(Value::Text(part), kind, own[at].as_ref(), &self.place.zone)?,
            };
            own[at] = Some(part);
        }
        Ok(())
    }

    fn separator(&self) -> &str {
        self.transform.join.as_deref().unwrap_or(JOIN_DEFAULT)
    }
}

impl Transform {
    fn read_cell(cell: Option<&str>) -> Result<Self, Vec<String>> {
        cell.map_or_else(|| Ok(Self::default()), Self::read)
    }
}

/// The own fields that a cell names: one, or several with ` + ` between them.
fn own_fields(cell: &str, system: &System, problems: &mut Vec<(String, String)>) -> Vec<usize> {
    if let Some(only) = system.position(cell) {
        return vec![only];
    }
    let mut positions = Vec::new();
    for name in cell.split(" + ").map(str::trim) {
        match system.position(name) {
            Some(position) => positions.push(position),
            None => problems.push((system.name.clone(), unknown_field(name, &system.fields))),
        }
    }
    positions
}

fn unknown_field(name: &str, fields: &[Field]) -> String {
    let known: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
    format!(
        "the system has no field {name:?}; known: {}",
        known.join(", ")
    )
}
