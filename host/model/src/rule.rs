//! What rules are asked and what they answer: the contract (`wit/`) as the
//! host's own types. Only the sandbox knows both forms.
//!
//! Indexes are positions in the setup's lists, as in the contract. The meaning
//! of each item is documented there.

use serde::{Deserialize, Serialize};

use crate::{Cell, FieldIndex, Origin, Row, Timestamp, Value};

/// A name and a text.
pub type Attribute = (String, String);

/// What a rule is told once for a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// The entity.
    pub entity: String,
    /// The canonical schema.
    pub canonical: Vec<SetupField>,
    /// The systems and the own fields that the table mentions.
    pub systems: Vec<SetupSystem>,
    /// The rule's configuration, a JSON object.
    pub configuration: String,
    /// What else is known.
    pub attributes: Vec<Attribute>,
}

/// One field of a schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupField {
    /// Its name.
    pub name: String,
    /// Its semantic type, or what the system stores.
    pub kind: String,
    /// What else is known.
    pub attributes: Vec<Attribute>,
}

/// A system that takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupSystem {
    /// Its name.
    pub name: String,
    /// The schema of its own rows.
    pub fields: Vec<SetupField>,
    /// What else is known.
    pub attributes: Vec<Attribute>,
}

/// Why a rule cannot answer for one element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleError {
    /// The canonical field it is about.
    pub field: Option<u32>,
    /// What is wrong.
    pub message: String,
}

/// What a component says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Verb and noun.
    pub name: String,
    /// A semantic version.
    pub version: String,
    /// What it is for.
    pub summary: String,
    /// The JSON Schema of its configuration.
    pub configuration_schema: String,
    /// What else it says.
    pub attributes: Vec<Attribute>,
}

/// Something wrong with a setup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupProblem {
    /// The canonical field it is about.
    pub field: Option<u32>,
    /// The system it is about.
    pub system: Option<u32>,
    /// Where in the configuration or the table.
    pub place: Option<String>,
    /// What is wrong.
    pub message: String,
}

/// A record as its system has it, for a mapper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbound {
    /// The own row.
    pub own: Row,
    /// The canonical row as last agreed.
    pub known: Row,
}

/// A field that could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The canonical field.
    pub field: u32,
    /// What is wrong with which value.
    pub message: String,
    /// What kind of problem it is.
    #[serde(default, skip_serializing_if = "Trouble::is_unread")]
    pub trouble: Trouble,
}

/// What is wrong between a record and what was agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// What stands there cannot be read.
    #[default]
    Unread,
    /// The host could not run the rule that reads it. It says nothing about the
    /// record, which is tried again.
    NotTried,
    /// What was agreed cannot be written there.
    Unwritten,
    /// The system refused what was written. It is tried again after a while: a
    /// right may have been given, or a rule there changed.
    Refused,
    /// The matcher failed on it, so that nobody can say who it is: nothing is
    /// made of it.
    Unmatched,
}

impl Trouble {
    fn is_unread(&self) -> bool {
        *self == Self::Unread
    }

    /// Whether it is about what was to be written, and not about what stands
    /// there.
    pub fn is_of_writing(self) -> bool {
        matches!(self, Self::Unwritten | Self::Refused)
    }
}

impl FieldProblem {
    /// In place of a field: the whole record.
    pub const WHOLE_RECORD: u32 = u32::MAX;

    /// A problem of one field, or of the whole record.
    pub fn new(field: Option<FieldIndex>, trouble: Trouble, message: impl Into<String>) -> Self {
        let place = |field: FieldIndex| u32::try_from(field.0).unwrap_or(Self::WHOLE_RECORD);
        Self {
            field: field.map_or(Self::WHOLE_RECORD, place),
            message: message.into(),
            trouble,
        }
    }

    /// The field, if it is about one.
    pub fn field(&self) -> Option<FieldIndex> {
        (self.field != Self::WHOLE_RECORD).then_some(FieldIndex(self.field as usize))
    }
}

/// A canonical row and what could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// The canonical row.
    pub canonical: Row,
    /// What could not be read.
    pub problems: Vec<FieldProblem>,
}

/// What becomes of a system's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InboundAnswer {
    /// It takes part.
    Read(Read),
    /// It takes no part, for this reason.
    LeftOut(String),
}

/// What a write is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// The record is there.
    Update,
    /// The record is made.
    Create,
}

/// A canonical row that is to be written to a system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbound {
    /// Only what is not absent is to be written.
    pub canonical: Row,
    /// The own row as it stands.
    pub own: Row,
    /// What the write is for.
    pub purpose: Purpose,
}

/// An own row and what could not be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The own row; absent: leave as it is.
    pub own: Row,
    /// What could not be written.
    pub problems: Vec<FieldProblem>,
}

/// A blocking key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// What it is made of.
    pub kind: String,
    /// A hash of its content.
    pub hash: u64,
}

/// A value whose frequency matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Term {
    /// A hash of the value.
    pub value: u64,
    /// A hash of the witness; zero: none.
    pub witness: u64,
}

/// What the host keeps for one version of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// The blocking keys.
    pub keys: Vec<Key>,
    /// The terms to be counted.
    pub terms: Vec<Term>,
    /// What compare needs.
    pub features: Vec<u8>,
}

/// How often a term was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermCount {
    /// In how many records.
    pub records: u64,
    /// With how many different witnesses.
    pub witnesses: u64,
}

/// The records among which matches are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Population {
    /// How many there are.
    pub records: u64,
    /// How many pairs could match at most.
    pub pairs: u64,
    /// What else is known.
    pub attributes: Vec<Attribute>,
}

/// A prepared record with the counts of its terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchCandidate {
    /// As prepare gave it.
    pub features: Vec<u8>,
    /// One for each term.
    pub counts: Vec<TermCount>,
}

/// Two candidates by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pair {
    /// The first.
    pub first: u32,
    /// The second.
    pub second: u32,
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was compared.
    pub about: String,
    /// What was found.
    pub finding: String,
    /// Its share of the weight, in bits.
    pub weight: f64,
}

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// In bits, finite.
    pub weight: f64,
    /// From 0 to 1.
    pub probability: f64,
    /// Which level each comparison reached.
    pub pattern: u64,
    /// The evidence, where it was asked for.
    pub evidence: Vec<Evidence>,
}

/// How a candidate value came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The system changed it since it last agreed.
    Edited,
    /// The system never agreed on this field.
    FirstSeen,
    /// What was agreed before the edit, unseen by the editor.
    Agreed,
}

/// One of the values that contest a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Candidate {
    /// The system, an index into the setup's systems.
    pub system: Option<u32>,
    /// The value, never absent.
    pub value: Value,
    /// How it came about.
    pub standing: Standing,
    /// When, by the system's clock.
    pub at: Option<Timestamp>,
    /// By whom.
    pub origin: Origin,
}

/// A contested field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contested {
    /// Its index among the canonical fields.
    pub field: u32,
    /// What was agreed before.
    pub base: Cell,
    /// At least two.
    pub candidates: Vec<Candidate>,
    /// What else is known.
    pub attributes: Vec<Attribute>,
}

/// One link with all its contested fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// In the order of the canonical fields.
    pub contested: Vec<Contested>,
    /// The rest of the record.
    pub agreed: Row,
    /// What else is known.
    pub attributes: Vec<Attribute>,
}

/// What is decided for a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// This candidate wins.
    Keep(u32),
    /// This value wins.
    Set(Value),
    /// A person must decide.
    Escalate,
}

/// A decision and its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The field.
    pub field: u32,
    /// What is decided.
    pub decision: Decision,
    /// Why.
    pub reason: String,
}
