//! What a treaty takes from packs, and what it refuses before anything of it stands
//! in its folder.

mod place;

use std::fs;
use std::path::PathBuf;

use treaty_folder::{Component, Problem, TreatyFolder};
use treaty_pack::{
    Layer, Pack, PackLimits, PackVersion, effective, keygen, open, read_folder, read_lock, remove,
    switch, versions_in,
};

use place::{BASE, Draft, EXTENDS, OVERLAY, Place, known, pack};

fn laid(base: &Pack, over: &Pack) -> Result<treaty_folder::PackParts, Problem> {
    effective(&[Layer::of(base), Layer::of(over)])
}

fn owner_of_city(folder: &TreatyFolder) -> String {
    let table = &folder.entities[0].entity.table;
    let mut rows = table.rows.iter();
    let city = rows.find(|row| row.name == "city").expect("the row");
    format!("{:?}", city.owner)
}

#[track_caller]
fn refused<T>(result: Result<T, String>, says: &str) {
    match result {
        Err(told) => assert!(told.contains(says), "{told}"),
        Ok(_) => panic!("it was taken, and should say: {says}"),
    }
}

#[test]
fn an_overlay_changes_rows_configuration_and_rules_and_adds_cases() {
    let base = pack(&BASE, "");
    let over = Draft {
        more: "[rules.decide]\ncomponent = \"shipped:resolve-standard\"\n\
               [rules.decide.configuration]\nprefer = [\"desk\"]\n",
        ..OVERLAY
    };
    let parts = laid(&base, &pack(&over, EXTENDS)).expect("they fit");
    assert_eq!((parts.name.as_str(), parts.digests.len()), ("acme", 2));
    let rule = &parts.rules["decide"];
    assert_eq!(
        rule.component,
        Component::Shipped("resolve-standard".to_owned())
    );
    let told = serde_json::json!({ "prefer": ["desk"], "list": { "max": 3 } });
    assert_eq!(rule.configuration, told);
    assert_eq!(parts.sheets["contact"].len(), 2);
    // Without a component it keeps the base's.
    let over = Draft {
        more: "[rules.decide.configuration]\nprefer = [\"desk\"]\n",
        ..OVERLAY
    };
    let kept = laid(&base, &pack(&over, EXTENDS)).expect("they fit");
    assert_eq!(kept.rules["decide"].component, rule.component);
    assert_eq!(kept.rules["decide"].configuration, told);
    let strange = Draft {
        more: "[rules.other]\n",
        ..OVERLAY
    };
    let refused = laid(&base, &pack(&strange, EXTENDS)).expect_err("it is refused");
    assert!(refused.to_string().contains("it has: decide"), "{refused}");
    let depths: Vec<_> = parts.cases.iter().map(|cases| cases.depth).collect();
    assert_eq!(depths, [0, 1]);
}

#[test]
fn an_overlay_is_refused_that_does_more() {
    let place = Place::new();
    let base = place.ours(&BASE, "");
    place.write(&[("acme", "1")], "");
    let tried = |draft: &Draft<'_>, says: &str| {
        let over = place.ours(draft, EXTENDS);
        refused(place.install(&[base.clone(), over]), says);
        place.is_untouched();
    };
    let budget = Draft {
        more: "[budget]\nfuel-base = 7\n",
        ..OVERLAY
    };
    tried(&budget, "has a budget of its own");
    let table = |table: &'static str| Draft { table, ..OVERLAY };
    tried(
        &table("field,type,owner,rule,crm,desk\nphone,phone,desk,,Phone,tel\n"),
        "the base has no row of the field \"phone\"",
    );
    tried(
        &table("field,type,owner,rule,crm,desk,x-more\ncity,city,desk,,City,town,a\n"),
        "the base has no column \"x-more\"",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let settings = "[pack]\nname = \"acme\"\nversion = \"1.0.0\"\ncontract = \"0.1.0\"\n\
        licence = \"MIT\"\ndescription = \"d\"\nextends = \"base@2\"\n[tables]\ncompany = \"c.csv\"\n";
    fs::write(folder.path().join("pack.toml"), settings).expect("it is written");
    fs::write(folder.path().join("c.csv"), OVERLAY.table).expect("it is written");
    let over = read_folder(folder.path(), &PackLimits::default()).expect("a pack");
    let told = laid(&pack(&BASE, ""), &over).expect_err("it is refused");
    assert!(
        told.to_string().contains("has a table of company"),
        "{told}"
    );
}

