//! From judged pairs to clusters: who is linked with whom, who is asked about,
//! who is new.
//!
//! Pairs are taken best first. Two clusters are joined only where no system
//! would have two records in the result; so within one system nothing is ever
//! merged, and a chain of likenesses cannot tie strangers together across it.

mod clusters;
mod doubtful;
mod judged;

use std::collections::BTreeSet;

use treaty_model::{LinkId, SystemIndex};

use clusters::{Clusters, Fit};

pub(crate) use doubtful::doubtful;
pub(crate) use judged::{Judged, Person};

/// Where linking and asking begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thresholds {
    /// From here two records are linked.
    pub(crate) link_from: f64,
    /// From here a person is asked.
    pub(crate) ask_from: f64,
}

/// A record that takes part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    /// Its number.
    pub(crate) number: i64,
    /// Its system.
    pub(crate) system: SystemIndex,
    /// Its link, if it has one.
    pub(crate) link: Option<LinkId>,
}

/// What keeps two links from becoming one.
#[derive(Debug, Default)]
pub(crate) struct Apart {
    /// Links that wait, because something is under way with them.
    pub(crate) busy: BTreeSet<LinkId>,
    /// Pairs of records, the smaller number first, that a person said are not the
    /// same.
    pub(crate) distinct: Vec<(i64, i64)>,
}

/// What came out.
#[derive(Debug, Default)]
pub(crate) struct Assignment {
    /// Clusters with at least one record that has no link yet, or another one than
    /// the cluster, in the order of their smallest such record.
    pub(crate) clusters: Vec<Cluster>,
    /// Pairs to ask about.
    pub(crate) asked: Vec<Asked>,
    /// Links that are to become one with another, and wait.
    pub(crate) waiting: BTreeSet<LinkId>,
    /// Pairs that a person said are the same, and that cannot be one.
    pub(crate) in_vain: Vec<(i64, i64)>,
}

/// Records that are the same thing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    /// The link that some of them have already; of several the first.
    pub(crate) link: Option<LinkId>,
    /// The other links.
    pub(crate) from: Vec<LinkId>,
    /// Those that have no link, or one of the others, in order.
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

