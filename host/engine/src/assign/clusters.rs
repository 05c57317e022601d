//! Clusters of records while they are assigned, and which systems they have.

use std::collections::{BTreeMap, BTreeSet};

use treaty_model::LinkId;

use super::{Apart, Cluster, Judged, Member};

/// A union-find over the members that knows which systems each cluster has.
pub(super) struct Clusters<'a> {
    members: &'a [Member],
    parent: Vec<usize>,
    pub(super) systems: SystemSets,
    /// Of several the first.
    link: Vec<Option<LinkId>>,
    apart: &'a Apart,
}

/// Whether two clusters can be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// They can.
    One,
    /// They can, once nothing is under way with their links any more.
    Later,
    /// A system would have two records, or a person said that they are not the
    /// same.
    Never,
}

impl<'a> Clusters<'a> {
    pub(super) fn of(members: &'a [Member], systems: usize, apart: &'a Apart) -> Self {
        let in_order = members.is_sorted_by(|one, other| one.number < other.number);
        assert!(in_order, "members are in order, each once");
        let mut clusters = Self {
            members,
            parent: (0..members.len()).collect(),
            systems: SystemSets::of(members, systems),
            link: members.iter().map(|member| member.link).collect(),
            apart,
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

    /// Whether two clusters can be one.
    pub(super) fn fit(&self, one: usize, other: usize) -> Fit {
        if !self.systems.are_disjoint(one, other) {
            return Fit::Never;
        }
        let linked: Vec<_> = self.links(one, other).collect();
        if linked.len() < 2 {
            return Fit::One;
        }
        let distinct = |(first, second): &(i64, i64)| {
            let roots = (self.find(*first), self.find(*second));
            roots == (Some(one), Some(other)) || roots == (Some(other), Some(one))
        };
        match linked.iter().any(|link| self.apart.busy.contains(link)) {
            _ if self.apart.distinct.iter().any(distinct) => Fit::Never,
            true => Fit::Later,
            false => Fit::One,
        }
    }

    /// The links of two clusters.
    pub(super) fn links(&self, one: usize, other: usize) -> impl Iterator<Item = LinkId> {
        self.link[one].into_iter().chain(self.link[other])
    }

    pub(super) fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if one == other {
            return;
        }
        let (root, child) = (one.min(other), one.max(other));
        self.parent[child] = root;
        self.systems.unite(root, child);
        let links = self.links(root, child);
        self.link[root] = links.min();
    }

    pub(super) fn finish(self, held: &BTreeSet<usize>) -> Vec<Cluster> {
        let mut joining: BTreeMap<usize, (Vec<i64>, BTreeSet<LinkId>)> = BTreeMap::new();
        for (at, member) in self.members.iter().enumerate() {
            let root = self.root(at);
            if member.link.is_none() || member.link != self.link[root] {
                let (records, from) = joining.entry(root).or_default();
                records.push(member.number);
                from.extend(member.link);
            }
        }
        let mut clusters: Vec<_> = joining
            .into_iter()
            .map(|(root, (mut joining, from))| {
                joining.sort_unstable();
                // A complete cluster makes nothing anywhere, so a doubt about a
                // further record does not hold it.
                let held = held.contains(&root) && !self.systems.is_full(root);
                Cluster {
                    link: self.link[root],
                    from: from.into_iter().collect(),
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
