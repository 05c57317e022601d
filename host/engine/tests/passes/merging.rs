//! Two links that turn out to be one thing: by the matcher, by a person, by the
//! treaty's cross-reference.

use std::collections::BTreeSet;

use treaty_engine::{Explained, Happening, Mode, Reply, Report};
use treaty_model::LinkId;

use crate::pair::{Pair, query, run};

const EVA: &str = "SELECT group_concat(phone, ' ') FROM person
    WHERE email = 'eva@lund.example' AND gone IS NOT TRUE";

/// A pair in which no system makes what is new in the other.
async fn apart(deletes: &str) -> Pair {
    let mut pair = Pair::new(deletes).await;
    pair.edit_treaty("creates-from = [\"left\"]", "creates-from = []");
    pair.edit_treaty("creates-from = [\"right\"]", "creates-from = []");
    pair.restart().await;
    pair
}

/// A person in a database.
fn person(id: u64, email: &str, phone: &str) -> String {
    format!(
        "INSERT INTO person (id, email, phone) VALUES ({id}, '{email}@lund.example', '{phone}')"
    )
}

/// Links 3, of Eva on the left, and 4, of Ute on the right.
async fn two(deletes: &str) -> Pair {
    let pair = apart(deletes).await;
    run(&pair.left_db(), &person(3, "eva", "+49301111111"));
    pair.pass().await;
    run(&pair.right_db(), &person(4, "ute", "+49302222222"));
    pair.pass().await;
    assert!(pair.pass().await.is_quiet());
    pair
}

fn joined(report: &Report) -> u64 {
    report.entities[0].joined
}

fn told(pair: &Pair, which: &str) -> Vec<Happening> {
    let explained = pair.reader().explain("person", which, None);
    let Explained::One(account) = explained.expect("it is known") else {
        panic!("{which} is one");
    };
    account.events.into_iter().map(|told| told.what).collect()
}

/// Whether `which` tells that link 4 went into link 3.
fn tells(pair: &Pair, which: &str) -> bool {
    let went = Happening::Joined {
        from: LinkId(4),
        into: LinkId(3),
    };
    told(pair, which).contains(&went)
}

#[tokio::test]
async fn a_record_that_comes_back_joins_the_one_that_was_made_anew() {
    let pair = apart("archive").await;
    run(&pair.left_db(), &person(3, "eva", "+49301111111"));
    pair.pass().await;
    run(
        &pair.left_db(),
        "UPDATE person SET gone = true WHERE id = 3",
    );
    pair.settle().await;
    run(&pair.right_db(), &person(4, "eva", "+49302222222"));
    pair.settle().await;
    run(
        &pair.left_db(),
        "UPDATE person SET gone = false WHERE id = 3",
    );

    let plan = pair.pass_in(Mode::Plan).await;
    assert_eq!(joined(&plan), 1);
    let links: Vec<_> = plan.plan.links.iter().collect();
    assert_eq!(links.len(), 1, "{links:?}");
    assert_eq!(
        (links[0].link, &links[0].joins),
        (LinkId(3), &vec![LinkId(4)])
    );
    assert!(!plan.is_quiet());
    assert!(!tells(&pair, "#3"), "a plan changes nothing");

    let report = pair.pass().await;
    assert_eq!(joined(&report), 1);
    assert!(tells(&pair, "#3") && tells(&pair, "#4"));
    // Both stand, and neither had seen the other.
    assert_eq!(pair.engine().questions().expect("they load").len(), 1);
    assert_eq!(
        query(&pair.right_db(), EVA).as_deref(),
        Some("+49302222222")
    );
    assert!(pair.pass().await.is_quiet());
    // What was told of the link that went is told of the one that stays.
    let agreed = |what: &Happening| matches!(what, Happening::Agreed(agreed) if agreed.value.to_string().contains("2222222"));
    assert!(told(&pair, "#3").iter().any(agreed));

    let asked = pair.engine().questions().expect("they load");
    let keep = Reply::Keep("right".into());
    let answered = pair.reader().answer(asked[0].number, &keep, "berta");
    answered.expect("it is answered");
    pair.settle().await;
    assert_eq!(query(&pair.left_db(), EVA).as_deref(), Some("+49302222222"));
    assert!(pair.engine().questions().expect("they load").is_empty());
}

