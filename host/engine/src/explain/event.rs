//! What the journal's entries say, as typed events.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use treaty_ledger::{EntryKind, IntentAction, KeptEntry};
use treaty_model::{
    Candidate, Cell, Origin, RemoteId, Revision, RuleId, RunId, Standing, SystemName, Timestamp,
    Value, Why,
};

/// An event: when, in which run, and what.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// When it was told.
    pub at: Timestamp,
    /// In which run; none: between runs.
    pub run: Option<RunId>,
    /// What happened.
    #[serde(flatten)]
    pub what: Happening,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Happening {
    /// Records were linked.
    Linked {
        /// Which.
        records: Vec<(SystemName, RemoteId)>,
    },
    /// A system's record was taken out of the link.
    Unlinked {
        /// Of which system.
        system: Option<SystemName>,
        /// Why.
        why: String,
    },
    /// A value was agreed that nobody contested.
    Agreed(Agreed),
    /// A conflict was decided.
    Decided {
        /// What was agreed.
        #[serde(flatten)]
        agreed: Agreed,
        /// The rule and its digest; none: a person.
        rule: Option<RuleId>,
        /// The reason that was given.
        reason: String,
        /// All sides.
        sides: Vec<SideTold>,
    },
    /// A value lost.
    GivenUp {
        /// The field.
        field: String,
        /// The value that lost, where, when and by whom it was made.
        #[serde(flatten)]
        side: SideTold,
        /// What stands instead.
        winner: Cell,
        /// Why it lost.
        reason: String,
        /// The rule that let it lose.
        rule: Option<RuleId>,
    },
    /// A record was made, written, archived or deleted, or that was tried.
    Sent {
        /// What was done.
        action: IntentAction,
        /// The system.
        system: Option<SystemName>,
        /// The record there.
        remote: Option<RemoteId>,
        /// Whether it was carried out.
        done: bool,
        /// What became of it: `done`, `landed`, `stale`, `refused: …`.
        outcome: String,
        /// The system's own fields.
        own: Vec<OwnChange>,
        /// The fields of the table that were written, with the revision of base.
        revisions: Vec<(String, Revision)>,
    },
    /// A record was seen to be gone or back.
    Presence {
        /// Its system.
        system: Option<SystemName>,
        /// Its id there.
        remote: Option<RemoteId>,
        /// What was seen, or how it was dealt with.
        what: String,
    },
    /// A person was asked about a field, or about a delete.
    Asked {
        /// The field; none: whether the record is to be deleted.
        field: Option<String>,
        /// What was agreed before.
        base: Cell,
        /// Why a person was asked.
        reason: String,
        /// The rule that escalated.
        rule: Option<RuleId>,
        /// All sides.
        sides: Vec<SideTold>,
    },
    /// A person was asked whether two records are the same.
    AskedSame {
        /// The question's number.
        question: i64,
        /// The two.
        records: Vec<(SystemName, RemoteId)>,
        /// How likely they are the same.
        probability: f64,
    },
    /// A person answered.
    Answered {
        /// The question's number.
        question: i64,
        /// The field.
        field: Option<String>,
        /// What was chosen.
        choice: Json,
        /// By whom.
        by: String,
    },
    /// Something could not be read, matched or written.
    Fault {
        /// The system.
        system: Option<SystemName>,
        /// The record there.
        remote: Option<RemoteId>,
        /// The field.
        field: Option<String>,
        /// What is wrong.
        what: String,
    },
    /// Something that this version of Treaty has no words for.
    Other {
        /// What kind of entry.
        kind: EntryKind,
        /// What it says.
        content: Json,
    },
}

/// A value that base took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreed {
    /// The field.
    #[serde(default)]
    pub field: String,
    /// What was agreed before.
    pub before: Cell,
    /// What is agreed now.
    pub value: Value,
    /// The system that had it.
    pub system: Option<SystemName>,
    /// Who changed it there.
    pub origin: Origin,
    /// When, by that system's clock.
    #[serde(rename(serialize = "changed_at"))]
    pub at: Option<Timestamp>,
    /// The revision of base.
    pub revision: Revision,
    /// Which branch of the decision it was.
    pub why: Why,
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SideTold {
    /// The system; none: what was agreed before.
    pub system: Option<SystemName>,
    /// The value.
    pub value: Value,
    /// How it came about.
    pub standing: Standing,
    /// Who changed it.
    pub origin: Origin,
    /// When, by the system's clock.
    #[serde(rename(serialize = "changed_at"))]
    pub at: Option<Timestamp>,
}

/// One of a system's own fields in a write.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OwnChange {
    /// Its name there.
    pub name: String,
    /// What stood there before.
    pub before: Cell,
    /// What was sent; none: the record was removed.
    pub sent: Cell,
    /// What stands there since, where the system made something else of it.
    pub left: Cell,
}

#[derive(Deserialize)]
struct RecordKept {
    system: SystemName,
    remote: RemoteId,
}

#[derive(Deserialize)]
struct FieldsKept {
    fields: Vec<FieldKept>,
}

#[derive(Deserialize)]
struct FieldKept {
    field: String,
    to: Agreed,
}

#[derive(Deserialize)]
struct DecidedKept {
    reason: String,
    rule: Option<RuleId>,
    sides: Vec<SideTold>,
}

#[derive(Deserialize)]
struct GivenUpKept {
    winner: Cell,
    candidate: Candidate,
    reason: String,
    rule: Option<RuleId>,
}

#[derive(Deserialize)]
struct AskedKept {
    base: Cell,
    reason: String,
    rule: Option<RuleId>,
    sides: Vec<SideTold>,
}

