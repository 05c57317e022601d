//! The shipped rules are whole: each a component that describes itself and
//! imports nothing but the log.

use wit_component::DecodedWasm;

/// The names of what a component imports and exports.
fn interfaces(component: &[u8]) -> (Vec<String>, Vec<String>) {
    let decoded = wit_component::decode(component).expect("a shipped rule is a component");
    let DecodedWasm::Component(resolve, world) = decoded else {
        panic!("a shipped rule is no package of types");
    };
    let names = |items: &mut dyn Iterator<Item = String>| items.collect();
    let world = &resolve.worlds[world];
    (
        names(&mut world.imports.keys().map(|key| resolve.name_world_key(key))),
        names(&mut world.exports.keys().map(|key| resolve.name_world_key(key))),
    )
}

#[test]
fn the_rules_are_there() {
    let names: Vec<_> = treaty_shipped::all().iter().map(|rule| rule.name).collect();
    assert_eq!(
        names,
        [
            "map-fields",
            "match-companies",
            "match-keys",
            "match-people",
            "match-things",
            "resolve-standard"
        ]
    );
    assert!(treaty_shipped::by_name("map-feelds").is_none());
}

#[test]
fn every_rule_exports_what_its_name_says_and_imports_only_the_log() {
    for rule in treaty_shipped::all() {
        let (imports, mut exports) = interfaces(rule.component);
        exports.sort_unstable();
        for import in imports {
            let allowed = ["treaty:rules/log@0.1.0", "treaty:rules/types@0.1.0"];
            assert!(
                allowed.contains(&import.as_str()),
                "{} imports {import}",
                rule.name
            );
        }
        let interface = match rule.name.split_once('-') {
            Some(("map", _)) => "treaty:rules/mapper@0.1.0",
            Some(("match", _)) => "treaty:rules/matcher@0.1.0",
            _ => "treaty:rules/resolver@0.1.0",
        };
        assert_eq!(
            exports,
            ["treaty:rules/description@0.1.0", interface],
            "{}",
            rule.name
        );
    }
}
