//! Alerts on their way: to servers that take them, refuse them, say nothing, or
//! are not there.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use treaty_model::Timestamp;
use treaty_receivers::{Hook, MailServer, nobody};
use treaty_systems::{Alert, AlertError, AlertWay, deliver_alerts};

const WITHIN: Duration = Duration::from_secs(10);

fn alert(id: &str) -> Alert {
    let noon = Timestamp::parse("2026-03-01T12:00:00Z").expect("a time");
    Alert {
        treaty: "acme".to_owned(),
        id: id.to_owned(),
        code: "guard.write-cap".to_owned(),
        state: "open",
        guard: "write-cap".to_owned(),
        entity: Some("contact".to_owned()),
        scope: "plan",
        message: "700 writes to shöp within a minute,\r\nmore than 600".to_owned(),
        approval: Some("write-cap-0a".to_owned()),
        since: noon,
        at: noon,
        command: "treaty approve write-cap-0a".to_owned(),
    }
}

fn webhook(url: String, authorization: Option<&str>) -> AlertWay {
    AlertWay::Webhook {
        url,
        authorization: authorization.map(str::to_owned),
    }
}

fn mail(server: String, login: Option<(&str, &str)>) -> AlertWay {
    AlertWay::Mail {
        server,
        from: "treaty@acme.example".to_owned(),
        to: vec![
            "berta@acme.example".to_owned(),
            "carl@acme.example".to_owned(),
        ],
        credentials: login.map(|(user, password)| (user.to_owned(), password.to_owned())),
    }
}

/// Delivers one alert in one way.
async fn deliver(way: AlertWay) -> Result<(), AlertError> {
    let mut results = deliver_alerts(vec![(way, vec![alert("1")])], WITHIN).await;
    results.remove(0).remove(0)
}

/// Checks how a delivery fails, without a word of what is secret.
async fn fails(way: AlertWay, start: &str) {
    let told = deliver(way).await.expect_err("it fails").to_string();
    assert!(
        told.starts_with(start),
        "{told:?} does not begin with {start:?}"
    );
    assert!(!told.contains("hunter2"), "{told:?}");
}

#[tokio::test]
async fn a_webhook_gets_the_document_and_the_authorization() {
    let hook = Hook::start(&[]);
    let way = webhook(hook.url("/T1?x=hunter2"), Some("Bearer hunter2"));
    deliver(way).await.expect("it is taken");
    let requests = hook.requests();
    let [request] = &requests[..] else {
        panic!("{requests:?}");
    };
    assert_eq!(
        (&*request.method, &*request.path),
        ("POST", "/T1?x=hunter2")
    );
    assert_eq!(request.headers["authorization"], "Bearer hunter2");
    assert_eq!(request.headers["content-type"], "application/json");
    let expected = serde_json::json!({
        "treaty": "acme", "id": "1", "code": "guard.write-cap", "state": "open",
        "guard": "write-cap", "entity": "contact", "scope": "plan",
        "message": "700 writes to shöp within a minute,\r\nmore than 600",
        "approval": "write-cap-0a", "since": "2026-03-01T12:00:00Z",
        "at": "2026-03-01T12:00:00Z", "command": "treaty approve write-cap-0a",
    });
    assert_eq!(request.body, expected);
}

#[tokio::test]
async fn a_webhook_that_does_not_take_it_is_told_without_its_address() {
    let hook = Hook::start(&[500, 302, 404]);
    let url = || hook.url("/hunter2");
    let refused = "the server does not take it: it answers";
    let said = |status: &str| format!("{refused} {status}");
    fails(
        webhook(url(), None),
        &said("500 Internal Server Error said by the receiver"),
    )
    .await;
    fails(webhook(url(), None), &said("302")).await;
    fails(webhook(url(), None), &said("404")).await;
    assert_eq!(hook.requests().len(), 3, "a redirect is not followed");
    let gone = format!("http://{}/hunter2", nobody());
    fails(
        webhook(gone, None),
        "cannot reach the server: Connection refused",
    )
    .await;
    fails(
        webhook("hunter2".to_owned(), None),
        "webhook is no address:",
    )
    .await;
    fails(
        webhook("ftp://x/hunter2".to_owned(), None),
        "webhook begins with neither https:// nor http://",
    )
    .await;
    let open = "http://198.51.100.1/hunter2".to_owned();
    fails(
        webhook(open, Some("hunter2")),
        "webhook-authorization is sent over https only",
    )
    .await;
    fails(
        webhook(url(), Some("hunter2\n")),
        "webhook-authorization cannot be sent as a header",
    )
    .await;
    // A server that speaks no TLS.
    let plain = hook.url("/hunter2").replace("http:", "https:");
    fails(webhook(plain, None), "cannot reach the server").await;
}

#[tokio::test]
async fn alerts_end_in_time_and_one_way_does_not_hold_up_the_other() {
    let (hook, post) = (Hook::start(&[0]), MailServer::start(0));
    let within = Duration::from_secs(5);
    let ways = vec![
        (webhook(hook.url("/"), None), vec![alert("1"), alert("2")]),
        (mail(post.url(), None), vec![alert("1"), alert("2")]),
    ];
    let began = Instant::now();
    let results = deliver_alerts(ways, within).await;
    assert!(
        began.elapsed() < Duration::from_secs(60),
        "it ended in time"
    );
    assert_eq!(
        results[0],
        [
            Err(AlertError::Late { within }),
            Err(AlertError::Late { within })
        ]
    );
    let late = AlertError::Late { within }.to_string();
    assert_eq!(late, "no answer within 5 seconds");
    assert_eq!(results[1], [Ok(()), Ok(())]);
    assert_eq!(
        hook.requests().len(),
        1,
        "who says nothing is not asked again"
    );
}

