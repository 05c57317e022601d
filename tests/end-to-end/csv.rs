//! Two folders of CSV files, edited as people edit them.

use crate::Bench;
use crate::bench::Ended;

const TREATY: &str = r#"
[treaty]
name = "acme"
[systems.crm]
connector = "csv"
path = "crm"
default-region = "DE"
[systems.shop]
connector = "csv"
path = "shop"
default-region = "DE"
[entities.contact]
table = "contact.csv"
[entities.contact.match]
matcher = "match-people"
[entities.contact.systems.crm]
source = "contacts"
creates-from = ["shop"]
[entities.contact.systems.shop]
source = "people"
creates-from = ["crm"]
"#;

const TABLE: &str = "\
field,type,owner,rule,crm,shop
first,first-name,shared,prefer(crm),First,first_name
last,last-name,shared,prefer(crm),Last,last_name
email,email,shared,,Email,mail
phone,phone,shared,longest,Phone,phone
city,city,crm,,City,town
";

const CRM: &str = "\
id,First,Last,Email,Phone,City,Secret
1,Anna,Berg,anna@berg.example,030 23125120,Berlin,s1
2,Bert,Klein,bert@klein.example,,Köln,s2
";

/// As a spreadsheet saves it: with a mark, semicolons, quotes and CRLF.
const SHOP: &str =
    "\u{feff}\"id\";\"first_name\";\"last_name\";\"mail\";\"phone\";\"town\";\"points\"\r
\"x1\";\"Anna\";\"Berg\";\"anna@berg.example\";\"\";\"Berlin\";\"7\"\r
\"x3\";\"Cleo\";\"Groß\";\"cleo@gross.example\";\"030 23125121\";\"\";\"9\"\r
";

const CRM_FILE: &str = "crm/contacts.csv";
const SHOP_FILE: &str = "shop/people.csv";

/// The two folders before they first met.
pub fn strangers() -> Bench {
    Bench::with(&[
        ("treaty.toml", TREATY),
        ("contact.csv", TABLE),
        (CRM_FILE, CRM),
        (SHOP_FILE, SHOP),
    ])
}

/// The two folders in agreement.
pub fn acquainted() -> Bench {
    let bench = strangers();
    bench.settle();
    bench
}

/// The line of a file that holds a text.
pub fn line(bench: &Bench, file: &str, holding: &str) -> String {
    let text = bench.read(file);
    let mut lines = text.lines().filter(|line| line.contains(holding));
    let line = lines
        .next()
        .unwrap_or_else(|| panic!("{holding:?} is not in {text}"));
    assert_eq!(lines.next(), None, "{holding:?} stands once in {text}");
    line.to_owned()
}

fn both(bench: &Bench) -> (String, String) {
    (bench.read(CRM_FILE), bench.read(SHOP_FILE))
}

#[test]
fn at_the_first_meeting_pairs_are_linked_and_strangers_created() {
    let bench = strangers();
    let said = bench.treaty(&["sync"]).expect(0);
    said.says("3 linked, 1 of them found in more than one system");
    let (crm, shop) = both(&bench);
    assert_eq!(crm.lines().count(), 4, "{crm}");
    assert_eq!(shop.lines().count(), 4, "{shop}");
    let cleo = line(&bench, CRM_FILE, "cleo@gross.example");
    assert!(
        cleo.contains(",Cleo,Groß,cleo@gross.example,+493023125121,"),
        "{cleo}"
    );
    let bert = line(&bench, SHOP_FILE, "bert@klein.example");
    assert!(
        bert.contains("\"Bert\";\"Klein\";\"bert@klein.example\";\"\";\"Köln\""),
        "{bert}"
    );
    let anna = line(&bench, SHOP_FILE, "anna@berg.example");
    assert_eq!(
        anna,
        "\"x1\";\"Anna\";\"Berg\";\"anna@berg.example\";\"+493023125120\";\"Berlin\";\"7\""
    );
}

#[test]
fn the_second_sync_does_nothing_and_leaves_every_byte() {
    let bench = strangers();
    bench.sync();
    let before = both(&bench);
    bench
        .treaty(&["sync"])
        .expect(0)
        .says("acme is in agreement.");
    bench.treaty(&["plan"]).expect(0).says("nothing to do");
    assert_eq!(both(&bench), before);
}

