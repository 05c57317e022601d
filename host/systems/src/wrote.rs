//! What a write left in its record, remembered beside its intent.
//!
//! Where the answer to a write got lost, this tells what the system made of it
//! apart from what people have edited since.

use std::collections::BTreeMap;

use treaty_model::{Row, Value};

use crate::{Action, Record};

/// What an action left in a record: of a new one everything, otherwise the
/// fields that were written.
pub(crate) fn of<'a>(
    names: impl Iterator<Item = &'a str>,
    action: &Action,
    record: Option<&Record>,
) -> String {
    let written = |position: usize| match action {
        Action::Create { .. } => true,
        Action::Update { values, .. } => values.get(position).is_some_and(Option::is_some),
        Action::Archive { .. } | Action::Delete { .. } => false,
    };
    let own = record.map_or(&[][..], |record| &record.own);
    let left: BTreeMap<&str, &Value> = names
        .zip(own)
        .enumerate()
        .filter(|(position, _)| written(*position))
        .filter_map(|(_, (name, cell))| Some((name, cell.as_ref()?)))
        .collect();
    serde_json::to_string(&left).expect("values have a JSON form")
}

/// The row of what was remembered; none where it cannot be read.
pub(crate) fn row<'a>(names: impl Iterator<Item = &'a str>, wrote: &str) -> Option<Row> {
    let mut left: BTreeMap<String, Value> = serde_json::from_str(wrote).ok()?;
    Some(names.map(|name| left.remove(name)).collect())
}

#[cfg(test)]
mod tests {
    use treaty_model::Origin;

    use super::*;

    fn anna() -> Record {
        Record {
            id: "1".into(),
            own: vec![
                Some(Value::Integer(1)),
                Some(Value::text("Anna")),
                Some(Value::Null),
            ],
            changed_at: None,
            origin: Origin::default(),
            mark: None,
        }
    }

    fn remembered(action: &Action) -> Option<Row> {
        let names = || ["id", "name", "city"].into_iter();
        row(names(), &of(names(), action, Some(&anna())))
    }

    #[test]
    fn an_update_left_what_it_wrote_and_a_create_everything() {
        let update = Action::Update {
            id: "1".into(),
            values: vec![None, Some(Value::text("ANNA")), None],
            expected: vec![None; 3],
        };
        let name = vec![None, Some(Value::text("Anna")), None];
        assert_eq!(remembered(&update), Some(name));
        let create = Action::Create {
            values: vec![None; 3],
        };
        assert_eq!(remembered(&create), Some(anna().own));
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        assert_eq!(row(["id"].into_iter(), "{"), None);
    }
}
