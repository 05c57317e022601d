//! What systems answered to writes.

use treaty_ledger::{
    Commit, Entry, Intent, IntentAction, IntentChange, LinkChange, StoredLink, StoredRecord,
};
use treaty_model::{
    FieldProblem, Inbound, Presence, Revision, Row, Settled, SystemIndex, SystemName, Trouble,
    Value,
};
use treaty_systems::{Outcome, Record};

use crate::apply::Sending;
use crate::ending::{End, GONE, Owed, removes, tale};
use crate::reading::Unread as _;
use crate::report::EntityReport;
use crate::unread::keeper;
use crate::upgrade::SettledOwn as _;
use crate::{Engine, EngineError, Part};

impl Engine {
    /// Keeps a system's answers to a batch of writes.
    pub(crate) fn confirm(
        &self,
        part: &Part,
        system: SystemIndex,
        batch: &[Sending],
        outcomes: Vec<Outcome>,
        report: &mut EntityReport,
        owed: &mut Owed,
    ) -> Result<(), EngineError> {
        let ends = batch.iter().zip(outcomes).map(|(sending, outcome)| {
            let end = match outcome {
                Outcome::Done(record) => End::Done(record, "done"),
                // Somebody else has removed what was to be removed.
                Outcome::Stale(None) if removes(&sending.intent) => End::Done(None, GONE),
                Outcome::Stale(record) => End::Undone(record, "stale"),
                Outcome::NotSent { message } => End::NotSent(message),
                Outcome::Ambiguous { message } => End::Open(message),
                Outcome::Refused { field, message } => {
                    let field = field.map(|field| format!("{field}: ")).unwrap_or_default();
                    End::Refused(format!("{field}{message}"))
                }
            };
            (sending.intent.clone(), end)
        });
        self.end(part, system, ends.collect(), report, owed)
    }

    /// Closes intents and keeps what stands in the system now, in one
    /// transaction. A link rests once nothing of it is owed any more.
    pub(crate) fn end(
        &self,
        part: &Part,
        system: SystemIndex,
        ends: Vec<(Intent, End)>,
        report: &mut EntityReport,
        owed: &mut Owed,
    ) -> Result<(), EngineError> {
        owed.take_ends(&ends);
        let ids: Vec<_> = ends.iter().map(|(intent, _)| intent.link).collect();
        let mut links: std::collections::BTreeMap<_, StoredLink> = self
            .ledger
            .links(&ids)?
            .into_iter()
            .map(|link| (link.id, link))
            .collect();
        let mut commit = Commit::default();
        let mut told: Vec<Told> = Vec::new();
        let name = part.entity.part(system).system.clone();
        for (intent, end) in ends {
            let at = self.clock.now();
            let (kind, content) = tale(part, system, &intent, &end);
            commit.journal.push(Entry {
                at,
                run: intent.run,
                kind,
                entity: intent.entity.clone(),
                link: Some(intent.link),
                system: Some(name.clone()),
                remote: end.remote().or(intent.remote.as_ref()).cloned(),
                field: None,
                content,
                mark: None,
            });
            let system_report = report.system(&name);
            let (outcome, record, done, left) = match end {
                End::Done(record, outcome) => (outcome, record, true, None),
                End::Landed(record, left) => ("landed", Some(record), true, Some(left)),
                End::Undone(record, outcome) => {
                    system_report.stale += 1;
                    (outcome, record, false, None)
                }
                End::NotSent(message) => {
                    system_report.stale += 1;
                    let which = which(&name, &intent);
                    report.note_setback(format!("{which}: not written now: {message}"));
                    ("not-sent", None, false, None)
                }
                End::Refused(message) => {
                    system_report.refused += 1;
                    commit.intents.push(close(&intent, at, "refused"));
                    let which = which(&name, &intent);
                    report.note_setback(format!("{which}: refused: {message}"));
                    let Some(link) = links.get_mut(&intent.link) else {
                        continue;
                    };
                    // The same write would be refused again: the link waits
                    // until something about it changes, or a while has passed.
                    commit.links.push(link_change(link, false));
                    let why = format!("refused: {message}");
                    if let Some((at, why)) = keeper(&link.records, &[], system, &name, &why)
                        && let Some(record) = &mut link.records[at]
                    {
                        let refused = FieldProblem::new(None, Trouble::Refused, why);
                        record.problems.push(refused);
                        commit.records.push(record.clone());
                    }
                    continue;
                }
                End::Open(message) => {
                    system_report.open += 1;
                    report.note_setback(format!("{name}, link {}: {message}", intent.link));
                    continue;
                }
            };
            commit.intents.push(close(&intent, at, outcome));
            if done {
                report.system(&name).count_done(intent.content.action);
            }
            match record {
                Some(record) => {
                    let known = links.get(&intent.link);
                    let known = known.and_then(|link| link.records[system.0].as_ref());
                    let known = known.map(|known| &known.own);
                    let sent = (done && !removes(&intent)).then_some(&intent.content.own);
                    let known = as_sent(sent, known);
                    let own = part.system(system).select(&record.own, known.as_ref());
                    told.push(Told {
                        left: left.filter(|left| *left != own),
                        own,
                        intent,
                        record,
                        done,
                    });
                }
                None => {
                    let done = done.then_some(outcome);
                    self.end_without_record(part, system, &intent, done, &mut links, &mut commit);
                }
            }
        }
        self.take_told(part, system, told, &mut links, &mut commit)?;
        // What another system is owed keeps a link from resting.
        for link in &mut commit.links {
            link.attention |= !owed.is_nothing(link.id);
        }
        self.keep(part, commit)
    }

