//! Identify: which records are the same thing in the world.
//!
//! A record that is new here is looked for before anything is made: by the
//! treaty's cross-reference, then under its blocking keys by the matcher. It is
//! linked, or a person is asked and it waits, or it is new.

use std::collections::{BTreeMap, BTreeSet};

use treaty_ledger::{MatchKey, RecordHead, Subject};
use treaty_model::{LinkId, Population, Presence, SystemIndex, SystemName};

use crate::assign::{Assignment, Judged, Member, Thresholds, assign, doubtful};
use crate::matching::{BATCH_PAIRS, Desk};
use crate::{Engine, EngineError, Part};

/// How many records are looked at in one batch.
const BATCH_RECORDS: usize = 500;
/// How many records share a blocking key before it says nothing.
pub(crate) const BLOCK_RECORDS_MAX: usize = 200;

/// What identify found.
#[derive(Debug, Default)]
pub(crate) struct Identified {
    /// Links that are to be made, or get more records.
    pub(crate) links: Vec<Joined>,
    /// What people are asked.
    pub(crate) questions: Vec<treaty_ledger::StoredQuestion>,
    /// How many of these are not open already.
    pub(crate) asked_anew: u64,
    /// How many records wait for an answer.
    pub(crate) held: u64,
    /// Links, and systems in which a record waits that may be the same thing:
    /// nothing is made there for them.
    pub(crate) doubtful: BTreeSet<(LinkId, SystemIndex)>,
    /// Pairs inside one system that look like duplicates.
    pub(crate) duplicates: u64,
    /// Blocking keys that too many records share.
    pub(crate) blocks_skipped: u64,
    /// Records that wait because the matcher failed to compare them, and why.
    pub(crate) uncompared: Option<(u64, String)>,
}

/// A link that is to be made or gets more records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    /// Its number: a new one, or that of the link that is joined.
    pub(crate) link: LinkId,
    /// Whether it is new.
    pub(crate) new: bool,
    /// The records that join, by number.
    pub(crate) records: Vec<i64>,
}

impl Engine {
    /// Looks at every record of an entity that is not identified yet.
    pub(crate) fn identify(&self, part: &Part) -> Result<Identified, EngineError> {
        let mut waiting = self.waiting_heads(part)?;
        let lacking = self.lacking_heads(part)?;
        if waiting.is_empty() && lacking.is_empty() {
            return Ok(Identified::default());
        }
        let mut found = Identified::default();
        let mut judged = self.cross_referenced(part)?;
        let first_meeting = !self.ledger.totals()?.links.contains_key(&part.entity.name);
        let mut thresholds = Thresholds {
            link_from: 1.0,
            ask_from: 1.0,
        };
        if let Some((matching, matcher)) = &part.matching {
            thresholds = Thresholds {
                link_from: if first_meeting {
                    matching.first_meeting_link_from
                } else {
                    matching.link_from
                },
                ask_from: matching.ask_from,
            };
            let mut desk = Desk::new(self, part, matcher, self.population(part)?);
            judged.extend(self.judge(&mut desk, &waiting, &mut found, matching.ask_from)?);
            judged.extend(self.judge(&mut desk, &lacking, &mut found, matching.ask_from)?);
            // Whom it might be the same as is not known: it is not new.
            let before = waiting.len();
            waiting.retain(|head| !desk.failed.contains(&head.number));
            let uncompared = (before - waiting.len()) as u64;
            found.uncompared = desk.why.map(|why| (uncompared, why));
        }
        self.apply_answers(part, &mut judged)?;
        let members = self.members(part, &waiting, &judged)?;
        let assignment = assign(&members, judged, thresholds, part.entity.systems.len());
        found.doubtful = doubtful(&members, &assignment);
        self.conclude_identify(part, assignment, &mut found)?;
        self.leave_restless(part, &mut found)?;
        Ok(found)
    }

    fn waiting_heads(&self, part: &Part) -> Result<Vec<RecordHead>, EngineError> {
        let mut heads = Vec::new();
        let mut after = 0;
        loop {
            let batch = self
                .ledger
                .waiting(&part.entity.name, after, BATCH_RECORDS)?;
            let Some(last) = batch.last() else {
                return Ok(heads);
            };
            after = last.number;
            heads.extend(batch);
        }
    }

