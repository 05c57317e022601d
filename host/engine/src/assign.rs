//! From judged pairs to clusters: who is linked with whom, who is asked about,
//! who is new.
//!
//! Pairs are taken best first. Two clusters are joined only where no system
//! would have two records in the result; so within one system nothing is ever
//! merged, and a chain of likenesses cannot tie strangers together across it.

use std::collections::{BTreeMap, BTreeSet};

use treaty_ledger::RecordHead;
use treaty_model::{LinkId, SystemName};

/// A pair that is alike enough to look at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Judged {
    /// The smaller number.
    pub(crate) first: i64,
    /// The larger number.
    pub(crate) second: i64,
    /// In bits.
    pub(crate) weight: f64,
    /// From 0 to 1.
    pub(crate) probability: f64,
    /// Whether a person was asked and has not answered: then nothing but the
    /// answer links the two.
    pub(crate) asked: bool,
}

/// Where linking and asking begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thresholds {
    /// From here two records are linked.
    pub(crate) link_from: f64,
    /// From here a person is asked.
    pub(crate) ask_from: f64,
}

/// A record that takes part.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// Its number.
    pub(crate) number: i64,
    /// Its system.
    pub(crate) system: SystemName,
    /// Its link, if it has one.
    pub(crate) link: Option<LinkId>,
}

impl Member {
    /// The member that a head stands for.
    pub(crate) fn of(head: &RecordHead) -> Self {
        Self {
            number: head.number,
            system: head.system.clone(),
            link: head.link,
        }
    }
}

/// What came out.
#[derive(Debug, Default)]
pub(crate) struct Assignment {
    /// Clusters with at least one record that has no link yet, in the order of
    /// their smallest new record.
    pub(crate) clusters: Vec<Cluster>,
    /// Pairs to ask about.
    pub(crate) asked: Vec<Asked>,
}

/// Records that are the same thing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    /// The link that some of them have already.
    pub(crate) link: Option<LinkId>,
    /// Those that have none, in order.
    pub(crate) joining: Vec<i64>,
    /// Whether they wait for a person.
    pub(crate) held: bool,
}

/// A pair to ask about.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The pair.
    pub(crate) pair: Judged,
    /// Whether both are in one system.
    pub(crate) duplicate: bool,
}

/// Assigns. `systems` is how many systems the entity has: a cluster with a
/// record in each is complete.
pub(crate) fn assign(
    members: Vec<Member>,
    mut judged: Vec<Judged>,
    thresholds: Thresholds,
    systems: usize,
) -> Assignment {
    judged.sort_by(|one, other| {
        let weight = other.weight.total_cmp(&one.weight);
        weight.then((one.first, one.second).cmp(&(other.first, other.second)))
    });
    let mut clusters = Clusters::of(&members);
    let mut assignment = Assignment::default();
    let mut held: BTreeSet<usize> = BTreeSet::new();
    let certain = |pair: &Judged| pair.probability >= thresholds.link_from && !pair.asked;
    let mut taken: Vec<(usize, usize, &Judged)> = Vec::new();
    for pair in judged.iter().filter(|pair| certain(pair)) {
        let Some((one, other)) = clusters.apart(pair) else {
            continue;
        };
        if clusters.fit(one, other) {
            clusters.join(one, other);
        } else {
            taken.push((one, other, pair));
        }
    }
    let mut asked: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut ask = |one: usize, other: usize, pair: &Judged, duplicate: bool| {
        // One question between two clusters is enough.
        if asked.insert((one.min(other), one.max(other))) {
            assignment.asked.push(Asked {
                pair: *pair,
                duplicate,
            });
            held.extend([one, other]);
        }
    };
    // What a person was asked waits for the person, whatever has become of the
    // place meanwhile.
    for pair in judged.iter().filter(|pair| pair.asked) {
        if let Some((one, other)) = clusters.apart(pair) {
            ask(one, other, pair, clusters.in_one_system(pair));
        }
    }
    for (one, other, pair) in taken {
        // Alike enough to link, but the place is taken: a duplicate inside one
        // system, or two links that should be one. Where both have partners
        // everywhere, they are two things that look alike.
        let (one, other) = (clusters.root(one), clusters.root(other));
        let complete = |at: usize| clusters.systems[at].len() == systems;
        if one != other && !(complete(one) && complete(other)) {
            ask(one, other, pair, clusters.in_one_system(pair));
        }
    }
    for pair in judged.iter().filter(|pair| !certain(pair)) {
        let Some((one, other)) = clusters.apart(pair) else {
            continue;
        };
        // A place that a better match has taken is no question.
        if pair.probability >= thresholds.ask_from && clusters.fit(one, other) {
            ask(one, other, pair, false);
        }
    }
    let held: BTreeSet<usize> = held.into_iter().map(|root| clusters.root(root)).collect();
    assignment.clusters = clusters.finish(&members, &held, systems);
    assignment
}

