//! Docs: what a treaty says, as data that a page is made of.
//!
//! Everything comes from the treaty folder, from what the rules say of
//! themselves, and from the systems' own descriptions of their fields. Nothing
//! is kept, the ledger is not asked, and nothing is written into a system. There
//! is no time in it: the same treaty over the same systems gives the same docs.

mod address;
mod digest;
mod entity;
mod field;
mod look;
mod people;
mod rule;
mod setting;
mod step;
mod system;

use serde::Serialize;
use treaty_folder::{Problem, Severity, TreatyFolder, check_schemas};
use treaty_model::{Digest, EntityName};

use crate::EngineError;
use crate::open::in_reference_order;
use crate::opening::Opening;
use crate::packs::PackInUse;
use crate::report::Failure;

pub use digest::FileDocs;
pub use entity::{CrossReferenceDocs, EntityDocs, MatchingDocs, PartDocs};
pub use field::{Decider, Direction, FieldDocs, SideDocs};
pub use look::OwnFieldDocs;
pub use people::{AlertsDocs, AssignmentDocs, MailDocs, WebhookDocs};
pub use rule::{RuleDocs, RuleKind, RuleSaid, RuleUse, ShadowDocs};
pub use setting::{Amount, SettingDocs};
pub use step::{PassStep, STEPS};
pub use system::SystemDocs;

/// What a treaty says.
#[derive(Clone, Debug, Serialize)]
pub struct TreatyDocs {
    /// The treaty's name.
    pub treaty: String,
    /// Stands for the whole configuration: for all of `files` and for the
    /// components of all `rules`.
    pub digest: Digest,
    /// The files that the configuration is made of.
    pub files: Vec<FileDocs>,
    /// Where ledger and journal are, in the treaty folder.
    pub state: String,
    /// How far apart two systems' clocks may be.
    pub clock_tolerance_ms: u64,
    /// How often a treaty at work audits all records, in hours; none: never.
    pub audit_every_hours: Option<u64>,
    /// How long the journal keeps what it was told, in days; none: for ever.
    pub journal_keep_days: Option<u64>,
    /// The systems, in the order of the treaty.
    pub systems: Vec<SystemDocs>,
    /// The entities, in the order of the treaty.
    pub entities: Vec<EntityDocs>,
    /// The order in which a pass takes the entities.
    pub order: Vec<EntityName>,
    /// The packs that tables and rules come from.
    pub packs: Vec<PackInUse>,
    /// The rules.
    pub rules: Vec<RuleDocs>,
    /// What stops a plan: `[guards]`.
    pub guards: Vec<SettingDocs>,
    /// What a rule may use up: `[limits]`.
    pub limits: Vec<SettingDocs>,
    /// How people are told.
    pub alerts: AlertsDocs,
    /// Who is asked; of several that fit a question, the first.
    pub assignments: Vec<AssignmentDocs>,
    /// What a pass does, step by step.
    pub steps: [PassStep; 5],
    /// What is wrong or doubtful about the treaty, as far as it shows here;
    /// `treaty check` looks further.
    pub problems: Vec<Problem>,
}

impl TreatyDocs {
    /// The systems that could not be used, each once with the first reason.
    pub fn failures(&self) -> Vec<&Failure> {
        let of_systems = self
            .systems
            .iter()
            .filter_map(|system| system.failure.as_ref());
        let parts = self.entities.iter().flat_map(|entity| &entity.parts);
        let of_parts = parts.filter_map(|part| part.failure.as_ref());
        let mut failures: Vec<&Failure> = Vec::new();
        for failure in of_systems.chain(of_parts) {
            if !failures.contains(&failure) {
                failures.push(failure);
            }
        }
        failures
    }

    /// Whether the treaty cannot be carried out as it stands: it does not fit a
    /// system, or a rule cannot be loaded.
    pub fn has_errors(&self) -> bool {
        let is_error = |problem: &Problem| problem.severity == Severity::Error;
        self.problems.iter().any(is_error) || self.rules.iter().any(|rule| rule.said.is_err())
    }

    /// How many own fields nobody has decided on, as far as systems could be
    /// asked.
    pub fn undecided(&self) -> usize {
        let parts = self.entities.iter().flat_map(|entity| &entity.parts);
        parts.map(|part| part.undecided.len()).sum()
    }
}

/// Says what a treaty says. Opens its systems to know their fields; one that
/// cannot be used is told as such.
pub async fn docs(folder: &TreatyFolder, opening: &Opening) -> Result<TreatyDocs, EngineError> {
    let looked = look::look(folder, opening).await;
    let rules = rule::rules(folder, opening)?;
    let files = digest::files(folder)?;
    let mut problems = folder.warnings.0.clone();
    problems.extend(check_schemas(folder, &looked.schemas));
    let order = in_reference_order(folder).into_iter();
    Ok(TreatyDocs {
        treaty: folder.name.clone(),
        digest: digest::of(&files, &rules),
        state: digest::relative(folder, &folder.state),
        clock_tolerance_ms: folder.clock_tolerance_ms,
        audit_every_hours: folder.upkeep.audit_every_hours,
        journal_keep_days: folder.upkeep.journal_keep_days,
        systems: system::systems(folder, &looked),
        entities: entity::entities(folder, &looked)?,
        order: order.map(|settings| settings.entity.name.clone()).collect(),
        packs: folder.packs.iter().map(PackInUse::of).collect(),
        guards: setting::guards(&folder.guards),
        limits: setting::limits(&folder.limits),
        alerts: people::alerts(folder),
        assignments: people::assignments(folder),
        steps: STEPS,
        files,
        rules,
        problems,
    })
}
