//! The diff of a field table: applied by real tools, wave after wave, whatever form
//! the table was saved in.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use super::{History, TABLE, field, waves};
use crate::{Bench, database};

/// Runs a tool that every machine with the tests has, in a folder.
#[track_caller]
fn run(folder: &Path, tool: &str, arguments: &[&str], input: &str) {
    let path = folder.join("wave.diff");
    std::fs::write(&path, input).expect("it is written");
    let ended = Command::new(tool)
        .args(arguments)
        .arg("wave.diff")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CEILING_DIRECTORIES", folder)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("install {tool} (apt-get install {tool}): {error}"));
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{tool}: {said}\n{input}");
    std::fs::remove_file(&path).expect("it is removed");
}

fn patch(bench: &Bench, diff: &str) {
    run(bench.path(), "patch", &["-p1", "-s", "-i"], diff);
}

#[test]
fn wave_after_wave_is_applied_until_no_field_is_left_to_move() {
    let history = History::made();
    let bench = &history.bench;
    let rests = [
        vec![
            "2: street+town to crm",
            "4: phone to crm",
            "5: title to shop",
        ],
        vec!["4: phone to crm", "5: title to shop"],
        vec!["5: title to shop"],
        vec![],
    ];
    for rest in rests {
        patch(bench, &history.diff());
        bench.treaty(&["check"]).expect(0).says("0 errors");
        assert_eq!(waves(&history.advice(&[])), rest);
    }
    let mut expected = TABLE.to_owned();
    for (row, becomes) in [
        ("phone,phone,shared,prefer(crm),", "phone,phone,crm,,"),
        ("name,text,shared,prefer(crm),", "name,text,crm,,"),
        ("street,text,shared,prefer(crm),", "street,text,crm,,"),
        ("town,text,shared,prefer(crm),", "town,text,crm,,"),
        ("title,text,crm,", "title,text,shop,"),
    ] {
        assert_eq!(expected.matches(row).count(), 1, "{row}");
        expected = expected.replace(row, becomes);
    }
    assert_eq!(bench.read("person.csv"), expected);
    assert_eq!(history.diff(), "");
    bench
        .treaty(&["advise", "--diff"])
        .expect(0)
        .says("no field is to be moved");
    // What was agreed stays, and what the automation does now is given up.
    bench.settle();
    history.shop("UPDATE client SET tel = '+493023125299', editor = 'enrich-acme' WHERE id = 4");
    bench.settle();
    let phone = "SELECT count(*) FROM client WHERE tel = '+493023125299'";
    assert_eq!(database::rows(&bench.path().join("shop.db"), phone), ["0"]);
    let advice = history.advice(&["person"]);
    let suggestion = json!({ "suggests": "keep-owner", "by_others": 4, "of": 24 });
    assert_eq!(field(&advice, "phone")["suggestion"], suggestion);
}

#[test]
fn a_diff_fits_the_table_however_it_was_saved() {
    let history = History::made();
    let bench = &history.bench;
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let quoted = |text: &str| {
        let (head, rows) = text.split_once('\n').expect("headings");
        let head: Vec<_> = head.split(',').map(|cell| format!("\"{cell}\"")).collect();
        let rows = rows.replace("name,text,shared,", "name,text,\"shared\" ,");
        format!("{}\n{rows}", head.join(","))
    };
    let semicolons = |text: &str| text.replace("it is, in", "it is in").replace(',', ";");
    let name = "name,text,shared,prefer(crm),,name,name,";
    let last = TABLE.replace(&format!("{name}\n"), "") + name;
    let kinds = [
        TABLE.to_owned(),
        last,
        TABLE.trim_end().to_owned(),
        crlf(TABLE),
        quoted(TABLE),
        format!("\u{feff}{}", crlf(&semicolons(TABLE))),
        format!("sep=;\n\n{}", semicolons(TABLE)),
        TABLE.replace("it is, in", "it is in").replace(',', "\t"),
    ];
    for table in kinds {
        bench.write("person.csv", &table);
        let diff = history.diff();
        patch(bench, &diff);
        let patched = bench.read("person.csv");
        bench.write("person.csv", &table);
        run(bench.path(), "git", &["apply"], &diff);
        assert_eq!(bench.read("person.csv"), patched, "{diff}");
        // One line is another, and in it two cells.
        let differ: Vec<_> = (table.split('\n').zip(patched.split('\n')))
            .filter(|(before, after)| before != after)
            .collect();
        let [(before, after)] = differ[..] else {
            panic!("one line changes: {differ:?}");
        };
        assert_eq!(
            before
                .replacen("shared", "crm", 1)
                .replace("prefer(crm)", ""),
            after
        );
        bench.treaty(&["check"]).expect(0);
        assert_eq!(waves(&history.advice(&[]))[0], "2: street+town to crm");
    }
}

#[test]
fn a_table_that_a_patch_cannot_carry_is_told_cell_by_cell() {
    let history = History::made();
    let bench = &history.bench;
    let utf16: Vec<u8> = TABLE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let windows: Vec<u8> = TABLE.chars().map(|letter| letter as u8).collect();
    for table in [utf16, windows] {
        bench.write("person.csv", table);
        assert_eq!(history.diff(), "");
        for arguments in [&["advise", "--diff"][..], &["advise"]] {
            let ended = bench.treaty(arguments).expect(0);
            ended
                .says("person.csv is not saved as UTF-8, which a patch cannot carry")
                .says("person.csv:4:11: owner of name: shared becomes crm")
                .says("person.csv:4:18: rule of name: prefer(crm) becomes empty");
        }
    }
}

#[test]
fn a_direction_is_switched_by_one_cell() {
    let history = History::begun();
    history.shop("UPDATE client SET title = 'Prof.', editor = 'bob' WHERE id <= 12");
    history.bench.settle();
    let advice = history.advice(&[]);
    let cells = advice["next"][0]["cells"].as_array().expect("a list");
    let expected = json!([{ "file": "person.csv", "line": 9, "column": 12, "field": "title",
        "heading": "owner", "before": "crm", "after": "shop" }]);
    assert_eq!(json!(cells), expected);
    patch(&history.bench, &history.diff());
    history.bench.settle();
    history.shop("UPDATE client SET title = 'Prof. Dr.', editor = 'bob' WHERE id <= 2");
    history.bench.settle();
    let crm = history.bench.path().join("crm.db");
    let titles = "SELECT count(*) FROM person WHERE title = 'Prof. Dr.'";
    assert_eq!(database::rows(&crm, titles), ["2"]);
}
