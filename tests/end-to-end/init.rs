//! `treaty init`: from systems that are there to a treaty that keeps them equal.

use std::fmt::Write as _;

use crate::Bench;
use crate::database;
use crate::golden::Transcript;

const CRM: &str = "\
id,First Name,Last Name,Email,Phone,Postal Code,City,Birthday,Newsletter,Lead Score,lastmodified,modified_by
1,Anna,Berg,anna@berg.example,+49 30 23125120,10115,Berlin,1980-02-01,true,7,2026-03-01T10:00:00Z,anna
2,Bert,Klein,bert@klein.example,+49 221 4710815,50667,Cologne,1975-12-24,false,3,2026-03-02T10:00:00Z,import
3,Cleo,Lund,cleo@lund.example,+49 40 5550101,20095,Hamburg,1990-07-15,true,9,2026-03-03T10:00:00Z,anna
4,Dora,Hahn,dora@hahn.example,+49 89 5550102,80331,Munich,1988-03-30,true,2,2026-03-04T10:00:00Z,anna
5,Emil,Stein,emil@stein.example,+49 69 5550103,60311,Frankfurt,1969-11-11,false,5,2026-03-05T10:00:00Z,anna
6,Finn,Wolf,finn@wolf.example,,01067,Dresden,1999-01-09,true,1,2026-03-06T10:00:00Z,anna
";

/// As a German shop exports it.
const SHOP: &str = "\
Kundennummer;Vorname;Nachname;E-Mail-Adresse;Telefon;PLZ;Ort;Geburtsdatum;Newsletter;lead_score;Gebühr
K1;Anna;Berg;anna@berg.example;030 23125120;10115;Berlin;01.02.1980;Ja;;1,50
K2;Bert;Klein;bert@klein.example;0221 4710815;50667;Köln;24.12.1975;Nein;;2,00
K3;Cleo;Lund;cleo@lund.example;040 5550101;20095;Hamburg;15.07.1990;Ja;;1,50
K4;Dora;Hahn;dora@hahn.example;089 5550199;80331;München;30.03.1988;Ja;;0,00
K5;Emil;Stein;emil@stein.example;069 5550103;60311;Frankfurt;11.11.1969;Nein;;1,00
K7;Gina;Moor;gina@moor.example;0351 5550104;01067;Dresden;05.05.1985;Ja;;1,00
";

const BOTH: [&str; 2] = ["crm=csv:exports/crm", "shop=csv:exports/shop"];
const CRM_FILE: &str = "exports/crm/contacts.csv";
const SHOP_FILE: &str = "exports/shop/Kunden.csv";

fn two_folders() -> Bench {
    Bench::with(&[(CRM_FILE, CRM), (SHOP_FILE, SHOP)])
}

/// A person decides every owner that was left open.
fn decide(bench: &Bench, table: &str, owner: &str) {
    let text = bench.read(table);
    assert!(text.contains(",?,"), "something was left open: {text}");
    bench.write(table, text.replace(",?,", &format!(",{owner},")));
}

#[test]
fn columns_of_two_languages_become_a_treaty() {
    let bench = two_folders();
    let mut transcript = Transcript::of(&bench);
    let init = ["init", BOTH[0], BOTH[1], "--treaty", "acme"];
    transcript.run(&init).expect(0);
    transcript.show("acme/contact.csv", &bench.read("acme/contact.csv"));
    transcript.show("acme/treaty.toml", &bench.read("acme/treaty.toml"));
    transcript.run(&["check", "--treaty", "acme"]).expect(4);
    let sync = bench.treaty(&["sync", "--treaty", "acme"]).expect(4);
    sync.says("is not decided yet");
    transcript.check("init-two-languages");
    let found = (bench.read(CRM_FILE), bench.read(SHOP_FILE));
    assert_eq!(
        found,
        (CRM.to_owned(), SHOP.to_owned()),
        "nothing was written"
    );
}

#[test]
fn once_a_person_has_decided_both_sides_become_equal() {
    let bench = two_folders();
    let asked = "contact=crm:contacts,shop:Kunden";
    let init = [
        "init", BOTH[0], BOTH[1], "--entity", asked, "--treaty", "acme",
    ];
    bench.treaty(&init).expect(0);
    decide(&bench, "acme/contact.csv", "crm");
    let settings = bench.read("acme/treaty.toml");
    bench.write(
        "acme/treaty.toml",
        settings.replace("# default-region", "default-region"),
    );
    let in_acme = |command: &str| bench.treaty(&[command, "--treaty", "acme"]);
    in_acme("check").expect(0);
    let plan = ["plan", "--all", "--treaty", "acme"];
    bench.treaty(&plan).expect(2).says("write city \"Munich\"");
    in_acme("sync").expect(0);
    in_acme("sync").expect(0).says("is in agreement.");
    in_acme("plan").expect(0);
    let shop = bench.read(SHOP_FILE);
    let bert = "K2;Bert;Klein;bert@klein.example;0221 4710815;50667;Cologne;24.12.1975;Nein;3;2,00";
    assert!(shop.contains(bert), "{shop}");
    assert!(shop.contains(";+49895550102;80331;Munich;"), "{shop}");
    assert_eq!(bench.read(CRM_FILE), CRM, "the owner is as it was");
}

