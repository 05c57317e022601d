//! What a host makes of links: one-to-one assignment, and closure with limits.

use std::collections::{HashMap, HashSet};

use super::{Compared, Run, seen};
use crate::record::Matcher;

/// Takes each record at most once, the heaviest pair first.
#[must_use]
pub fn assign_one_to_one(compared: &[Compared], probability_min: f64) -> Vec<(u32, u32)> {
    let mut links: Vec<&Compared> = compared
        .iter()
        .filter(|pair| pair.score.probability >= probability_min)
        .collect();
    links.sort_by(|a, b| {
        b.score
            .weight
            .total_cmp(&a.score.weight)
            .then((a.first, a.second).cmp(&(b.first, b.second)))
    });
    let mut taken = HashSet::new();
    let mut kept = Vec::new();
    for link in links {
        if !taken.contains(&link.first) && !taken.contains(&link.second) {
            taken.extend([link.first, link.second]);
            kept.push((link.first, link.second));
        }
    }
    kept
}

/// Joins links into clusters, the heaviest first; not where the cluster would
/// grow past `records_max`, or where a member of the one is a strong no to a
/// member of the other. Gives all pairs inside clusters.
pub fn close<M: Matcher>(
    matcher: &M,
    run: &Run<M>,
    probability_min: f64,
    records_max: usize,
) -> Vec<(u32, u32)> {
    let mut links: Vec<&Compared> = run
        .compared
        .iter()
        .filter(|pair| pair.score.probability >= probability_min)
        .collect();
    links.sort_by(|a, b| {
        b.score
            .weight
            .total_cmp(&a.score.weight)
            .then((a.first, a.second).cmp(&(b.first, b.second)))
    });
    let mut cluster_of: HashMap<u32, u32> = HashMap::new();
    let mut members: HashMap<u32, Vec<u32>> = HashMap::new();
    for link in links {
        let mut home = |record: u32| {
            let home = *cluster_of.entry(record).or_insert(record);
            members.entry(home).or_insert_with(|| vec![record]);
            home
        };
        let (into, from) = (home(link.first), home(link.second));
        if into == from || members[&into].len() + members[&from].len() > records_max {
            continue;
        }
        let strong_no = members[&into].iter().any(|&one| {
            members[&from].iter().any(|&other| {
                let (one, other) = (seen(&run.records, one), seen(&run.records, other));
                matcher.compare(&run.population, one, other).probability < STRONG_NO_BELOW
            })
        });
        if strong_no {
            continue;
        }
        let moved = members.remove(&from).expect("every cluster has members");
        for record in &moved {
            cluster_of.insert(*record, into);
        }
        members
            .get_mut(&into)
            .expect("every cluster has members")
            .extend(moved);
    }
    let mut pairs = Vec::new();
    for cluster in members.values() {
        for (at, &first) in cluster.iter().enumerate() {
            pairs.extend(
                cluster[at + 1..]
                    .iter()
                    .map(|&second| (first.min(second), first.max(second))),
            );
        }
    }
    pairs
}

/// A pair below this probability keeps two clusters apart.
const STRONG_NO_BELOW: f64 = 0.0005;