/// A union-find over the members that knows which systems each cluster has.
struct Clusters {
    place: BTreeMap<i64, usize>,
    parent: Vec<usize>,
    systems: Vec<BTreeSet<SystemName>>,
    link: Vec<Option<LinkId>>,
    system_of: Vec<SystemName>,
}

impl Clusters {
    fn of(members: &[Member]) -> Self {
        let mut clusters = Self {
            place: members
                .iter()
                .enumerate()
                .map(|(at, member)| (member.number, at))
                .collect(),
            parent: (0..members.len()).collect(),
            systems: members
                .iter()
                .map(|member| BTreeSet::from([member.system.clone()]))
                .collect(),
            link: members.iter().map(|member| member.link).collect(),
            system_of: members.iter().map(|member| member.system.clone()).collect(),
        };
        let mut by_link: BTreeMap<LinkId, usize> = BTreeMap::new();
        for (at, member) in members.iter().enumerate() {
            let Some(link) = member.link else { continue };
            match by_link.get(&link) {
                Some(first) => clusters.join(*first, at),
                None => {
                    by_link.insert(link, at);
                }
            }
        }
        clusters
    }

    fn root(&self, mut at: usize) -> usize {
        while self.parent[at] != at {
            at = self.parent[at];
        }
        at
    }

    fn find(&self, number: i64) -> Option<usize> {
        self.place.get(&number).map(|at| self.root(*at))
    }

    /// The clusters of a pair, where both take part and are not one already.
    fn apart(&self, pair: &Judged) -> Option<(usize, usize)> {
        let (one, other) = (self.find(pair.first)?, self.find(pair.second)?);
        (one != other).then_some((one, other))
    }

    /// Whether both records of a pair are in one system: a duplicate there.
    fn in_one_system(&self, pair: &Judged) -> bool {
        let system = |number: i64| self.place.get(&number).map(|at| &self.system_of[*at]);
        system(pair.first) == system(pair.second)
    }

    /// Whether two clusters can be one: no system twice, and not two links.
    fn fit(&self, one: usize, other: usize) -> bool {
        let linked = self.link[one].is_some() && self.link[other].is_some();
        !linked && self.systems[one].is_disjoint(&self.systems[other])
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if one == other {
            return;
        }
        let (root, child) = (one.min(other), one.max(other));
        self.parent[child] = root;
        let systems = std::mem::take(&mut self.systems[child]);
        self.systems[root].extend(systems);
        self.link[root] = self.link[root].or(self.link[child]);
    }

