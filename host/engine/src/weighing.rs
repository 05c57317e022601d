//! What the guards weigh besides the plan.

use std::collections::BTreeMap;

use treaty_model::{LinkId, Row, Timestamp};
use treaty_planner::{Counts, Recent};

use crate::draft::Draft;
use crate::{Engine, EngineError, Part};

/// How far back the write cap looks.
const MINUTE_MICROS: i64 = 60_000_000;

impl Engine {
    /// What was written to the records of drafts within the window of the guards
    /// of single records. New links have no past.
    pub(crate) fn look_back(
        &self,
        part: &Part,
        drafts: &[Draft],
        counts: &mut Counts,
    ) -> Result<(), EngineError> {
        let writes = |draft: &&Draft| !draft.plan.operations.is_empty() && !draft.new;
        let drafts: Vec<_> = drafts.iter().filter(writes).collect();
        let links: Vec<LinkId> = drafts.iter().map(|draft| draft.plan.link).collect();
        let window = i64::try_from(self.guards.window_minutes).unwrap_or(i64::MAX);
        let since = self.clock.now().as_micros();
        let since = since.saturating_sub(window.saturating_mul(MINUTE_MICROS));
        let since = Timestamp::from_micros(since);
        let written = self.ledger.written_since(&links, since)?;
        for (draft, written) in drafts.into_iter().zip(written) {
            for (operation, send) in draft.plan.operations.iter().zip(&draft.sends) {
                let name = &part.entity.part(operation.system()).system;
                let names = &part.system(operation.system()).selected_names;
                let rows = written.iter().filter(|(system, _)| system == name);
                let rows: Vec<&Row> = rows.map(|(_, row)| row).collect();
                if !rows.is_empty() {
                    let recent = recent(&rows, &send.own, names);
                    counts
                        .recent
                        .insert((draft.plan.link, name.clone()), recent);
                }
            }
        }
        Ok(())
    }

    /// How much there is, and how much was written lately.
    pub(crate) fn count_for_guards(&self, counts: &mut Counts) -> Result<(), EngineError> {
        let minute_ago = self.clock.now().as_micros() - MINUTE_MICROS;
        counts.records = self.ledger.totals()?.linked;
        counts.writes_last_minute = self
            .ledger
            .writes_since(Timestamp::from_micros(minute_ago))?;
        Ok(())
    }
}

/// How a row that is to be written compares with those written lately.
fn recent(rows: &[&Row], own: &Row, names: &[String]) -> Recent {
    let mut times: BTreeMap<usize, u64> = BTreeMap::new();
    for row in rows {
        for (place, (cell, before)) in own.iter().zip(*row).enumerate() {
            if cell.is_some() && cell == before {
                *times.entry(place).or_default() += 1;
            }
        }
    }
    let most = times.into_iter().max_by_key(|(_, times)| *times);
    Recent {
        writes: rows.len() as u64,
        flip: most.and_then(|(place, times)| Some((names.get(place)?.clone(), times))),
    }
}

#[cfg(test)]
mod tests {
    use treaty_model::Value;

    use super::*;

    #[test]
    fn the_value_that_was_written_most_often_counts() {
        let row = |name: &str, phone: &str| -> Row {
            let cell = |text: &str| (!text.is_empty()).then(|| Value::text(text));
            vec![cell(name), cell(phone)]
        };
        let names = ["Name".to_owned(), "Phone".to_owned()];
        let check = |own: Row, expected: Option<(&str, u64)>| {
            let rows = [
                row("Anna", "1"),
                row("", "2"),
                row("", "1"),
                row("Anne", "1"),
            ];
            let rows: Vec<_> = rows.iter().collect();
            let recent = recent(&rows, &own, &names);
            let flip = expected.map(|(name, times)| (name.to_owned(), times));
            assert_eq!(recent, Recent { writes: 4, flip });
        };
        check(row("Anna", "1"), Some(("Phone", 3)));
        check(row("Anna", ""), Some(("Name", 1)));
        check(row("", "3"), None);
    }
}
