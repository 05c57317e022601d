//! Questions to people: who is asked, and answers to many at a time, also by way
//! of a spreadsheet.

mod same;

use crate::Bench;
use crate::bench::Ended;
use crate::golden::Transcript;

const TREATY: &str = r#"
[treaty]
name = "acme"
[systems.crm]
connector = "csv"
path = "crm"
[systems.shop]
connector = "csv"
path = "shop"
[entities.contact]
table = "contact.csv"
[entities.contact.match]
matcher = "match-keys"
[entities.contact.systems.crm]
source = "contacts"
[entities.contact.systems.shop]
source = "people"
[rules.match-keys.configuration]
keys = [["email"]]
[[questions.assign]]
to = "berta@example.com"
entity = "contact"
fields = ["note"]
[[questions.assign]]
to = "carl@example.com"
"#;

const TABLE: &str = "\
field,type,owner,rule,crm,shop
email,email,shared,prefer(crm),Email,mail
note,text,shared,,Note,memo
city,text,shared,,City,town
";

const CRM: &str = "\
id,Email,Note,City
1,anna@x.example,tall,Bonn
2,bert@x.example,old,Köln
3,cleo@x.example,new,Jena
";

const SHOP: &str = "\
id,mail,memo,town
a,anna@x.example,small,Bonn
b,bert@x.example,old,Köln
c,cleo@x.example,new,Jena
";

const CRM_FILE: &str = "crm/contacts.csv";
const SHOP_FILE: &str = "shop/people.csv";

/// Anna's notes differed when the two met; Bert's note and Cleo's city were
/// agreed, and changed on both sides since. So questions 1 to 3.
fn three_questions() -> Bench {
    let bench = Bench::with(&[
        ("treaty.toml", TREATY),
        ("contact.csv", TABLE),
        (CRM_FILE, CRM),
        (SHOP_FILE, SHOP),
    ]);
    bench.sync();
    bench.edit(CRM_FILE, "old", "=1+1");
    bench.edit(SHOP_FILE, "old", "\"+sum, \"\"quoted\"\";\nnext line\"");
    bench.edit(CRM_FILE, "Jena", "Ulm");
    bench.edit(SHOP_FILE, "Jena", "Hof");
    bench.sync();
    let found = bench.ledger("SELECT subject FROM question WHERE state = 'open' ORDER BY id");
    assert_eq!(found.len(), 3, "{found:?}");
    bench
}

/// The two files' values, without their headings and ids.
fn both(bench: &Bench) -> [Vec<String>; 2] {
    [CRM_FILE, SHOP_FILE].map(|file| {
        let mut reader = csv::Reader::from_path(bench.path().join(file)).expect("a file");
        let records = reader.records();
        let values =
            |record: csv::StringRecord| record.iter().skip(1).collect::<Vec<_>>().join("|");
        records
            .map(|record| values(record.expect("a line")))
            .collect()
    })
}

fn listed(bench: &Bench, filter: &[&str]) -> Vec<i64> {
    let mut arguments = vec!["--format", "json", "questions"];
    arguments.extend(filter);
    let json = bench.treaty(&arguments).expect(0).json();
    let all = json.as_array().expect("a list");
    let numbers = all.iter().map(|question| question["question"].as_i64());
    numbers.map(|number| number.expect("a number")).collect()
}

#[test]
fn questions_go_to_whom_the_treaty_names() {
    let bench = three_questions();
    assert_eq!(listed(&bench, &[]), [1, 2, 3]);
    assert_eq!(listed(&bench, &["--to", "berta@example.com"]), [1, 2]);
    assert_eq!(listed(&bench, &["--to", "carl@example.com"]), [3]);
    assert_eq!(listed(&bench, &["--to", "nobody"]), [0; 0]);
    assert_eq!(
        listed(&bench, &["--field", "city", "--entity", "contact"]),
        [3]
    );
    assert_eq!(listed(&bench, &["--kind", "match"]), [0; 0]);
    assert_eq!(listed(&bench, &["--kind", "field"]), [1, 2, 3]);
    assert_eq!(listed(&bench, &["--older-than", "0"]), [0; 0]);
    bench
        .treaty(&["questions", "--field", "notes"])
        .expect(1)
        .says("known: city, email, note");
    bench
        .treaty(&["questions", "--entity", "deal"])
        .expect(1)
        .says("known: contact");
    let mut transcript = Transcript::of(&bench);
    transcript
        .run(&["questions", "--to", "berta@example.com"])
        .expect(0);
    transcript.check("questions");
}

