//! `treaty pack diff`: what is other in a pack than in an older one.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value as Json, json};
use treaty_pack::{Change, KeyChange, Pack, PackDiff, RuleChange, TableChange, diff};
use treaty_workshop::{Inspection, News, Workshop, news};

use crate::args::pack::PackDiffArgs;
use crate::args::{Args, Format, ReplayArgs};
use crate::exit::{Exit, Failed};
use crate::rules::inspect::{look_at, news_lines, reach};
use crate::rules::replay::{replayed, tell_replayed};
use crate::rules::stack::{pack_at, place_of};
use crate::rules::workshop;
use crate::tell;

/// What a rule is that was not there, or is another now.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Look {
    /// It was not there.
    New(Box<Inspection>),
    /// What is new in it.
    News(Box<News>),
    /// It cannot be looked at.
    Refused(String),
}

pub fn run(args: &Args, wish: &PackDiffArgs) -> Result<Exit, Failed> {
    let (old, new) = (pack_at(&wish.old)?, pack_at(&wish.new)?);
    let found = diff(&old, &new);
    let looks = looks(&old, &new, &found)?;
    let again = ReplayArgs {
        component: Some(wish.new.display().to_string()),
        rule: None,
        since: wish.since,
        journal: wish.journal.clone(),
        gate: None,
        base: vec![wish.old.clone()],
    };
    let replayed = match wish.replay {
        true => Some(replayed(args, &again)?),
        false => None,
    };
    match args.format {
        Format::Json => {
            let mut told = json!(found);
            told["components"] = json!(looks);
            if wish.replay {
                told["replayed"] = json!(replayed);
            }
            tell::json(&told);
        }
        Format::Text => {
            lines(&found, &looks).into_iter().for_each(tell::typed_line);
            if let Some(replayed) = &replayed {
                tell_replayed(&again, replayed, Exit::Done);
            }
        }
    }
    Ok(Exit::Done)
}

/// Looks at the components that were not there, or are others now.
fn looks(old: &Pack, new: &Pack, found: &PackDiff) -> Result<BTreeMap<String, Look>, Failed> {
    let other = found.rules.iter().filter(|(_, rule)| {
        rule.change == Change::Added || rule.component == Some(Change::Changed)
    });
    let other: Vec<_> = other.collect();
    if other.is_empty() {
        return Ok(BTreeMap::new());
    }
    let workshop = workshop()?;
    let looks = other.into_iter().map(|(name, rule)| {
        let now = look(&workshop, new, name);
        let look = match (now, rule.change) {
            (Err(failed), _) => Look::Refused(failed.message),
            (Ok(now), Change::Added) => Look::New(Box::new(now)),
            (Ok(now), _) => match look(&workshop, old, name) {
                Ok(before) => Look::News(Box::new(news(&now, &before))),
                Err(failed) => Look::Refused(failed.message),
            },
        };
        (name.clone(), look)
    });
    Ok(looks.collect())
}

fn look(workshop: &Workshop, pack: &Pack, name: &str) -> Result<Inspection, Failed> {
    let place = place_of(pack, &pack.settings().rules[name]);
    let place = place.ok_or_else(|| {
        let message = format!("the rule {name} has no component here");
        Failed::new(message, "look at it in the pack that this one changes")
    })?;
    look_at(workshop, &place, name)
}

fn lines(found: &PackDiff, looks: &BTreeMap<String, Look>) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(found.said.iter().map(|change| key_line("", change)));
    for (entity, table) in &found.tables {
        lines.push(format!("{} table {entity}", sign(table.change)));
        lines.extend(table_lines(table));
    }
    for (name, rule) in &found.rules {
        lines.push(format!("{} rule {name}", sign(rule.change)));
        lines.extend(rule_lines(rule, looks.get(name)));
    }
    if !found.budget.is_empty() {
        lines.push("~ budget".to_owned());
        lines.extend(found.budget.iter().map(|change| key_line("  ", change)));
    }
    lines.extend(found.cases.iter().map(|case| {
        let (sign, file) = (sign(case.change), &case.file);
        match case.name.as_str() {
            "" => format!("{sign} cases in {file}, which cannot be read"),
            name => format!("{sign} case {name:?} ({file})"),
        }
    }));
    let documents = found.documents.iter();
    lines.extend(documents.map(|(name, change)| format!("{} {name}", sign(*change))));
    if lines.is_empty() {
        lines.push("nothing differs".to_owned());
    }
    lines
}

fn sign(change: Change) -> char {
    match change {
        Change::Added => '+',
        Change::Removed => '-',
        Change::Changed => '~',
    }
}

/// A key with what it said and says. What is a text stands there as it is.
fn key_line(indent: &str, change: &KeyChange) -> String {
    let plain = |value: &Json| {
        let text = value.as_str().map(str::to_owned);
        text.unwrap_or_else(|| value.to_string())
    };
    let key = &change.key;
    match (&change.was, &change.is) {
        (None, Some(is)) => format!("{indent}+ {key}: {}", plain(is)),
        (Some(was), None) => format!("{indent}- {key}: {}", plain(was)),
        (was, is) => {
            let (was, is) = (was.as_ref().map(plain), is.as_ref().map(plain));
            let (was, is) = (was.unwrap_or_default(), is.unwrap_or_default());
            format!("{indent}~ {key}: {was} becomes {is}")
        }
    }
}

fn table_lines(table: &TableChange) -> Vec<String> {
    let blank = |text: &str| match text {
        "" => "(blank)".to_owned(),
        text => text.to_owned(),
    };
    let added = table.added.iter().map(|row| {
        let cells = row.cells.iter();
        let cells: Vec<_> = cells
            .map(|(heading, text)| format!("{heading} {text}"))
            .collect();
        format!("  + {}: {}", row.field, cells.join(", "))
    });
    let removed = table.removed.iter().map(|field| format!("  - {field}"));
    let cells = table.cells.iter().map(|cell| {
        let (was, is) = (blank(&cell.was), blank(&cell.is));
        format!("  ~ {}, {}: {was} becomes {is}", cell.field, cell.heading)
    });
    let mut lines: Vec<_> = added.chain(removed).chain(cells).collect();
    let unreadable = table.unreadable.iter();
    lines.extend(unreadable.map(|why| format!("  its rows cannot be compared: {why}")));
    lines
}

fn rule_lines(rule: &RuleChange, look: Option<&Look>) -> Vec<String> {
    let mut lines: Vec<_> = match look {
        None => Vec::new(),
        Some(Look::New(found)) => vec![
            format!("  {} {}: {}", found.name, found.version, found.summary),
            format!(
                "  decides as {}; can {}",
                found.kinds.join(", "),
                reach(&found.imports)
            ),
        ],
        Some(Look::News(since)) => {
            let news = news_lines(since).into_iter();
            news.map(|line| format!("  {line}")).collect()
        }
        Some(Look::Refused(why)) => vec![format!("  its component cannot be looked at: {why}")],
    };
    if rule.change != Change::Removed {
        lines.extend(rule.settings.iter().map(|change| key_line("  ", change)));
    }
    lines
}
