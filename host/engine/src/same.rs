//! What a person is asked of two records that may be the same.

use treaty_ledger::StoredRecord;
use treaty_sandbox::Detail;

use crate::assign::Judged;
use crate::matching::Desk;
use crate::part::Bound;
use crate::question::{SameShown, same_question};
use crate::{Engine, EngineError, Part};

impl Engine {
    /// A question about two records, with the evidence in words.
    pub(crate) fn ask_same(
        &self,
        part: &Part,
        pair: &Judged,
        duplicate: bool,
    ) -> Result<Option<treaty_ledger::StoredQuestion>, EngineError> {
        let records = self.ledger.records_by_number(&[pair.first, pair.second])?;
        let [first, second] = records.as_slice() else {
            return Ok(None);
        };
        let evidence = match &part.matching {
            Some((_, matcher)) => self.evidence(part, matcher, first, second)?,
            None => Vec::new(),
        };
        let shown = SameShown {
            records: vec![part.shown(first), part.shown(second)],
            probability: pair.probability,
            evidence,
            duplicate,
        };
        Ok(Some(same_question(part, pair, &shown, self.clock.now())))
    }

    fn evidence(
        &self,
        part: &Part,
        matcher: &Bound,
        first: &StoredRecord,
        second: &StoredRecord,
    ) -> Result<Vec<String>, EngineError> {
        let mut desk = Desk::new(self, part, matcher, self.population(part)?);
        let compared = desk.run(&[(first.number, second.number)], Detail::Evidence)?;
        let evidence = compared
            .into_iter()
            .flatten()
            .flat_map(|compared| compared.evidence);
        Ok(evidence
            .map(|item| format!("{}: {} ({:+.1})", item.about, item.finding, item.weight))
            .collect())
    }
}