#[test]
fn a_database_and_a_folder_become_a_treaty() {
    let bench = Bench::new();
    let shop = bench.path().join("shop.db");
    database::execute(
        &shop,
        "CREATE TABLE artikel (nr INTEGER PRIMARY KEY, artikelnummer TEXT UNIQUE,
            bezeichnung TEXT, preis NUMERIC, bestand INTEGER,
            value NUMERIC AS (preis * bestand) STORED);
         CREATE TABLE sitzung (token TEXT)",
    );
    let mut file = String::from("id,sku,name,price,quantity,value\n");
    for number in 1..=8 {
        let values = format!("{number}, 'S-{number}', 'Chair no {number}', {number}.5, {number}0");
        let insert =
            "INSERT INTO artikel (nr, artikelnummer, bezeichnung, preis, bestand)".to_owned();
        database::execute(&shop, &format!("{insert} VALUES ({values})"));
        let price = if number == 8 { 99 } else { number };
        let line = format!("{number},S-{number},Chair no {number},{price}.5,{number}0,0");
        writeln!(file, "{line}").expect("a string takes everything");
    }
    bench.write("erp/products.csv", file);
    let mut transcript = Transcript::of(&bench);
    let init = [
        "init",
        "erp=csv:erp",
        "shop=sqlite:shop.db",
        "--treaty",
        "goods",
    ];
    transcript.run(&init).expect(0);
    transcript.show("goods/product.csv", &bench.read("goods/product.csv"));
    transcript.show("goods/treaty.toml", &bench.read("goods/treaty.toml"));
    let stands = "SELECT name FROM sqlite_master WHERE sql IS NOT NULL ORDER BY 1";
    let stands = database::rows(&shop, stands);
    assert_eq!(stands, ["artikel", "sitzung"], "no log was begun");
    transcript.run(&["check", "--treaty", "goods"]).expect(4);
    transcript.check("init-database");
    decide(&bench, "goods/product.csv", "shop");
    let in_goods = |command: &str| bench.treaty(&[command, "--treaty", "goods"]);
    in_goods("check").expect(0);
    in_goods("plan").expect(2);
    in_goods("sync").expect(0);
    in_goods("sync").expect(0).says("is in agreement.");
    in_goods("plan").expect(0);
    let erp = bench.read("erp/products.csv");
    assert!(erp.contains("8,S-8,Chair no 8,8.5,80,680"), "{erp}");
}

#[test]
fn what_cannot_become_a_treaty_is_refused_and_nothing_written() {
    let bench = two_folders();
    bench.write("there/treaty.toml", "[treaty]\n");
    bench.write("other/things.csv", "id,colour\n1,red\n");
    let mut transcript = Transcript::of(&bench);
    let mut refused = |arguments: &[&str], code: i32| {
        let all: Vec<_> = std::iter::once("init")
            .chain(arguments.iter().copied())
            .collect();
        transcript.run(&all).expect(code);
    };
    let new = ["--treaty", "new"];
    let secret = "db=postgres://treaty:hunter2@localhost/shop";
    refused(&[BOTH[0], BOTH[1], "--treaty", "there"], 1);
    refused(&[BOTH[0], "db=postgres:env:NOT_SET", new[0], new[1]], 1);
    refused(&[BOTH[0], "shop=csv:nowhere", new[0], new[1]], 1);
    refused(&[BOTH[0], "other=csv:other", new[0], new[1]], 1);
    refused(&[BOTH[0], "crm=csv:exports/shop", new[0], new[1]], 1);
    let unknown = "contact=crm:contacts,erp:people";
    refused(&[BOTH[0], BOTH[1], "--entity", unknown, new[0], new[1]], 1);
    refused(&[BOTH[0]], 64);
    transcript.check("init-refused");
    let said = bench.treaty(&["init", BOTH[0], secret]).expect(64);
    let said = said
        .says("the address has a password in it")
        .says("env:DB_URL");
    // What was typed is said again by nobody.
    assert!(!said.stderr.contains("hunter2"), "{}", said.stderr);
    assert!(!bench.path().join("new").exists());
}