    /// A delete that was carried out, with its outcome, or a record that is not there.
    fn end_without_record(
        &self,
        part: &Part,
        system: SystemIndex,
        intent: &Intent,
        done: Option<&'static str>,
        links: &mut std::collections::BTreeMap<treaty_model::LinkId, StoredLink>,
        commit: &mut Commit,
    ) {
        let Some(link) = links.get_mut(&intent.link) else {
            return;
        };
        let removed = done.filter(|_| removes(intent));
        if let (Some(record), Some(outcome)) = (&mut link.records[system.0], removed) {
            record.presence = Presence::Gone;
            if outcome == GONE {
                self.note_out_of_sight(record);
            }
            commit.records.push(record.clone());
        }
        let settled = part
            .entity
            .system_indexes()
            .all(|system| is_settled(link, system));
        let over = removed.is_some() && (settled || crate::apply::is_over(link));
        commit.links.push(link_change(link, !over));
    }

    /// Keeps records as systems say they stand now.
    fn take_told(
        &self,
        part: &Part,
        system: SystemIndex,
        told: Vec<Told>,
        links: &mut std::collections::BTreeMap<treaty_model::LinkId, StoredLink>,
        commit: &mut Commit,
    ) -> Result<(), EngineError> {
        let inbound: Vec<_> = told
            .iter()
            .flat_map(|told| told.rows().map(|own| (told.intent.link, own.clone())))
            .map(|(link, own)| Inbound {
                own,
                known: links.get(&link).map_or_else(
                    || part.nothing(),
                    |link| link.base.iter().map(|field| field.value.clone()).collect(),
                ),
            })
            .collect();
        let mut readings = self.map_in(part, system, &inbound).into_iter();
        for told in told {
            let readings: Vec<_> = readings.by_ref().take(told.rows().count()).collect();
            let Some(link) = links.get_mut(&told.intent.link) else {
                continue;
            };
            let known: Row = link.base.iter().map(|field| field.value.clone()).collect();
            let key = part.key(system, told.record.id.clone());
            let kept = link.records[system.0].take().filter(|kept| kept.key == key);
            let mut kept =
                kept.unwrap_or_else(|| StoredRecord::new(key, told.own.clone(), part.fields()));
            kept.link = Some(link.id);
            kept.waiting = false;
            kept.changed_at = told.record.changed_at.or(kept.changed_at);
            let wrote = told.done && !removes(&told.intent);
            if !wrote || told.left.is_some() {
                kept.origin = part.system(system).origin(&told.record.origin);
            }
            let before = kept.observed.clone();
            // What the write left has settled. What stands there now is seen
            // after it, so that an edit in between is one.
            for (step, (own, reading)) in told.rows().zip(readings).enumerate() {
                kept.see_own(own.clone());
                part.take_reading(&mut kept, reading);
                if wrote && step == 0 {
                    self.settle_written(part, system, &told.intent, &known, &mut kept)?;
                }
            }
            // A removal landed, and the record is there: somebody has brought
            // it back since.
            if told.done && removes(&told.intent) && kept.presence == Presence::Present {
                kept.presence = Presence::Restored;
            }
            // What changed beside the write may be what a person is asked about.
            let written = &told.intent.content.revisions;
            let is_news = part.entity.table.fields().any(|(field, _)| {
                let was_written = written.iter().any(|(written, _)| *written == field);
                !was_written && before[field.0] != kept.observed[field.0]
            });
            commit.records.push(kept.clone());
            link.records[system.0] = Some(kept);
            let settled = told.done
                && !is_news
                && part
                    .entity
                    .system_indexes()
                    .all(|system| is_settled(link, system))
                && link.life == treaty_model::Life::Alive;
            commit.links.push(link_change(link, !settled));
        }
        Ok(())
    }

