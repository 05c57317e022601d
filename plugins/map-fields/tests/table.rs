//! What a field table does, column by column, and what `check` finds in one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use map_fields::MapFields;
use treaty_sdk::{
    Cell, Field, Inbound, InboundAnswer, Mapper, Outbound, Purpose, Record, Rule, Setup, Value,
};

/// A setup with one canonical field and one system, `crm`, that stores texts.
fn one(kind: &str, transform: &str) -> Setup {
    Setup::of("contact")
        .field("it", kind)
        .cell("crm", "own")
        .cell("crm.transform", transform)
        .system("crm", &[("own", "text")])
        .system_attribute("default-region", "DE")
        .done()
}

fn read(setup: &Setup, own: &[Cell]) -> Result<Vec<Cell>, String> {
    let rule = MapFields::new(setup).unwrap();
    let inbound = Inbound {
        setup,
        own: Record::new(&setup.systems[0].fields, own),
        known: Record::new(&setup.canonical, &[]),
    };
    match rule.read(0, inbound).map_err(|error| error.message)? {
        InboundAnswer::LeftOut(reason) => Err(format!("left out: {reason}")),
        InboundAnswer::Read(read) => match read.problems.first() {
            Some(problem) => Err(problem.message.clone()),
            None => Ok(read.canonical),
        },
    }
}

fn write(
    setup: &Setup,
    canonical: &[Cell],
    own: &[Cell],
    purpose: Purpose,
) -> Result<Vec<Cell>, String> {
    let rule = MapFields::new(setup).unwrap();
    let outbound = Outbound {
        setup,
        canonical: Record::new(&setup.canonical, canonical),
        own: Record::new(&setup.systems[0].fields, own),
        purpose,
    };
    let written = rule.write(0, outbound).map_err(|error| error.message)?;
    match written.problems.first() {
        Some(problem) => Err(problem.message.clone()),
        None => Ok(written.own),
    }
}

/// One own text reads as a value, and stays as it is when that value is
/// written.
fn reads(kind: &str, transform: &str, own: &str, expected: impl Into<Value>) {
    let (setup, own) = (one(kind, transform), [Some(Value::from(own))]);
    let canonical = read(&setup, &own).unwrap();
    assert_eq!(canonical, [Some(expected.into())], "{kind} {transform}");
    let written = write(&setup, &canonical, &own, Purpose::Update).unwrap();
    assert_eq!(written, [None], "{kind} {transform}: it stays as it is");
}

/// A value written over an own text.
fn writes(kind: &str, transform: &str, over: &str, value: impl Into<Value>, expected: &str) {
    let (setup, own) = (one(kind, transform), [Some(Value::from(over))]);
    let written = write(&setup, &[Some(value.into())], &own, Purpose::Update).unwrap();
    assert_eq!(written, [Some(Value::from(expected))], "{kind} {transform}");
}

fn refuses(kind: &str, transform: &str, own: &str, expected: &str) {
    let message = read(&one(kind, transform), &[Some(Value::from(own))]).unwrap_err();
    assert!(message.contains(expected), "{message}");
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.to_owned())
}

fn date(text: &str) -> Value {
    Value::Date(text.to_owned())
}

#[test]
fn the_semantic_type_settles_the_normal_form() {
    reads("text", "", "  Cafe\u{301} \r\n", "Café");
    reads("text", "", "   ", Value::Null);
    reads("last-name", "", " von   Berg ", "von Berg");
    reads("email", "", " Anna@Example.COM ", "anna@example.com");
    reads("phone", "", "+49 30 123", "+4930123");
    reads("phone", "", "030/123 456", "+4930123456");
    reads("phone", "", "ask Anna", "ask Anna");
    reads(
        "website",
        "",
        "HTTPS://Example.com/A",
        "https://example.com/A",
    );
    reads("domain", "", "Example.COM.", "example.com");
    reads("money", "", "12.50", decimal("12.5"));
    reads("birth-date", "", "1990-02-01", date("1990-02-01"));
    reads("boolean", "", "TRUE", true);
    reads(
        "json",
        "",
        "{ \"b\": 1, \"a\": 2 }",
        Value::Json("{\"a\":2,\"b\":1}".to_owned()),
    );
    refuses("number", "", "1.234,56", "is no number such as -12.5");
    refuses("date", "", "20.11.2026", "hint: date(DD.MM.YYYY)");
}

