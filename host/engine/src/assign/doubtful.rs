//! Links for which nothing is made somewhere, because somebody is asked.

use std::collections::BTreeSet;

use treaty_model::{LinkId, SystemIndex};

use super::{Assignment, Member};

/// Where a record waits that somebody is asked about: for each link that it may
/// belong to, the systems of those that wait with it.
pub(crate) fn doubtful(
    members: &[Member],
    assignment: &Assignment,
) -> BTreeSet<(LinkId, SystemIndex)> {
    let member = |number: i64| {
        let place = members.binary_search_by_key(&number, |member| member.number);
        place.ok().map(|place| &members[place])
    };
    let with = |number: i64| {
        let mut clusters = assignment.clusters.iter();
        let cluster = clusters.find(|cluster| cluster.joining.contains(&number));
        cluster.map_or_else(|| vec![number], |cluster| cluster.joining.clone())
    };
    let mut doubtful = BTreeSet::new();
    for asked in &assignment.asked {
        let pair = (asked.pair.first, asked.pair.second);
        for (one, other) in [pair, (pair.1, pair.0)] {
            let Some(link) = member(one).and_then(|member| member.link) else {
                continue;
            };
            let waiting = with(other).into_iter().filter_map(member);
            doubtful.extend(waiting.map(|member| (link, member.system)));
        }
    }
    doubtful
}
