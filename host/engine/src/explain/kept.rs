//! From the journal's entries to events.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use treaty_ledger::{EntryKind, IntentAction, KeptEntry};
use treaty_model::{Candidate, Cell, LinkId, RemoteId, Revision, RuleId, RunId, SystemName};

use crate::explain::event::{Agreed, Happening, OwnChange, SideTold, Told};

#[derive(Deserialize)]
struct RecordKept {
    system: SystemName,
    remote: RemoteId,
}

#[derive(Deserialize)]
struct JoinKept {
    from: LinkId,
    into: LinkId,
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
        EntryKind::Link if entry.content.is_object() => {
            let JoinKept { from, into } = read(entry)?;
            Happening::Joined { from, into }
        }
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
