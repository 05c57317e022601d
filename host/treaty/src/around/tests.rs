//! A treaty around tables: what its systems are, and what is told of a bad table.

use super::*;

fn sheet(table: &str) -> [PackSheet; 1] {
    let (file, bytes) = ("contact.csv".into(), table.into());
    [PackSheet { file, bytes }]
}

fn bare<'a>(sheets: &'a [PackSheet], matchers: &[&'a str]) -> Bare<'a> {
    Bare {
        name: "base",
        tables: vec![BareTable {
            entity: "contact",
            sheets,
        }],
        rules: vec![shipped("match-people"), shipped("match-things")],
        mappers: Vec::new(),
        matchers: matchers.to_vec(),
        limits: Limits::default(),
        extent: Extent::Whole,
    }
}

const TABLE: &str = "\
field,type,owner,rule,HubSpot,HubSpot.transform,desk,notes,x-ours
email,email,shared,latest,Email,lower,mail,,
city,city,hubspot,,City,,town,as they say,
";

#[test]
fn the_columns_are_the_systems() {
    let folder = around(&bare(&sheet(TABLE), &[])).expect("it is sound");
    let names: Vec<_> = folder.systems.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["HubSpot", "desk"]);
    let contact = folder.entity("contact").expect("the table's");
    assert_eq!(contact.mapper, DEFAULT_MAPPER);
    assert_eq!(contact.entity.table.len(), 2);
    assert!(folder.rule(DEFAULT_MAPPER).is_some());
    assert!(folder.rule(DEFAULT_RESOLVER).is_some());
}

#[test]
fn the_only_matcher_is_the_one_that_is_asked() {
    let matcher = |matchers: &[&'static str]| {
        let folder = around(&bare(&sheet(TABLE), matchers)).expect("it is sound");
        let matching = folder.entities[0].matching.clone();
        matching.map(|matching| matching.matcher)
    };
    assert_eq!(matcher(&[]), None);
    assert_eq!(matcher(&["match-people"]).as_deref(), Some("match-people"));
    let several = matcher(&["match-people", "match-things"]);
    assert_eq!(several.as_deref(), Some(NO_RULE));
}

#[test]
fn what_is_wrong_with_a_table_is_told_with_its_place() {
    let check = |table: &str, expected: &str| {
        let problems = around(&bare(&sheet(table), &[])).expect_err("it is refused");
        assert!(problems.to_string().contains(expected), "{problems}");
    };
    check(
        "field,type,owner,crm\nemail,email,crm,Email\n",
        "contact.csv:1:1: the table names fewer than two systems",
    );
    check(
        "field,type,owner,crm,desk\nemail,emial,crm,Email,mail\n",
        "contact.csv:2:7: type: unknown type \"emial\"",
    );
    check(
        "field,type,owner,references,crm,desk\nof,reference,crm,company,Of,of\n",
        "references: unknown entity \"company\"",
    );
    check("", "is empty");
}

#[test]
fn what_changes_something_else_may_point_into_it() {
    let table = "field,type,owner,references,crm,desk\nof,reference,crm,company,Of,of\n";
    let sheet = sheet(table);
    let mut bare = bare(&sheet, &[]);
    bare.extent = Extent::Part;
    assert!(around(&bare).is_ok());
}
