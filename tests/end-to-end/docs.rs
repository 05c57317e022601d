//! A treaty written down: as Markdown, as a page, as JSON.

use std::path::{Path, PathBuf};

use crate::Bench;
use crate::csv::strangers;
use crate::golden;
use crate::sqlite::Pair;

/// Both forms of a treaty's docs, and how the command ended.
struct Written {
    page: String,
    markdown: String,
}

fn write(bench: &Bench, code: i32) -> Written {
    let arguments = ["docs", "--html", "docs.html", "--markdown", "docs.md"];
    bench
        .treaty(&arguments)
        .expect(code)
        .says("written: docs.html");
    Written {
        page: bench.read("docs.html"),
        markdown: bench.read("docs.md"),
    }
}

/// A folder of the repository, seen from the command's own.
fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name)
}

/// A copy of the case that uses every key, in which the built command knows all
/// options.
fn full() -> Bench {
    let bench = Bench::new();
    let case = folder("host/treaty/tests/cases/full");
    for name in [
        "treaty.toml",
        "contact.csv",
        "company.csv",
        "links.csv",
        "rules/phone.wasm",
    ] {
        let bytes = std::fs::read(case.join(name)).expect("the case is there");
        bench.write(name, bytes);
    }
    bench.edit("treaty.toml", "schema = \"crm\"", "changes = \"watermark\"");
    bench
}

/// A text without digests: those of the rules that ship differ with who built
/// them.
fn without_digests(text: &str) -> String {
    let mut parts = text.split("sha256:");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|letter: char| letter.is_ascii_hexdigit());
        assert_eq!(part.len() - rest.len(), 64, "{part}");
        kept += "sha256:<digest>";
        kept += rest;
    }
    kept
}

#[test]
fn the_quickstart_written_down() {
    let bench = Bench::new();
    let treaty = folder("examples/quickstart").display().to_string();
    let arguments = ["--treaty", &treaty, "--copy", "copy", "docs"];
    let markdown = bench.treaty(&arguments).expect(0).stdout;
    golden::compare("docs-quickstart.md", &without_digests(&markdown));
    assert!(
        !bench.path().join("copy/.treaty").exists(),
        "a ledger was made"
    );
}

/// Every value that a treaty's file gives to a key, but for those of a rule's own
/// configuration, which has another form.
fn values(toml: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut section = "";
    for line in toml.lines().filter(|line| !line.starts_with('#')) {
        section = if line.starts_with('[') { line } else { section };
        let Some((_, value)) = line.split_once(" = ") else {
            continue;
        };
        let quoted = value.split('"').skip(1).step_by(2).map(str::to_owned);
        values.extend(quoted);
        if value.parse::<f64>().is_ok() && !section.contains("configuration") {
            values.push(value.to_owned());
        }
    }
    values
}

#[test]
fn every_setting_of_a_treaty_is_shown() {
    let bench = full();
    // Its component is no component, and its systems are not there.
    let Written { page, markdown } = write(&bench, 4);
    let values = values(&bench.read("treaty.toml"));
    assert!(values.len() > 60, "{values:?}");
    // Said in other words.
    let said = [
        ("ask", "a person is asked"),
        ("deleted", "counts as deleted"),
        ("match", "are the same"),
    ];
    for value in values {
        let value = value
            .strip_prefix("rules/phone")
            .map_or(value.as_str(), |_| "rules/phone.wasm");
        let words = said.iter().find(|(word, _)| *word == value);
        let shown = words.map_or(value, |(_, words)| words);
        for (form, text) in [("page", &page), ("markdown", &markdown)] {
            assert!(text.contains(shown), "{shown} is not in the {form}");
        }
    }
    // The table: a group, a drift policy, a reference, notes, cells for rules.
    for shown in [
        "group `reach`",
        "stays until the owner",
        "points at `company`",
        "the \"real\" one",
        "`x-since`: 2024",
        "`billing.label`: Name, full",
    ] {
        assert!(markdown.contains(shown), "{shown}");
    }
    assert!(markdown.contains("1 row of ids"), "{markdown}");
}

/// The keys of `[guards]`, as the treaty's own page of keys has them.
fn guard_keys() -> Vec<String> {
    let readme = std::fs::read_to_string(folder("host/treaty/README.md")).expect("the page");
    let from = readme.split("| `[guards]` |").nth(1).expect("the guards");
    let rows = from.split("| `[alerts]` |").next().expect("their end");
    let rows = rows.lines().filter_map(|row| row.split('`').nth(1));
    rows.map(str::to_owned).collect()
}