#[derive(Deserialize)]
struct AnswerKept {
    question: i64,
    choice: Json,
    by: String,
}

#[derive(Deserialize)]
struct EndKept {
    action: IntentAction,
    #[serde(default)]
    left: Vec<Cell>,
    names: Vec<String>,
    outcome: String,
    own: Vec<Cell>,
    replaced: Vec<Cell>,
    revisions: Vec<(String, Revision)>,
}

/// The events that an entry tells; of one field only, where one is named, with
/// what concerns the whole record.
pub(crate) fn told(entry: &KeptEntry, field: Option<&str>) -> Vec<Told> {
    let happened = match entry.kind {
        EntryKind::Base => base(entry),
        _ => one(entry).map(|what| vec![what]),
    };
    let happened = happened.unwrap_or_else(|| {
        vec![Happening::Other {
            kind: entry.kind,
            content: entry.content.clone(),
        }]
    });
    let wanted = happened
        .into_iter()
        .filter(|what| field.is_none_or(|field| concerns(entry, what, field)));
    wanted
        .map(|what| Told {
            at: entry.at,
            run: (entry.run != RunId(0)).then_some(entry.run),
            what,
        })
        .collect()
}

fn concerns(entry: &KeptEntry, what: &Happening, field: &str) -> bool {
    match what {
        Happening::Agreed(agreed) => agreed.field == field,
        // A removal writes no field and takes all of them.
        Happening::Sent { revisions, .. } => {
            revisions.is_empty() || revisions.iter().any(|(written, _)| written == field)
        }
        _ => entry.field.as_deref().is_none_or(|of| of == field),
    }
}

fn read<T: DeserializeOwned>(entry: &KeptEntry) -> Option<T> {
    T::deserialize(&entry.content).ok()
}

fn text(entry: &KeptEntry, key: &str) -> Option<String> {
    entry.content.get(key)?.as_str().map(str::to_owned)
}

fn base(entry: &KeptEntry) -> Option<Vec<Happening>> {
    let kept: FieldsKept = read(entry)?;
    let fields = kept.fields.into_iter().map(|FieldKept { field, to }| {
        let to = Agreed { field, ..to };
        Happening::Agreed(to)
    });
    Some(fields.collect())
}

fn one(entry: &KeptEntry) -> Option<Happening> {
    let (system, remote) = (entry.system.clone(), entry.remote.clone());
    let field = entry.field.clone();
    Some(match entry.kind {
        EntryKind::Link => {
            let records: Vec<RecordKept> = read(entry)?;
            let records = records.into_iter();
            Happening::Linked {
                records: records.map(|kept| (kept.system, kept.remote)).collect(),
            }
        }
        EntryKind::Unlink => Happening::Unlinked {
            system,
            why: text(entry, "why")?,
        },
        EntryKind::Verdict => decided(entry, field?)?,
        EntryKind::GivenUp => {
            let kept: GivenUpKept = read(entry)?;
            Happening::GivenUp {
                field: field?,
                side: SideTold {
                    system,
                    value: kept.candidate.value,
                    standing: kept.candidate.standing,
                    origin: kept.candidate.origin,
                    at: kept.candidate.at,
                },
                winner: kept.winner,
                reason: kept.reason,
                rule: kept.rule,
            }
        }
        EntryKind::Write | EntryKind::Create | EntryKind::Delete | EntryKind::Setback => {
            sent(entry)?
        }
        EntryKind::Deleted => Happening::Presence {
            system,
            remote,
            what: text(entry, "what").or_else(|| text(entry, "presence"))?,
        },
        EntryKind::Question => {
            let AskedKept {
                base,
                reason,
                rule,
                sides,
            } = read(entry)?;
            Happening::Asked {
                field,
                base,
                reason,
                rule,
                sides,
            }
        }
        EntryKind::Answer => {
            let kept: AnswerKept = read(entry)?;
            Happening::Answered {
                question: kept.question,
                field,
                choice: kept.choice,
                by: kept.by,
            }
        }
        EntryKind::Fault => {
            let what = text(entry, "what")?;
            let why = text(entry, "why").map(|why| format!(": {why}"));
            Happening::Fault {
                system,
                remote,
                field,
                what: what + &why.unwrap_or_default(),
            }
        }
        EntryKind::Base | EntryKind::Guard | EntryKind::Change => return None,
    })
}

fn decided(entry: &KeptEntry, field: String) -> Option<Happening> {
    let agreed: Agreed = read(entry)?;
    let decided = DecidedKept::deserialize(entry.content.get("decided")?).ok()?;
    Some(Happening::Decided {
        agreed: Agreed { field, ..agreed },
        rule: decided.rule,
        reason: decided.reason,
        sides: decided.sides,
    })
}

fn sent(entry: &KeptEntry) -> Option<Happening> {
    let kept: EndKept = read(entry)?;
    let own = kept.names.into_iter().enumerate().map(|(at, name)| {
        let cell = |row: &[Cell]| row.get(at).cloned().flatten();
        let sent = cell(&kept.own);
        OwnChange {
            name,
            before: cell(&kept.replaced),
            left: cell(&kept.left).filter(|left| sent.as_ref() != Some(left)),
            sent,
        }
    });
    Some(Happening::Sent {
        own: own.collect(),
        action: kept.action,
        system: entry.system.clone(),
        remote: entry.remote.clone(),
        done: entry.kind != EntryKind::Setback,
        outcome: kept.outcome,
        revisions: kept.revisions,
    })
}
