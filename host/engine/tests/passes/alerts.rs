//! Alerts: told once in every way, tried again until they arrive, never in the
//! way of a pass.

use serde_json::Value as Json;
use treaty_engine::Status;
use treaty_receivers::{Hook, MailServer, nobody};

use crate::pair::{Pair, query, run};

/// A pair that tells people by these ways.
async fn telling(alerts: &str) -> Pair {
    let mut pair = Pair::new("archive").await;
    pair.edit_treaty(
        "[guards]\n",
        &format!("{alerts}\n[guards]\nempty-from = 2\n"),
    );
    pair.restart().await;
    pair
}

fn mail(server: &str) -> String {
    format!(
        "[alerts.mail]\nserver = \"{server}\"\nfrom = \"t@acme.example\"\nto = [\"b@acme.example\"]\n"
    )
}

fn webhook(hook: &Hook) -> String {
    format!("[alerts]\nwebhook = \"{}\"\n", hook.url("/alerts"))
}

fn status(pair: &Pair) -> Status {
    pair.reader().status().expect("it is told")
}

fn bodies(hook: &Hook) -> Vec<Json> {
    hook.requests()
        .into_iter()
        .map(|request| request.body)
        .collect()
}

#[tokio::test]
async fn what_could_not_be_delivered_is_tried_again_and_what_was_is_not() {
    let hook = Hook::start(&[500]);
    let down = format!("smtp://{}", nobody());
    let mut pair = telling(&format!("{}{}", webhook(&hook), mail(&down))).await;
    run(&pair.left_db(), "DELETE FROM person");
    assert_eq!(pair.guarded().await, ["side-empty"]);
    assert_eq!(hook.requests().len(), 1);
    let why = |pair: &Pair| {
        let undelivered = status(pair).undelivered.into_iter();
        undelivered.map(|shown| shown.why).collect::<Vec<_>>()
    };
    let [missed] = &why(&pair)[..] else {
        panic!("{:?}", why(&pair));
    };
    assert!(missed.contains("webhook: the server does not take it: it answers 500"));
    assert!(missed.contains("mail: cannot reach the server"), "{missed}");

    // Treaty starts again, and the webhook takes it.
    pair.restart().await;
    assert_eq!(pair.guarded().await, ["side-empty"]);
    assert_eq!(hook.requests().len(), 2);
    let [missed] = &why(&pair)[..] else {
        panic!("{:?}", why(&pair));
    };
    assert!(!missed.contains("webhook"), "{missed}");

    // The mail server is up.
    let post = MailServer::start(0);
    pair.edit_treaty(&down, &post.url());
    pair.restart().await;
    for _ in 0..2 {
        assert_eq!(pair.guarded().await, ["side-empty"]);
    }
    assert_eq!((hook.requests().len(), post.letters().len()), (2, 1));
    assert!(
        post.letters()[0]
            .text
            .contains("treaty approve side-empty-")
    );
    assert_eq!(why(&pair), [""; 0]);
    let [first, again] = &bodies(&hook)[..] else {
        panic!("two requests");
    };
    assert_eq!(
        (&first["id"], &first["code"]),
        (&again["id"], &"guard.side-empty".into())
    );
    assert_eq!(
        (&again["entity"], &again["scope"]),
        (&"person".into(), &"plan".into())
    );

    // Somebody saw it, and it is over; nobody needs to be told.
    pair.approve_all();
    assert!(pair.guarded().await.is_empty());
    assert_eq!((hook.requests().len(), post.letters().len()), (2, 1));
}

#[tokio::test]
async fn what_was_approved_before_anybody_could_be_told_is_not_told() {
    let hook = Hook::start(&[500]);
    let pair = telling(&webhook(&hook)).await;
    run(&pair.left_db(), "DELETE FROM person");
    assert_eq!(pair.guarded().await, ["side-empty"]);
    pair.approve_all();
    assert!(pair.guarded().await.is_empty());
    assert_eq!(
        query(
            &pair.right_db(),
            "SELECT count(*) || '' FROM person WHERE gone IS NOT TRUE"
        )
        .as_deref(),
        Some("0")
    );
    assert_eq!(hook.requests().len(), 1);
    assert_eq!(status(&pair).undelivered, []);
}

#[tokio::test]
async fn a_reference_that_leads_nowhere_stops_nothing() {
    let pair = telling("[alerts]\nwebhook = \"env:NOWHERE\"\n").await;
    run(&pair.left_db(), "DELETE FROM person");
    assert_eq!(pair.guarded().await, ["side-empty"]);
    let undelivered = status(&pair).undelivered;
    let missing = "webhook: the environment variable NOWHERE is not set";
    assert_eq!(undelivered[0].why, missing);
    // Somebody approves, and the pass is made.
    pair.approve_all();
    assert!(pair.guarded().await.is_empty());
    let left = "SELECT count(*) || '' FROM person WHERE gone IS NOT TRUE";
    assert_eq!(query(&pair.right_db(), left).as_deref(), Some("0"));
}

#[tokio::test]
async fn a_system_that_is_silent_is_told_once_and_that_it_is_back() {
    let hook = Hook::start(&[]);
    let mut pair = telling(&format!("{}silent-minutes = 60\n", webhook(&hook))).await;
    run(&pair.right_db(), "ALTER TABLE person RENAME TO away");
    for minutes in [0, 59] {
        pair.wait_seconds(minutes * 60);
        pair.restart().await;
        assert!(pair.guarded().await.is_empty());
    }
    assert_eq!(hook.requests().len(), 0, "an hour has not passed");
    for _ in 0..3 {
        pair.wait_seconds(60);
        pair.restart().await;
        assert!(pair.guarded().await.is_empty(), "it stops nothing");
    }
    let [silent] = &bodies(&hook)[..] else {
        panic!("{:?}", bodies(&hook));
    };
    assert_eq!(
        (&silent["code"], &silent["state"]),
        (&"system.silent".into(), &"open".into())
    );
    assert_eq!(
        (&silent["entity"], &silent["approval"]),
        (&Json::Null, &Json::Null)
    );
    let message = silent["message"].as_str().expect("a text");
    assert!(
        message.starts_with("right could not be used since 20"),
        "{message}"
    );
    assert_eq!(status(&pair).trips.len(), 1);

    run(&pair.right_db(), "ALTER TABLE away RENAME TO person");
    pair.restart().await;
    pair.settle().await;
    let [_, back] = &bodies(&hook)[..] else {
        panic!("{:?}", bodies(&hook));
    };
    assert_eq!(
        (&back["code"], &back["state"]),
        (&"system.silent".into(), &"over".into())
    );
    assert!(
        back["message"]
            .as_str()
            .is_some_and(|said| said.starts_with("right can be used again"))
    );
    assert_eq!(status(&pair).trips, []);

    // A short absence is nobody's alarm.
    run(&pair.right_db(), "ALTER TABLE person RENAME TO away");
    pair.guarded().await;
    run(&pair.right_db(), "ALTER TABLE away RENAME TO person");
    pair.restart().await;
    pair.wait_seconds(7200);
    pair.settle().await;
    assert_eq!(hook.requests().len(), 2);
}
