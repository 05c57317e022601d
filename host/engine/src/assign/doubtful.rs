//! Links for which nothing is made somewhere, because somebody is asked.

use std::collections::{BTreeMap, BTreeSet};

use treaty_model::{LinkId, SystemIndex};

use super::{Assignment, Member};

/// Where something may be there already that somebody is asked about: for each
/// link, the systems in which a record of it would be one too many.
pub(crate) fn doubtful(
    members: &[Member],
    assignment: &Assignment,
) -> BTreeSet<(LinkId, SystemIndex)> {
    let member = |number: i64| {
        let place = members.binary_search_by_key(&number, |member| member.number);
        place.ok().map(|place| &members[place])
    };
    let mut with_link: BTreeMap<LinkId, BTreeSet<SystemIndex>> = BTreeMap::new();
    for member in members {
        let systems = member.link.map(|link| with_link.entry(link).or_default());
        systems.into_iter().for_each(|systems| {
            systems.insert(member.system);
        });
    }
    let mut doubtful = BTreeSet::new();
    let mut with_number: BTreeMap<i64, BTreeSet<SystemIndex>> = BTreeMap::new();
    for cluster in assignment.clusters.iter().filter(|cluster| cluster.held) {
        let joining = cluster.joining.iter();
        let systems: BTreeSet<_> = joining
            .filter_map(|number| Some(member(*number)?.system))
            .collect();
        // What would join a link, and waits with it.
        for link in cluster.link.iter().chain(&cluster.from) {
            let of_others = cluster.link.iter().chain(&cluster.from);
            let of_others = of_others.filter(|other| *other != link);
            let of_others = of_others.filter_map(|other| with_link.get(other)).flatten();
            let joins = systems.iter().chain(of_others);
            doubtful.extend(joins.map(|system| (*link, *system)));
        }
        with_number.extend(
            cluster
                .joining
                .iter()
                .map(|number| (*number, systems.clone())),
        );
    }
    for asked in &assignment.asked {
        let pair = (asked.pair.first, asked.pair.second);
        for (one, other) in [pair, (pair.1, pair.0)] {
            let (Some(one), Some(other)) = (member(one), member(other)) else {
                continue;
            };
            let Some(link) = one.link else { continue };
            let with = match other.link {
                Some(link) => with_link.get(&link),
                None => with_number.get(&other.number),
            };
            doubtful.insert((link, other.system));
            doubtful.extend(with.into_iter().flatten().map(|system| (link, *system)));
        }
    }
    doubtful
}
