//! The pass: from what systems say to what they are told.
//!
//! [`Engine::open`] makes a treaty ready to work: its systems opened, its rules
//! loaded, its ledger at hand. [`Engine::pass`] then makes one pass over it,
//! in five steps, each a module: observe, identify, reconcile, guard (in the
//! planner), apply. [`Engine::check`] says what is wrong with a treaty before
//! anything is done.
//!
//! The engine decides nothing about values: rules do, and the planner. It reads
//! no clock of its own and never sends what is not durable as an intent.

mod absent;
mod advise;
mod alerting;
mod apply;
mod asked;
mod assign;
mod audit;
mod batches;
mod beforehand;
mod check;
mod confirm;
mod consult;
mod correction;
mod counted;
mod counts;
mod docs;
mod doctor;
mod draft;
mod drift;
mod ending;
mod error;
mod explain;
mod forget;
mod identify;
mod init;
mod lacking;
mod last_read;
mod look;
mod matching;
mod merging;
mod observe;
mod open;
mod opening;
mod packs;
mod pairs;
mod part;
mod pass;
mod question;
mod reader;
mod reading;
mod reconcile;
mod recording;
mod recover;
mod reference;
mod refused;
mod replay;
mod report;
mod restless;
mod retention;
mod rules;
mod same;
mod sampled;
mod silence;
mod status;
mod switch;
mod tell;
mod trips;
mod undo;
mod unread;
mod upgrade;
mod visible;
mod weighing;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use treaty_ledger::{Ledger, MatchKey};
use treaty_model::{Clock, Digest, RunId, Trip};
use treaty_planner::Limits;

pub use advise::{
    Advice, AdviseWish, Edits, EntityAdvice, FieldAdvice, FieldFigures, Lost, Move, Step,
    Suggestion, Wave,
};
pub use asked::{Asked, Fitting, QuestionFilter, Shown};
pub use audit::{Audit, Difference, EntityAudit, FieldAudit, Kind, Repair, RepairWish, SideFound};
pub use check::{Checked, check};
pub use docs::{
    AlertsDocs, Amount, AssignmentDocs, CrossReferenceDocs, Decider, Direction, EntityDocs,
    FieldDocs, FileDocs, MailDocs, MatchingDocs, OwnFieldDocs, PartDocs, PassStep, RuleDocs,
    RuleKind, RuleSaid, RuleUse, STEPS, SettingDocs, ShadowDocs, SideDocs, SystemDocs, TreatyDocs,
    WebhookDocs, docs,
};
pub use doctor::{
    Backlog, Diagnosis, EntityBacklog, Figure, Symptom, SystemEntityHealth, SystemHealth, doctor,
};
pub use error::EngineError;
pub use explain::{
    Account, Agreed, Explained, FieldNow, Found, Happening, OwnChange, RecordNow, SideTold, Stand,
    SystemNow, Told,
};
pub use forget::{Restored, back_up, forget, forget_before, restore};
pub use init::{
    EntityProposal, EntityWish, FieldProposal, FoundInBoth, InitWish, LeftOut, Proposal,
    SourceProposal, SystemWish, init,
};
pub use opening::{
    DeliverAlerts, Environment, OpenSystem, Opening, RealAlerts, RealSystems, ShippedRule, known,
};
pub use packs::{PackChange, PackInUse};
pub use pass::Mode;
pub use question::{FieldShown, RecordShown, Reply, SameShown};
pub use reader::Reader;
pub use recording::{About, record};
pub use replay::{
    Altered, Candidate, Change, Compared, Counts as ReplayCounts, FieldCounts, Likeness, Outcome,
    ReplayWish, Replayed, ShadowWish, Shadowed, ToldAs, replay, shadows,
};
pub use report::{EntityReport, Event, Failure, Report, SystemReport};
pub use rules::KeptRules;
pub use sampled::{Sampled, sample};
pub use status::{
    EntityStatus, EntitySystemStatus, Lately, ProblemShown, RunShown, Status, TripShown,
    UndeliveredShown, Volume,
};
pub use treaty_sandbox::{Compiler, compile_alone};
pub use treaty_systems::{Capabilities, ChangeFeed, Conditional, Quota};
pub use undo::{Left, UndoWish, Undone};

pub(crate) use part::Part;

/// Is told what happens while a pass works.
pub type Progress = Arc<dyn Fn(Event<'_>) + Send + Sync>;

/// A treaty, ready to work.
pub struct Engine {
    pub(crate) parts: Vec<Part>,
    /// The packs that tables and rules come from.
    pub(crate) packs: Vec<PackInUse>,
    pub(crate) ledger: Ledger,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) guards: Limits,
    /// The share by which the systems' record counts may differ.
    pub(crate) count_difference_max: f64,
    /// How many writes a system may refuse in one pass.
    pub(crate) errors_max: u64,
    /// How often a rule may fault in one pass.
    pub(crate) rule_faults_max: u64,
    /// How long a record has to be quiet before it is looked at.
    pub(crate) settle_micros: i64,
    /// How long the journal keeps what it was told; none: for ever.
    pub(crate) journal_keep_days: Option<u64>,
    /// How often a treaty at work audits itself; none: never.
    pub(crate) audit_every_hours: Option<u64>,
    pub(crate) switches: switch::Switches,
    /// Guards that struck while a plan was carried out.
    pub(crate) strikes: Mutex<Vec<Trip>>,
    pub(crate) alerting: alerting::Alerting,
    pub(crate) progress: Progress,
    /// Opens every intent's id: no two ledgers share it.
    pub(crate) instance: String,
    pub(crate) intents: Counter,
    pub(crate) run: RunCell,
    pub(crate) pending: Mutex<reference::Pending>,
    pub(crate) refused: Mutex<refused::Tried>,
}

/// A number that grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, number: u64) {
        self.0.store(number, Ordering::Relaxed);
    }
}

/// The run under way.
#[derive(Debug, Default)]
pub(crate) struct RunCell(Counter);

impl RunCell {
    pub(crate) fn get(&self) -> RunId {
        RunId(self.0.get())
    }

    pub(crate) fn set(&self, run: RunId) {
        self.0.set(run.0);
    }
}

impl Engine {
    /// A matcher's key, hashed again with the treaty's own secret, so that a
    /// ledger does not give away what it was made of.
    pub(crate) fn secret_key(&self, kind: &str, hash: u64) -> MatchKey {
        let digest = Digest::of(format!("{} {kind} {hash:016x}", self.instance).as_bytes()).hex();
        // Sixteen hexadecimal digits always fit.
        MatchKey(u64::from_str_radix(&digest[..16], 16).unwrap_or(hash))
    }

    /// Guards that struck while a plan was carried out.
    pub(crate) fn strikes(&self) -> MutexGuard<'_, Vec<Trip>> {
        self.strikes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tell_log(&self, rule: &str, lines: &[treaty_sandbox::LogLine]) {
        for line in lines {
            (self.progress)(Event::RuleLog {
                rule,
                line: &line.message,
            });
        }
    }
}

impl Engine {
    /// A plan as text: one line for each thing that happens.
    pub fn print(&self, plan: &treaty_model::Plan) -> String {
        treaty_planner::print(plan, |name| {
            let part = self.parts.iter().find(|part| part.entity.name == *name);
            part.map(|part| &part.entity)
        })
    }
}
