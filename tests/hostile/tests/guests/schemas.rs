//! Rules that say which configurations they take.

use treaty_hostile::guests;
use treaty_hostile::world::setup;
use treaty_model::Setup;
use treaty_sandbox::Profile;

use crate::world::load;

/// Its own check finds nothing; what does not fit is found for it.
#[test]
pub fn gives_a_schema() {
    let rule = load(guests::GIVES_A_SCHEMA, Profile::Contract);
    let check = |configuration: &str, expected: &[(&str, &str)]| {
        let setup = Setup {
            configuration: configuration.to_owned(),
            ..setup()
        };
        let found = rule.check(&setup).expect("an answer");
        let found: Vec<_> = found
            .iter()
            .map(|problem| (problem.place.as_deref(), problem.message.as_str()))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(place, message)| (Some(*place), *message))
            .collect();
        assert_eq!(found, expected, "{configuration}");
    };
    check("{}", &[]);
    check(r#"{"share":0.5,"order":["hubspot"]}"#, &[]);
    check(
        r#"{"share":2,"order":["hubspt"]}"#,
        &[
            (
                "configuration.order.0",
                "\"hubspt\" is not one of \"hubspot\" or \"salesforce\"",
            ),
            ("configuration.share", "2 is greater than the maximum of 1"),
        ],
    );
    check(
        r#"{"shares":1}"#,
        &[(
            "configuration",
            "Additional properties are not allowed ('shares' was unexpected)",
        )],
    );
}

#[test]
pub fn gives_an_endless_schema() {
    let rule = load(guests::GIVES_AN_ENDLESS_SCHEMA, Profile::Contract);
    let found = rule.check(&setup()).expect("an answer");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].message.contains("more than 10000 parts"),
        "{found:?}"
    );
}