    /// Pairs that the treaty's cross-reference says are the same.
    fn cross_referenced(&self, part: &Part) -> Result<Vec<Judged>, EngineError> {
        let mut judged = Vec::new();
        for row in &part.cross_reference {
            let keys: Vec<_> = row
                .iter()
                .enumerate()
                .filter_map(|(system, remote)| Some(part.key(SystemIndex(system), remote.clone()?)))
                .collect();
            let numbers: Vec<_> = self
                .ledger
                .records(&keys)?
                .into_iter()
                .flatten()
                .map(|r| r.number)
                .collect();
            judged.extend(numbers.windows(2).map(|pair| Judged {
                first: pair[0],
                second: pair[1],
                weight: f64::MAX,
                probability: 1.0,
                asked: false,
            }));
        }
        Ok(judged)
    }

    /// Compares every waiting record with those that share a key with it.
    fn judge(
        &self,
        desk: &mut Desk<'_>,
        waiting: &[RecordHead],
        found: &mut Identified,
        ask_from: f64,
    ) -> Result<Vec<Judged>, EngineError> {
        let part = desk.part;
        let mut judged = Vec::new();
        let mut pairs: Vec<(i64, i64)> = Vec::new();
        for heads in waiting.chunks(BATCH_RECORDS) {
            self.pairs_of(part, heads, &mut pairs, found)?;
            if pairs.len() >= BATCH_PAIRS {
                desk.compare(&mut pairs, ask_from, &mut judged)?;
            }
        }
        desk.compare(&mut pairs, ask_from, &mut judged)?;
        Ok(judged)
    }

    /// The pairs of some waiting records. A pair of two waiting records is only
    /// taken at its smaller number.
    fn pairs_of(
        &self,
        part: &Part,
        heads: &[RecordHead],
        pairs: &mut Vec<(i64, i64)>,
        found: &mut Identified,
    ) -> Result<(), EngineError> {
        let numbers: Vec<_> = heads.iter().map(|head| head.number).collect();
        let keys = self.ledger.keys_of(&numbers)?;
        let wanted: BTreeSet<MatchKey> = keys.iter().flatten().copied().collect();
        let wanted: Vec<_> = wanted.into_iter().collect();
        let blocks = self
            .ledger
            .blocks(&part.entity.name, &wanted, BLOCK_RECORDS_MAX)?;
        let blocks: BTreeMap<MatchKey, Vec<i64>> = blocks
            .into_iter()
            .map(|block| (block.key, block.records))
            .collect();
        let mut others_of = Vec::with_capacity(heads.len());
        for (head, keys) in heads.iter().zip(keys) {
            let mut others = BTreeSet::new();
            for block in keys.iter().filter_map(|key| blocks.get(key)) {
                if block.len() > BLOCK_RECORDS_MAX {
                    found.blocks_skipped += 1;
                    continue;
                }
                others.extend(block.iter().copied());
            }
            others.remove(&head.number);
            others_of.push(others);
        }
        let all: BTreeSet<i64> = others_of.iter().flatten().copied().collect();
        let all: Vec<_> = all.into_iter().collect();
        let known: BTreeMap<i64, RecordHead> = self
            .ledger
            .heads(&all)?
            .into_iter()
            .map(|head| (head.number, head))
            .collect();
        let mut alike = Vec::new();
        for (head, others) in heads.iter().zip(others_of) {
            let others = others.iter().filter_map(|other| known.get(other));
            // Those that wait are compared with all others by themselves.
            let later = others.filter(|other| match head.waiting {
                true => !other.waiting || other.number > head.number,
                false => !other.waiting && other.link != head.link,
            });
            alike.extend(later.map(|other| (head.number, other.number)));
        }
        let distinct = self.ledger.are_distinct(&alike)?;
        let may_be_same = alike.into_iter().zip(distinct);
        pairs.extend(may_be_same.filter_map(|(pair, distinct)| (!distinct).then_some(pair)));
        Ok(())
    }

    /// How many records there are, and how many pairs they make.
    pub(crate) fn population(&self, part: &Part) -> Result<Population, EngineError> {
        let totals = self.ledger.totals()?;
        let sizes: Vec<u64> = part
            .entity
            .systems
            .iter()
            .map(|system| {
                let key = (part.entity.name.clone(), system.system.clone());
                let count = |counts: &BTreeMap<_, u64>| counts.get(&key).copied().unwrap_or(0);
                count(&totals.linked) + count(&totals.unlinked)
            })
            .collect();
        let records = sizes.iter().sum::<u64>();
        let mut pairs = 0;
        for (index, size) in sizes.iter().enumerate() {
            pairs += size * sizes[index + 1..].iter().sum::<u64>();
        }
        Ok(Population {
            records,
            pairs: pairs.max(1),
            attributes: Vec::new(),
        })
    }

