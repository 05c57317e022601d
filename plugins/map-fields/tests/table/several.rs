//! Own fields that share a canonical one, and canonical ones that share an own.

use super::*;

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
