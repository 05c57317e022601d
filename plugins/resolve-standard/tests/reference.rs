//! What the reference tells users is what the standard resolver understands.

use resolve_standard::Strategy;

#[test]
fn every_strategy_of_the_reference_can_be_read() {
    let reference = include_str!("../../reference.md");
    let section = reference
        .split("## ")
        .find(|section| section.starts_with("Strategies"))
        .expect("a section on strategies");
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let strategies: Vec<&str> = rows
        .filter_map(|row| row.split(" | ").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert_eq!(strategies.len(), 9, "{strategies:?}");
    for strategy in &strategies {
        Strategy::read_all(strategy).unwrap_or_else(|problem| panic!("{strategy}: {problem}"));
    }
}