#[test]
fn what_an_overlay_changes_has_to_be_there() {
    let place = Place::new();
    place.write(&[("acme", "1")], "");
    let over = place.ours(&OVERLAY, EXTENDS);
    refused(
        place.install(std::slice::from_ref(&over)),
        "which is not there",
    );
    let old = Draft {
        version: "1.9.0",
        ..BASE
    };
    let old = place.ours(&old, "");
    refused(place.install(&[old, over.clone()]), "and 1.9.0 is there");
    let circle = place.ours(&BASE, "extends = \"acme@1\"\n");
    refused(place.install(&[circle, over.clone()]), "in turn");
    place.is_untouched();
    let base = place.ours(&BASE, "");
    place.install(&[base, over]).expect("it is installed");
    let folder = place.read().expect("it is read");
    assert_eq!(owner_of_city(&folder), "System(SystemIndex(1))");
    assert_eq!(folder.packs.len(), 1);
    let lock = read_lock(&place.root()).expect("it is read");
    let names: Vec<_> = lock.iter().map(|pinned| pinned.name.as_str()).collect();
    assert_eq!(names, ["acme", "base"]);
}

#[test]
fn packs_by_strangers_and_unsigned_ones_are_refused() {
    let place = Place::new();
    place.write(&[("base", "2")], "");
    keygen(&place.folder.path().join("other.key"), None).expect("a key is made");
    let other = place.signed(&BASE, "", "other.key");
    refused(place.install(&[other]), "trust");
    let unsigned = (PathBuf::from("base.treaty-pack"), pack(&BASE, ""));
    refused(place.install(&[unsigned]), "signed");
    place.is_untouched();
}

#[test]
fn a_pack_that_the_treaty_does_not_fit_is_not_installed() {
    let place = Place::new();
    place.write(&[("base", "3")], "");
    let base = place.ours(&BASE, "");
    refused(
        place.install(std::slice::from_ref(&base)),
        "does not fit version \"3\"",
    );
    place.write(&[("base", "2")], "");
    let foreign = Draft {
        table: "field,type,owner,rule,crm,shop\ncity,city,crm,,City,town\n",
        ..BASE
    };
    let foreign = place.ours(&foreign, "");
    refused(place.install(&[foreign]), "shop");
    place.write(&[("base", "2")], "");
    let unasked = Draft {
        name: "news",
        ..BASE
    };
    let unasked = place.ours(&unasked, "");
    refused(
        place.install(&[base, unasked]),
        "does not use the pack news",
    );
    place.is_untouched();
}

#[test]
fn two_packs_that_claim_a_field_or_a_rule_are_told_apart_by_the_treaty() {
    let place = Place::new();
    let news = Draft {
        name: "news",
        ..BASE
    };
    let (base, news) = (place.ours(&BASE, ""), place.ours(&news, ""));
    let both = [base, news];
    place.write(&[("base", "2"), ("news", "2")], "");
    place.edit(
        "table = \"pack:news\"",
        "table = [\"pack:base\", \"pack:news\"]",
    );
    refused(
        place.install(&both),
        "base and news both have a row of email",
    );
    refused(
        place.install(&both),
        "[entities.contact.fields-from] city = \"news\"",
    );
    let said = "[entities.contact.fields-from]\nemail = \"base\"\ncity = \"news\"\n";
    let text = fs::read_to_string(place.root().join("treaty.toml")).expect("a treaty");
    fs::write(place.root().join("treaty.toml"), text + said).expect("it is written");
    refused(
        place.install(&both),
        "the packs base and news both have a rule decide",
    );
    let text = fs::read_to_string(place.root().join("treaty.toml")).expect("a treaty");
    let rule =
        "[rules.decide]\ncomponent = \"pack:news\"\n[rules.decide.configuration]\nlist = 4\n";
    fs::write(place.root().join("treaty.toml"), text + rule).expect("it is written");
    place.is_untouched();
    place.install(&both).expect("the treaty says which");
    let folder = place.read().expect("it is read");
    let rule = folder.rule("decide").expect("the rule");
    let told = serde_json::json!({ "prefer": ["crm"], "list": 4 });
    assert_eq!(rule.configuration, told);
}

