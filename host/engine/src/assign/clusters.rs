//! Clusters of records while they are assigned, and which systems they have.

use std::collections::{BTreeMap, BTreeSet};

use treaty_model::LinkId;

use super::{Cluster, Judged, Member};

/// A union-find over the members that knows which systems each cluster has.
pub(super) struct Clusters<'a> {
    members: &'a [Member],
    parent: Vec<usize>,
    pub(super) systems: SystemSets,
    link: Vec<Option<LinkId>>,
}

impl<'a> Clusters<'a> {
    pub(super) fn of(members: &'a [Member], systems: usize) -> Self {
        let in_order = members.is_sorted_by(|one, other| one.number < other.number);
        assert!(in_order, "members are in order, each once");
        let mut clusters = Self {
            members,
            parent: (0..members.len()).collect(),
            systems: SystemSets::of(members, systems),
            link: members.iter().map(|member| member.link).collect(),
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

    pub(super) fn root(&self, mut at: usize) -> usize {
        while self.parent[at] != at {
            at = self.parent[at];
        }
        at
    }

    fn place(&self, number: i64) -> Option<usize> {
        let place = self
            .members
            .binary_search_by_key(&number, |member| member.number);
        place.ok()
    }

    fn find(&self, number: i64) -> Option<usize> {
        self.place(number).map(|at| self.root(at))
    }

    /// The clusters of a pair, where both take part and are not one already.
    pub(super) fn apart(&self, pair: &Judged) -> Option<(usize, usize)> {
        let (one, other) = (self.find(pair.first)?, self.find(pair.second)?);
        (one != other).then_some((one, other))
    }

    /// Whether both records of a pair are in one system: a duplicate there.
    pub(super) fn in_one_system(&self, pair: &Judged) -> bool {
        let system = |number: i64| self.place(number).map(|at| self.members[at].system);
        system(pair.first) == system(pair.second)
    }

    /// Whether two clusters can be one: no system twice, and not two links.
    pub(super) fn fit(&self, one: usize, other: usize) -> bool {
        let linked = self.link[one].is_some() && self.link[other].is_some();
        !linked && self.systems.are_disjoint(one, other)
    }

    pub(super) fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if one == other {
            return;
        }
        let (root, child) = (one.min(other), one.max(other));
        self.parent[child] = root;
        self.systems.unite(root, child);
        self.link[root] = self.link[root].or(self.link[child]);
    }

    pub(super) fn finish(self, held: &BTreeSet<usize>) -> Vec<Cluster> {
        let mut joining: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
        for (at, member) in self.members.iter().enumerate() {
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
                let held = held.contains(&root) && !self.systems.is_full(root);
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

/// Which systems each cluster has: a bit for each system, in one table, because
/// a first sync has as many clusters as records.
pub(super) struct SystemSets {
    systems: usize,
    words: usize,
    bits: Vec<u64>,
}

impl SystemSets {
    fn of(members: &[Member], systems: usize) -> Self {
        let words = systems.div_ceil(64);
        let mut bits = vec![0; members.len() * words];
        for (at, member) in members.iter().enumerate() {
            let system = member.system.0;
            assert!(system < systems, "system {system} of {systems}");
            bits[at * words + system / 64] |= 1 << (system % 64);
        }
        Self {
            systems,
            words,
            bits,
        }
    }

    fn set(&self, at: usize) -> &[u64] {
        &self.bits[at * self.words..(at + 1) * self.words]
    }

    fn are_disjoint(&self, one: usize, other: usize) -> bool {
        let mut words = self.set(one).iter().zip(self.set(other));
        words.all(|(one, other)| one & other == 0)
    }

    pub(super) fn is_full(&self, at: usize) -> bool {
        let count: u32 = self.set(at).iter().map(|word| word.count_ones()).sum();
        count as usize == self.systems
    }

    /// Adds the systems of one cluster to another.
    fn unite(&mut self, to: usize, from: usize) {
        for word in 0..self.words {
            self.bits[to * self.words + word] |= self.bits[from * self.words + word];
        }
    }
}

#[cfg(test)]
mod tests {
    use treaty_model::SystemIndex;

    use super::*;

    #[test]
    fn systems_are_told_apart_however_many_there_are() {
        let member = |number, system| Member {
            number,
            system: SystemIndex(system),
            link: None,
        };
        let members: Vec<_> = (0..65_u8).map(|at| member(at.into(), at.into())).collect();
        let mut sets = SystemSets::of(&members, 65);
        assert!(sets.are_disjoint(0, 64), "the same bit of another word");
        sets.unite(0, 64);
        assert!(!sets.are_disjoint(0, 64));
        (1..64).for_each(|at| sets.unite(0, at));
        assert!(sets.is_full(0));
        assert!(!sets.is_full(64));
    }
}
