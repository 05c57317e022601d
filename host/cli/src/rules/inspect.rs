//! `treaty rules inspect`: what a component is, and what is new in it.

use serde_json::json;
use treaty_workshop::{Inspection, News, Place, Workshop, inspect, news};

use super::{refused, workshop};
use crate::args::{Args, Format, InspectArgs};
use crate::exit::{Exit, Failed};
use crate::reach::Reach;
use crate::tell;

pub fn run(args: &Args, wish: &InspectArgs) -> Result<Exit, Failed> {
    let workshop = workshop()?;
    let found = look(&workshop, &wish.component)?;
    let before = wish.against.as_deref();
    let before = before.map(|before| look(&workshop, before)).transpose()?;
    let since = before.as_ref().map(|before| news(&found, before));
    match args.format {
        Format::Json => tell::json(&json!({ "rule": found, "since": since })),
        Format::Text => {
            let since = since.iter().flat_map(news_lines);
            lines(&found)
                .into_iter()
                .chain(since)
                .for_each(tell::typed_line);
        }
    }
    Ok(Exit::Done)
}

fn look(workshop: &Workshop, component: &str) -> Result<Inspection, Failed> {
    look_at(workshop, &Place::from(component), component)
}

/// Looks at a component, which is told under a name.
pub fn look_at(workshop: &Workshop, place: &Place, component: &str) -> Result<Inspection, Failed> {
    let loaded = workshop.load(place);
    let loaded = loaded.map_err(|error| refused(component, &error))?;
    inspect(&loaded).map_err(|fault| {
        Failed::new(
            format!("{component}: it cannot describe itself: {fault}"),
            "a rule answers `describe` with its name, its version and the schema of its \
             configuration",
        )
    })
}

fn lines(found: &Inspection) -> Vec<String> {
    let Inspection { name, version, .. } = found;
    let fuel = match &found.empty_batch_fuel {
        Ok(fuel) => format!("{fuel} fuel"),
        Err(why) => format!("it fails: {why}"),
    };
    let keys = match found.keys() {
        keys if keys.is_empty() => "no key; --format json has the schema".to_owned(),
        keys => format!("{}; --format json has the schema", keys.join(", ")),
    };
    let mut lines = vec![format!("{name} {version}: {}", found.summary)];
    let facts = [
        ("decides as", found.kinds.join(", ")),
        ("can", reach(&found.imports)),
        ("contract", format!("treaty:rules {}", found.contract)),
        ("profile", found.profile.to_owned()),
        ("configuration", keys),
        ("size", format!("{} kB", found.size_bytes.div_ceil(1_000))),
        ("digest", found.digest.to_string()),
        ("an empty batch", fuel),
    ];
    let facts = facts.map(|(what, said)| format!("  {what:<16}{said}"));
    lines.extend(facts);
    if !found.needs.is_empty() {
        let needs = found.needs.iter().map(|need| {
            let (key, ordinary) = (need.key, need.ordinary);
            format!("{key} = {} (ordinarily {ordinary})", need.at_least)
        });
        let needs: Vec<_> = needs.collect();
        lines.push(format!("  {:<16}at least {}", "needs", needs.join(", ")));
    }
    let others = found.attributes.iter();
    lines.extend(others.map(|(what, said)| format!("  {what:<16}{said}")));
    lines
}

pub fn reach(imports: &[String]) -> String {
    let Reach { can, inert } = Reach::of(imports);
    match inert.is_empty() {
        true => can.to_owned(),
        false => format!(
            "{can}; interfaces that give it nothing: {}",
            inert.join(", ")
        ),
    }
}

pub fn news_lines(since: &News) -> Vec<String> {
    let (before, now) = &since.version;
    let mut lines = vec![format!("since {before} (this is {now}):")];
    let lists = [
        ("imports", &since.imports_added, &since.imports_removed),
        ("configuration", &since.keys_added, &since.keys_removed),
    ];
    for (what, added, removed) in lists {
        lines.extend(added.iter().map(|name| format!("  + {what}: {name}")));
        lines.extend(removed.iter().map(|name| format!("  - {what}: {name}")));
    }
    let kinds = since.kinds_added.iter();
    lines.extend(kinds.map(|kind| format!("  + decides as {kind}")));
    let kinds = since.kinds_removed.iter();
    lines.extend(kinds.map(|kind| format!("  - decides as {kind}")));
    let sizes = Some(since.size_bytes);
    let amounts = [
        ("bytes", sizes),
        ("fuel of an empty batch", since.empty_batch_fuel),
    ];
    for (what, amounts) in amounts {
        if let Some((before, now)) = amounts.filter(|(before, now)| before != now) {
            lines.push(format!("  ~ {what}: {before} becomes {now}"));
        }
    }
    if lines.len() == 1 {
        lines.push("  nothing that shows from outside".to_owned());
    }
    lines
}
