//! Identify: which records are the same thing in the world.
//!
//! A record that is new here is looked for before anything is made: by the
//! treaty's cross-reference, then under its blocking keys by the matcher. It is
//! linked, or a person is asked and it waits, or it is new.

use std::collections::BTreeSet;

use treaty_ledger::{RecordHead, StoredLink, Subject};
use treaty_model::{LinkId, Presence, SystemIndex, SystemName};

use crate::assign::{Assignment, Cluster, Judged, Member, Person, Thresholds, assign, doubtful};
use crate::matching::Desk;
use crate::merging::{CrossReference, Said};
use crate::{Engine, EngineError, Part};

/// How many records are looked at in one batch.
pub(crate) const BATCH_RECORDS: usize = 500;

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
    /// Links that are to become one with another, and wait: they are looked at
    /// again in the next pass.
    pub(crate) waiting: BTreeSet<LinkId>,
    /// Pairs that a person said are the same, and that cannot be one: what is told
    /// of them.
    pub(crate) in_vain: Vec<String>,
    /// The treaty's cross-reference as it was looked through, where that is news.
    pub(crate) cross_reference: Option<CrossReference>,
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
    /// Other links that go into it.
    pub(crate) from: Vec<LinkId>,
    /// The records that join, by number; all of the other links are among them.
    pub(crate) records: Vec<i64>,
    /// The questions whose answers it carries out.
    pub(crate) answered: Vec<i64>,
}

impl Engine {
    /// Looks at every record of an entity that is not identified yet.
    pub(crate) fn identify(&self, part: &Part) -> Result<Identified, EngineError> {
        let mut waiting = self.waiting_heads(part)?;
        let lacking = self.lacking_heads(part)?;
        let said = self.said_same(part)?;
        let cross_reference = self.new_cross_reference(part)?;
        let nobody = waiting.is_empty() && lacking.is_empty();
        if nobody && said.is_empty() && cross_reference.is_none() {
            return Ok(Identified::default());
        }
        let mut found = Identified {
            cross_reference,
            ..Identified::default()
        };
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
        let (members, links) = self.members(part, &waiting, &judged)?;
        let apart = self.apart(part, &members, &links)?;
        let systems = part.entity.systems.len();
        let assignment = assign(&members, judged, thresholds, systems, &apart);
        found.doubtful = doubtful(&members, &assignment);
        for link in &assignment.waiting {
            found.make_nothing_of(part, *link);
        }
        found.waiting.clone_from(&assignment.waiting);
        self.conclude_identify(part, assignment, (&members, &said), &mut found)?;
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
                person: Person::Unasked,
            }));
        }
        Ok(judged)
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
                        person: Person::SaidSame,
                    });
                }
                Some(_) => {}
                None => judged
                    .iter_mut()
                    .filter(found)
                    .for_each(|pair| pair.person = Person::Asked),
            }
        }
        Ok(())
    }

    /// Everyone who takes part in the assignment: those that wait, those they
    /// were paired with, and the other records of these one's links. Gives the
    /// links as well.
    fn members(
        &self,
        part: &Part,
        waiting: &[RecordHead],
        judged: &[Judged],
    ) -> Result<(Vec<Member>, Vec<StoredLink>), EngineError> {
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
        let mut stored = Vec::with_capacity(links.len());
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
                stored.push(link);
            }
        }
        // What is known from a link comes last, and holds.
        members.reverse();
        members.sort_by_key(|member| member.number);
        members.dedup_by_key(|member| member.number);
        Ok((members, stored))
    }

    fn conclude_identify(
        &self,
        part: &Part,
        assignment: Assignment,
        (members, said): (&[Member], &[Said]),
        found: &mut Identified,
    ) -> Result<(), EngineError> {
        let mut next = self.ledger.next_link()?;
        // Without a matcher nobody has looked whether a record is elsewhere
        // already, so a record by itself is not known to be new.
        let safe_to_make = part.matching.is_some();
        for cluster in assignment.clusters {
            let alone = cluster.link.is_none() && cluster.joining.len() == 1;
            if cluster.held || (alone && !safe_to_make) {
                if !cluster.from.is_empty() {
                    found.waiting.extend(cluster.link);
                    found.waiting.extend(&cluster.from);
                }
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
                answered: answered(members, &cluster, said),
                from: cluster.from,
                records: cluster.joining,
            });
        }
        found.duplicates = assignment
            .asked
            .iter()
            .filter(|asked| asked.duplicate)
            .count() as u64;
        for pair in assignment.in_vain {
            found.in_vain.extend(self.said_in_vain(part, pair)?);
        }
        for asked in assignment.asked {
            // Who has answered is not asked again: the answer waits.
            if asked.pair.person == Person::SaidSame {
                continue;
            }
            found.asked_anew += u64::from(asked.pair.person == Person::Unasked);
            let question = self.ask_same(part, &asked.pair, asked.duplicate)?;
            found.questions.extend(question);
        }
        Ok(())
    }
}

/// The questions whose answers a cluster carries out.
fn answered(members: &[Member], cluster: &Cluster, said: &[Said]) -> Vec<i64> {
    let joins = |number: i64| {
        let place = members.binary_search_by_key(&number, |member| member.number);
        let link = place.ok().and_then(|place| members[place].link);
        cluster.joining.contains(&number) || (link.is_some() && link == cluster.link)
    };
    let mine = said
        .iter()
        .filter(|said| joins(said.first) && joins(said.second));
    mine.map(|said| said.question).collect()
}
