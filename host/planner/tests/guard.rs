//! The guard: what trips it, what a tripped plan holds, and what an approval is
//! worth.

use std::collections::BTreeSet;

use treaty_model::{
    Archive, BaseChange, Create, EntityName, FieldIndex, Life, LinkId, LinkPlan, Operation, Origin,
    Plan, Provenance, Revision, RunId, Scope, SystemIndex, SystemName, Value, Why, Write,
};
use treaty_planner::{Counts, Limits, Recent, guard, print};

const LIMITS: Limits = Limits {
    writes_per_minute_max: 10,
    creates_max: 3,
    deletes_count_max: 4,
    deletes_share_max: 0.1,
    record_writes_max: 6,
    flips_max: 3,
    window_minutes: 60,
    records_held_max: 2,
    empty_from: 10,
    questions_max: 5,
    faults_max: 7,
};

/// Weighs a plan of so many writes, creates and archives in HubSpot, which has
/// so many records, and compares the guards that trip, with what they saw.
fn check(what: [u64; 3], records: u64, expected: &[&str]) {
    let plan = weigh(plan(what), records, &[]);
    let trips: Vec<_> = plan
        .trips
        .iter()
        .map(|trip| format!("{}: {}", trip.guard, trip.message))
        .collect();
    assert_eq!(trips, expected, "{what:?} of {records}");
    assert_eq!(plan.operations().count() == 0, !expected.is_empty());
    assert_eq!(plan.links.is_empty(), !expected.is_empty());
}

#[test]
fn within_all_limits_nothing_trips() {
    check([10, 0, 0], 0, &[]);
    check([0, 3, 0], 0, &[]);
    check([0, 0, 4], 40, &[]);
}

#[test]
fn the_write_cap_counts_everything_that_is_sent() {
    let message = |planned| {
        format!(
            "write-cap: {planned} writes to hubspot after 0 in the last minute, more than \
             writes-per-minute-max = 10"
        )
    };
    check([11, 0, 0], 0, &[&message(11)]);
    check([8, 2, 1], 100, &[&message(11)]);
}

#[test]
fn the_write_cap_counts_the_last_minute() {
    let mut counts = Counts::default();
    counts.writes_last_minute.insert("hubspot".into(), 8);
    let weigh = |writes| {
        let approved = BTreeSet::new();
        weigh_with(plan([writes, 0, 0]), &counts, &approved)
    };
    assert!(weigh(2).trips.is_empty());
    assert_eq!(weigh(3).trips[0].guard, "write-cap");
}

#[test]
fn the_create_cap_counts_new_records() {
    check(
        [0, 4, 0],
        0,
        &["create-cap: 4 new contact records for hubspot, more than creates-max = 3"],
    );
}

#[test]
fn the_delete_guard_counts() {
    check(
        [0, 0, 5],
        1_000,
        &[
            "delete-guard: 5 of 1000 contact records would be deleted in hubspot, more than \
           deletes-count-max = 4",
        ],
    );
}

/// A share says nothing of a single record: of five contacts one is a fifth.
#[test]
fn the_delete_guard_weighs_the_share() {
    check([0, 0, 1], 5, &[]);
    check([0, 0, 2], 20, &[]);
    check(
        [0, 0, 2],
        19,
        &[
            "delete-guard: 2 of 19 contact records would be deleted in hubspot, a larger share \
           than deletes-share-max = 0.1",
        ],
    );
    // Nobody counted the records: that is no reason to delete them.
    check(
        [0, 0, 2],
        0,
        &[
            "delete-guard: 2 of 0 contact records would be deleted in hubspot, a larger share \
           than deletes-share-max = 0.1",
        ],
    );
}

#[test]
fn an_approval_lets_exactly_one_plan_through() {
    let tripped = weigh(plan([11, 0, 0]), 0, &[]);
    let approval = tripped.trips[0].approval.clone();
    let approved = weigh(plan([11, 0, 0]), 0, &[&approval]);
    assert_eq!(approved, plan([11, 0, 0]));

    let mut others = vec![plan([12, 0, 0])];
    for change in [
        |write: &mut Write| write.values[0] = Some(Value::text("other")),
        |write: &mut Write| write.revisions[0].1 = Revision(3),
        |write: &mut Write| write.remote = "other".into(),
        |write: &mut Write| write.system = SystemIndex(1),
    ] {
        let mut other = plan([11, 0, 0]);
        for link in &mut other.links {
            if let Operation::Write(write) = &mut link.operations[0] {
                change(write);
            }
        }
        others.push(other);
    }
    for other in others {
        let tripped = weigh(other, 0, &[&approval]);
        assert_eq!(tripped.trips.len(), 1);
        assert_ne!(tripped.trips[0].approval, approval);
        assert_eq!(tripped.operations().count(), 0);
    }
}