    fn finish(self, members: &[Member], held: &BTreeSet<usize>, systems: usize) -> Vec<Cluster> {
        let mut joining: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
        for (at, member) in members.iter().enumerate() {
            if member.link.is_none() {
                joining
                    .entry(self.root(at))
                    .or_default()
                    .push(member.number);
            }
        }
        let mut clusters: Vec<_> = joining
            .into_iter()
            .map(|(root, mut joining)| {
                joining.sort_unstable();
                // A complete cluster makes nothing anywhere, so a doubt about a
                // further record does not hold it.
                let complete = self.systems[root].len() == systems;
                let held = held.contains(&root) && !complete;
                Cluster {
                    link: self.link[root],
                    joining,
                    held,
                }
            })
            .collect();
        clusters.sort_by_key(|cluster| cluster.joining.first().copied());
        clusters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Members as `number system [link]`, pairs as `first second probability`.
    fn check(members: &[(i64, &str, Option<u64>)], pairs: &[(i64, i64, f64)], expected: &str) {
        check_asked(members, pairs, false, expected);
    }

    fn check_asked(
        members: &[(i64, &str, Option<u64>)],
        pairs: &[(i64, i64, f64)],
        asked: bool,
        expected: &str,
    ) {
        let members: Vec<_> = members
            .iter()
            .map(|(number, system, link)| Member {
                number: *number,
                system: (*system).into(),
                link: link.map(LinkId),
            })
            .collect();
        let judged = pairs
            .iter()
            .map(|(first, second, probability)| Judged {
                first: *first,
                second: *second,
                weight: *probability,
                probability: *probability,
                asked,
            })
            .collect();
        let thresholds = Thresholds {
            link_from: 0.9,
            ask_from: 0.2,
        };
        let systems: BTreeSet<_> = members.iter().map(|member| member.system.clone()).collect();
        let assignment = assign(members, judged, thresholds, systems.len());
        let mut text: Vec<String> = assignment
            .clusters
            .iter()
            .map(|cluster| {
                let joining: Vec<_> = cluster.joining.iter().map(i64::to_string).collect();
                let link = cluster
                    .link
                    .map_or(String::new(), |link| format!("#{link}+"));
                let held = if cluster.held { "?" } else { "" };
                format!("{link}{}{held}", joining.join("+"))
            })
            .collect();
        text.extend(assignment.asked.iter().map(|asked| {
            let mark = if asked.duplicate { "=" } else { "~" };
            format!("{}{mark}{}", asked.pair.first, asked.pair.second)
        }));
        assert_eq!(text.join(" "), expected);
    }

    #[test]
    fn the_best_pairs_are_linked_and_strangers_are_new() {
        check(
            &[(1, "a", None), (2, "b", None), (3, "b", None)],
            &[(1, 2, 0.95)],
            "1+2 3",
        );
    }

    #[test]
    fn a_doubtful_pair_waits_for_a_person() {
        check(
            &[(1, "a", None), (2, "b", None)],
            &[(1, 2, 0.5)],
            "1? 2? 1~2",
        );
    }

    #[test]
    fn a_second_record_for_a_taken_place_is_asked_about_and_never_created() {
        // 1 and 3 are the same person twice in a; only one can have 2.
        let members = [(1, "a", None), (2, "b", None), (3, "a", None)];
        check(
            &members,
            &[(1, 2, 0.99), (2, 3, 0.95), (1, 3, 0.97)],
            "1+2 3? 1=3",
        );
    }

    #[test]
    fn two_pairs_that_look_alike_are_no_question() {
        let members = [
            (1, "a", None),
            (2, "b", None),
            (3, "a", None),
            (4, "b", None),
        ];
        check(
            &members,
            &[(1, 2, 0.99), (3, 4, 0.99), (1, 4, 0.95), (1, 3, 0.96)],
            "1+2 3+4",
        );
    }

    #[test]
    fn a_doubt_about_a_taken_place_is_no_question() {
        let members = [(1, "a", None), (2, "b", None), (3, "a", None)];
        check(&members, &[(1, 2, 0.99), (2, 3, 0.5)], "1+2 3");
    }

    #[test]
    fn a_new_record_joins_a_link_that_lacks_its_system() {
        check(
            &[(1, "a", Some(7)), (2, "b", None)],
            &[(1, 2, 0.95)],
            "#7+2",
        );
        check(
            &[(1, "a", Some(7)), (5, "b", Some(7)), (2, "b", None)],
            &[(1, 2, 0.95)],
            "2? 1~2",
        );
    }

    #[test]
    fn what_was_asked_waits_for_the_person() {
        // However alike, and whatever has become of the place meanwhile.
        check_asked(
            &[(1, "a", None), (2, "b", None)],
            &[(1, 2, 0.99)],
            true,
            "1? 2? 1~2",
        );
        let members = [(1, "a", Some(7)), (5, "b", Some(7)), (2, "b", None)];
        check_asked(&members, &[(1, 2, 0.95)], true, "2? 1~2");
        check_asked(&members, &[(2, 5, 0.95)], true, "2? 2=5");
        check_asked(&members, &[(2, 5, 0.95), (1, 2, 0.99)], true, "2? 1~2");
    }

    #[test]
    fn a_chain_of_likenesses_ties_no_two_records_of_one_system() {
        let members = [
            (1, "a", None),
            (2, "b", None),
            (3, "c", None),
            (4, "a", None),
        ];
        check(
            &members,
            &[(1, 2, 0.99), (2, 3, 0.98), (3, 4, 0.95)],
            "1+2+3 4? 3~4",
        );
    }
}