#[test]
fn a_record_made_without_its_owned_fields_keeps_them_where_it_came_from() {
    let bench = strangers();
    bench.edit(
        SHOP_FILE,
        "\"030 23125121\";\"\"",
        "\"030 23125121\";\"Bonn\"",
    );
    bench.settle();
    // The crm owns the city and had no say: nobody there ever cleared it.
    let cleo = line(&bench, SHOP_FILE, "cleo@gross.example");
    assert!(cleo.contains("\"Bonn\""), "{cleo}");
}

#[test]
fn edits_of_different_fields_merge() {
    let bench = acquainted();
    bench.edit(CRM_FILE, "Anna,Berg", "Anna,Bergmann");
    bench.edit(SHOP_FILE, "anna@berg.example", "anna.b@berg.example");
    bench.settle();
    let crm = line(&bench, CRM_FILE, "Bergmann");
    assert_eq!(
        crm,
        "1,Anna,Bergmann,anna.b@berg.example,030 23125120,Berlin,s1"
    );
    let shop = line(&bench, SHOP_FILE, "Bergmann");
    assert!(
        shop.starts_with("\"x1\";\"Anna\";\"Bergmann\";\"anna.b@berg.example\";"),
        "{shop}"
    );
}

/// Both sides change Anna's address, and nobody but a person can decide.
pub fn in_dispute() -> Bench {
    let bench = acquainted();
    bench.edit(CRM_FILE, "anna@berg.example", "anna@crm.example");
    bench.edit(SHOP_FILE, "anna@berg.example", "anna@shop.example");
    bench.edit(SHOP_FILE, "\"Anna\"", "\"Annabell\"");
    bench
        .treaty(&["sync"])
        .expect(0)
        .says("1 question about fields");
    bench
}

#[test]
fn only_the_contested_field_waits() {
    let bench = in_dispute();
    assert!(line(&bench, CRM_FILE, "anna@crm.example").starts_with("1,Annabell,Berg,"));
    let shop = line(&bench, SHOP_FILE, "anna@shop.example");
    assert!(shop.starts_with("\"x1\";\"Annabell\""), "{shop}");
    // Nothing new is asked and nothing written while the answer is awaited.
    let before = both(&bench);
    bench
        .treaty(&["sync"])
        .expect(0)
        .says("1 question waits for a person");
    bench.treaty(&["plan"]).expect(0);
    assert_eq!(both(&bench), before);
}

/// Answers the one question, and gives what both sides hold then.
fn answer(bench: &Bench, arguments: &[&str]) -> (String, String) {
    let questions = bench
        .treaty(&["questions", "--format", "json"])
        .expect(0)
        .json();
    let number = questions[0]["question"]
        .as_i64()
        .expect("there is a question");
    let number = number.to_string();
    let all: Vec<_> = ["decide", &number]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect();
    bench.treaty(&all).expect(0).says("is answered");
    bench.settle();
    bench.treaty(&["questions"]).expect(0).says("no questions");
    let crm = line(bench, CRM_FILE, "1,Annabell");
    let shop = line(bench, SHOP_FILE, "\"x1\"");
    let cell = |line: &str, delimiter| line.split(delimiter).nth(3).unwrap_or_default().to_owned();
    (cell(&crm, ','), cell(&shop, ';').replace('"', ""))
}

#[test]
fn an_answer_is_carried_out() {
    let same = |value: &str| (value.to_owned(), value.to_owned());
    let cases: [(&[&str], &str); 5] = [
        (&["--keep", "crm"], "anna@crm.example"),
        (&["--keep", "shop"], "anna@shop.example"),
        (&["--base"], "anna@berg.example"),
        (&["--set", "third@berg.example"], "third@berg.example"),
        (&["--clear"], ""),
    ];
    for (arguments, expected) in cases {
        let bench = in_dispute();
        assert_eq!(answer(&bench, arguments), same(expected), "{arguments:?}");
    }
}

#[test]
fn what_lost_stands_in_the_journal_with_the_person_who_decided() {
    let bench = in_dispute();
    answer(&bench, &["--keep", "shop", "--by", "Dora"]);
    let lost = bench.journal(
        "SELECT system, field, content FROM entry WHERE kind = 'given-up' AND field = 'email'",
    );
    assert_eq!(lost.len(), 1, "{lost:#?}");
    assert!(lost[0].starts_with("crm|email|"), "{lost:#?}");
    assert!(
        lost[0].contains("anna@crm.example") && lost[0].contains("decided by Dora"),
        "{lost:#?}"
    );
}

