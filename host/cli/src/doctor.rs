//! `treaty doctor`: whether the treaty is well.

use treaty_engine::{
    Backlog, Diagnosis, Failure, Figure, Quota, Symptom, SystemEntityHealth, SystemHealth, doctor,
};
use treaty_model::EntityName;

use crate::args::{Args, Format};
use crate::exit::{Exit, Failed};
use crate::output::{counted, span};
use crate::{open, progress, tell};

pub async fn run(args: &Args) -> Result<Exit, Failed> {
    let folder = open::sound_folder(args)?;
    let found = doctor(&folder, &open::opening(progress::progress())).await?;
    match args.format {
        Format::Json => tell::json(&found),
        Format::Text => {
            for line in lines(&found) {
                tell::typed_line(line);
            }
        }
    }
    Ok(match found.is_well() {
        true => Exit::Done,
        false => Exit::Partial,
    })
}

fn lines(found: &Diagnosis) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(holder) = &found.held_by {
        lines.push(format!(
            "another process works on this treaty ({holder}): systems are left to it"
        ));
    }
    for system in &found.systems {
        lines.extend(system_lines(system));
    }
    if let Some(disk) = &found.disk {
        lines.push(quota_line("Treaty's own state", disk));
    }
    match &found.backlog {
        Some(backlog) => lines.extend(backlog_lines(backlog)),
        None => lines.push("nothing was synced yet: treaty sync".to_owned()),
    }
    if !found.symptoms.is_empty() {
        lines.push("signs of trouble, in the last 7 days (and the 7 before):".to_owned());
    }
    lines.extend(found.symptoms.iter().flat_map(symptom_lines));
    lines.push(match found.is_well() {
        true => "all is well".to_owned(),
        false => "something is wrong: see the lines with !".to_owned(),
    });
    lines
}

fn system_lines(health: &SystemHealth) -> Vec<String> {
    let name = format!("system {} ({})", health.system, health.connector);
    let mut lines = match &health.failure {
        Some(failure) => failed(&name, failure),
        None => vec![format!("  {name}: can be used")],
    };
    lines.extend(clock_line(health));
    let name = &health.system;
    let quotas = health.quotas.iter();
    lines.extend(quotas.map(|quota| quota_line(name.as_str(), quota)));
    for (entity, of) in &health.entities {
        lines.extend(entity_lines(entity, of));
    }
    lines
}

fn clock_line(health: &SystemHealth) -> Option<String> {
    let ahead = health.clock_ahead_ms?;
    let way = if ahead < 0 { "behind" } else { "ahead of" };
    let (mark, hint) = match health.is_clock_off {
        true => ("!", "; set one of them"),
        false => (" ", ""),
    };
    let by = span(ahead.unsigned_abs());
    Some(format!(
        "{mark}   its clock is {by} {way} this machine's{hint}"
    ))
}

/// How much of something is used up, and what is too little.
fn quota_line(whose: &str, quota: &Quota) -> String {
    let Quota {
        what,
        used,
        left_min,
        ..
    } = quota;
    let of = match quota.limit {
        Some(limit) => format!("{used} of {limit} {what} in use"),
        None => format!("{used} {what}, without a limit"),
    };
    match quota.is_short() {
        true => format!("!   {whose}: {of}; {left_min} have to be left"),
        false => format!("    {whose}: {of}"),
    }
}

fn failed(what: &str, failure: &Failure) -> Vec<String> {
    let Failure { message, hint, .. } = failure;
    vec![format!("! {what}: {message}"), format!("    hint: {hint}")]
}

fn entity_lines(entity: &EntityName, health: &SystemEntityHealth) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(failure) = &health.failure {
        lines.extend(failed(&format!("  {entity}"), failure));
    }
    let mut parts = vec![match health.lag_seconds {
        Some(seconds) => format!("read {} ago", span(seconds * 1_000)),
        None => "never read".to_owned(),
    }];
    if health.open_writes > 0 {
        let oldest = health.open_for_seconds.unwrap_or(0);
        let writes = counted(health.open_writes, "write");
        parts.push(format!(
            "{writes} with an open outcome, the oldest for {}",
            span(oldest * 1_000)
        ));
    }
    if health.problems > 0 {
        parts.push(format!(
            "{} cannot be read or written",
            counted(health.problems, "thing")
        ));
    }
    let own = SystemEntityHealth {
        failure: None,
        unfit: Vec::new(),
        changes: Vec::new(),
        ahead_seconds: None,
        ..health.clone()
    };
    lines.push(format!(
        "{}   {entity}: {}",
        mark(own.is_well()),
        parts.join(", ")
    ));
    for unfit in &health.unfit {
        lines.push(format!("!   {entity}: {}", unfit.replace('\n', "\n  ")));
    }
    for change in &health.changes {
        lines.push(format!("!   {entity}: since it was last seen, {change}"));
    }
    if let Some(ahead) = health.ahead_seconds {
        lines.push(format!(
            "!   {entity}: its newest change lies {} in the future; set its clock",
            span(ahead * 1_000)
        ));
    }
    lines
}

fn backlog_lines(backlog: &Backlog) -> Vec<String> {
    let mut lines = Vec::new();
    for (entity, of) in &backlog.entities {
        if of.links + of.records > 0 {
            lines.push(format!(
                "  {entity}: {} and {} for the next pass",
                counted(of.links, "link"),
                counted(of.records, "record")
            ));
        }
    }
    if let Some(oldest) = backlog.oldest_question_seconds {
        lines.push(format!(
            "{} {} open, the oldest for {}, {} for more than a week: treaty questions",
            mark(backlog.questions_old == 0),
            counted(backlog.questions, "question"),
            span(oldest * 1_000),
            backlog.questions_old
        ));
    }
    for approval in &backlog.stopped {
        lines.push(format!(
            "! a guard stops something: treaty approve {approval}"
        ));
    }
    if backlog.undelivered > 0 {
        let alerts = counted(backlog.undelivered, "alert");
        lines.push(format!("! {alerts} could not be delivered: treaty status"));
    }
    lines
}

fn symptom_lines(symptom: &Symptom) -> Vec<String> {
    let figure = |figure: &Figure| {
        let Figure { what, now, before } = figure;
        format!("{what}: {} ({})", number(*now), number(*before))
    };
    let figures: Vec<_> = symptom.figures.iter().map(figure).collect();
    let mut lines = vec![format!(
        "{} {}: {}",
        mark(!symptom.is_wrong),
        symptom.name,
        figures.join("; ")
    )];
    lines.extend(
        symptom
            .examples
            .iter()
            .map(|example| format!("    {example}")),
    );
    if symptom.is_wrong {
        lines.push(format!("    hint: {}", symptom.advice));
    }
    lines
}

fn mark(is_well: bool) -> char {
    if is_well { ' ' } else { '!' }
}

/// With one digit after the point, where there is one.
fn number(figure: f64) -> String {
    let told = format!("{figure:.1}");
    told.strip_suffix(".0").map_or(told.clone(), str::to_owned)
}