#[tokio::test]
async fn a_mail_says_that_it_is_over() {
    let post = MailServer::start(0);
    let over = Alert {
        state: "over",
        ..alert("1")
    };
    let ways = vec![(mail(post.url(), None), vec![over])];
    assert_eq!(deliver_alerts(ways, WITHIN).await, [[Ok(())]]);
    let letters = post.letters();
    assert!(letters[0].text.contains("It is over.\n"), "{letters:?}");
}

#[tokio::test]
async fn a_mail_is_handed_in_as_the_rules_say() {
    let post = MailServer::start(0);
    deliver(mail(post.url(), None)).await.expect("it is taken");
    let letters = post.letters();
    let [letter] = &letters[..] else {
        panic!("{letters:?}");
    };
    assert_eq!(letter.from, "treaty@acme.example");
    assert_eq!(letter.to, ["berta@acme.example", "carl@acme.example"]);
    let (head, body) = letter.text.split_once("\n\n").expect("a header and a body");
    for line in [
        "From: treaty@acme.example",
        "Date: Sun, 01 Mar 2026 12:00:00 +0000",
        "To: berta@acme.example, carl@acme.example",
    ] {
        assert!(
            head.lines().any(|found| found == line),
            "{line} is not in {head}"
        );
    }
    assert!(
        head.contains("\nMessage-ID: <") && head.contains("@treaty.invalid>"),
        "{head}"
    );
    assert!(body.contains("treaty approve write-cap-0a"), "{body}");
    // The same alert has the same id, another one another.
    deliver(mail(post.url(), None)).await.expect("it is taken");
    let of = |text: &str| {
        text.lines()
            .find(|line| line.starts_with("Message-ID"))
            .map(str::to_owned)
    };
    let letters = post.letters();
    assert_eq!(of(&letters[0].text), of(&letters[1].text));
}

#[tokio::test]
async fn a_mail_server_that_does_not_take_it() {
    let post = MailServer::start(1);
    let refused = "the server does not take it: transient error (451): come back later";
    fails(mail(post.url(), None), refused).await;
    assert_eq!(post.letters(), []);
    let gone = format!("smtp://{}", nobody());
    fails(mail(gone, None), "cannot reach the server").await;
    fails(
        mail("mail.example".to_owned(), None),
        "server is no address:",
    )
    .await;
    let inside = "smtps://berta:hunter2@mail.example".to_owned();
    fails(
        mail(inside, None),
        "user and password have keys of their own, beside server",
    )
    .await;
    fails(
        mail("http://mail.example".to_owned(), None),
        "server begins with neither smtp:// nor smtps://",
    )
    .await;
    fails(mail("smtp:mail".to_owned(), None), "server names no host").await;
    // A server that speaks no TLS.
    let plain = post.url().replace("smtp:", "smtps:");
    let late = deliver_alerts(vec![(mail(plain, None), vec![alert("1")])], WITHIN / 10).await;
    late[0][0].clone().expect_err("nothing is sent in the open");
    assert_eq!(post.letters(), []);
}

#[tokio::test]
async fn a_mail_server_asks_who_it_is() {
    // A zero, berta, a zero, hunter2.
    let post = MailServer::with_login("AGJlcnRhAGh1bnRlcjI=");
    deliver(mail(post.url(), Some(("berta", "hunter2"))))
        .await
        .expect("it is taken");
    assert_eq!(post.letters().len(), 1);
    let wrong = mail(post.url(), Some(("berta", "hunter3")));
    fails(wrong, "the server does not take it: permanent error (535)").await;
    fails(
        mail(post.url(), None),
        "the server does not take it: permanent error (530)",
    )
    .await;
    assert_eq!(post.letters().len(), 1);
}

#[test]
fn the_mail_server_of_these_tests_is_strict() {
    let post = MailServer::start(0);
    let stream = TcpStream::connect(post.address()).expect("it listens");
    let mut lines = BufReader::new(&stream);
    let mut answer = |command: &str| {
        (&stream).write_all(command.as_bytes()).expect("it is sent");
        let mut line = String::new();
        lines.read_line(&mut line).expect("it answers");
        line.chars().take(3).collect::<String>()
    };
    assert_eq!(answer(""), "220");
    assert_eq!(answer("MAIL FROM:<a@b>\r\n"), "503");
    assert_eq!(answer("EHLO me\r\n"), "250");
    // The second line of the same answer.
    assert_eq!(answer(""), "250");
    assert_eq!(answer("DATA\r\n"), "503");
    assert_eq!(answer("RCPT TO:<a@b>\r\n"), "503");
    assert_eq!(answer("MAIL FROM: a@b\r\n"), "501");
    assert_eq!(answer("MAIL FROM:<a@b>\r\n"), "250");
    assert_eq!(answer("DATA\r\n"), "503");
    assert_eq!(answer("HELP\r\n"), "500");
    assert_eq!(answer("RCPT TO:<c@d>\r\n"), "250");
    // A bare line feed ends the session.
    assert_eq!(answer("DATA\n"), "");
    assert_eq!(post.letters(), []);
}