#[test]
fn an_answer_to_sides_that_have_changed_since_is_not_carried_out() {
    let bench = in_dispute();
    bench.treaty(&["decide", "1", "--keep", "shop"]).expect(0);
    bench.edit(CRM_FILE, "anna@crm.example", "anna.new@crm.example");
    bench.sync();
    assert!(bench.read(CRM_FILE).contains("anna.new@crm.example"));
    assert!(bench.read(SHOP_FILE).contains("anna@shop.example"));
    bench
        .treaty(&["questions"])
        .expect(0)
        .says("anna.new@crm.example");
}

/// Takes a file away in some way: nothing may be deleted anywhere, the message
/// says what to do, and once it is back everything is as it was.
fn check_loss(text: Option<&str>, said: &str) {
    let bench = acquainted();
    let (crm, shop) = both(&bench);
    match text {
        Some(text) => drop(bench.write(CRM_FILE, text)),
        None => std::fs::remove_file(bench.path().join(CRM_FILE)).expect("it is there"),
    }
    let Ended { code, .. } = bench
        .treaty(&["sync"])
        .says(said)
        .says("hint: nothing is lost");
    assert_eq!(code, 5);
    assert_eq!(bench.read(SHOP_FILE), shop);
    bench.write(CRM_FILE, &crm);
    bench.settle();
    assert_eq!(both(&bench), (crm, shop));
}

#[test]
fn an_emptied_file_deletes_nothing() {
    let header = "id,First,Last,Email,Phone,City,Secret\n";
    check_loss(Some(header), "restore it, or set the option allow-empty");
    check_loss(Some(""), "restore it from a copy");
}

#[test]
fn a_file_that_is_cut_off_deletes_nothing() {
    check_loss(
        Some(&CRM[..CRM.len() - 20]),
        "restore it, or correct these lines",
    );
    let lines = CRM.trim_end();
    check_loss(Some(lines), "restore it, or add the line break");
}

#[test]
fn a_missing_file_deletes_nothing() {
    check_loss(None, "there is no such file");
}

#[test]
fn a_line_that_is_gone_is_no_proof_of_a_delete() {
    let bench = acquainted();
    let anna = format!("{}\n", line(&bench, CRM_FILE, "anna@berg"));
    bench.edit(CRM_FILE, &anna, "");
    let shop = bench.read(SHOP_FILE);
    bench
        .treaty(&["sync"])
        .expect(0)
        .says("1 missing from its listing");
    bench.settle();
    assert_eq!(bench.read(SHOP_FILE), shop);
    assert!(
        !bench.read(CRM_FILE).contains("anna@berg"),
        "nothing is made in its place"
    );
}

#[test]
fn columns_without_a_row_are_never_touched() {
    let bench = acquainted();
    bench.edit(CRM_FILE, "s1", "only ours");
    bench.edit(SHOP_FILE, "\"9\"", "\"10\"");
    let before = both(&bench);
    bench
        .treaty(&["sync"])
        .expect(0)
        .says("acme is in agreement.");
    assert_eq!(both(&bench), before);
    bench.edit(CRM_FILE, "Cleo", "Kleo");
    bench.settle();
    let cleo = line(&bench, SHOP_FILE, "Kleo");
    assert!(cleo.ends_with(";\"10\""), "{cleo}");
    bench
        .treaty(&["check"])
        .expect(0)
        .says("nobody has decided on Secret of contact in crm");
}

#[test]
fn a_written_file_keeps_its_dialect() {
    let bench = acquainted();
    bench.edit(CRM_FILE, "Bert,Klein", "\"Bert; \"\"der Kleine\"\"\",Klein");
    bench.settle();
    let shop = bench.read(SHOP_FILE);
    assert!(shop.starts_with('\u{feff}'), "the mark stays");
    assert_eq!(shop.matches("\r\n").count(), 4, "{shop:?}");
    assert_eq!(shop.matches('\n').count(), 4, "{shop:?}");
    assert!(
        shop.contains("\"Bert; \"\"der Kleine\"\"\";\"Klein\""),
        "{shop}"
    );
}
