//! Rules that cannot be used: a treaty that names one changes nothing.

use treaty_hostile::guests;

use crate::sqlite::Pair;

#[test]
fn a_rule_that_is_no_component_changes_nothing() {
    let pair = Pair::with_people(2);
    pair.left("UPDATE person SET city = 'Kiel'");
    pair.bench.write("rules/decide.wasm", "no component");
    let table = pair
        .bench
        .read("person.csv")
        .replace("prefer(left),city", "decide,city");
    pair.bench.write("person.csv", table);
    let treaty = pair.bench.read("treaty.toml");
    let rule = "[rules.decide]\ncomponent = \"rules/decide.wasm\"\n";
    pair.bench.write("treaty.toml", format!("{treaty}{rule}"));
    pair.bench.treaty(&["check"]).expect(4).says("rule decide");
    pair.bench.treaty(&["sync"]).expect(4).says("rule decide");
    assert_eq!(pair.right_rows("SELECT DISTINCT ort FROM human"), ["Bonn"]);
}

#[test]
fn a_configuration_that_does_not_fit_its_schema_changes_nothing() {
    let pair = Pair::with_people(2);
    let bench = &pair.bench;
    bench.write("rules/decide.wasm", guests::GIVES_A_SCHEMA);
    let table = bench.read("person.csv");
    let table = table.replace("prefer(left),city", "decide,city");
    bench.write("person.csv", table);
    let treaty = bench.read("treaty.toml");
    let with = |share: &str| {
        let rule = "[rules.decide]\ncomponent = \"rules/decide.wasm\"\n";
        let rule = format!("{rule}[rules.decide.configuration]\nshare = {share}\n");
        bench.write("treaty.toml", format!("{treaty}{rule}"));
    };
    with("0.5");
    bench.treaty(&["sync"]).expect(0);
    pair.left("UPDATE person SET city = 'Kiel'");
    with("50");
    let why = "rule decide, configuration.share: 50 is greater than the maximum of 1";
    bench.treaty(&["check"]).expect(4).says(why);
    bench.treaty(&["sync"]).expect(4).says(why);
    assert_eq!(pair.right_rows("SELECT DISTINCT ort FROM human"), ["Bonn"]);
    let wrong = bench.read("treaty.toml") + "[rules.map-fields.configuration]\nfilters = 1\n";
    bench.write("treaty.toml", wrong);
    let check = bench.treaty(&["check"]).expect(4);
    check.says("rule map-fields: the configuration does not fit: unknown field `filters`");
    with("1");
    bench.treaty(&["sync"]).expect(0);
    assert_eq!(pair.right_rows("SELECT DISTINCT ort FROM human"), ["Kiel"]);
}