#[test]
fn no_guard_is_forgotten() {
    let case = std::fs::read_to_string(folder("host/treaty/tests/cases/full/treaty.toml"));
    let case = case.expect("the case that uses every key");
    let section = case
        .split("[guards]\n")
        .nth(1)
        .and_then(|text| text.split("\n\n").next());
    let used = section
        .expect("its guards")
        .lines()
        .map(|line| line.split(" = ").next());
    let used: Vec<_> = used.map(|key| key.expect("a key").to_owned()).collect();
    let keys = guard_keys();
    assert_eq!(keys, used, "both name all guards");
    let Written { page, markdown } = write(&full(), 4);
    for key in keys {
        assert!(markdown.contains(&format!("| `{key}` | ")), "{key}");
        assert!(page.contains(&format!("<code>{key}</code>")), "{key}");
    }
    // What is set is told from what is not.
    assert!(
        markdown.contains("| `flips-max` | 2 | **set**; default 3 |"),
        "{markdown}"
    );
    let untouched = write(&strangers(), 0).markdown;
    assert!(
        untouched.contains("| `flips-max` | 3 | default |"),
        "{untouched}"
    );
}

#[test]
fn secrets_stay_where_they_are() {
    let bench = full();
    bench.write("secrets/alert", "Bearer hunter2");
    let mut command = bench.command(&[
        "docs",
        "--html",
        "docs.html",
        "--markdown",
        "docs.md",
        "--format",
        "json",
    ]);
    let secrets = [
        (
            "BILLING_URL",
            "postgresql://treaty:hunter2@127.0.0.1:1/billing",
        ),
        ("ALERT_URL", "https://hooks.example.com/hunter2"),
        ("SMTP_USER", "hunter2"),
        ("SMTP_PASSWORD", "hunter2"),
    ];
    let output = command.envs(secrets).output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).expect("a text");
    let (page, markdown) = (bench.read("docs.html"), bench.read("docs.md"));
    for text in [&said, &page, &markdown] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    for reference in [
        "env:BILLING_URL",
        "env:ALERT_URL",
        "file:secrets/alert",
        "env:SMTP_USER",
        "env:SMTP_PASSWORD",
    ] {
        assert!(
            page.contains(reference) && markdown.contains(reference) && said.contains(reference),
            "{reference}"
        );
    }
    // The path of a webhook is as good as a password.
    bench.edit(
        "treaty.toml",
        "\"env:ALERT_URL\"",
        "\"https://hooks.example.com/T0/hunter2\"",
    );
    let Written { page, markdown } = write(&bench, 4);
    assert!(
        markdown.contains("`https://hooks.example.com/…`"),
        "{markdown}"
    );
    assert!(!page.contains("hunter2") && !markdown.contains("hunter2"));
}

/// How many cells a row of a Markdown table has.
fn cells(row: &str) -> usize {
    let bare = row.replace("\\\\", "").replace("\\|", "");
    bare.matches('|').count() - 1
}

#[test]
fn what_somebody_typed_is_shown_and_never_obeyed() {
    let bench = strangers();
    let hostile =
        "<script>alert(1)</script> | `x` **b** [l](javascript:alert) &amp; </style>\u{202e}";
    let table = bench.read("contact.csv");
    let rows = table.lines().enumerate().map(|(at, row)| match at {
        0 => format!("{row},notes,x-<img src=x>\n"),
        _ => format!("{row},\"{hostile}\",\"| <b>\"\n"),
    });
    bench.write("contact.csv", rows.collect::<String>());
    let treaty = bench.read("treaty.toml");
    let treaty = treaty.replace("name = \"acme\"", "name = \"<h1>acme | `co`\"");
    bench.write(
        "treaty.toml",
        treaty + "[[questions.assign]]\nto = \"<i>|`anna`\"\n",
    );
    let Written { page, markdown } = write(&bench, 0);
    for tag in [
        "<script",
        "<img",
        "<b>",
        "<i>",
        "<h1>acme",
        "</style>\u{202e}",
    ] {
        assert!(!page.contains(tag), "{tag} in {page}");
    }
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt; | `x`"),
        "{page}"
    );
    assert!(!page.contains('\u{202e}') && !markdown.contains('\u{202e}'));
    // In Markdown each sign is escaped or between grave accents.
    assert!(
        markdown.contains("\\<script\\>alert(1)\\</script\\> \\| \\`x\\` \\*\\*b\\*\\*"),
        "{markdown}"
    );
    assert!(markdown.contains("`` <i>\\|`anna` ``"), "{markdown}");
    let mut width = None;
    for line in markdown.lines() {
        let is_row = line.starts_with('|');
        let wanted = *width.get_or_insert_with(|| if is_row { cells(line) } else { 0 });
        assert!(!is_row || cells(line) == wanted, "{line}");
        width = if is_row { Some(wanted) } else { None };
    }
}

