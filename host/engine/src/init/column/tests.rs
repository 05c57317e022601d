//! What values look like.

use super::*;

fn column(name: &str, values: &[&str]) -> Column {
    let field = OwnField {
        name: name.to_owned(),
        kind: OwnKind::Text,
        nullable: true,
        key: false,
        read_only: false,
        native: "text".to_owned(),
    };
    let values = values.iter().map(|value| text(Some(&Value::text(*value))));
    Column::of(&field, values.collect())
}

#[test]
fn values_say_what_a_field_is() {
    let check = |name: &str, values: &[&str], semantic: &str, transform: Option<&str>| {
        let column = column(name, values);
        let found = (column.semantic, column.transform.as_deref());
        assert_eq!(found, (semantic, transform), "{name}: {values:?}");
    };
    check("x", &["a@b.example", "c@d.example"], "email", None);
    check("x", &["+49 30 123456", "030/1234567"], "phone", None);
    check("x", &["2026-01-31"], "date", None);
    check("x", &["31.01.2026", ""], "date", Some("date(DD.MM.YYYY)"));
    check("x", &["2026-01-31T10:00:00Z"], "instant", None);
    check("x", &["12.5", "7"], "number", None);
    check(
        "preis",
        &["1.234,50", "7"],
        "money",
        Some("number(1.234,56)"),
    );
    check(
        "x",
        &["Ja", "Nein", "Ja"],
        "boolean",
        Some("boolean(Ja/Nein)"),
    );
    check("x", &["false", "true"], "boolean", None);
    check("x", &["berg.example", "lund.example"], "domain", None);
    check("x", &["a", "b", "a", "b", "a", "b"], "choice", None);
    check("x", &["a", "b", "c"], "text", None);
    check("mail", &["none", "unknown"], "text", None);
    check("plz", &["10115", "20095"], "postcode", None);
    check("x", &[], "text", None);
}

#[test]
fn equal_things_have_one_form() {
    let check = |name: &str, left: &str, right: &str| {
        let (left, right) = (column(name, &[left]), column(name, &[right]));
        assert_eq!(left.normal, right.normal, "{name}");
    };
    check("phone", "+49 30 23125120", "030 / 23125120");
    check("birthday", "31.01.2026", "2026-01-31");
    check("price", "1.234,50", "1234.5");
    check("website", "https://www.berg.example/", "berg.example");
    check("city", " Köln ", "köln");
}