    /// What was written has settled, with whatever the system made of it.
    fn settle_written(
        &self,
        part: &Part,
        system: SystemIndex,
        intent: &Intent,
        known: &Row,
        record: &mut StoredRecord,
    ) -> Result<(), EngineError> {
        for (field, revision) in &intent.content.revisions {
            let mut value = match record.unread(*field) {
                // Nobody has edited it: it is what was sent.
                Some(_) => known[field.0].clone(),
                None => record.observed[field.0].clone(),
            };
            if let (Some(target), Some(Value::Reference(remote))) =
                (&part.references[field.0], &value)
            {
                let link = self.link_number(target, &record.key.system, remote)?;
                value = link.map(|link| Value::Reference(link.to_string()));
            }
            // What the system made of it nobody can see while the column is away:
            // if it shows another value then, that meets what was agreed.
            let revision = match part.system(system).paused.contains(field) {
                true => Revision(0),
                false => *revision,
            };
            record.settled[field.0] = Some(Settled { value, revision });
            // What concerns the whole record went when the link was decided; what
            // is there now may be about a new record elsewhere.
            record.problems.retain(|problem| {
                !problem.trouble.is_of_writing() || problem.field() != Some(*field)
            });
            record.settle_own(part, system, *field);
        }
        if intent.content.action == IntentAction::Create {
            // What the system gave a new record by itself (an empty field, a
            // default) is nobody's edit. It agrees with no revision yet, so
            // whatever becomes base is written over it.
            for (settled, observed) in record.settled.iter_mut().zip(&record.observed) {
                settled.get_or_insert_with(|| Settled {
                    value: observed.clone(),
                    revision: Revision(0),
                });
            }
        }
        Ok(())
    }
}

/// What a system told of an intent's record.
struct Told {
    intent: Intent,
    /// The record as it stands now, and the own fields of it.
    record: Record,
    own: Row,
    /// Whether the write was carried out.
    done: bool,
    /// The own fields as the write left them, where somebody has edited the
    /// record since.
    left: Option<Row>,
}

impl Told {
    /// The own rows one after another, the last as it stands now.
    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.left.iter().chain([&self.own])
    }
}

/// Whether a system's record agrees with base as far as can be told without
/// looking closer. A doubt costs one more look, nothing else.
fn is_settled(link: &StoredLink, system: SystemIndex) -> bool {
    let Some(record) = &link.records[system.0] else {
        return true;
    };
    let fields = record.observed.iter().zip(&record.settled).zip(&link.base);
    record.presence.takes_part()
        && fields
            .into_iter()
            .all(|((observed, settled), base)| match settled {
                Some(settled) => settled.value == *observed && settled.revision >= base.revision,
                None => observed.is_none(),
            })
}

/// What is known of a record where its columns cannot be read any more: what a write
/// sent, and else what was known before.
pub(crate) fn as_sent(sent: Option<&Row>, known: Option<&Row>) -> Option<Row> {
    let (Some(sent), Some(known)) = (sent, known) else {
        return sent.or(known).cloned();
    };
    let cells = sent.iter().zip(known);
    let cells = cells.map(|(sent, known)| sent.as_ref().or(known.as_ref()).cloned());
    Some(cells.collect())
}

/// The record of an intent, as setbacks say it.
fn which(name: &SystemName, intent: &Intent) -> String {
    match &intent.remote {
        Some(remote) => format!("{name} {remote}"),
        None => format!("{name}, new record of link {}", intent.link),
    }
}

fn close(intent: &Intent, at: treaty_model::Timestamp, outcome: &'static str) -> IntentChange {
    IntentChange::Close {
        id: intent.id.clone(),
        at,
        outcome,
    }
}

fn link_change(link: &StoredLink, attention: bool) -> LinkChange {
    LinkChange {
        id: link.id,
        entity: link.entity.clone(),
        life: link.life,
        base: link.base.clone(),
        attention,
    }
}
