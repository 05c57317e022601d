//! Laws held against what stands in systems: it is read, and nothing else.

use std::collections::BTreeMap;
use std::fs;

use treaty_hostile::guests;

use crate::Bench;
use crate::database;

const TREATY: &str = r#"
[treaty]
name = "acme"
[systems.crm]
connector = "sqlite"
path = "crm.db"
[systems.shop]
connector = "csv"
path = "shop"
[entities.contact]
table = "contact.csv"
[entities.contact.match]
matcher = "match-people"
[entities.contact.systems.crm]
source = "person"
[entities.contact.systems.shop]
source = "people"
"#;

const TABLE: &str = "\
field,type,owner,rule,crm,shop,shop.transform
first,first-name,shared,longest,first,First,
last,last-name,shared,latest,last,Last,
email,email,shared,latest,mail,Email,
score,number,shared,max,score,Score,
member,boolean,crm,,member,Member,boolean(yes/no)
";

const PEOPLE: &str = "\
CREATE TABLE person (nr INTEGER PRIMARY KEY, first TEXT, last TEXT, mail TEXT, score INTEGER,
    member BOOLEAN, memo TEXT);
INSERT INTO person VALUES
    (1, 'Anna', 'Berg', 'anna@berg.example', 7, TRUE, 'x'),
    (2, 'Zoë', 'von der Aue', 'ZOE@aue.example', NULL, FALSE, NULL),
    (3, 'Jean-Luc', NULL, NULL, 12, TRUE, NULL);";

const SHOP: &str = "\
id,First,Last,Email,Score,Member
a,Anna,Berg,anna@berg.example,7,yes
b,Zoe,Aue,zoe@aue.example,soon,maybe
";

fn shops() -> Bench {
    let bench = Bench::with(&[
        ("treaty.toml", TREATY),
        ("contact.csv", TABLE),
        ("shop/people.csv", SHOP),
    ]);
    database::execute(&bench.path().join("crm.db"), PEOPLE);
    bench
}

/// Every file below the folder, with what is in it.
fn files(bench: &Bench) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![bench.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let bytes = fs::read(&path).expect("a file");
                    found.insert(path.display().to_string(), bytes);
                }
            }
        }
    }
    found
}

#[test]
fn laws_are_held_against_what_stands_in_a_system() {
    let bench = shops();
    let before = files(&bench);
    for (system, told) in [
        ("crm", "contact: 3 records of crm\n"),
        ("shop", "contact: 2 records of shop\n"),
    ] {
        let laws = ["rules", "laws", "--records", system, "--tries", "16"];
        let said = bench.treaty(&laws).expect(0);
        assert!(said.stderr.contains(told), "{}", said.stderr);
        said.says("map-fields of contact\n").says(" 0 broken, ");
    }
    let few = ["--tries", "4", "--sample", "1"];
    let laws = [&["rules", "laws", "--records", "crm"], &few[..]].concat();
    let said = bench.treaty(&laws).expect(0);
    let more = "contact: 1 record of crm; there are more\n";
    assert!(said.stderr.contains(more), "{}", said.stderr);
    // Nothing was made, and nothing is other than it was.
    let after = files(&bench);
    assert!(before == after, "{:?}", after.keys());
}

#[test]
fn a_counter_example_is_a_part_of_a_record() {
    let bench = shops();
    bench.write("mapper.wasm", guests::BREAKS_LAWS_OF_MAPPERS);
    bench.edit(
        "treaty.toml",
        "table = \"contact.csv\"\n",
        "table = \"contact.csv\"\nmapper = \"mapper\"\n[rules.mapper]\ncomponent = \"mapper.wasm\"\n\
         [rules.mapper.configuration]\nbreaks = \"twice\"\n",
    );
    let laws = [
        "rules",
        "laws",
        "mapper",
        "--records",
        "crm",
        "--write",
        "cases",
    ];
    let said = bench.treaty(&laws).expect(1);
    said.says("  BROKEN  normalising twice is normalising once\n")
        .says("            [own.contact.crm]\n")
        .says("            score = \"integer\"\n");
    // What it shows is a part of one record, and a case that can be run.
    let cases = fs::read_dir(bench.path().join("cases")).expect("they were written");
    let texts: Vec<_> = cases
        .map(|case| fs::read_to_string(case.expect("a file").path()).expect("a text"))
        .collect();
    assert!(!texts.is_empty());
    let records = [
        ["Anna", "Berg", "anna@berg.example"],
        ["Zoë", "von der Aue", "ZOE@aue.example"],
        ["Jean-Luc", "nobody", "nothing"],
    ];
    for text in &texts {
        let own: Vec<_> = records
            .iter()
            .filter(|record| record.iter().any(|value| text.contains(value)))
            .collect();
        assert!(own.len() <= 1, "{text}");
    }
    bench.treaty(&["rules", "test"]).expect(0).says(" 0 failed");
}

#[test]
fn records_are_those_of_a_system_of_the_treaty() {
    let bench = shops();
    let nobody = ["rules", "laws", "--records", "nobody"];
    let said = bench.treaty(&nobody).expect(1);
    assert!(
        said.stderr.ends_with("hint: it has: crm, shop\n"),
        "{}",
        said.stderr
    );
    bench.treaty(&["rules", "laws", "--sample", "3"]).expect(64);
    fs::remove_file(bench.path().join("crm.db")).expect("it is there");
    bench
        .treaty(&["rules", "laws", "--records", "crm"])
        .expect(1);
    bench.write("base/pack.toml", "");
    let pack = ["rules", "laws", "base", "--records", "crm"];
    bench.treaty(&pack).expect(64);
}