#[tokio::test]
async fn records_that_become_alike_are_one_thing() {
    let pair = two("archive").await;
    run(
        &pair.right_db(),
        "UPDATE person SET email = 'eva@lund.example', phone = '+49301111111' WHERE id = 4",
    );
    assert_eq!(joined(&pair.pass().await), 1);
    assert!(pair.pass().await.is_quiet());
    assert!(pair.engine().questions().expect("they load").is_empty());
    run(
        &pair.left_db(),
        "UPDATE person SET phone = '+49305555555' WHERE id = 3",
    );
    pair.pass().await;
    assert_eq!(
        query(&pair.right_db(), EVA).as_deref(),
        Some("+49305555555")
    );
    pair.settle().await;
}

#[tokio::test]
async fn the_cross_reference_joins_also_what_is_linked() {
    let mut pair = two("archive").await;
    pair.write("ids.csv", "left,right\n3,4\n");
    pair.edit_treaty(
        "table = \"person.csv\"",
        "table = \"person.csv\"\ncross-reference = \"ids.csv\"",
    );
    pair.restart().await;
    assert_eq!(joined(&pair.pass().await), 1);
    assert!(tells(&pair, "#3"));
    assert!(pair.pass().await.is_quiet());
    // E-mail address and phone differ.
    assert_eq!(pair.engine().questions().expect("they load").len(), 2);
}

#[tokio::test]
async fn what_only_the_link_that_goes_had_agreed_on_is_given_up() {
    let pair = two("leave").await;
    // The right database does not take what the left one has, and then loses it.
    let refuse = "CREATE TRIGGER no BEFORE UPDATE OF phone ON person
        WHEN new.phone = '+49309999999' BEGIN SELECT RAISE(ABORT, 'no'); END";
    run(&pair.right_db(), refuse);
    run(&pair.left_db(), &person(5, "ute", "+49302222222"));
    pair.pass().await;
    run(
        &pair.left_db(),
        "UPDATE person SET phone = '+49309999999' WHERE id = 5",
    );
    pair.pass().await;
    run(&pair.left_db(), "DELETE FROM person WHERE id = 5");
    pair.pass().await;
    run(
        &pair.left_db(),
        "UPDATE person SET email = 'ute@lund.example' WHERE id = 3",
    );
    assert_eq!(joined(&pair.pass().await), 1);
    let lost = |what: &Happening| match what {
        Happening::GivenUp { side, reason, .. } => {
            side.value.to_string().contains("9999999") && reason == "link 4 went into link 3"
        }
        _ => false,
    };
    assert!(
        told(&pair, "#3").iter().any(lost),
        "{:?}",
        told(&pair, "#3")
    );
    assert!(pair.pass().await.is_quiet());
}

#[tokio::test]
async fn two_with_a_record_in_one_system_stay_two_and_the_answer_is_told() {
    let pair = two("archive").await;
    run(&pair.left_db(), &person(5, "ute", "+49302222222"));
    pair.pass().await;
    assert!(pair.pass().await.is_quiet(), "link 4 has both");
    run(
        &pair.left_db(),
        "UPDATE person SET email = 'ute@lund.example' WHERE id = 3",
    );
    assert_eq!(joined(&pair.pass().await), 0);
    let reader = pair.reader();
    let asked = pair.engine().questions().expect("they load");
    assert_eq!(asked.len(), 1);
    reader
        .answer(asked[0].number, &Reply::Same, "berta")
        .expect("it is answered");
    for _ in 0..2 {
        let report = pair.engine().pass(Mode::Sync, &BTreeSet::new()).await;
        let report = report.expect("the pass is made");
        assert_eq!(joined(&report), 0);
        let alerts = &report.entities[0].alerts;
        assert!(
            alerts
                .iter()
                .any(|alert| alert.contains("were said to be the same")),
            "{alerts:?}"
        );
    }
    run(&pair.left_db(), "DELETE FROM person WHERE id = 3");
    pair.settle().await;
    assert!(pair.engine().questions().expect("they load").is_empty());
}
