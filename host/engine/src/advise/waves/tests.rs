//! Which wave a move is in, and what it says.

use treaty_model::{FieldIndex, Owner, SystemIndex};

use super::*;
use crate::advise::suggest::tests::{contact, figures};

/// A field with so many edits in crm and in shop, of which some collided.
fn field(name: &str, owner: Owner, crm: u64, shop: u64, collisions: u64) -> Block {
    let entity = contact(&[(name, owner, &[0, 1, 2])]);
    let edits: Vec<_> = [("crm", crm), ("shop", shop)]
        .into_iter()
        .filter(|(_, edits)| *edits > 0)
        .collect();
    let mut figures = figures(&edits);
    figures.collisions = collisions;
    Block::of(&entity, FieldIndex(0), figures, None)
}

fn shared(name: &str, crm: u64, shop: u64, collisions: u64) -> Block {
    field(name, Owner::Shared, crm, shop, collisions)
}

/// The waves as `number: fields (before to after)`.
fn told(shared: u64, blocks: &[Block]) -> Vec<String> {
    let waves = waves(shared, blocks);
    let line = |wave: &Wave| {
        let fields: Vec<_> = wave
            .moves
            .iter()
            .map(|step| step.fields.join("+"))
            .collect();
        format!(
            "{}: {} ({} to {})",
            wave.number,
            fields.join(" "),
            wave.shared_before,
            wave.shared_after
        )
    };
    waves.iter().map(line).collect()
}

#[test]
fn the_easy_ones_move_first() {
    let mut reference = shared("company", 10, 0, 0);
    reference.refers = true;
    let mut address = shared("street", 10, 0, 0);
    address.group = Some("address".to_owned());
    address.fields.push((FieldIndex(1), "city".to_owned()));
    let crm = Owner::System(SystemIndex(0));
    let blocks = [
        shared("worst", 80, 20, 20),
        shared("bad", 80, 20, 6),
        shared("seldom", 80, 20, 5),
        shared("not-contested", 18, 2, 0),
        field("title", crm, 1, 19, 0),
        reference,
        address,
        shared("email", 10, 0, 0),
        shared("both", 10, 10, 0),
        shared("nobody", 0, 0, 0),
        field("city", crm, 20, 0, 0),
    ];
    let expected = [
        "1: email (12 to 11)",
        "2: company street+city (11 to 8)",
        "3: not-contested seldom (8 to 6)",
        "4: bad worst (6 to 4)",
        "5: title (4 to 4)",
    ];
    assert_eq!(told(12, &blocks), expected);
}

#[test]
fn a_wave_keeps_its_number_once_earlier_ones_are_made() {
    assert_eq!(told(3, &[shared("phone", 20, 3, 3)]), ["4: phone (3 to 2)"]);
    assert_eq!(told(3, &[]), [""; 0]);
}

#[test]
fn edits_that_came_out_alike_are_contested_by_nobody_and_still_two_systems() {
    let mut block = shared("phone", 20, 0, 0);
    block.figures.alike = 1;
    assert_eq!(step_of(&block), Step::SeldomCollides);
}

#[test]
fn a_move_says_what_would_have_been_lost() {
    let mut block = shared("phone", 20, 3, 3);
    block.figures.asked = 2;
    let edits = block
        .figures
        .systems
        .get_mut(&"shop".into())
        .expect("it edits");
    edits.given_up = 1;
    let step = movement(&block).expect("it moves");
    assert_eq!((step.from, step.to), (None, "crm".into()));
    assert_eq!(step.not_asked, 2);
    let [lost] = &step.lost[..] else {
        panic!("one system loses: {:?}", step.lost);
    };
    assert_eq!(lost.system, "shop".into());
    assert_eq!((lost.edits.edits, lost.edits.given_up), (3, 1));
    let owned = field("title", Owner::System(SystemIndex(0)), 0, 12, 0);
    let step = movement(&owned).expect("it moves");
    assert_eq!(step.from, Some("crm".into()));
    assert_eq!(step.lost, []);
}
