//! Alerts of the built command: in its log, at a webhook, in its status.

use treaty_receivers::Hook;

use crate::bench::Ended;
use crate::sqlite::Pair;

const ALERTS: &str = "
[alerts]
webhook = \"env:ALERT_URL\"
webhook-authorization = \"file:alert-secret\"
";

/// Makes a pass that knows where alerts go.
fn sync(pair: &Pair, url: &str) -> Ended {
    let mut command = pair.bench.command(&["sync"]);
    let output = command.env("ALERT_URL", url).output();
    let output = output.expect("the command starts");
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_guard_that_trips_is_told_until_it_arrives_and_then_never_again() {
    let pair = Pair::with_people(30);
    let treaty = pair.bench.read("treaty.toml");
    pair.bench.write("treaty.toml", format!("{treaty}{ALERTS}"));
    pair.bench.write("alert-secret", "Bearer hunter2\n");
    pair.left("DELETE FROM person WHERE id <= 12");
    let hook = Hook::start(&[500]);
    let url = hook.url("/T1");

    // The variable is set for a sync only.
    pair.bench
        .treaty(&["check"])
        .expect(0)
        .says("warning: alerts by webhook cannot be sent: the environment variable ALERT_URL");
    let ended = sync(&pair, &url).expect(3);
    let ended = ended.says("code=\"guard.delete-guard\" entity=person approval=\"delete-guard-");
    ended.says("code=\"alert.undelivered\" way=\"webhook\" alerts=1");
    pair.bench
        .treaty(&["status"])
        .expect(0)
        .says("not told yet of delete-guard since 20")
        .says("webhook: the server does not take it: it answers 500");

    let ended = sync(&pair, &url).expect(3);
    assert_eq!(ended.stderr, "", "it is logged once, and was delivered");
    sync(&pair, &url).expect(3);
    let requests = hook.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].headers["authorization"], "Bearer hunter2");
    let approval = requests[1].body["approval"].as_str().expect("a name");
    assert_eq!(
        requests[1].body["command"],
        format!("treaty approve {approval}")
    );
    let status = pair.bench.treaty(&["status", "--format", "json"]).expect(0);
    assert_eq!(status.json()["undelivered"], serde_json::json!([]));

    pair.bench.treaty(&["approve", approval]).expect(0);
    sync(&pair, &url).expect(0);
    assert_eq!(hook.requests().len(), 2);
    assert_eq!(pair.right_rows("SELECT count(*) FROM human"), ["18"]);
}