#[test]
fn steps_read_and_write() {
    reads("text", "trim | lower", " ABC ", "abc");
    reads("text", "title", "anna MEIER-wolf", "Anna Meier-Wolf");
    reads("external-id", "prefix(cus_)", "cus_17", "17");
    writes("external-id", "prefix(cus_)", "cus_17", "18", "cus_18");
    writes("text", "suffix(\" kg\")", "5 kg", "6", "6 kg");
    reads("money", "number(1.234,56)", "1.234,5", decimal("1234.5"));
    writes(
        "money",
        "number(1.234,56)",
        "1",
        decimal("-1234.5"),
        "-1.234,50",
    );
    reads("date", "date(DD.MM.YYYY)", "1.2.2026", date("2026-02-01"));
    writes(
        "date",
        "date(DD.MM.YYYY)",
        "1.2.2026",
        date("2026-02-03"),
        "03.02.2026",
    );
    reads("boolean", "boolean(Ja/Nein)", "ja", true);
    writes("boolean", "boolean(Ja/Nein)", "ja", false, "Nein");
    reads("choices", "split(;)", "b; a;b", ["a", "b"]);
    writes("choices", "split(;)", "a", ["a", "c"], "a;c");
    reads("text", "phone(US)", "(202) 555-0173", "+12025550173");
    refuses(
        "phone",
        "phone(DE, strict)",
        "ask Anna",
        "is no phone number",
    );
    refuses("email", "email(strict)", "n/a", "is no e-mail address");
    refuses(
        "money",
        "number(1.234,56)",
        "1.5",
        "is no number written like 1.234,56",
    );
}

#[test]
fn words_stand_for_words() {
    let map = "map(Lead = lead; Kunde = customer; * = other)";
    reads("choice", map, "Lead", "lead");
    reads("choice", map, "Partner", "other");
    writes("choice", map, "Lead", "customer", "Kunde");
    let setup = one("choice", map);
    let written = write(
        &setup,
        &[Some("other".into())],
        &[Some("Lead".into())],
        Purpose::Update,
    );
    assert!(written.unwrap_err().contains("\"other\" has no own word"));
    refuses(
        "choice",
        "map(Lead = lead)",
        "Kunde",
        "which knows \"Lead\"",
    );
    reads("choice", "map(Lead = lead; * = *)", "Kunde", "Kunde");
}

#[test]
fn times_are_read_in_their_zone() {
    let transform = "instant(DD.MM.YYYY hh:mm) | zone(Europe/Berlin)";
    let noon = Value::Instant(1_782_900_000_000_000);
    reads("instant", transform, "01.07.2026 12:00", noon.clone());
    writes("instant", transform, "", noon.clone(), "01.07.2026 12:00");
    reads("instant", "instant(unix)", "1782900000", noon);
}

#[test]
fn a_day_keeps_the_time_that_stood_there() {
    let setup = Setup::of("deal")
        .field("closes", "date")
        .cell("crm", "close_date")
        .system("crm", &[("close_date", "instant")])
        .done();
    let own = [Some(Value::Instant(1_782_900_000_000_000))];
    assert_eq!(read(&setup, &own).unwrap(), [Some(date("2026-07-01"))]);
    let written = write(&setup, &[Some(date("2026-07-02"))], &own, Purpose::Update).unwrap();
    assert_eq!(written, [Some(Value::Instant(1_782_986_400_000_000))]);
}

fn full_name() -> Setup {
    Setup::of("contact")
        .field("first", "first-name")
        .cell("crm", "name")
        .cell("crm.transform", "part(first)")
        .field("last", "last-name")
        .cell("crm", "name")
        .cell("crm.transform", "part(last)")
        .system("crm", &[("name", "text")])
        .done()
}

