//! `treaty rules shadow`: what stands beside a treaty's rules, held against what they
//! decided.

use serde_json::{Value as Json, json};
use treaty_engine::{EngineError, ShadowWish, Shadowed, shadows};
use treaty_folder::{Component, Profile, RuleSettings, TreatyFolder};
use treaty_ledger::Recordings;
use treaty_model::Digest;
use treaty_workshop::Place;

use super::compared::{SHOWN_MAX, ago, lines};
use super::{refused, workshop_of};
use crate::args::{Args, Format, ShadowArgs};
use crate::exit::{Exit, Failed};
use crate::{open, tell};

/// A rule, what stands beside it, and what came of that.
struct Row<'f> {
    rule: &'f str,
    shadow: &'f RuleSettings,
    component: String,
    digest: Digest,
    shadowed: Shadowed,
}

pub fn run(args: &Args, wish: &ShadowArgs) -> Result<Exit, Failed> {
    let folder = open::sound_folder(args)?;
    let beside = folder.rules.iter();
    let beside = beside.filter_map(|rule| Some((rule.name.as_str(), rule.shadow.as_deref()?)));
    let beside: Vec<_> = beside.collect();
    if beside.is_empty() {
        return Err(Failed::new(
            "no rule of the treaty has a shadow",
            "[rules.<name>.shadow] in treaty.toml names a component that is asked beside the rule",
        ));
    }
    let workshop = workshop_of(&folder)?;
    let recordings = Recordings::open(&folder.state).map_err(EngineError::from)?;
    let mut rows = Vec::new();
    for (rule, shadow) in beside {
        let component = component(&folder, shadow);
        let place = match &shadow.component {
            Component::File(path) => Place::File(path.clone()),
            Component::Shipped(name) => Place::Shipped(name.clone()),
            Component::Packed(packed) => Place::Held(packed.bytes.clone()),
        };
        let loaded = workshop.load(&place);
        let digest = loaded
            .map_err(|error| refused(&component, &error))?
            .rule
            .digest();
        let configuration = shadow.configuration.to_string();
        let wish = ShadowWish {
            rule,
            component: digest,
            configuration: &configuration,
            since: ago(wish.since),
            changes_max: match args.format {
                Format::Json => usize::MAX,
                Format::Text => SHOWN_MAX,
            },
        };
        rows.push(Row {
            rule,
            shadow,
            component,
            digest,
            shadowed: shadows(&recordings, &wish)?,
        });
    }
    match args.format {
        Format::Json => {
            tell::json(&json!({ "shadows": rows.iter().map(json_of).collect::<Vec<_>>() }))
        }
        Format::Text => rows.iter().flat_map(row_lines).for_each(tell::typed_line),
    }
    let altered = |row: &Row<'_>| !row.shadowed.compared.altered.is_empty();
    Ok(match rows.iter().any(altered) {
        true => Exit::Failed,
        false => Exit::Done,
    })
}

/// A component as the treaty names it.
fn component(folder: &TreatyFolder, settings: &RuleSettings) -> String {
    match &settings.component {
        Component::Shipped(name) => format!("shipped:{name}"),
        Component::Packed(packed) => packed.name.clone(),
        Component::File(path) => {
            let inside = path.strip_prefix(&folder.root).unwrap_or(path);
            inside.display().to_string()
        }
    }
}

fn json_of(row: &Row<'_>) -> Json {
    json!({
        "rule": row.rule,
        "component": row.component,
        "digest": row.digest,
        "configuration": row.shadow.configuration,
        "shadowed": row.shadowed,
        "to_let_it_decide": to_let_it_decide(row),
    })
}

fn row_lines(row: &Row<'_>) -> Vec<String> {
    let Row {
        rule,
        component,
        digest,
        shadowed,
        ..
    } = row;
    let mut said = vec![format!("beside {rule}: {component} ({})", digest.short())];
    if shadowed.batches_without > 0 {
        said.push(format!(
            "batches of {rule} that it was not asked as it is now: {}",
            shadowed.batches_without
        ));
    }
    let compared = &shadowed.compared;
    if compared.decisions.all() == 0 && compared.altered.is_empty() {
        said.push("it was asked nothing yet: `treaty sync` asks it beside the rule".to_owned());
        return said;
    }
    said.extend(lines(compared));
    said.push("to let it decide, write into treaty.toml, in place of both sections:".to_owned());
    said.extend(
        to_let_it_decide(row)
            .lines()
            .map(|line| format!("  {line}")),
    );
    said
}

/// The rule's section with what stands beside it in its place.
fn to_let_it_decide(row: &Row<'_>) -> String {
    let quoted = |text: &str| Json::from(text).to_string();
    let mut lines = vec![
        format!("[rules.{}]", row.rule),
        format!("component = {}", quoted(&row.component)),
    ];
    if row.shadow.profile == Profile::InertWasi {
        lines.push("profile = \"inert-wasi\"".to_owned());
    }
    let configuration = row.shadow.configuration.as_object();
    if let Some(keys) = configuration.filter(|keys| !keys.is_empty()) {
        lines.push(format!("[rules.{}.configuration]", row.rule));
        let keys = keys.iter();
        lines.extend(keys.map(|(key, value)| format!("{} = {}", quoted(key), toml_of(value))));
    }
    lines.join("\n")
}

/// A JSON value in the words of TOML. There is no null in either, here.
fn toml_of(value: &Json) -> String {
    match value {
        Json::Object(keys) => {
            let keys = keys.iter();
            let keys = keys
                .map(|(key, value)| format!("{} = {}", Json::from(key.as_str()), toml_of(value)));
            format!("{{ {} }}", keys.collect::<Vec<_>>().join(", "))
        }
        Json::Array(values) => {
            let values: Vec<_> = values.iter().map(toml_of).collect();
            format!("[{}]", values.join(", "))
        }
        plain => plain.to_string(),
    }
}
