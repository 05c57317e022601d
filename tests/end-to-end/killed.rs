//! A sync that is killed again and again, while both sides are edited.
//!
//! Two databases with thousands of pairs meet for the first time. The programs
//! of their owners write down every edit they make; in the end that is compared
//! with what stands in the databases, and for edits of one field on both sides
//! with the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Bench;
use crate::server::Database;

const PAIRS: u32 = 5_000;
/// Records that only one side has at first.
const STRANGERS: u32 = 200;
const KILLS: u32 = 20;
/// Of how many records the whole story is told where the two sides differ.
const DIFFERENCES_TOLD_MAX: usize = 3;
/// More runs than this would mean that hardly any is killed.
const RUNS_MAX: u32 = 60;
const SEED: u64 = 0x5eed_0f7e_a117;

const TREATY: &str = r#"
[treaty]
name = "killed"
[systems.left]
connector = "postgres"
url = "file:left-address"
[systems.right]
connector = "postgres"
url = "file:right-address"
[entities.person]
table = "person.csv"
[entities.person.match]
matcher = "match-keys"
[rules.match-keys.configuration]
keys = [["email"]]
[entities.person.systems.left]
source = "person"
creates-from = ["right"]
[entities.person.systems.right]
source = "person"
creates-from = ["left"]
[guards]
writes-per-minute-max = 10000000
creates-max = 100000
"#;

/// People on the left write `a`, people on the right `b`, both write `c`.
const TABLE: &str = "\
field,type,owner,rule,left,right
email,email,shared,prefer(left),email,email
a,text,shared,prefer(left),a,a
b,text,shared,prefer(right),b,b
c,text,shared,prefer(left),c,c
";

fn people(side: &str, ids: &str) -> String {
    format!(
        "CREATE TABLE person (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text,
            a text, b text, c text);
         CREATE TABLE edit (number bigint GENERATED ALWAYS AS IDENTITY, email text, field text,
            value text);
         INSERT INTO person (email, a, b, c)
         SELECT 'p' || n || '@x.example', '{side}-a-' || n, '{side}-b-' || n, 'c-' || n
         FROM ({ids}) AS numbers (n)"
    )
}

struct Killed {
    bench: Bench,
    left: Database,
    right: Database,
}

impl Killed {
    fn strangers() -> Self {
        let both = format!("SELECT generate_series(1, {PAIRS})");
        let more = |from: u32| {
            let until = from + STRANGERS - 1;
            format!("{both} UNION ALL SELECT generate_series({from}, {until})")
        };
        let left = Database::with(&people("left", &more(10_001)));
        let right = Database::with(&people("right", &more(20_001)));
        let bench = Bench::with(&[
            ("treaty.toml", TREATY),
            ("person.csv", TABLE),
            ("left-address", &left.url),
            ("right-address", &right.url),
        ]);
        Self { bench, left, right }
    }

    /// A few edits on both sides, some of them of the same fields.
    fn edit(&self, number: u32, random: &mut Random) {
        let left = random.below(97);
        let right = random.below(97);
        self.left.execute(&edit("a", &format!("la{number}"), left));
        self.right
            .execute(&edit("b", &format!("rb{number}"), right));
        self.left.execute(&edit("c", &format!("lc{number}"), left));
        // Every second time the same records on both sides.
        let right = if number.is_multiple_of(2) {
            left
        } else {
            right
        };
        self.right
            .execute(&edit("c", &format!("rc{number}"), right));
    }

    /// Changes with every write that reaches the right; nobody there edits `a`.
    fn written(&self) -> Vec<String> {
        self.right
            .execute("SELECT md5(string_agg(a, ',' ORDER BY email)) FROM person")
    }

