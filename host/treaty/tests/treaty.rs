//! What the engine asks of a treaty once it has been read.

use std::fs;
use std::path::Path;

use treaty_folder::{
    Component, Guards, Known, KnownConnector, Location, Profile, Schemas, TreatyFolder, Undecided,
    Upkeep, check_schemas, own_fields, read, read_cross_reference, setup, undecided,
};
use treaty_model::{
    ActorKind, FieldIndex, OwnField, OwnKind, OwnSchema, RemoteId, SystemIndex, Timestamp,
};

fn known() -> Known {
    let connector = |name: &str, location, option: &str| KnownConnector {
        name: name.into(),
        location,
        options: vec![option.into()],
    };
    Known {
        connectors: vec![
            connector("csv", Location::Path, "delimiter"),
            connector("postgres", Location::Url, "schema"),
        ],
        shipped_rules: ["map-fields", "match-people", "resolve-standard"]
            .map(String::from)
            .to_vec(),
    }
}

/// The case in which every key is used.
fn full() -> TreatyFolder {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/full");
    read(&root, &known()).expect("a treaty without errors")
}

fn schema(fields: &[(&str, OwnKind)]) -> OwnSchema {
    let fields = fields.iter().map(|(name, kind)| OwnField {
        name: (*name).into(),
        kind: *kind,
        nullable: true,
        key: *name == "id",
        read_only: name.starts_with("computed"),
        native: format!("{kind:?}"),
    });
    OwnSchema {
        fields: fields.collect(),
    }
}

fn schemas() -> Schemas {
    let hubspot = schema(&[
        ("id", OwnKind::Integer),
        ("email", OwnKind::Text),
        ("last", OwnKind::Text),
        ("first", OwnKind::Text),
        ("shoe_size", OwnKind::Integer),
        ("phone", OwnKind::Unsupported),
        ("mobil", OwnKind::Text),
        ("company_id", OwnKind::Reference),
        ("last_modified", OwnKind::Instant),
        ("archived", OwnKind::Boolean),
    ]);
    [(("contact".into(), "hubspot".into()), hubspot)].into()
}

#[test]
fn every_key_arrives() {
    let treaty = full();
    let (root, contact) = (&treaty.root, &treaty.entities[0]);
    assert_eq!(treaty.state, root.join("state"));
    assert_eq!(treaty.clock_tolerance_ms, 2000);
    let (hubspot, billing) = (&treaty.systems[0], &treaty.systems[1]);
    assert_eq!(hubspot.path, Some(root.join("../hubspot-export")));
    assert_eq!(hubspot.options["delimiter"], ";");
    assert_eq!(billing.url.as_deref(), Some("env:BILLING_URL"));
    assert_eq!(contact.cross_reference, Some(root.join("links.csv")));
    let matching = contact.matching.as_ref().expect("matching");
    assert_eq!(
        (matching.link_from, matching.ask_from, matching.one_to_one),
        (0.97, 0.3, false)
    );
    let part = contact.entity.part(SystemIndex(0));
    assert_eq!(part.creates_from, [SystemIndex(1)]);
    assert!(part.deletes_count);
    let source = &contact.sources[0];
    assert_eq!(source.key, ["id"]);
    assert_eq!(source.actor.as_deref(), Some("modified_by"));
    assert_eq!(source.canaries, ["7".into(), "8".into()]);
    let guards = Guards {
        writes_per_minute_max: 60,
        creates_max: 5,
        deletes_count_max: 1,
        deletes_share_max: 0.01,
        count_difference_max: 0.1,
        record_writes_max: 12,
        flips_max: 2,
        window_minutes: 30,
        records_held_max: 3,
        empty_from: 4,
        questions_max: 50,
        faults_max: 60,
        errors_max: 70,
        rule_faults_max: 8,
        settle_seconds: 90,
    };
    assert_eq!(treaty.guards, guards);
    let upkeep = Upkeep {
        audit_every_hours: Some(24),
        journal_keep_days: Some(400),
    };
    assert_eq!(treaty.upkeep, upkeep);
    assert_eq!(treaty.limits.memory_mib, Some(64));
    let place = treaty
        .place_of_row("contact", FieldIndex(1))
        .expect("a row");
    assert_eq!(
        (place.file.as_path(), place.line),
        (Path::new("contact.csv"), 4)
    );
}