#[test]
fn the_age_of_a_question_counts() {
    let bench = three_questions();
    let ledger = bench.path().join(".treaty/ledger.db");
    crate::database::execute(
        &ledger,
        "UPDATE question SET opened_at = opened_at - 5 * 86400000000 WHERE id = 2",
    );
    assert_eq!(listed(&bench, &["--older-than", "4"]), [2]);
    assert_eq!(listed(&bench, &["--older-than", "5"]), [0; 0]);
    bench
        .treaty(&["questions"])
        .expect(0)
        .says("asked 5 days ago");
}

#[test]
fn all_that_fit_are_answered_and_the_others_listed() {
    let bench = three_questions();
    let decide = |arguments: &[&str]| {
        let all: Vec<_> = ["decide"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        bench.treaty(&all)
    };
    decide(&["--all", "--keep", "crm"])
        .expect(64)
        .says("nothing says which");
    decide(&["1", "--field", "note", "--keep", "crm"])
        .expect(64)
        .says("go with --all");
    decide(&["--all", "1", "--keep", "crm"]).expect(64);
    decide(&["--keep", "crm"]).expect(64);
    decide(&["--all", "--kind", "field", "--same"])
        .expect(5)
        .says("question 3 is not answered: this question is answered by --keep")
        .says("0 questions are answered");
    // The notes of Anna never agreed.
    decide(&["--all", "--field", "note", "--base"])
        .expect(5)
        .says("question 1 is not answered: nothing was agreed on this field before")
        .says("1 question answered");
    // What somebody has answered stays as it is.
    let ended = decide(&["--all", "--to", "berta@example.com", "--keep", "shop"]).expect(0);
    ended.says("1 question answered");
    bench.settle();
    let [crm, shop] = both(&bench);
    assert_eq!(
        crm[..2],
        ["anna@x.example|small|Bonn", "bert@x.example|old|Köln"]
    );
    assert_eq!(crm[..2], shop[..2]);
    assert_eq!(listed(&bench, &[]), [3]);
}

/// A file as it was exported: headings and lines.
type Cells = Vec<Vec<String>>;

fn export(bench: &Bench) -> Cells {
    bench
        .treaty(&["questions", "--export", "out.csv"])
        .expect(0)
        .says(" in out.csv; fill in the column answer");
    let text = bench.read("out.csv");
    let text = text.strip_prefix('\u{feff}').expect("a mark");
    assert!(text.contains("\r\n"), "{text}");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let records = reader.records();
    let cells = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    records
        .map(|record| cells(record.expect("a line")))
        .collect()
}

fn column(cells: &Cells, heading: &str) -> usize {
    let place = cells[0].iter().position(|there| there == heading);
    place.unwrap_or_else(|| panic!("{heading} is not in {:?}", cells[0]))
}

/// Types a text into the line of a question.
fn type_in(cells: &mut Cells, question: &str, heading: &str, text: &str) {
    let place = column(cells, heading);
    let line = cells.iter_mut().find(|line| line[0] == question);
    line.expect("the question is there")[place] = text.to_owned();
}

/// Saves as a spreadsheet does, and takes the answers.
fn import(bench: &Bench, cells: &Cells, delimiter: u8, flags: &[&str]) -> Ended {
    let mark = "\u{feff}".as_bytes().to_vec();
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(csv::Terminator::CRLF)
        .from_writer(mark);
    for line in cells {
        writer.write_record(line).expect("a line");
    }
    bench.write("in.csv", writer.into_inner().expect("all is written"));
    let mut arguments = vec!["questions", "--import", "in.csv"];
    arguments.extend(flags);
    bench.treaty(&arguments)
}

#[test]
fn answers_come_back_from_a_spreadsheet() {
    for delimiter in [b',', b';', b'\t'] {
        let bench = three_questions();
        let mut cells = export(&bench);
        let shown = |question: usize, heading: &str| &cells[question][column(&cells, heading)];
        assert_eq!(shown(2, "crm"), "'=1+1");
        assert_eq!(shown(2, "shop"), "'+sum, \"quoted\";\nnext line");
        assert_eq!(shown(2, "base"), "old");
        assert_eq!(shown(2, "assigned"), "berta@example.com");
        assert_eq!(shown(3, "crm"), "Ulm");
        type_in(&mut cells, "1", "answer", " Shop ");
        type_in(&mut cells, "1", "by", "'@dora");
        type_in(&mut cells, "2", "answer", "crm");
        type_in(&mut cells, "3", "answer", "set: =Aachen; \"Aix\"");
        import(&bench, &cells, delimiter, &["--by", "Emil"])
            .expect(0)
            .says("3 questions answered");
        bench.settle();
        let [crm, shop] = both(&bench);
        assert_eq!(crm, shop);
        assert_eq!(
            crm,
            [
                "anna@x.example|small|Bonn",
                "bert@x.example|=1+1|Köln",
                "cleo@x.example|new|=Aachen; \"Aix\""
            ]
        );
        let by =
            bench.journal("SELECT content ->> '$.by' FROM entry WHERE kind = 'answer' ORDER BY id");
        assert_eq!(by, ["@dora", "Emil", "Emil"]);
    }
}

#[test]
fn a_question_that_changed_meanwhile_is_told_and_not_answered() {
    let bench = three_questions();
    let mut cells = export(&bench);
    bench.edit(CRM_FILE, "Ulm", "Trier");
    bench.sync();
    bench
        .treaty(&["decide", "1", "--keep", "crm", "--by", "Dora"])
        .expect(0);
    for question in ["1", "2", "3"] {
        type_in(&mut cells, question, "answer", "shop");
    }
    import(&bench, &cells, b',', &[])
        .expect(5)
        .says("in.csv:2: question 1 is not answered: Dora has answered it")
        .says("question 3 is not answered: other sides have taken its place")
        .says("1 question answered");
    // A file of another treaty, or with cells moved about.
    bench.sync();
    let mut cells = export(&bench);
    type_in(&mut cells, "4", "answer", "shop");
    type_in(&mut cells, "4", "version", "0123456789ab");
    import(&bench, &cells, b',', &[])
        .expect(5)
        .says("it asks about other sides than those in the file");
    bench.settle();
    let [crm, shop] = both(&bench);
    assert_eq!(
        (crm[2].as_str(), shop[2].as_str()),
        ("cleo@x.example|new|Trier", "cleo@x.example|new|Hof")
    );
    assert!(crm[0].contains("tall") && shop[0].contains("tall"));
}

#[test]
fn wrong_lines_are_told_and_nothing_is_answered() {
    let bench = three_questions();
    let mut cells = export(&bench);
    type_in(&mut cells, "1", "answer", "same");
    type_in(&mut cells, "2", "answer", "shop");
    type_in(&mut cells, "3", "answer", "erp");
    let mut again = cells[2].clone();
    again[column(&cells, "answer")] = "crm".to_owned();
    cells.push(again);
    let mut unknown = cells[2].clone();
    unknown[0] = "77".to_owned();
    cells.push(unknown);
    let mut nonsense = cells[2].clone();
    nonsense[0] = "two".to_owned();
    cells.push(nonsense);
    let told = |ended: Ended| {
        ended
            .says("in.csv:2: question 1: this question is answered by --keep")
            .says("question 3: \"erp\" is no answer; write crm, shop, base, clear")
            .says("question 2 stands in line 3 already")
            .says("in.csv:8 (row 6): there is no question 77")
            .says("\"two\" is no question's number")
    };
    told(import(&bench, &cells, b';', &[]).expect(1)).says("hint: correct them");
    bench.treaty(&["status"]).expect(0).says("0 answered");
    told(import(&bench, &cells, b';', &["--partly"]).expect(5)).says("1 question answered");
    bench.treaty(&["status"]).expect(0).says("1 answered");
    for (text, why) in [
        (
            "question,answer\n1,crm\n".as_bytes(),
            "it has no column \"version\"",
        ),
        (b"question;version;answer\n1;x;K\xf6ln\n", "it is not UTF-8"),
        (b"", "it is empty"),
    ] {
        bench.write("bad.csv", text);
        bench
            .treaty(&["questions", "--import", "bad.csv"])
            .expect(1)
            .says(why);
    }
    bench
        .treaty(&["questions", "--import", "none.csv"])
        .expect(1)
        .says("cannot read none.csv");
}
