//! What is known of a link before it is decided, and does not stand in its records:
//! which columns were away while a record was there, and what a person was shown.

use std::collections::BTreeMap;

use treaty_ledger::{StoredLink, StoredQuestion, Subject};
use treaty_model::{
    EntityName, Link, Presence, Revision, Settled, Standing, SystemIndex, SystemName,
};

use crate::question::FieldShown;
use crate::reading::Unread as _;
use crate::{Engine, EngineError, Part};

/// By system: since which listing an own field is read that was not read before.
pub(crate) struct ColumnsSince(Vec<BTreeMap<String, u64>>);

impl Engine {
    /// Since when columns are read that were away, or that no row mentioned.
    pub(crate) fn columns_since(&self, part: &Part) -> Result<ColumnsSince, EngineError> {
        let systems = part.entity.systems.iter();
        let columns = systems.map(|system| {
            let fact = columns_fact(&part.entity.name, &system.system);
            Ok(read(self.ledger.fact(&fact)?.as_deref()))
        });
        Ok(ColumnsSince(columns.collect::<Result<_, EngineError>>()?))
    }

    /// The fact that says it, where these own fields are read from a listing on.
    pub(crate) fn columns_from(
        &self,
        part: &Part,
        system: SystemIndex,
        own: impl Iterator<Item = String>,
        listing: u64,
    ) -> Result<(String, String), EngineError> {
        let fact = columns_fact(&part.entity.name, &part.entity.part(system).system);
        let mut columns = read(self.ledger.fact(&fact)?.as_deref());
        columns.extend(own.map(|own| (own, listing)));
        // Names and numbers always have a JSON form.
        Ok((fact, serde_json::to_string(&columns).unwrap_or_default()))
    }
}

impl ColumnsSince {
    /// Says of a deleted record that a field never came to it, where its column was
    /// away for as long as it was there: who deleted it has not seen what was agreed.
    pub(crate) fn mark_never_read(&self, part: &Part, stored: &StoredLink, link: &mut Link) {
        let records = stored.records.iter().zip(&self.0).zip(&mut link.sides);
        for (place, ((record, columns), side)) in records.enumerate() {
            let (Some(record), Some(side)) = (record, side) else {
                continue;
            };
            if !matches!(record.presence, Presence::Deleted | Presence::Missing) {
                continue;
            }
            for (field, row) in part.entity.table.fields() {
                let own = row.columns[place].iter().flat_map(|column| &column.own);
                let mut since = own.filter_map(|own| columns.get(own));
                let unknown = side.observed[field.0].is_none() && side.settled[field.0].is_none();
                if unknown
                    && record.unread(field).is_none()
                    && since.any(|since| record.listing < *since)
                {
                    side.settled[field.0] = Some(NEVER);
                }
            }
        }
    }
}

/// Says of fields that were never agreed on, and that a person was asked about, which
/// were edited since: that is an edit, and nothing that was there at the first meeting,
/// also where the question is over because somebody deleted a record.
pub(crate) fn mark_edited_since_asked(part: &Part, questions: &[StoredQuestion], link: &mut Link) {
    for question in questions {
        let Subject::Field(_, name) = &question.subject else {
            continue;
        };
        let shown = serde_json::from_value::<FieldShown>(question.content.clone());
        let (Ok(field), Ok(shown)) = (part.entity.table.field(name), shown) else {
            continue;
        };
        let sides = shown.candidates.iter();
        for side_shown in sides.filter(|side| side.standing != Standing::Agreed) {
            let system = side_shown.system.map(|at| at as usize);
            let system =
                system.and_then(|at| part.entity.system(shown.systems.get(at)?.as_str()).ok());
            let Some(side) = system.and_then(|system| link.sides[system.0].as_mut()) else {
                continue;
            };
            let says = side.observed[field.0].as_ref();
            let edited = says.is_some_and(|says| {
                *says != side_shown.value || side_shown.standing == Standing::Edited
            });
            if edited && side.settled[field.0].is_none() {
                side.settled[field.0] = Some(NEVER);
            }
        }
    }
}

/// Nothing that was agreed ever came there.
const NEVER: Settled = Settled {
    value: None,
    revision: Revision(0),
};

fn columns_fact(entity: &EntityName, system: &SystemName) -> String {
    format!("columns of {entity} in {system} since listings")
}

fn read(fact: Option<&str>) -> BTreeMap<String, u64> {
    fact.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}
