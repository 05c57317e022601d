//! One own field for one canonical field.

use super::*;

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
