//! Events in words: one line for each.

use serde_json::Value as Json;
use treaty_engine::{Agreed, Happening, OwnChange, SideTold, Told};
use treaty_ledger::IntentAction;
use treaty_model::{
    ActorKind, Cell, Origin, RemoteId, RuleId, Standing, SystemName, Timestamp, Value, Why,
};

/// An event as one line.
pub fn line(told: &Told) -> String {
    match &told.what {
        Happening::Linked { records } => format!("linked: {}", named(records)),
        Happening::Joined { from, into } => {
            format!("link {from} went into link {into}: they are one thing")
        }
        Happening::Unlinked { system, why } => {
            format!(
                "the record of {} was let go: {why}",
                or_all(system.as_ref())
            )
        }
        Happening::Agreed(agreed) => agreed_line(agreed),
        Happening::Decided {
            agreed,
            rule: decided_by,
            reason,
            sides,
        } => {
            let by = match decided_by {
                Some(id) => format!("by {}", rule(id)),
                None => "by a person".to_owned(),
            };
            let (field, value) = (&agreed.field, &agreed.value);
            format!(
                "{field}: {} met; decided {by}: {value}, because: {reason}",
                sides_in_words(sides)
            )
        }
        Happening::GivenUp {
            field,
            side,
            winner,
            reason,
            rule: lost_by,
        } => {
            let by = lost_by.as_ref();
            let by = by
                .map(|id| format!(", by {}", rule(id)))
                .unwrap_or_default();
            format!(
                "{field}: {} lost to {}{by}: {reason}",
                side_in_words(side),
                or_nothing(winner)
            )
        }
        Happening::Sent { .. } => sent_line(told),
        Happening::Presence {
            system,
            remote,
            what,
        } => {
            let what = match what.as_str() {
                "reported" => "reported as deleted",
                "gone" => "dealt with as gone",
                other => other,
            };
            format!("{}: {what}", record(system.as_ref(), remote.as_ref()))
        }
        Happening::Asked {
            field,
            base,
            reason,
            rule: escalated,
            sides,
        } => {
            let by = escalated.as_ref();
            let by = by.map(|id| format!(" by {}", rule(id))).unwrap_or_default();
            format!(
                "{}: a person was asked{by}: {reason}; agreed before: {}; {}",
                field.as_deref().unwrap_or("delete"),
                or_nothing(base),
                sides_in_words(sides)
            )
        }
        Happening::AskedSame {
            question,
            records,
            probability,
        } => format!(
            "question {question}: a person was asked whether {} are the same ({:.0} %)",
            named(records),
            probability * 100.0
        ),
        Happening::Answered {
            question,
            field,
            choice: chosen,
            by,
        } => {
            let field = field.as_ref();
            let field = field.map(|field| format!("{field}: ")).unwrap_or_default();
            format!(
                "{field}{by} answered question {question}: {}",
                choice(chosen)
            )
        }
        Happening::Fault {
            system,
            remote,
            field,
            what,
        } => {
            let field = field.as_ref();
            let field = field.map(|field| format!(", {field}")).unwrap_or_default();
            format!(
                "{}{field}: {what}",
                record(system.as_ref(), remote.as_ref())
            )
        }
        Happening::Other { kind, content } => match content["forgotten"] == true {
            true => format!("{kind}: forgotten, because it is long ago or somebody asked for it"),
            false => format!("{kind}: {content}"),
        },
    }
}

fn agreed_line(agreed: &Agreed) -> String {
    let (field, value) = (&agreed.field, &agreed.value);
    let how = match agreed.why {
        Why::FirstMeeting => "first met",
        Why::OwnerChanged => "changed by its owner",
        Why::OneChanged => "changed",
        Why::AllChangedAlike => "changed alike everywhere",
        Why::RuleDecided => "decided by a rule",
        Why::PersonDecided => "decided by a person",
        Why::Behind => "brought up to date",
        Why::WriteBack => "written back",
        Why::Undone => "undone",
        Why::Repaired => "repaired",
    };
    let by = made_by(agreed.system.as_ref(), &agreed.origin, agreed.at);
    match &agreed.before {
        None => format!("{field}: {value}, {how}{by}"),
        Some(before) => format!("{field}: {before} became {value}, {how}{by}"),
    }
}