    /// What people said about pairs: yes makes a pair certain, silence leaves it
    /// in doubt however alike the two look.
    fn apply_answers(&self, part: &Part, judged: &mut Vec<Judged>) -> Result<(), EngineError> {
        for question in self.ledger.questions()? {
            let Subject::Same(first, second) = question.subject else {
                continue;
            };
            if question.entity != part.entity.name {
                continue;
            }
            let found = |pair: &&mut Judged| (pair.first, pair.second) == (first, second);
            match &question.answer {
                Some(answer) if answer.choice == serde_json::json!("same") => {
                    judged.retain(|pair| (pair.first, pair.second) != (first, second));
                    let (weight, probability) = (f64::MAX, 1.0);
                    judged.push(Judged {
                        first,
                        second,
                        weight,
                        probability,
                        asked: false,
                    });
                }
                Some(_) => {}
                None => judged
                    .iter_mut()
                    .filter(found)
                    .for_each(|pair| pair.asked = true),
            }
        }
        Ok(())
    }

    /// Everyone who takes part in the assignment: those that wait, those they
    /// were paired with, and the other records of these one's links.
    fn members(
        &self,
        part: &Part,
        waiting: &[RecordHead],
        judged: &[Judged],
    ) -> Result<Vec<Member>, EngineError> {
        let mut members: Vec<Member> = Vec::with_capacity(waiting.len());
        let member = |number, system: &SystemName, link| {
            // The ledger gives out no records of systems that left the treaty.
            let system = part.entity.system(system.as_str()).ok()?;
            Some(Member {
                number,
                system,
                link,
            })
        };
        let member_of = |head: &RecordHead| member(head.number, &head.system, head.link);
        members.extend(waiting.iter().filter_map(member_of));
        let mut paired: Vec<i64> = judged
            .iter()
            .flat_map(|pair| [pair.first, pair.second])
            .collect();
        paired.sort_unstable();
        paired.dedup();
        for numbers in paired.chunks(BATCH_RECORDS) {
            members.extend(self.ledger.heads(numbers)?.iter().filter_map(member_of));
        }
        let links: BTreeSet<LinkId> = members.iter().filter_map(|member| member.link).collect();
        let links: Vec<_> = links.into_iter().collect();
        for links in links.chunks(BATCH_RECORDS) {
            for link in self.ledger.links(links)? {
                // A record that was deleted holds its place no longer: another
                // may have been made in its stead.
                let records = link.records.iter().flatten();
                let records = records.filter(|record| {
                    !matches!(record.presence, Presence::Deleted | Presence::Gone)
                });
                members.extend(
                    records.filter_map(|record| {
                        member(record.number, &record.key.system, Some(link.id))
                    }),
                );
            }
        }
        // What is known from a link comes last, and holds.
        members.reverse();
        members.sort_by_key(|member| member.number);
        members.dedup_by_key(|member| member.number);
        Ok(members)
    }

    fn conclude_identify(
        &self,
        part: &Part,
        assignment: Assignment,
        found: &mut Identified,
    ) -> Result<(), EngineError> {
        let mut next = self.ledger.next_link()?;
        // Without a matcher nobody has looked whether a record is elsewhere
        // already, so a record by itself is not known to be new.
        let safe_to_make = part.matching.is_some();
        for cluster in assignment.clusters {
            let alone = cluster.link.is_none() && cluster.joining.len() == 1;
            if cluster.held || (alone && !safe_to_make) {
                found.held += cluster.joining.len() as u64;
                continue;
            }
            let link = cluster.link.unwrap_or(next);
            if cluster.link.is_none() {
                next = LinkId(next.0 + 1);
            }
            found.links.push(Joined {
                link,
                new: cluster.link.is_none(),
                records: cluster.joining,
            });
        }
        found.duplicates = assignment
            .asked
            .iter()
            .filter(|asked| asked.duplicate)
            .count() as u64;
        for asked in assignment.asked {
            found.asked_anew += u64::from(!asked.pair.asked);
            let question = self.ask_same(part, &asked.pair, asked.duplicate)?;
            found.questions.extend(question);
        }
        Ok(())
    }
}