    fn start(&self) -> Child {
        let mut command = self.bench.command(&["sync"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("the command starts")
    }

    /// The last edit of each record on one side, by address.
    fn last_edits(database: &Database, field: &str) -> BTreeMap<String, String> {
        let sql = format!(
            "SELECT DISTINCT ON (email) email, value FROM edit WHERE field = '{field}'
             ORDER BY email, number DESC"
        );
        let pair = |line: &String| {
            let (email, value) = line.split_once('|').expect("two columns");
            (email.to_owned(), value.to_owned())
        };
        database.execute(&sql).iter().map(pair).collect()
    }

    /// What stands in a field in the end, by address.
    fn standing(&self, field: &str) -> BTreeMap<String, String> {
        let sql = format!("SELECT email, {field} FROM person");
        let pair = |line: &String| {
            let (email, value) = line.split_once('|').expect("two columns");
            (email.to_owned(), value.to_owned())
        };
        self.left.execute(&sql).iter().map(pair).collect()
    }

    /// What is known of the first records in which the two sides differ.
    fn difference(&self, left: &[String], right: &[String]) -> String {
        let one: BTreeSet<_> = left.iter().collect();
        let other: BTreeSet<_> = right.iter().collect();
        let differing: Vec<_> = one.symmetric_difference(&other).collect();
        let mut told = format!("{} lines: {differing:#?}\n", differing.len());
        let emails: BTreeSet<_> = differing
            .iter()
            .filter_map(|line| line.split('|').next())
            .collect();
        for email in emails.into_iter().take(DIFFERENCES_TOLD_MAX) {
            let links = format!("SELECT link FROM record WHERE observed LIKE '%\"{email}\"%'");
            for (what, sql) in [
                ("link", format!("SELECT * FROM link WHERE id IN ({links})")),
                (
                    "record",
                    format!("SELECT * FROM record WHERE link IN ({links})"),
                ),
                (
                    "intent",
                    format!("SELECT * FROM intent WHERE link IN ({links})"),
                ),
            ] {
                for row in self.bench.ledger(&sql) {
                    told.push_str(&format!("{what} {row}\n"));
                }
            }
            for link in self.bench.ledger(&links).iter().collect::<BTreeSet<_>>() {
                let sql = format!("SELECT * FROM entry WHERE link = {link} ORDER BY id");
                for row in self.bench.journal(&sql) {
                    told.push_str(&format!("journal {row}\n"));
                }
            }
            for (side, database) in [("left", &self.left), ("right", &self.right)] {
                let sql = format!(
                    "SELECT c.seq, c.xact, c.op, c.intent, c.at, p.*, p.xmin
                     FROM person p LEFT JOIN treaty.changes c ON c.key = p.id::text
                     WHERE email = '{email}' ORDER BY c.seq"
                );
                for row in database.execute(&sql) {
                    told.push_str(&format!("{side} {row}\n"));
                }
            }
        }
        for row in self.bench.ledger("SELECT * FROM feed") {
            told.push_str(&format!("feed {row}\n"));
        }
        told
    }

    /// Every value of `c` that was agreed on at some time, and every one that
    /// lost by a rule.
    fn told(&self) -> [BTreeSet<String>; 2] {
        let contents = self.bench.journal(
            "SELECT content FROM entry
             WHERE kind = 'base' OR field = 'c' AND kind IN ('verdict', 'given-up')",
        );
        let [mut agreed, mut lost] = [BTreeSet::new(), BTreeSet::new()];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        for content in contents {
            let content: Value = serde_json::from_str(&content).expect("it is JSON");
            lost.extend(text(&content["candidate"]["value"]));
            agreed.extend(text(&content["value"]));
            let fields = content["fields"].as_array();
            for change in fields
                .into_iter()
                .flatten()
                .filter(|change| change["field"] == "c")
            {
                agreed.extend(text(&change["to"]["value"]));
            }
        }
        [agreed, lost]
    }
}

/// Some records get a new value, and that is written down in the same
/// transaction.
fn edit(field: &str, value: &str, rest: u64) -> String {
    format!(
        "WITH edited AS (UPDATE person SET {field} = '{value}-' || id
            WHERE id % 97 = {rest} RETURNING email, {field} AS value)
         INSERT INTO edit (email, field, value) SELECT email, '{field}', value FROM edited"
    )
}

/// xorshift64*: the same numbers in every run of the test.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    fn moment(&mut self, when: When) -> Duration {
        match when {
            When::Anytime => Duration::from_millis(30 + self.below(4_000)),
            When::Writing => Duration::from_millis(self.below(600)),
        }
    }
}