#[test]
fn rules_are_those_of_the_file_and_those_in_use() {
    let treaty = full();
    let names: Vec<_> = treaty.rules.iter().map(|rule| rule.name.as_str()).collect();
    let expected = [
        "phone-decides",
        "map-fields",
        "resolve-standard",
        "match-people",
    ];
    assert_eq!(names, expected);
    let own = treaty.rule("phone-decides").expect("the rule");
    let file = treaty.root.join("rules/phone.wasm");
    assert_eq!(own.component, Component::File(file));
    assert_eq!(own.profile, Profile::InertWasi);
    let configuration = r#"{"prefer":["person","automation"],"since":"2026-01-01","weight":0.5}"#;
    assert_eq!(own.configuration.to_string(), configuration);
    let shadow = own.shadow.as_deref().expect("it has one");
    assert_eq!(
        shadow.component,
        Component::Shipped("resolve-standard".into())
    );
    assert_eq!(shadow.profile, Profile::Contract);
    assert_eq!(shadow.configuration.to_string(), r#"{"weight":0.7}"#);
    let shipped = treaty.rule("map-fields").expect("the rule");
    assert_eq!(shipped.shadow, None);
    assert_eq!(shipped.component, Component::Shipped("map-fields".into()));

    let contact = &treaty.entities[0];
    let check = |field: usize, expected: Option<&str>| {
        assert_eq!(treaty.resolver_of(contact, FieldIndex(field)), expected);
    };
    check(0, Some("resolve-standard"));
    check(1, None);
    check(2, Some("phone-decides"));
}

#[test]
fn an_actor_is_an_automation_by_name_only() {
    let treaty = full();
    let check = |actor: Option<&str>, expected: ActorKind| {
        assert_eq!(treaty.systems[0].actor_kind(actor), expected, "{actor:?}");
    };
    check(Some("enrichment-acme"), ActorKind::Automation);
    check(Some("import"), ActorKind::Automation);
    check(Some("anna"), ActorKind::Person);
    check(Some(""), ActorKind::Unknown);
    check(None, ActorKind::Unknown);
}

#[test]
fn an_address_is_resolved_or_its_key_is_named() {
    let treaty = full();
    let address = |value: Option<&str>| {
        let value = value.map(str::to_owned);
        treaty.url(&treaty.systems[1], &|name| {
            value.clone().filter(|_| name == "BILLING_URL")
        })
    };
    let found = address(Some("postgres://a:b@c/d")).expect("an address");
    assert_eq!(found.as_deref(), Some("postgres://a:b@c/d"));
    let problem = address(None).expect_err("no address");
    let expected = "treaty.toml:18:7: the environment variable BILLING_URL is not set\n  \
                    hint: set it before treaty starts: export BILLING_URL=…";
    assert_eq!(problem.to_string(), expected);
}

#[test]
fn a_rule_sees_the_fields_that_the_table_mentions() {
    let treaty = full();
    let contact = &treaty.entities[0];
    let hubspot = &schemas()[&("contact".into(), "hubspot".into())];
    let billing = schema(&[("mail", OwnKind::Text), ("computed", OwnKind::Text)]);
    assert_eq!(
        own_fields(contact, hubspot, SystemIndex(0)),
        [1, 2, 3, 5, 7]
    );
    let now = Timestamp::from_micros(17);
    let setup = setup(
        &treaty,
        contact,
        "phone-decides",
        &[hubspot.clone(), billing],
        now,
    );
    assert_eq!(setup.entity, "contact");
    assert_eq!(setup.canonical[1].kind, "full-name");
    let cell = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    assert!(
        setup.canonical[1]
            .attributes
            .contains(&cell("billing.label", "Name, full"))
    );
    assert!(
        setup.canonical[1]
            .attributes
            .contains(&cell("owner", "billing"))
    );
    let names: Vec<_> = setup.systems[0]
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(names, ["email", "last", "first", "phone", "company_id"]);
    assert_eq!(setup.systems[0].fields[4].kind, "reference");
    assert_eq!(
        setup.systems[0].attributes[1],
        cell("time-zone", "Europe/Berlin")
    );
    assert_eq!(setup.systems[1].fields.len(), 1);
    assert!(setup.configuration.starts_with("{\"prefer\""));
    assert_eq!(
        setup.attributes,
        [cell("now", "17"), cell("clock-tolerance-ms", "2000")]
    );
}

#[test]
fn a_table_has_to_fit_its_systems() {
    let treaty = full();
    let mut schemas = schemas();
    let billing = schema(&[
        ("mail", OwnKind::Text),
        ("name", OwnKind::Text),
        ("phone", OwnKind::Text),
        ("mobile", OwnKind::Text),
        ("computed_company", OwnKind::Integer),
        ("company", OwnKind::Integer),
    ]);
    schemas.insert(("contact".into(), "billing".into()), billing);
    let found: Vec<_> = check_schemas(&treaty, &schemas)
        .iter()
        .map(ToString::to_string)
        .collect();
    let known = "known: id, email, last, first, shoe_size, phone, mobil, company_id, \
                 last_modified, archived";
    let expected = [
        format!("treaty.toml:39:9: unknown own field of hubspot \"modified_by\"\n  hint: {known}"),
        "contact.csv:5:13: hubspot: phone of hubspot is of the type Unsupported, which treaty \
         cannot keep exactly\n  hint: leave the field out, or offer it as text in a view"
            .to_owned(),
        format!(
            "contact.csv:6:14: hubspot: unknown own field of hubspot \"mobile\"\n  \
             hint: did you mean \"mobil\"? {known}"
        ),
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_cannot_be_written_has_to_be_owned() {
    let folder = tempfile::tempdir().expect("a folder");
    let treaty = r#"
        treaty = { name = "a" }
        [systems]
        a = { connector = "csv", path = "a" }
        b = { connector = "csv", path = "b" }
        [entities.e]
        table = "e.csv"
        systems = { a = { source = "a" }, b = { source = "b" } }
    "#;
    let table = "field,type,owner,a,b,b.transform\n\
        x,text,a,x,computed x,\ny,text,b,y,computed y,\nz,text,a,z,computed z,trim | read-only\n";
    fs::write(folder.path().join("treaty.toml"), treaty).expect("a file");
    fs::write(folder.path().join("e.csv"), table).expect("a file");
    let treaty = read(folder.path(), &known()).expect("a treaty");
    let own = ["computed x", "computed y", "computed z"].map(|name| (name, OwnKind::Text));
    let schemas: Schemas = [(("e".into(), "b".into()), schema(&own))].into();
    let problems = check_schemas(&treaty, &schemas);
    let expected = "e.csv:2:12: b: computed x of b cannot be written, and b does not own it\n  \
                    hint: make b the owner, or put `read-only` into b.transform";
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].to_string(), expected);
}

#[test]
fn fields_that_nobody_decided_on_are_listed() {
    let field = |name: &str| Undecided {
        entity: "contact".into(),
        system: "hubspot".into(),
        field: name.into(),
    };
    let expected = [field("shoe_size"), field("mobil")];
    assert_eq!(undecided(&full(), &schemas()), expected);
}

#[test]
fn a_cross_reference_links_ids() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/full");
    for file in ["treaty.toml", "contact.csv", "company.csv"] {
        fs::copy(from.join(file), folder.path().join(file)).expect("a copy");
    }
    fs::create_dir(folder.path().join("rules")).expect("a folder");
    fs::write(folder.path().join("rules/phone.wasm"), "").expect("a file");
    let check = |text: &str, expected: Result<&[[Option<&str>; 2]], &str>| {
        fs::write(folder.path().join("links.csv"), text).expect("a file");
        let treaty = read(folder.path(), &known()).expect("a treaty");
        let id = |id: Option<&str>| id.map(RemoteId::from);
        let expected = expected
            .map(|rows| {
                rows.iter()
                    .map(|row| row.map(id).to_vec())
                    .collect::<Vec<_>>()
            })
            .map_err(str::to_owned);
        let found = read_cross_reference(&treaty, &treaty.entities[0]);
        assert_eq!(found.map_err(|problems| problems.to_string()), expected);
    };
    check(
        "Billing;HubSpot\n7;1\n8;\n",
        Ok(&[[Some("1"), Some("7")], [None, Some("8")]]),
    );
    check(
        "hubspot,billing\n1,7\n2,7\n",
        Err("links.csv:3:3: billing: \"7\" stands in line 2 already\n  \
             hint: one record belongs to one thing in the world"),
    );
    check(
        "hubspot,biling\n1,7\n",
        Err("links.csv:1:9: unknown heading \"biling\"\n  \
             hint: did you mean \"billing\"? known: hubspot, billing\n\
             links.csv:1:1: a cross-reference has a column for each of two systems or more"),
    );
}
