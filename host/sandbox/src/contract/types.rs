//! The interfaces `types`, `log` and `description`.

use treaty_model::{Attribute, Cell, Row, Setup, SetupField, SetupSystem, Value};
use wasmtime::component::{ComponentType, Lift, Lower};

/// What a component answers for one element.
pub(crate) type Answer<T> = Result<T, RuleErrorOut>;

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(variant)]
pub(crate) enum ValueIn<'a> {
    #[component(name = "null")]
    Null,
    #[component(name = "boolean")]
    Boolean(bool),
    #[component(name = "integer")]
    Integer(i64),
    #[component(name = "decimal")]
    Decimal(&'a str),
    #[component(name = "text")]
    Text(&'a str),
    #[component(name = "date")]
    Date(&'a str),
    #[component(name = "instant")]
    Instant(i64),
    #[component(name = "choices")]
    Choices(&'a [String]),
    #[component(name = "reference")]
    Reference(&'a str),
    #[component(name = "json")]
    Json(&'a str),
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum ValueOut {
    #[component(name = "null")]
    Null,
    #[component(name = "boolean")]
    Boolean(bool),
    #[component(name = "integer")]
    Integer(i64),
    #[component(name = "decimal")]
    Decimal(String),
    #[component(name = "text")]
    Text(String),
    #[component(name = "date")]
    Date(String),
    #[component(name = "instant")]
    Instant(i64),
    #[component(name = "choices")]
    Choices(Vec<String>),
    #[component(name = "reference")]
    Reference(String),
    #[component(name = "json")]
    Json(String),
}

pub(crate) type RowIn<'a> = Vec<Option<ValueIn<'a>>>;
pub(crate) type RowOut = Vec<Option<ValueOut>>;

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(record)]
pub(crate) struct AttributeIn<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct FieldIn<'a> {
    name: &'a str,
    kind: &'a str,
    attributes: Vec<AttributeIn<'a>>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct SystemIn<'a> {
    name: &'a str,
    fields: Vec<FieldIn<'a>>,
    attributes: Vec<AttributeIn<'a>>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct SetupIn<'a> {
    entity: &'a str,
    canonical: Vec<FieldIn<'a>>,
    systems: Vec<SystemIn<'a>>,
    configuration: &'a str,
    attributes: Vec<AttributeIn<'a>>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct AttributeOut {
    pub(crate) name: String,
    pub(crate) value: String,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct RuleErrorOut {
    pub(crate) field: Option<u32>,
    pub(crate) message: String,
}

#[expect(dead_code, reason = "only components make these, by lifting")]
#[derive(Clone, Copy, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
pub(crate) enum LevelOut {
    #[component(name = "debug")]
    Debug,
    #[component(name = "info")]
    Info,
    #[component(name = "warning")]
    Warning,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct DescriptionOut {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) summary: String,
    #[component(name = "configuration-schema")]
    pub(crate) configuration_schema: String,
    pub(crate) attributes: Vec<AttributeOut>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct ProblemOut {
    pub(crate) field: Option<u32>,
    pub(crate) system: Option<u32>,
    pub(crate) place: Option<String>,
    pub(crate) message: String,
}

impl<'a> From<&'a Value> for ValueIn<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(value) => Self::Boolean(*value),
            Value::Integer(value) => Self::Integer(*value),
            Value::Decimal(value) => Self::Decimal(value.as_str()),
            Value::Text(value) => Self::Text(value),
            Value::Date(value) => Self::Date(value),
            Value::Instant(value) => Self::Instant(value.as_micros()),
            Value::Choices(values) => Self::Choices(values),
            Value::Reference(value) => Self::Reference(value),
            Value::Json(value) => Self::Json(value),
        }
    }
}

pub(crate) fn cell_in(cell: &Cell) -> Option<ValueIn<'_>> {
    cell.as_ref().map(ValueIn::from)
}

pub(crate) fn row_in(row: &Row) -> RowIn<'_> {
    row.iter().map(cell_in).collect()
}

pub(crate) fn attributes_in(attributes: &[Attribute]) -> Vec<AttributeIn<'_>> {
    attributes
        .iter()
        .map(|(name, value)| AttributeIn { name, value })
        .collect()
}

impl<'a> From<&'a SetupField> for FieldIn<'a> {
    fn from(field: &'a SetupField) -> Self {
        Self {
            name: &field.name,
            kind: &field.kind,
            attributes: attributes_in(&field.attributes),
        }
    }
}

impl<'a> From<&'a SetupSystem> for SystemIn<'a> {
    fn from(system: &'a SetupSystem) -> Self {
        Self {
            name: &system.name,
            fields: system.fields.iter().map(FieldIn::from).collect(),
            attributes: attributes_in(&system.attributes),
        }
    }
}

impl<'a> From<&'a Setup> for SetupIn<'a> {
    fn from(setup: &'a Setup) -> Self {
        Self {
            entity: &setup.entity,
            canonical: setup.canonical.iter().map(FieldIn::from).collect(),
            systems: setup.systems.iter().map(SystemIn::from).collect(),
            configuration: &setup.configuration,
            attributes: attributes_in(&setup.attributes),
        }
    }
}

/// How many bytes something takes in a component's memory, roughly; what fuel
/// and the limit on input are counted by.
pub(crate) trait Weight {
    fn weight(&self) -> u64;
}

impl Weight for ValueIn<'_> {
    fn weight(&self) -> u64 {
        let content = match self {
            Self::Null | Self::Boolean(_) | Self::Integer(_) | Self::Instant(_) => 0,
            Self::Decimal(text)
            | Self::Text(text)
            | Self::Date(text)
            | Self::Reference(text)
            | Self::Json(text) => text.len(),
            Self::Choices(choices) => choices.iter().map(|choice| 8 + choice.len()).sum(),
        };
        24 + content as u64
    }
}

impl Weight for RowIn<'_> {
    fn weight(&self) -> u64 {
        let cell = |cell: &Option<ValueIn<'_>>| cell.as_ref().map_or(24, Weight::weight);
        8 + self.iter().map(cell).sum::<u64>()
    }
}

impl Weight for Vec<AttributeIn<'_>> {
    fn weight(&self) -> u64 {
        let attribute = |each: &AttributeIn<'_>| 16 + (each.name.len() + each.value.len()) as u64;
        8 + self.iter().map(attribute).sum::<u64>()
    }
}

impl Weight for Vec<FieldIn<'_>> {
    fn weight(&self) -> u64 {
        let field = |field: &FieldIn<'_>| {
            16 + (field.name.len() + field.kind.len()) as u64 + field.attributes.weight()
        };
        8 + self.iter().map(field).sum::<u64>()
    }
}

impl Weight for SetupIn<'_> {
    fn weight(&self) -> u64 {
        let system = |system: &SystemIn<'_>| {
            8 + system.name.len() as u64 + system.fields.weight() + system.attributes.weight()
        };
        16 + (self.entity.len() + self.configuration.len()) as u64
            + self.canonical.weight()
            + self.systems.iter().map(system).sum::<u64>()
            + self.attributes.weight()
    }
}