#[test]
fn an_approval_is_for_one_guard() {
    let tripped = weigh(plan([0, 11, 0]), 0, &[]);
    let guards: Vec<_> = tripped
        .trips
        .iter()
        .map(|trip| trip.guard.as_str())
        .collect();
    assert_eq!(guards, ["create-cap", "write-cap"]);
    let one = weigh(plan([0, 11, 0]), 0, &[&tripped.trips[0].approval]);
    assert_eq!(one.trips, tripped.trips[1..]);
    assert_eq!(one.operations().count(), 0);
    let approvals: Vec<_> = tripped
        .trips
        .iter()
        .map(|trip| trip.approval.as_str())
        .collect();
    assert!(weigh(plan([0, 11, 0]), 0, &approvals).trips.is_empty());
}

/// The plan is made anew in every pass, until somebody has approved it.
#[test]
fn the_approval_does_not_depend_on_the_run() {
    let of_run = |run| {
        let mut plan = plan([11, 0, 0]);
        plan.links[0].base.push(BaseChange {
            field: FieldIndex(0),
            before: None,
            value: Value::text("v"),
            revision: Revision(1),
            provenance: Provenance {
                system: None,
                origin: Origin::default(),
                at: None,
                rule: None,
                run: RunId(run),
            },
            why: Why::OneChanged,
            decided: None,
        });
        weigh(plan, 0, &[]).trips
    };
    assert_eq!(of_run(1), of_run(2));
}

#[test]
fn a_tripped_plan_changes_nothing_locally_either() {
    let mut plan = plan([11, 0, 0]);
    plan.links[0].life = Some(Life::Deleted);
    let tripped = weigh(plan, 0, &[]);
    assert!(tripped.links.is_empty());
    assert_eq!(
        print(&tripped, |_| None),
        format!(
            "write-cap  11 writes to hubspot after 0 in the last minute, more than \
             writes-per-minute-max = 10 (to allow it: {})\n",
            tripped.trips[0].approval
        )
    );
}

fn weigh(plan: Plan, records: u64, approved: &[&str]) -> Plan {
    let mut counts = Counts::default();
    let key = ("contact".into(), "hubspot".into());
    counts.records.insert(key, records);
    let approved = approved.iter().map(|name| (*name).to_owned()).collect();
    weigh_with(plan, &counts, &approved)
}

fn weigh_with(plan: Plan, counts: &Counts, approved: &BTreeSet<String>) -> Plan {
    guard(&"contact".into(), plan, &LIMITS, counts, &name_of, approved)
}

/// What was written to the records of so many links lately.
fn lately(links: u64, recent: &Recent) -> Counts {
    let recent = (1..=links).map(|link| ((LinkId(link), "hubspot".into()), recent.clone()));
    Counts {
        recent: recent.collect(),
        ..Counts::default()
    }
}

fn flipped(times: u64) -> Recent {
    Recent {
        writes: times,
        flip: Some(("Phone".to_owned(), times)),
    }
}

#[test]
fn a_record_that_is_written_again_and_again_is_held_and_nothing_else() {
    let none = BTreeSet::new();
    let counts = lately(1, &flipped(3));
    let held = weigh_with(plan([3, 0, 0]), &counts, &none);
    assert_eq!(
        print(&held, |_| None).lines().next(),
        Some(
            format!(
                "flip-flop  Phone of contact 1 in hubspot was set to the same value 3 times in the \
                 last 60 minutes, and somebody sets it back each time; flips-max = 3 (to allow it: {})",
                held.trips[0].approval
            )
            .as_str()
        )
    );
    assert_eq!(held.trips[0].scope, Scope::Link(LinkId(1)));
    let left: Vec<_> = held.links.iter().map(|link| link.link).collect();
    assert_eq!(left, [LinkId(2), LinkId(3)]);

    let approved = BTreeSet::from([held.trips[0].approval.clone()]);
    assert_eq!(
        weigh_with(plan([3, 0, 0]), &counts, &approved),
        plan([3, 0, 0])
    );
    assert!(
        weigh_with(plan([3, 0, 0]), &lately(1, &flipped(2)), &none)
            .trips
            .is_empty()
    );
    // Elsewhere nothing was written lately.
    let mut elsewhere = plan([1, 0, 0]);
    if let Operation::Write(write) = &mut elsewhere.links[0].operations[0] {
        write.system = SystemIndex(1);
    }
    assert!(weigh_with(elsewhere, &counts, &none).trips.is_empty());
}

