//! A treaty in words: what each section of the document says.

mod directions;
mod entity;
mod people;
mod rule;
mod setting;
mod system;
mod undecided;

use treaty_engine::TreatyDocs;
use treaty_folder::{Problem, Severity};

use crate::docs::outline::{Block, Line, Outline, Section};
use crate::output::counted;

/// The whole document.
pub fn outline(docs: &TreatyDocs) -> Outline {
    let mut sections = vec![what_it_is(docs)];
    sections.extend(problems(docs));
    sections.push(system::section(docs));
    for entity in &docs.entities {
        sections.extend(entity::sections(docs, entity));
    }
    sections.extend(packs(docs));
    sections.extend(rule::sections(docs));
    sections.push(setting::guards(docs));
    sections.push(setting::limits(docs));
    sections.push(people::alerts(docs));
    sections.push(people::questions(docs));
    sections.push(undecided::section(docs));
    sections.push(pass(docs));
    sections.push(files(docs));
    Outline {
        title: format!("Treaty {}", docs.treaty),
        sections,
    }
}

fn what_it_is(docs: &TreatyDocs) -> Section {
    let systems = docs.systems.iter().map(|system| &system.name);
    let entities = docs.entities.iter().map(|entity| &entity.name);
    let lead = Line::from("This treaty keeps ")
        .codes(entities)
        .text(" equal between ")
        .codes(systems)
        .text(
            ". A field has one owner, or it is shared under a named rule. A field that is in no \
             table does not move.",
        );
    let (owned, shared) = docs
        .entities
        .iter()
        .fold((0, 0), |(owned, shared), entity| {
            (owned + entity.owned, shared + entity.shared)
        });
    let tolerance = format!(
        "{} ms: of two changes that are closer nobody can say which came last",
        docs.clock_tolerance_ms
    );
    let facts = vec![
        (
            "Digest of the treaty",
            Line::of_code(docs.digest.to_string()),
        ),
        ("Fields", stance(owned, shared)),
        ("Undecided", undecided::in_short(docs)),
        ("Clocks may differ by", Line::from(tolerance)),
        (
            "Ledger and journal",
            Line::from("in ")
                .code(&docs.state)
                .text(" of the treaty folder"),
        ),
        ("The journal keeps", Line::from(kept(docs))),
        ("All records are audited", Line::from(audited(docs))),
    ];
    let note = Line::from(
        "The digest stands for every file of the treaty and for every rule. As long as it is the \
         same, this page says what runs; ",
    );
    Section::new(
        "What this treaty is",
        vec![
            Block::paragraph(lead),
            Block::Facts(facts),
            Block::paragraph(note.code("treaty docs").text(" makes it anew.")),
        ],
    )
}

/// How long the journal keeps what it was told.
fn kept(docs: &TreatyDocs) -> String {
    match docs.journal_keep_days {
        Some(days) => format!(
            "what it was told for {days} days; of what is older the skeleton: when, what kind, \
             which run and field"
        ),
        None => "what it was told for ever".to_owned(),
    }
}

/// How often a treaty at work compares all sides.
fn audited(docs: &TreatyDocs) -> String {
    match docs.audit_every_hours {
        Some(hours) => format!("every {hours} hours, while sync --watch works"),
        None => "when somebody asks for it".to_owned(),
    }
}

/// How far fields are from having no conflicts.
fn stance(owned: usize, shared: usize) -> Line {
    let all = owned + shared;
    let line = Line::from(format!(
        "{owned} of {all} have an owner and cannot conflict; "
    ));
    match shared {
        0 => line.text("none is shared, so nothing in this treaty can conflict"),
        1 => line.text("1 is shared: it stands between this treaty and having no conflicts"),
        shared => line.text(format!(
            "{shared} are shared: they stand between this treaty and having no conflicts"
        )),
    }
}

/// What is wrong or doubtful, where anything is.
fn problems(docs: &TreatyDocs) -> Option<Section> {
    let problems = docs.problems.iter().map(problem);
    let failures = docs.failures().into_iter().map(|failure| {
        let name = failure.system.as_str();
        Line::from("The system ")
            .strong(name)
            .text(" could not be used when this was written, so nothing is said of its fields: ")
            .text(&failure.message)
    });
    let broken = docs.rules.iter().filter_map(|rule| {
        let message = rule.said.as_ref().err()?;
        let line = Line::from("The rule ").strong(&rule.name);
        Some(line.text(" cannot be used: ").text(message))
    });
    let lines: Vec<_> = failures.chain(broken).chain(problems).collect();
    let blocks = lines.into_iter().map(Block::Warning).collect::<Vec<_>>();
    (!blocks.is_empty()).then(|| Section::new("What to look at first", blocks))
}

fn problem(problem: &Problem) -> Line {
    let place = match problem.line {
        Some(line) => format!("{}, line {line}", problem.file.display()),
        None => problem.file.display().to_string(),
    };
    let what = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    Line::from(format!("{what} in "))
        .code(place)
        .text(format!(": {}", problem.message))
}

/// The packs; none: everything is the treaty's own.
fn packs(docs: &TreatyDocs) -> Option<Section> {
    if docs.packs.is_empty() {
        return None;
    }
    let rows = docs.packs.iter().map(|pack| {
        [
            Line::of_code(&pack.name),
            Line::of_code(&pack.version),
            Line::of_codes(&pack.digests),
        ]
    });
    let words = "Tables and rules come from these packs as well. Each is signed by a key that the \
                 treaty trusts; after its own digest stand those of the packs that it changes.";
    Some(Section::new(
        "Packs",
        vec![
            Block::paragraph(words),
            Block::table(["pack", "version", "digests"], rows),
        ],
    ))
}

fn pass(docs: &TreatyDocs) -> Section {
    let steps = docs.steps.iter().enumerate().map(|(at, step)| {
        [
            Line::default().strong(format!("{}\u{a0}{}", at + 1, step.name)),
            Line::from(step.what),
        ]
    });
    let order = Line::from(
        "A pass goes through five steps for each entity, in the order of their references: ",
    )
    .codes(&docs.order)
    .text(". The pass after everything has come to rest writes nothing.");
    Section::new(
        "What a pass does",
        vec![
            Block::Pass(&treaty_engine::STEPS),
            Block::paragraph(order),
            Block::table(["step", "what happens"], steps),
        ],
    )
}

fn files(docs: &TreatyDocs) -> Section {
    let rows = docs.files.iter().map(|file| {
        [
            Line::of_code(&file.file),
            Line::of_code(file.digest.to_string()),
        ]
    });
    let words = format!(
        "{} the configuration is made of. The digest of the treaty is that of a line for each of \
         them and then for each rule, with its name, a space and its digest.",
        match docs.files.len() {
            1 => "This is the file that".to_owned(),
            files => format!("These are the {} that", counted(files as u64, "file")),
        }
    );
    Section::new(
        "Files",
        vec![
            Block::paragraph(words),
            Block::table(["file", "digest"], rows),
        ],
    )
}
