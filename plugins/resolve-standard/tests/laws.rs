//! What holds for every strategy: the order of the sides does not matter,
//! deciding the decided changes nothing, and who has nothing does not win a
//! first meeting.

use proptest::prelude::*;
use resolve_standard::ResolveStandard;
use treaty_sdk::{Conflict, ConflictCase, Standing, Value};

const SECOND: i64 = 1_000_000;

/// A conflict as it may come: two to four systems, few values, so that equal
/// ones and ties happen.
fn conflicts() -> impl Strategy<Value = ConflictCase> {
    let value = prop_oneof![
        Just(Value::Null),
        Just(Value::from("")),
        "[ab]{1,2}".prop_map(Value::Text),
    ];
    let side = (value, 0_u8..3, proptest::option::of(0_i64..6), 0_u8..3);
    let rule = prop_oneof![
        Just("latest"),
        Just("person then latest"),
        Just("prefer(c, a)"),
        Just("first-non-empty"),
        Just("first-non-empty(b) then longest"),
        Just("longest then person"),
        Just("max then min"),
        Just("escalate"),
    ];
    (proptest::collection::vec(side, 2..5), rule, any::<bool>()).prop_map(|(sides, rule, met)| {
        let mut case = Conflict::on("x").cell("rule", rule);
        if met {
            case = case.base("base");
        }
        for (system, (value, actor, at, standing)) in ["a", "b", "c", "d"].iter().zip(sides) {
            case = case.side(system, value);
            case = match actor {
                0 => case,
                1 => case.by_person(system),
                _ => case.by_automation(system),
            };
            if let Some(at) = at {
                case = case.at(at * SECOND);
            }
            if standing == 0 {
                case = case.standing(Standing::FirstSeen);
            }
        }
        case
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(0x7EA7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_order_of_the_sides_does_not_matter(case in conflicts(), seed in any::<u64>()) {
        let mut order: Vec<usize> = (0..case.sides()).collect();
        let mut seed = seed;
        for place in (1..order.len()).rev() {
            order.swap(place, (seed % (place as u64 + 1)) as usize);
            seed /= place as u64 + 1;
        }
        let one = case.decide::<ResolveStandard>();
        let other = case.clone().reorder(&order).decide::<ResolveStandard>();
        prop_assert_eq!(one.winner(), other.winner());
        prop_assert_eq!(one.value(), other.value());
        prop_assert_eq!(one.reason(), other.reason());
    }

    #[test]
    fn the_decided_is_not_decided_otherwise(case in conflicts()) {
        let decided = case.decide::<ResolveStandard>();
        if let Some(value) = decided.value() {
            let again = Conflict::on("x").base(value.clone());
            let again = again.side("a", value.clone()).side("b", value.clone());
            let again = again.decide::<ResolveStandard>();
            prop_assert_eq!(again.value(), Some(value));
        }
    }

    #[test]
    fn nobody_who_has_nothing_wins_a_first_meeting(values in proptest::collection::vec("[ab]?", 2..5)) {
        let mut case = Conflict::on("x").cell("rule", "prefer(a, b) then longest");
        for (system, value) in ["a", "b", "c", "d"].iter().zip(&values) {
            case = match value.is_empty() {
                true => case.side(system, Value::Null),
                false => case.side(system, value.as_str()),
            };
        }
        let decided = case.decide::<ResolveStandard>();
        if decided.value() == Some(&Value::Null) {
            prop_assert!(values.iter().all(String::is_empty));
        }
    }
}
