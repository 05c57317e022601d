//! Whole records: new ones, read-only fields, what is absent, filters, `check`.

use super::*;

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