#[test]
fn two_fields_share_a_full_name() {
    let setup = full_name();
    let own = [Some(Value::from("Ludwig van Beethoven"))];
    let canonical = read(&setup, &own).unwrap();
    assert_eq!(
        canonical,
        [Some("Ludwig".into()), Some("van Beethoven".into())]
    );
    let write = |first: &str, last: &str, own: &[Cell], purpose| {
        write(
            &setup,
            &[Some(first.into()), Some(last.into())],
            own,
            purpose,
        )
    };
    assert_eq!(
        write("Anna", "Berg", &own, Purpose::Update).unwrap(),
        [Some("Anna Berg".into())]
    );
    assert_eq!(
        write("Anna", "Berg", &[None], Purpose::Create).unwrap(),
        [Some("Anna Berg".into())]
    );
    assert_eq!(
        write("Anna", "Berg", &[Some("Berg, Eva".into())], Purpose::Update).unwrap(),
        [Some("Berg, Anna".into())]
    );
}

#[test]
fn what_would_not_read_back_is_not_written() {
    let setup = full_name();
    let own = [Some(Value::from("Anna Berg"))];
    let message = write(
        &setup,
        &[None, Some("Berg Wolf".into())],
        &own,
        Purpose::Update,
    );
    assert_eq!(
        message.unwrap_err(),
        "\"Berg Wolf\" would read back as \"Wolf\""
    );
}

fn street() -> Setup {
    Setup::of("contact")
        .field("street", "street")
        .cell("crm", "street + number")
        .cell("crm.transform", "join(\" \")")
        .system("crm", &[("street", "text"), ("number", "text")])
        .done()
}

#[test]
fn joined_fields_come_apart_again() {
    let setup = street();
    let own = [Some(Value::from("Am Markt")), Some(Value::from("5"))];
    assert_eq!(read(&setup, &own).unwrap(), [Some("Am Markt 5".into())]);
    let written = write(&setup, &[Some("Am Markt 7a".into())], &own, Purpose::Update);
    assert_eq!(written.unwrap(), [None, Some("7a".into())]);
    let written = write(
        &setup,
        &[Some("Neue Gasse 5".into())],
        &own,
        Purpose::Update,
    );
    assert_eq!(written.unwrap(), [Some("Neue Gasse".into()), None]);
}

#[test]
fn a_place_in_json_is_replaced() {
    let setup = one("city", "json(/address/city)");
    let own = [Some(Value::from(
        r#"{"address":{"zip":"1","city":" Ulm "}}"#,
    ))];
    assert_eq!(read(&setup, &own).unwrap(), [Some("Ulm".into())]);
    let written = write(&setup, &[Some("Bonn".into())], &own, Purpose::Update).unwrap();
    let expected = r#"{"address":{"zip":"1","city":"Bonn"}}"#;
    assert_eq!(written, [Some(expected.into())]);
}

#[test]
fn a_new_record_gets_constants_and_defaults() {
    let setup = Setup::of("contact")
        .field("stage", "choice")
        .cell("crm", "stage")
        .cell("crm.transform", "default(new)")
        .field("source", "text")
        .cell("crm", "source")
        .cell("crm.transform", "constant(treaty)")
        .system("crm", &[("stage", "text"), ("source", "text")])
        .done();
    let created = write(&setup, &[None, None], &[None, None], Purpose::Create).unwrap();
    assert_eq!(created, [Some("new".into()), Some("treaty".into())]);
    let created = write(&setup, &[Some("old".into()), None], &[], Purpose::Create).unwrap();
    assert_eq!(created, [Some("old".into()), Some("treaty".into())]);
    let own = [Some("x".into()), Some("y".into())];
    assert_eq!(read(&setup, &own).unwrap(), [Some("x".into()), None]);
    let updated = write(&setup, &[Some(Value::Null), None], &own, Purpose::Update).unwrap();
    assert_eq!(updated, [Some(Value::Null), None]);
}