#[test]
fn the_same_treaty_gives_the_same_bytes() {
    let bench = strangers();
    let first = write(&bench, 0);
    let json = bench.treaty(&["docs", "--format", "json"]).expect(0);
    let second = write(&bench, 0);
    assert_eq!(first.page, second.page);
    assert_eq!(first.markdown, second.markdown);
    // Seen from elsewhere, and after a sync.
    bench.sync();
    let treaty = bench.path().display().to_string();
    let other = Bench::new();
    let elsewhere = other.treaty(&["--treaty", &treaty, "docs"]).expect(0);
    assert_eq!(elsewhere.stdout, first.markdown);
    let again = other
        .treaty(&["--treaty", &treaty, "docs", "--format", "json"])
        .expect(0);
    assert_eq!(again.stdout, json.stdout);
    // The digest is that of the configuration.
    let digest = json.json()["digest"].as_str().expect("a digest").to_owned();
    assert!(first.page.contains(&digest) && first.markdown.contains(&digest));
    bench.edit("treaty.toml", "name = \"acme\"", "name = \"acme\" # ours");
    let changed = bench.treaty(&["docs", "--format", "json"]).expect(0).json();
    assert_ne!(changed["digest"], digest);
}

#[test]
fn a_system_that_does_not_answer_is_told_and_the_rest_is_written() {
    let bench = strangers();
    std::fs::remove_dir_all(bench.path().join("shop")).expect("it is removed");
    let ended = bench.treaty(&["docs"]).expect(5);
    let told = "The system **shop** could not be used when this was written";
    assert!(ended.stdout.contains(told), "{}", ended.stdout);
    assert!(
        ended.stderr.contains("system shop could not be used: "),
        "{}",
        ended.stderr
    );
    // What the other has is told all the same.
    let undecided = "| `contact` | `crm` | `contacts` | `Secret` (";
    assert!(ended.stdout.contains(undecided), "{}", ended.stdout);
    let unknown = "| `contact` | `shop` | `people` | not known: ";
    assert!(ended.stdout.contains(unknown), "{}", ended.stdout);
}

#[test]
fn what_does_not_fit_its_system_is_told_on_the_page() {
    let bench = strangers();
    bench.edit("contact.csv", "City,town", "Stadt,town");
    let Written { page, .. } = write(&bench, 4);
    assert!(
        page.contains("What to look at first") && page.contains("Stadt"),
        "{page}"
    );
}

#[test]
fn a_page_loads_nothing_and_writing_it_changes_nothing() {
    let pair = Pair::with_people(2);
    let state = |name: &str| std::fs::read(pair.bench.path().join(name)).expect("it is there");
    let names = [
        "left.db",
        "right.db",
        ".treaty/ledger.db",
        ".treaty/journal.db",
    ];
    let before = names.map(state);
    let Written { page, .. } = write(&pair.bench, 0);
    assert_eq!(before, names.map(state));
    for part in [
        "<script", "<link", "<img", "<iframe", " src=", "http:", "https:", "url(", "@import",
    ] {
        assert!(!page.contains(part), "{part}");
    }
    let links = page
        .match_indices("href=\"")
        .all(|(at, found)| page[at + found.len()..].starts_with('#'));
    assert!(links, "{page}");
    assert!(page.contains("@page") && page.contains("display: table-header-group"));
    // One own field that nobody has decided on.
    assert!(page.contains("<code>memo</code>"), "{page}");
    pair.bench.treaty(&["plan"]).expect(0);
}

#[test]
fn a_file_that_cannot_be_written_is_said() {
    let bench = strangers();
    let ended = bench
        .treaty(&["docs", "--html", "no/such/folder/docs.html"])
        .expect(1);
    ended
        .says("cannot write no/such/folder/docs.html")
        .says("hint: ");
    assert!(!Path::new("no").exists());
}
