//! Guards that tripped: seen, approved, over, and seen again.

use treaty_ledger::{Commit, Ledger, LeftApproval, StoredTrip, TripChange, TripState};
use treaty_model::{Scope, Timestamp, Trip};

use crate::sample::{at, trip};

fn opened() -> (tempfile::TempDir, Ledger) {
    let folder = tempfile::tempdir().expect("a folder is made");
    let ledger = Ledger::open(folder.path()).expect("it opens");
    (folder, ledger)
}

fn change(ledger: &Ledger, trips: Vec<TripChange>) {
    let commit = Commit {
        trips,
        ..Commit::default()
    };
    ledger.commit(&commit).expect("it commits");
}

fn seen(trip: &Trip, at: Timestamp) -> TripChange {
    TripChange::Seen {
        trip: trip.clone(),
        entity: "contact".into(),
        at,
    }
}

fn end(trip: &Trip) -> TripChange {
    TripChange::End {
        approval: trip.approval.clone(),
    }
}

fn approve(trip: &Trip) -> TripChange {
    TripChange::Approve {
        approval: trip.approval.clone(),
        by: "berta".to_owned(),
    }
}

fn stands(ledger: &Ledger) -> Vec<(String, TripState, Timestamp, Timestamp)> {
    let trips = ledger.trips().expect("they load");
    let stands = trips.into_iter().map(|kept| {
        let StoredTrip {
            trip,
            state,
            first_at,
            last_at,
            ..
        } = kept;
        (trip.approval, state, first_at, last_at)
    });
    stands.collect()
}

#[test]
fn a_trip_is_kept_over_a_restart_with_its_approval() {
    let (folder, ledger) = opened();
    let cap = trip("write-cap-0a", Scope::Plan);
    let rule = trip("rule-off-0b", Scope::Rule);
    change(&ledger, vec![seen(&cap, at(1)), seen(&rule, at(1))]);
    change(&ledger, vec![seen(&cap, at(2)), approve(&rule)]);
    drop(ledger);
    let ledger = Ledger::open(folder.path()).expect("it opens again");
    assert_eq!(
        stands(&ledger),
        [
            ("rule-off-0b".to_owned(), TripState::Approved, at(1), at(1)),
            ("write-cap-0a".to_owned(), TripState::Open, at(1), at(2)),
        ]
    );
    let trips = ledger.trips().expect("they load");
    assert_eq!((&trips[0].trip, &trips[1].trip), (&rule, &cap));
    assert_eq!(trips[0].approved_by.as_deref(), Some("berta"));
}

#[test]
fn what_was_approved_and_is_seen_again_stays_approved_until_it_is_over() {
    let (_folder, ledger) = opened();
    let cap = trip("write-cap-0a", Scope::Plan);
    change(&ledger, vec![seen(&cap, at(1)), approve(&cap)]);
    change(&ledger, vec![seen(&cap, at(2))]);
    assert_eq!(stands(&ledger)[0].1, TripState::Approved);
    change(&ledger, vec![end(&cap)]);
    assert_eq!(stands(&ledger), []);
    // An approval is for once.
    change(&ledger, vec![seen(&cap, at(5))]);
    let again = ("write-cap-0a".to_owned(), TripState::Open, at(5), at(5));
    assert_eq!(stands(&ledger), [again]);
    assert_eq!(ledger.trips().expect("they load")[0].approved_by, None);
}

#[test]
fn people_are_told_once_for_each_time_it_begins() {
    let (_folder, ledger) = opened();
    let cap = trip("write-cap-0a", Scope::Plan);
    let untold = || ledger.untold_trips().expect("they load").len();
    change(&ledger, vec![seen(&cap, at(1))]);
    assert_eq!(untold(), 1);
    let told = TripChange::Told {
        approval: cap.approval.clone(),
        at: at(2),
    };
    change(&ledger, vec![told]);
    change(&ledger, vec![seen(&cap, at(3))]);
    assert_eq!(untold(), 0);
    change(&ledger, vec![end(&cap)]);
    assert_eq!(untold(), 0);
    change(&ledger, vec![seen(&cap, at(4))]);
    assert_eq!(untold(), 1);
}

#[test]
fn an_approval_is_left_beside_a_working_process_and_taken_once() {
    let (folder, ledger) = opened();
    let beside = Ledger::open_to_read(folder.path()).expect("it opens beside");
    assert_eq!(ledger.left_approvals().expect("they load"), []);
    let left = LeftApproval {
        approval: "write-cap-0a".to_owned(),
        by: "berta".to_owned(),
        at: at(1),
    };
    beside.leave_approval(&left).expect("it is left");
    assert_eq!(
        ledger.left_approvals().expect("they load"),
        std::slice::from_ref(&left)
    );
    ledger.forget_approval(&left).expect("it is forgotten");
    assert_eq!(beside.left_approvals().expect("they load"), []);
}

#[test]
fn who_was_told_in_part_is_known_until_all_were() {
    let (folder, ledger) = opened();
    let cap = trip("write-cap-0a", Scope::Plan);
    let approval = || cap.approval.clone();
    let partly = TripChange::PartlyTold {
        approval: approval(),
        told_by: vec!["log".to_owned(), "mail".to_owned()],
        undelivered: "webhook: it answers 500".to_owned(),
    };
    change(&ledger, vec![seen(&cap, at(1)), partly]);
    drop(ledger);
    let ledger = Ledger::open(folder.path()).expect("it opens again");
    let untold = || ledger.untold_trips().expect("they load");
    assert_eq!(untold()[0].told_by, ["log", "mail"]);
    let why = untold()[0].undelivered.clone();
    assert_eq!(why.as_deref(), Some("webhook: it answers 500"));
    // It is over, and begins again: everybody is to be told again.
    change(&ledger, vec![end(&cap)]);
    assert_eq!(untold()[0].told_by, ["log", "mail"], "it is not told yet");
    change(&ledger, vec![seen(&cap, at(2))]);
    assert_eq!(untold()[0].told_by, [""; 0]);
    assert_eq!(untold()[0].undelivered, None);
}

#[test]
fn that_it_is_over_can_be_news() {
    let (_folder, ledger) = opened();
    let silent = trip("system-silent-0a", Scope::Nothing);
    let told = TripChange::Told {
        approval: silent.approval.clone(),
        at: at(2),
    };
    change(&ledger, vec![seen(&silent, at(1)), told]);
    let back = TripChange::EndWithNews {
        approval: silent.approval.clone(),
        message: "it is back".to_owned(),
        at: at(3),
    };
    change(&ledger, vec![back]);
    assert_eq!(stands(&ledger), []);
    let untold = ledger.untold_trips().expect("they load");
    assert_eq!(untold[0].trip.message, "it is back");
    assert_eq!(
        (untold[0].state, untold[0].last_at),
        (TripState::Over, at(3))
    );
}