#[test]
fn versions_stay_and_the_treaty_goes_forth_and_back() {
    let place = Place::new();
    place.write(&[("base", "2")], "");
    let newer = Draft {
        version: "2.2.0",
        table: "field,type,owner,rule,crm,desk\ncity,city,desk,,City,town\n",
        ..BASE
    };
    place
        .install(&[place.ours(&BASE, "")])
        .expect("the old one");
    assert_eq!(
        owner_of_city(&place.read().expect("it is read")),
        "System(SystemIndex(0))"
    );
    place
        .install(&[place.ours(&newer, "")])
        .expect("the new one");
    assert_eq!(
        owner_of_city(&place.read().expect("it is read")),
        "System(SystemIndex(1))"
    );
    let there: Vec<_> = versions_in(&place.root())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(there, ["base@2.1.0", "base@2.2.0"]);
    let version = |text: &str| text.parse::<PackVersion>().expect("a version");
    let old = version("base@2.1.0");
    switch(&place.root(), &old, &known()).expect("it goes back");
    assert_eq!(
        owner_of_city(&place.read().expect("it is read")),
        "System(SystemIndex(0))"
    );
    let told = |result: Result<PathBuf, treaty_folder::Problems>| {
        result.map_err(|problems| problems.to_string())
    };
    refused(told(remove(&place.root(), &old)), "treaty.lock pins");
    refused(
        told(remove(&place.root(), &version("base@9.0.0"))),
        "these are there: base@2.1.0, base@2.2.0",
    );
    told(remove(&place.root(), &version("base@2.2.0"))).expect("it goes");
    assert_eq!(versions_in(&place.root()).len(), 1);
    for trick in ["../base@2.1.0", "base@../2.1.0", "base@2", "@2.1.0", "base"] {
        assert!(trick.parse::<PackVersion>().is_err(), "{trick}");
    }
}

#[test]
fn another_pack_of_the_same_version_is_not_written_over() {
    let place = Place::new();
    place.write(&[("base", "2")], "");
    place.install(&[place.ours(&BASE, "")]).expect("the first");
    let stored = place.root().join("packs/base-2.1.0.treaty-pack");
    let before = fs::read(&stored).expect("it is there");
    let lock = fs::read(place.root().join("treaty.lock")).expect("it is there");
    let other = Draft {
        table: "field,type,owner,rule,crm,desk\ncity,city,desk,,City,town\n",
        ..BASE
    };
    refused(
        place.install(&[place.ours(&other, "")]),
        "another pack under the same name and version",
    );
    assert_eq!(fs::read(&stored).expect("it is there"), before);
    let after = fs::read(place.root().join("treaty.lock")).expect("it is there");
    assert_eq!(after, lock);
    place.read().expect("it is as it was");
}

#[test]
fn what_lies_in_the_folder_is_not_believed() {
    let place = Place::new();
    place.write(&[("base", "2")], "");
    let (file, pack) = place.ours(&BASE, "");
    place.install(&[(file, pack)]).expect("it is installed");
    // A pack of ours under the name of another version.
    let newer = Draft {
        version: "2.2.0",
        ..BASE
    };
    let (newer, _) = place.ours(&newer, "");
    let stored = place.root().join("packs/base-2.1.0.treaty-pack");
    let before = fs::read(&stored).expect("it is there");
    fs::copy(&newer, &stored).expect("it is written");
    refused(place.read(), "is not the pack that treaty.lock pins");
    fs::write(&stored, &before).expect("it is written");
    place.read().expect("it is sound again");
    // The file of a stranger, to the letter what was pinned.
    keygen(&place.folder.path().join("other.key"), None).expect("a key is made");
    let (stranger, _) = place.signed(&BASE, "", "other.key");
    fs::copy(&stranger, &stored).expect("it is written");
    refused(place.read(), "trust");
    fs::write(&stored, &before).expect("it is written");
    // A pin of what nothing uses.
    let lock = place.root().join("treaty.lock");
    let text = fs::read_to_string(&lock).expect("it is there");
    let more = text.replace("\"base\"", "\"news\"");
    fs::write(&lock, format!("{text}{more}")).expect("it is written");
    refused(
        place.read(),
        "pins the pack news, which the treaty does not use",
    );
    fs::write(&lock, format!("{text}{text}")).expect("it is written");
    refused(place.read(), "pins no pack");
    fs::write(&lock, text).expect("it is written");
    place.edit("keys = [", "keys = [\"nonsense\", ");
    refused(place.read(), "treaty.toml:4:");
    let opened = open(&stored, &PackLimits::default());
    assert!(opened.is_ok());
}