fn sent_line(told: &Told) -> String {
    let Happening::Sent {
        action,
        system,
        remote,
        done,
        outcome,
        own,
        ..
    } = &told.what
    else {
        return String::new();
    };
    let at = record(system.as_ref(), remote.as_ref());
    let (did, tried) = match action {
        IntentAction::Create => ("made", "making"),
        IntentAction::Update => ("written", "writing"),
        IntentAction::Archive => ("archived", "archiving"),
        IntentAction::Delete => ("deleted", "deleting"),
    };
    let changes: Vec<_> = own.iter().filter_map(own_in_words).collect();
    let changes = match changes.is_empty() {
        true => String::new(),
        false => format!(": {}", changes.join(", ")),
    };
    match (done, outcome.as_str()) {
        (true, "done") => format!("{at} {did}{changes}"),
        (true, "landed") => format!("{at} {did}, as was found out later{changes}"),
        (true, "gone") => format!("{at} was gone already"),
        (true, other) => format!("{at} {did} ({other}){changes}"),
        (false, "stale") => {
            format!("{at}: {tried} it came too late, somebody had changed it{changes}")
        }
        (false, other) => format!("{at}: {tried} it failed ({other}){changes}"),
    }
}

/// An own field of a write; none where it was sent as it stood, or nothing.
fn own_in_words(own: &OwnChange) -> Option<String> {
    let name = &own.name;
    let is_nothing = |cell: &Cell| matches!(cell, None | Some(Value::Null));
    let kept = own.left.as_ref();
    let kept = kept
        .map(|left| format!(" (kept there as {left})"))
        .unwrap_or_default();
    match (&own.before, &own.sent) {
        (before, Some(sent)) if before.as_ref() == Some(sent) => None,
        (before, sent) if is_nothing(before) && is_nothing(sent) => None,
        (before, Some(sent)) if is_nothing(before) => Some(format!("{name} {sent}{kept}")),
        (Some(before), Some(sent)) => Some(format!("{name} {before} → {sent}{kept}")),
        (Some(before), None) => Some(format!("{name} {before}")),
        (None, _) => None,
    }
}

fn sides_in_words(sides: &[SideTold]) -> String {
    let sides: Vec<_> = sides.iter().map(side_in_words).collect();
    sides.join(" and ")
}

fn side_in_words(side: &SideTold) -> String {
    if side.standing == Standing::Agreed {
        return format!("{}, agreed before", side.value);
    }
    format!(
        "{}{}",
        side.value,
        made_by(side.system.as_ref(), &side.origin, side.at)
    )
}

/// Where, by whom and when a value was made, as far as that is known.
pub fn made_by(system: Option<&SystemName>, origin: &Origin, at: Option<Timestamp>) -> String {
    let mut words = String::new();
    if let Some(system) = system {
        words += &format!(" in {system}");
    }
    words += &match (&origin.actor, origin.kind) {
        (Some(actor), ActorKind::Automation) => format!(" by {actor} (automation)"),
        (Some(actor), _) => format!(" by {actor}"),
        (None, ActorKind::Person) => " by a person".to_owned(),
        (None, ActorKind::Automation) => " by an automation".to_owned(),
        (None, ActorKind::Treaty) => " by Treaty".to_owned(),
        (None, ActorKind::Unknown) => String::new(),
    };
    if let Some(at) = at {
        words += &format!(" at {at}");
    }
    words
}

/// A rule with enough of its digest to tell versions apart.
pub fn rule(id: &RuleId) -> String {
    format!("{} {}", id.name, id.digest.short())
}

fn choice(choice: &Json) -> String {
    if let Some(value) = choice.get("value") {
        return match serde_json::from_value::<Value>(value.clone()) {
            Ok(value) => value.to_string(),
            Err(_) => value.to_string(),
        };
    }
    match choice.as_str() {
        Some("keep") => "it stays".to_owned(),
        Some(word) => word.to_owned(),
        None => choice.to_string(),
    }
}

fn named(records: &[(SystemName, RemoteId)]) -> String {
    let records = records.iter();
    let records: Vec<_> = records
        .map(|(system, remote)| format!("{system} {remote}"))
        .collect();
    records.join(" and ")
}

fn record(system: Option<&SystemName>, remote: Option<&RemoteId>) -> String {
    match (system, remote) {
        (Some(system), Some(remote)) => format!("{system} {remote}"),
        _ => or_all(system),
    }
}

fn or_all(system: Option<&SystemName>) -> String {
    system.map_or_else(|| "the record".to_owned(), ToString::to_string)
}

fn or_nothing(cell: &Cell) -> String {
    cell.as_ref()
        .map_or_else(|| "nothing".to_owned(), ToString::to_string)
}