/// Kills a sync again and again; edits go on all the time. Some kills come at
/// any moment since the start, the others at any moment since the first write.
#[expect(
    clippy::print_stderr,
    reason = "how the kills were spread is worth seeing"
)]
fn kill_again_and_again(killed: &Killed) {
    let mut random = Random(SEED);
    let (mut kills, mut edits) = (0, 0);
    for run in 0..RUNS_MAX {
        if kills == KILLS {
            eprintln!("{kills} kills in {run} runs, {edits} rounds of edits");
            return;
        }
        let when = if kills.is_multiple_of(3) {
            When::Writing
        } else {
            When::Anytime
        };
        let before = killed.written();
        let moment = random.moment(when);
        let mut child = killed.start();
        let mut since = Instant::now();
        let mut waits = when == When::Writing;
        let mut ended = false;
        while !ended && (waits || since.elapsed() < moment) {
            edits += 1;
            killed.edit(edits, &mut random);
            if waits && killed.written() != before {
                (waits, since) = (false, Instant::now());
            }
            ended = child.try_wait().expect("it can be waited for").is_some();
        }
        if !ended {
            child.kill().expect("it can be killed");
            kills += 1;
        }
        child.wait().expect("it has ended");
    }
    panic!("only {kills} of {RUNS_MAX} runs could be killed");
}

/// From where on the moment of a kill is random.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// From the start.
    Anytime,
    /// From the first write that is seen.
    Writing,
}

#[test]
fn killed_at_any_moment_it_loses_nothing_and_makes_nothing_twice() {
    let killed = Killed::strangers();
    kill_again_and_again(&killed);
    killed.bench.settle();
    let recovered = "SELECT count(*) > 0 FROM entry
        WHERE json_extract(content, '$.outcome') IN ('landed', 'not-landed')";
    assert_eq!(
        killed.bench.journal(recovered),
        ["1"],
        "some kills met writes on their way"
    );

    let all = "SELECT email, a, b, c FROM person ORDER BY email, id";
    let left = killed.left.execute(all);
    let right = killed.right.execute(all);
    assert!(
        left == right,
        "both sides hold the same, but:\n{}",
        killed.difference(&left, &right)
    );
    let emails: BTreeSet<_> = left
        .iter()
        .filter_map(|line| line.split('|').next())
        .collect();
    assert_eq!(left.len(), emails.len(), "nobody is there twice");
    assert_eq!(left.len(), (PAIRS + 2 * STRANGERS) as usize);

    for (database, field) in [(&killed.left, "a"), (&killed.right, "b")] {
        let standing = killed.standing(field);
        let edits = Killed::last_edits(database, field);
        assert!(!edits.is_empty(), "{field} was edited");
        for (email, value) in edits {
            assert_eq!(standing[&email], value, "{field} of {email}");
        }
    }
    check_contested(&killed);
}

/// A field that both sides edited holds one side's last edit; the other's was
/// agreed on before, or lost by a rule that the journal names. Where the two
/// first met over it, the value that one side had from the start may have won.
fn check_contested(killed: &Killed) {
    let standing = killed.standing("c");
    let [agreed, lost] = killed.told();
    let left = Killed::last_edits(&killed.left, "c");
    let right = Killed::last_edits(&killed.right, "c");
    let mut contested = 0;
    for email in left.keys().chain(right.keys()) {
        let sides: Vec<_> = [left.get(email), right.get(email)]
            .into_iter()
            .flatten()
            .collect();
        let stands = &standing[email];
        let edited = sides.contains(&stands);
        assert!(
            edited || stands.starts_with("c-"),
            "c of {email} is {stands}, not {sides:?}"
        );
        for side in sides.into_iter().filter(|side| *side != stands) {
            contested += 1;
            let told = lost.contains(side) || edited && agreed.contains(side);
            assert!(told, "{side} of {email} lost to {stands} without a word");
        }
    }
    assert!(contested > 0, "some edits met");
}