#[test]
fn what_is_only_read_is_not_written() {
    let setup = one("text", "upper | read-only");
    assert_eq!(
        read(&setup, &[Some("a".into())]).unwrap(),
        [Some("A".into())]
    );
    let written = write(
        &setup,
        &[Some("B".into())],
        &[Some("a".into())],
        Purpose::Update,
    );
    assert_eq!(written.unwrap(), [None]);
}

#[test]
fn absent_stays_absent_and_null_clears() {
    let setup = one("text", "");
    assert_eq!(read(&setup, &[None]).unwrap(), [None]);
    let own = [Some(Value::from("a"))];
    assert_eq!(
        write(&setup, &[None], &own, Purpose::Update).unwrap(),
        [None]
    );
    let cleared = write(&setup, &[Some(Value::Null)], &own, Purpose::Update).unwrap();
    assert_eq!(cleared, [Some(Value::Null)]);
}

#[test]
fn a_filter_leaves_records_out() {
    let mut setup = one("text", "");
    setup.configuration = r#"{"filter": {"crm": "own in (a, b)"}}"#.to_owned();
    assert!(read(&setup, &[Some("a".into())]).is_ok());
    assert_eq!(
        read(&setup, &[Some("c".into())]).unwrap_err(),
        "left out: the filter is own in (a, b)"
    );
}

#[test]
fn check_finds_everything_at_once() {
    let mut setup = Setup::of("contact")
        .field("a", "text")
        .cell("crm", "nam")
        .cell("crm.transform", "tirm")
        .field("b", "phone")
        .cell("crm", "name")
        .cell("crm.transform", "phone(Germany)")
        .field("c", "choice")
        .cell("crm", "name")
        .cell("crm.transform", "map(x = y; * = z)")
        .field("d", "text")
        .cell("crm", "id")
        .field("e", "date")
        .cell("crm", "name")
        .cell("crm.transform", "date(DD.MM) | lower(x)")
        .field("f", "text")
        .cell("crm", "name")
        .cell("crm.transform", "zone(Berlin)")
        .field("g", "text")
        .cell("crm", "id")
        .cell("owner", "crm")
        .field("h", "text")
        .cell("crm", "id")
        .cell("crm.transform", "read-only")
        .system("crm", &[("name", "text"), ("id", "text")])
        .configuration(r#"{"filter": {"crm": "x = 1", "erp": "a = b"}}"#)
        .done();
    let read_only = treaty_sdk::Attribute::new("read-only", "true");
    let id: &mut Field = &mut setup.systems[0].fields[1];
    id.attributes.push(read_only);
    let problems = MapFields::check(&setup);
    let found: Vec<_> = problems
        .iter()
        .map(|problem| {
            let message = problem
                .message
                .split("; known: trim")
                .next()
                .unwrap_or_default();
            (
                problem.field,
                problem.place.as_deref().unwrap_or_default(),
                message,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (
                None,
                "/filter/crm",
                "the system has no field \"x\"; known: name, id"
            ),
            (None, "/filter/erp", "unknown system \"erp\"; known: crm"),
            (
                Some(0),
                "crm",
                "the system has no field \"nam\"; known: name, id"
            ),
            (Some(0), "crm.transform", "unknown transform \"tirm\""),
            (
                Some(1),
                "crm.transform",
                "\"Germany\" is no region; a region is two capital letters, such as DE or US"
            ),
            (
                Some(2),
                "crm.transform",
                "no own word is listed for what * stands for, so that it cannot be written; \
                 hint: add | read-only, or make crm the owner"
            ),
            (
                Some(3),
                "crm.transform",
                "the system does not let \"id\" be written; \
                 hint: add | read-only, or make crm the owner"
            ),
            (
                Some(4),
                "crm.transform",
                "date needs a year, a month and a day, such as DD.MM.YYYY, not \"DD.MM\""
            ),
            (
                Some(4),
                "crm.transform",
                "lower takes nothing in parentheses"
            ),
            (
                Some(5),
                "crm.transform",
                "unknown time zone \"Berlin\"; known are names such as Europe/Berlin, UTC, +01:00"
            ),
        ]
    );
}