/// Assigns. Members are in the order of their numbers, each once. `systems` is
/// how many systems the entity has: a cluster with a record in each is
/// complete.
pub(crate) fn assign(
    members: &[Member],
    mut judged: Vec<Judged>,
    thresholds: Thresholds,
    systems: usize,
    apart: &Apart,
) -> Assignment {
    judged.sort_by(|one, other| {
        let weight = other.weight.total_cmp(&one.weight);
        weight.then((one.first, one.second).cmp(&(other.first, other.second)))
    });
    let mut clusters = Clusters::of(members, systems, apart);
    let mut assignment = Assignment::default();
    let mut held: BTreeSet<usize> = BTreeSet::new();
    let certain = |pair: &Judged| pair.is_certain(thresholds);
    let mut taken: Vec<(usize, usize, &Judged)> = Vec::new();
    for pair in judged.iter().filter(|pair| certain(pair)) {
        let Some((one, other)) = clusters.apart(pair) else {
            continue;
        };
        match clusters.fit(one, other) {
            Fit::One => clusters.join(one, other),
            Fit::Later => assignment.waiting.extend(clusters.links(one, other)),
            Fit::Never => taken.push((one, other, pair)),
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
    for pair in judged.iter().filter(|pair| pair.person == Person::Asked) {
        if let Some((one, other)) = clusters.apart(pair) {
            ask(one, other, pair, clusters.in_one_system(pair));
        }
    }
    for (one, other, pair) in taken {
        // Alike enough to link, but the place is taken: a duplicate inside one
        // system, or two links that should be one. Where both have partners
        // everywhere, they are two things that look alike.
        let (one, other) = (clusters.root(one), clusters.root(other));
        let complete = clusters.systems.is_full(one) && clusters.systems.is_full(other);
        if one != other && pair.person == Person::SaidSame {
            assignment.in_vain.push((pair.first, pair.second));
        }
        if one != other && !complete {
            ask(one, other, pair, clusters.in_one_system(pair));
        }
    }
    for pair in judged.iter().filter(|pair| !certain(pair)) {
        let Some((one, other)) = clusters.apart(pair) else {
            continue;
        };
        // A place that a better match has taken is no question.
        let fits = clusters.fit(one, other) != Fit::Never;
        if pair.probability >= thresholds.ask_from && fits {
            ask(one, other, pair, false);
        }
    }
    let held: BTreeSet<usize> = held.into_iter().map(|root| clusters.root(root)).collect();
    assignment.clusters = clusters.finish(&held);
    assignment
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Members as `number system [link]`, pairs as `first second probability`.
    fn check(members: &[(i64, &str, Option<u64>)], pairs: &[(i64, i64, f64)], expected: &str) {
        check_person(members, pairs, Person::Unasked, expected);
    }

    fn check_person(
        members: &[(i64, &str, Option<u64>)],
        pairs: &[(i64, i64, f64)],
        person: Person,
        expected: &str,
    ) {
        check_apart(members, pairs, person, &Apart::default(), expected);
    }

    fn check_apart(
        members: &[(i64, &str, Option<u64>)],
        pairs: &[(i64, i64, f64)],
        person: Person,
        apart: &Apart,
        expected: &str,
    ) {
        let systems: BTreeSet<_> = members.iter().map(|(_, system, _)| *system).collect();
        let place = |system| systems.iter().position(|known| *known == system);
        let mut members: Vec<_> = members
            .iter()
            .map(|(number, system, link)| Member {
                number: *number,
                system: SystemIndex(place(*system).expect("it is one of them")),
                link: link.map(LinkId),
            })
            .collect();
        members.sort_by_key(|member| member.number);
        let judged = pairs
            .iter()
            .map(|(first, second, probability)| Judged {
                first: *first,
                second: *second,
                weight: *probability,
                probability: *probability,
                person,
            })
            .collect();
        let thresholds = Thresholds {
            link_from: 0.9,
            ask_from: 0.2,
        };
        let assignment = assign(&members, judged, thresholds, systems.len(), apart);
        let mut text: Vec<String> = assignment
            .clusters
            .iter()
            .map(|cluster| {
                let joining: Vec<_> = cluster.joining.iter().map(i64::to_string).collect();
                let link = cluster
                    .link
                    .map_or(String::new(), |link| format!("#{link}+"));
                let from = cluster.from.iter();
                let from: String = from.map(|from| format!("(#{from})")).collect();
                let held = if cluster.held { "?" } else { "" };
                format!("{link}{from}{}{held}", joining.join("+"))
            })
            .collect();
        text.extend(assignment.asked.iter().map(|asked| {
            let mark = if asked.duplicate { "=" } else { "~" };
            format!("{}{mark}{}", asked.pair.first, asked.pair.second)
        }));
        let waiting = assignment.waiting.iter();
        text.extend(waiting.map(|link| format!("#{link} waits")));
        let in_vain = assignment.in_vain.iter();
        text.extend(in_vain.map(|(one, other)| format!("{one}!{other}")));
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
    fn two_links_become_one_where_no_system_is_in_both() {
        let members = [(1, "a", Some(9)), (2, "b", Some(7)), (3, "c", None)];
        let pairs = [(1, 2, 0.95), (2, 3, 0.99)];
        check(&members, &pairs, "#7+(#9)1+3");
        let with_c = [(1, "a", Some(9)), (2, "b", Some(7)), (3, "c", Some(8))];
        check(&with_c, &pairs, "#7+(#8)(#9)1+3");
        // Both have a record in b.
        let members = [(1, "a", Some(9)), (4, "b", Some(9)), (2, "b", Some(7))];
        check(&members, &[(1, 2, 0.95)], "1~2");
        check_person(&members, &[(1, 2, 1.0)], Person::SaidSame, "1~2 1!2");
        check_person(&members, &[(1, 2, 0.95)], Person::Asked, "1~2");
        check(
            &[(1, "a", Some(9)), (2, "b", Some(7))],
            &[(1, 2, 0.5)],
            "1~2",
        );
    }

    #[test]
    fn two_links_stay_two_while_one_is_busy_or_a_person_said_so() {
        let members = [(1, "a", Some(9)), (2, "b", Some(7)), (3, "c", Some(7))];
        let pairs = [(1, 2, 0.95)];
        let busy = Apart {
            busy: [LinkId(7)].into(),
            distinct: Vec::new(),
        };
        check_apart(
            &members,
            &pairs,
            Person::Unasked,
            &busy,
            "#7 waits #9 waits",
        );
        // Not because of the pair itself: that is not even judged.
        let distinct = Apart {
            busy: BTreeSet::new(),
            distinct: vec![(1, 3)],
        };
        check_apart(&members, &pairs, Person::Unasked, &distinct, "1~2");
    }

    #[test]
    fn what_was_asked_waits_for_the_person() {
        // However alike, and whatever has become of the place meanwhile.
        check_person(
            &[(1, "a", None), (2, "b", None)],
            &[(1, 2, 0.99)],
            Person::Asked,
            "1? 2? 1~2",
        );
        let members = [(1, "a", Some(7)), (5, "b", Some(7)), (2, "b", None)];
        check_person(&members, &[(1, 2, 0.95)], Person::Asked, "2? 1~2");
        check_person(&members, &[(2, 5, 0.95)], Person::Asked, "2? 2=5");
        check_person(
            &members,
            &[(2, 5, 0.95), (1, 2, 0.99)],
            Person::Asked,
            "2? 1~2",
        );
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