#[test]
fn a_record_that_is_written_too_often_is_held() {
    let often = Recent {
        writes: 6,
        flip: None,
    };
    let held = weigh_with(plan([1, 0, 0]), &lately(1, &often), &BTreeSet::new());
    assert_eq!(
        held.trips[0].message,
        "contact 1 in hubspot was written 6 times in the last 60 minutes; record-writes-max = 6"
    );
    assert_eq!(
        (held.trips[0].guard.as_str(), held.links.len()),
        ("record-writes", 0)
    );
}

#[test]
fn many_records_that_are_written_again_and_again_stop_the_plan() {
    let none = BTreeSet::new();
    let two = weigh_with(plan([4, 0, 0]), &lately(2, &flipped(3)), &none);
    assert_eq!((two.trips.len(), two.links.len()), (2, 2));
    let counts = lately(3, &flipped(3));
    let three = weigh_with(plan([4, 0, 0]), &counts, &none);
    assert_eq!((three.trips.len(), three.links.len()), (1, 0));
    assert_eq!(
        (three.trips[0].guard.as_str(), three.trips[0].scope),
        ("flip-flop", Scope::Plan)
    );
    let approved = BTreeSet::from([three.trips[0].approval.clone()]);
    assert_eq!(
        weigh_with(plan([4, 0, 0]), &counts, &approved),
        plan([4, 0, 0])
    );
}

#[test]
fn what_a_system_no_longer_shows_stops_the_plan() {
    let check = |counts: &Counts, expected: &[&str]| {
        let weighed = weigh_with(plan([1, 0, 0]), counts, &BTreeSet::new());
        let told = weighed.trips.iter();
        let told: Vec<_> = told
            .map(|trip| format!("{}: {}", trip.guard, trip.message))
            .collect();
        assert_eq!(told, expected);
        assert_eq!(weighed.links.is_empty(), !expected.is_empty());
    };
    let empty = |records| Counts {
        empty: vec![("hubspot".into(), records)],
        ..Counts::default()
    };
    check(&empty(9), &[]);
    check(
        &empty(10),
        &["side-empty: hubspot shows no contact record at all, and had 10 of them"],
    );
    let canary = Counts {
        canaries_lost: vec![("hubspot".into(), "17".into())],
        ..Counts::default()
    };
    check(
        &canary,
        &["canary: hubspot does not show contact 17, which has to be visible"],
    );
}

#[test]
fn floods_stop_the_plan() {
    let check = |asked, faults, expected: &[(&str, bool)]| {
        let counts = Counts {
            asked,
            faults,
            ..Counts::default()
        };
        let weighed = weigh_with(plan([1, 0, 0]), &counts, &BTreeSet::new());
        let told = weighed.trips.iter();
        let told: Vec<_> = told.map(|trip| (trip.guard.as_str(), trip.holds)).collect();
        assert_eq!(told, expected, "{asked} {faults}");
    };
    check(5, 7, &[]);
    check(6, 7, &[("question-flood", false)]);
    check(5, 8, &[("fault-flood", true)]);
}

fn name_of(_: &EntityName, system: SystemIndex) -> SystemName {
    ["hubspot", "salesforce"][system.0].into()
}

/// A plan of so many writes, creates and archives, each for a link of its own.
fn plan([writes, creates, archives]: [u64; 3]) -> Plan {
    let system = SystemIndex(0);
    let revisions = vec![(FieldIndex(0), Revision(2))];
    let values = vec![Some(Value::text("v"))];
    let write = Operation::Write(Write {
        system,
        remote: "1".into(),
        values: values.clone(),
        revisions: revisions.clone(),
        why: vec![Why::Behind],
    });
    let create = Operation::Create(Create {
        system,
        values,
        revisions,
    });
    let archive = Operation::Archive(Archive {
        system,
        remote: "1".into(),
        for_good: false,
    });
    let mut operations = vec![write; writes as usize];
    operations.extend(vec![create; creates as usize]);
    operations.extend(vec![archive; archives as usize]);
    let links = (1..).map(LinkId).zip(operations);
    Plan {
        links: links
            .map(|(link, operation)| {
                let mut plan = LinkPlan::new(link, "contact".into());
                plan.operations.push(operation);
                plan
            })
            .collect(),
        trips: Vec::new(),
    }
}
