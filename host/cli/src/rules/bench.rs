//! `treaty rules bench`: what rules cost.

use serde_json::json;
use treaty_folder::{CaseFile, EntitySettings, TreatyFolder, no_cases};
use treaty_workshop::{Measured, Place, Rule, Tries, Workshop, bench};

use super::{Rules, named, refused, wanted, workshop_of};
use crate::args::{Args, BenchArgs, Format};
use crate::exit::{Exit, Failed};
use crate::{open, tell};

/// A rule, and what stands beside it.
struct Row {
    measured: Measured,
    /// The other's name, and what it costs.
    beside: Option<(String, Measured)>,
}

pub fn run(args: &Args, wish: &BenchArgs) -> Result<Exit, Failed> {
    let folder = open::sound_folder(args)?;
    let names = wanted(&folder, &wish.rules)?;
    let workshop = workshop_of(&folder)?;
    let rules = workshop.load_all(&folder, names.iter().map(String::as_str));
    let rules = rules.map_err(|error| named(&error))?;
    let tries = Tries {
        count: 1,
        seed: wish.seed,
    };
    let file = no_cases(&folder);
    let mut rows = Vec::new();
    for settings in &folder.entities {
        for (name, rule) in used(&folder, settings, &rules) {
            let beside = beside(&workshop, wish, name, rule)?;
            rows.extend(measure(
                &folder,
                &file,
                settings,
                (name, rule),
                beside,
                tries,
            ));
        }
    }
    match args.format {
        Format::Json => {
            tell::json(&json!({ "rules": rows.iter().map(json_of).collect::<Vec<_>>() }))
        }
        Format::Text => rows.iter().flat_map(lines).for_each(tell::typed_line),
    }
    Ok(Exit::Done)
}

/// The rules that an entity uses.
fn used<'r>(
    folder: &TreatyFolder,
    settings: &EntitySettings,
    rules: &'r Rules,
) -> Vec<(&'r str, &'r Rule)> {
    let matcher = settings.matching.as_ref().map(|matching| &matching.matcher);
    let table = &settings.entity.table;
    let used = rules.iter().filter(|(name, _)| {
        let mut fields = table.fields();
        *name == &settings.mapper
            || Some(*name) == matcher
            || fields.any(|(field, _)| folder.resolver_of(settings, field) == Some(name.as_str()))
    });
    used.map(|(name, rule)| (name.as_str(), rule)).collect()
}

/// What a rule is measured beside: what was asked for, or the rule that a treaty
/// gets where it names none.
fn beside(
    workshop: &Workshop,
    wish: &BenchArgs,
    name: &str,
    rule: &Rule,
) -> Result<Option<(String, Rule)>, Failed> {
    let kinds = rule.kinds();
    let instead = match &wish.against {
        Some(component) => Some(component.clone()),
        None if kinds.mapper => Some(format!("shipped:{}", treaty_folder::DEFAULT_MAPPER)),
        None if kinds.resolver => Some(format!("shipped:{}", treaty_folder::DEFAULT_RESOLVER)),
        None => None,
    };
    let Some(component) = instead.filter(|component| *component != format!("shipped:{name}"))
    else {
        return Ok(None);
    };
    let loaded = workshop.load(&Place::from(component.as_str()));
    let loaded = loaded.map_err(|error| refused(&component, &error))?;
    Ok(Some((component, loaded.rule)))
}

fn measure(
    folder: &TreatyFolder,
    file: &CaseFile,
    settings: &EntitySettings,
    (name, rule): (&str, &Rule),
    beside: Option<(String, Rule)>,
    tries: Tries,
) -> Vec<Row> {
    let entity = &settings.entity.name;
    let measured = bench(folder, file, entity, (name, rule), tries);
    let others = beside.map(|(component, other)| {
        // Under the name that its own setup is made for, where it has one.
        let known = component.strip_prefix("shipped:").unwrap_or(name);
        let measured = bench(folder, file, entity, (known, &other), tries);
        (component, measured)
    });
    let other_of = |function: &str| {
        let (component, others) = others.as_ref()?;
        let other = others.iter().find(|other| other.function == function)?;
        Some((component.clone(), other.clone()))
    };
    let rows = measured.into_iter().map(|measured| Row {
        beside: other_of(measured.function),
        measured,
    });
    rows.collect()
}

fn json_of(row: &Row) -> serde_json::Value {
    let beside = row.beside.as_ref();
    let beside = beside.map(
        |(component, measured)| json!({ "component": component, "measures": measured.measures }),
    );
    json!({ "rule": row.measured, "against": beside })
}

fn lines(row: &Row) -> Vec<String> {
    let Measured {
        rule,
        entity,
        function,
        measures,
    } = &row.measured;
    let mut lines = vec![format!("{rule} of {entity}: {function}")];
    let head = "     batch  time for one  fuel for one    memory";
    lines.push(match &row.beside {
        Some((component, _)) => format!("{head}  beside {component}: time, fuel"),
        None => head.to_owned(),
    });
    for (at, measure) in measures.iter().enumerate() {
        let time = format!("{:.1} µs", measure.element_time_ns as f64 / 1_000.0);
        let memory = format!("{} kB", measure.memory_bytes.div_ceil(1_000));
        let mut line = format!(
            "{:>10}  {time:>12}  {:>12}  {memory:>8}",
            measure.elements, measure.element_fuel
        );
        let other = row
            .beside
            .as_ref()
            .and_then(|(_, other)| other.measures.get(at));
        if let Some(other) = other {
            let ratio = |this: u64, that: u64| this as f64 / that.max(1) as f64;
            line += &format!(
                "  {:.2}x, {:.2}x",
                ratio(measure.element_time_ns, other.element_time_ns),
                ratio(measure.element_fuel, other.element_fuel)
            );
        }
        lines.push(line);
    }
    lines
}
