//! A suggestion for each way in which figures can stand.

use treaty_model::{Absentees, Column, Deletes, Drift, EntitySystem, FieldRow, FieldTable};

use super::*;
use crate::advise::figures::Edits;

/// A contact in crm, shop and erp. `reads`: the systems that read each field.
pub(in crate::advise) fn contact(fields: &[(&str, Owner, &[usize])]) -> Entity {
    let part = |name: &str| EntitySystem {
        system: name.into(),
        source: name.to_owned(),
        creates_from: Vec::new(),
        deletes_count: false,
        absentees: Absentees::default(),
    };
    let column = || Column {
        own: vec!["own".to_owned()],
        transform: None,
        read_only: false,
    };
    let row = |(name, owner, reads): &(&str, Owner, &[usize])| FieldRow {
        name: (*name).to_owned(),
        semantic: "text".to_owned(),
        group: None,
        owner: *owner,
        rule: None,
        drift: Drift::default(),
        columns: (0..3).map(|at| reads.contains(&at).then(column)).collect(),
        cells: Vec::new(),
    };
    Entity {
        name: "contact".into(),
        systems: ["crm", "shop", "erp"].map(part).to_vec(),
        table: FieldTable {
            rows: fields.iter().map(row).collect(),
        },
        deletes: Deletes::default(),
    }
}

/// Figures with so many edits in each system.
pub(in crate::advise) fn figures(edits: &[(&str, u64)]) -> FieldFigures {
    let edited = |(system, edits): &(&str, u64)| {
        let of = Edits {
            edits: *edits,
            people: *edits,
            ..Edits::default()
        };
        ((*system).into(), of)
    };
    FieldFigures {
        changes: edits.iter().map(|(_, edits)| edits).sum(),
        systems: edits.iter().map(edited).collect(),
        ..FieldFigures::default()
    }
}

const CRM: Owner = Owner::System(SystemIndex(0));

fn block(owner: Owner, edits: &[(&str, u64)]) -> Block {
    let entity = contact(&[("phone", owner, &[0, 1, 2])]);
    Block::of(&entity, FieldIndex(0), figures(edits), None)
}

fn owner(system: &str, edits: u64, of: u64) -> Suggestion {
    let system = system.into();
    Suggestion::Owner { system, edits, of }
}

#[test]
fn a_shared_field() {
    let check = |edits: &[(&str, u64)], expected: Suggestion| {
        assert_eq!(suggest(&block(Owner::Shared, edits)), expected, "{edits:?}");
    };
    let too_few = |edits| Suggestion::TooFewEdits {
        edits,
        edits_min: 10,
    };
    let several = |systems: &[&str]| Suggestion::SeveralEdit {
        systems: systems.iter().map(|system| (*system).into()).collect(),
    };
    check(&[], Suggestion::NotEdited);
    check(&[("crm", 0), ("shop", 0)], Suggestion::NotEdited);
    check(&[("crm", 9)], too_few(9));
    check(&[("crm", 10)], owner("crm", 10, 10));
    check(&[("crm", 20), ("shop", 3)], owner("crm", 20, 23));
    check(&[("crm", 5), ("shop", 4)], too_few(5));
    check(&[("crm", 2), ("shop", 8)], too_few(8));
    check(&[("crm", 3), ("shop", 8)], several(&["shop", "crm"]));
    check(&[("crm", 4), ("shop", 16)], owner("shop", 16, 20));
    check(&[("crm", 4), ("shop", 15)], several(&["shop", "crm"]));
    check(
        &[("crm", 9), ("erp", 8), ("shop", 10)],
        several(&["shop", "crm", "erp"]),
    );
    // A system that the treaty no longer names cannot own anything.
    check(&[("crm", 10), ("gone", 90)], owner("crm", 10, 10));
}

#[test]
fn an_owned_field() {
    let check = |edits: &[(&str, u64)], expected: Suggestion| {
        assert_eq!(suggest(&block(CRM, edits)), expected, "{edits:?}");
    };
    let keep = |by_others, of| Suggestion::KeepOwner { by_others, of };
    check(&[], Suggestion::NotEdited);
    check(&[("crm", 1)], keep(0, 1));
    check(&[("shop", 9)], keep(9, 9));
    check(&[("crm", 40), ("shop", 10)], keep(10, 50));
    check(
        &[("crm", 39), ("shop", 10)],
        Suggestion::DoubtOwner {
            by_others: 10,
            of: 49,
        },
    );
    check(
        &[("crm", 20), ("erp", 6), ("shop", 6)],
        Suggestion::DoubtOwner {
            by_others: 12,
            of: 32,
        },
    );
    check(
        &[("crm", 2), ("shop", 10)],
        Suggestion::OtherOwner {
            system: "shop".into(),
            edits: 10,
            of: 12,
        },
    );
}

#[test]
fn a_strategy_that_decides_alone_needs_no_owner() {
    let mut block = block(Owner::Shared, &[("crm", 20)]);
    block.settled_by = Some("max".to_owned());
    let needs_none = Suggestion::NoOwnerNeeded {
        strategy: "max".to_owned(),
    };
    assert_eq!(suggest(&block), needs_none);
    // Somebody cleared it, and a person had to be asked.
    block.figures.asked = 1;
    assert_eq!(suggest(&block), owner("crm", 20, 20));
}

#[test]
fn a_group_is_judged_as_one_and_its_owner_reads_all_of_it() {
    let reads_all: &[usize] = &[0, 1, 2];
    let address = |reads: &[usize], edits: &[(&str, u64)]| {
        let fields = [
            ("street", Owner::Shared, reads_all),
            ("city", Owner::Shared, reads),
        ];
        let entity = contact(&fields);
        let mut block = Block::of(&entity, FieldIndex(0), figures(&[("crm", 6)]), None);
        block.join(&entity, FieldIndex(1), &figures(edits));
        block
    };
    let both = suggest(&address(&[0, 1], &[("crm", 6), ("shop", 2)]));
    assert_eq!(both, owner("crm", 12, 14));
    let lacking = suggest(&address(&[1, 2], &[("crm", 4)]));
    let expected = Suggestion::ReadsTooLittle {
        system: "crm".into(),
        fields: vec!["city".to_owned()],
    };
    assert_eq!(lacking, expected);
}
