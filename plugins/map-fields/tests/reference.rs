//! What the reference tells users is what the table mapper understands.

use map_fields::language::Transform;

#[test]
fn every_step_of_the_reference_can_be_read() {
    let reference = include_str!("../../reference.md");
    let section = reference
        .split("## ")
        .find(|section| section.starts_with("Transforms"))
        .expect("a section on transforms");
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let steps: Vec<&str> = rows
        .filter_map(|row| row.split(" | ").next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert!(steps.len() > 20, "{steps:?}");
    for step in &steps {
        Transform::read(step).unwrap_or_else(|problems| panic!("{step}: {problems:?}"));
    }
    // And nothing that can be read is missing: the message about an unknown
    // step lists them all.
    let unknown = Transform::read("shout").expect_err("no such step");
    let known = unknown[0].split("known: ").last().unwrap_or_default();
    for name in known.split(", ").filter_map(|step| step.split('(').next()) {
        let told = steps
            .iter()
            .any(|step| step.split('(').next() == Some(name));
        assert!(
            told || !name.starts_with(char::is_alphabetic),
            "{name} is not in the reference"
        );
    }
}
