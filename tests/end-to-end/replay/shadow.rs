//! Beside the rule that decides.

use treaty_hostile::guests;

use super::{TREATY, decided};

#[test]
fn a_shadow_is_asked_the_same_and_decides_nothing() {
    let bench = decided();
    let shadow = "[rules.decider.shadow.configuration]\nside = \"last\"\n";
    bench.write("treaty.toml", format!("{TREATY}{shadow}"));
    bench
        .treaty(&["rules", "shadow"])
        .expect(0)
        .says("batches of decider that it was not asked as it is now: 1")
        .says("it was asked nothing yet");
    for at in [2, 7] {
        bench.edit(
            "crm/contacts.csv",
            &format!("{at},crm-name-{at},"),
            &format!("{at},left,"),
        );
        let shop = bench.read("shop/people.csv");
        let line = shop
            .lines()
            .find(|line| line.starts_with(&format!("{at},")));
        let line = line.expect("it is there").to_owned();
        let cells: Vec<_> = line.split(',').collect();
        bench.edit(
            "shop/people.csv",
            &line,
            &format!("{at},right,{},{}", cells[2], cells[3]),
        );
    }
    bench.sync();
    assert_eq!(bench.read("shop/people.csv").matches(",left,").count(), 2);
    let said = bench.treaty(&["rules", "shadow"]).expect(0);
    said.says("2 decisions: 0 same, 2 different")
        .says("    was  \"left\"  (the first)\n    is   \"right\"  (the last)")
        .says("  [rules.decider]\n  component = \"decider.wasm\"\n  [rules.decider.configuration]");
    let json = bench
        .treaty(&["rules", "shadow", "--format", "json"])
        .json();
    assert_eq!(json["shadows"][0]["shadowed"]["decisions"]["different"], 2);
    bench.treaty(&["check"]);
    // One that breaks on everything is in nobody's way.
    bench.write("traps.wasm", guests::TRAPS_ALWAYS);
    let traps = "[rules.decider.shadow]\ncomponent = \"traps.wasm\"\n";
    bench.write("treaty.toml", format!("{TREATY}{traps}"));
    bench.edit("crm/contacts.csv", "2,left,", "2,again,");
    bench.edit("shop/people.csv", "2,left,", "2,anew,");
    bench.sync();
    assert_eq!(bench.read("shop/people.csv").matches(",again,").count(), 1);
    bench
        .treaty(&["rules", "shadow"])
        .expect(0)
        .says("1 decision: 0 same, 0 different, 1 failed")
        .says("no answer  (trap");
    // Nor is one that is no component.
    bench.write("traps.wasm", "no component");
    bench.edit("crm/contacts.csv", "2,again,", "2,once,");
    bench.edit("shop/people.csv", "2,again,", "2,more,");
    bench.sync();
    assert_eq!(bench.read("shop/people.csv").matches(",once,").count(), 1);
    bench
        .treaty(&["check"])
        .says("the shadow of rule decider is not asked");
}

#[test]
fn without_a_shadow_there_is_nothing_to_compare() {
    let bench = decided();
    bench
        .treaty(&["rules", "shadow"])
        .expect(1)
        .says("no rule of the treaty has a shadow");
}
