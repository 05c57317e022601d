//! Links that some system lacks: what is to be made there is looked for first. And
//! links with one record, which may be one thing with others.

use treaty_ledger::{RecordHead, StoredLink, StoredRecord};
use treaty_model::LinkId;

use crate::{Engine, EngineError, Part};

/// How many links are looked at in one batch.
const BATCH_LINKS: usize = 500;

impl Engine {
    /// Records of links that are to be decided and that some system lacks which
    /// takes what is new: they are looked for before anything is made, because
    /// others may have been made since they were linked. A record that is alone in
    /// its link is looked for wherever it could be: it has changed or come back.
    pub(crate) fn lacking_heads(&self, part: &Part) -> Result<Vec<RecordHead>, EngineError> {
        let mut heads = Vec::new();
        let mut after = LinkId(0);
        loop {
            let links = self.attention_after(part, after, BATCH_LINKS)?;
            let Some(last) = links.last() else {
                return Ok(heads);
            };
            after = last.id;
            for link in links.iter().filter(|link| lacks(part, link)) {
                let there = link.records.iter().flatten();
                let there = there.filter(|record| record.presence.takes_part());
                heads.extend(there.map(|record| RecordHead {
                    number: record.number,
                    system: record.key.system.clone(),
                    link: Some(link.id),
                    waiting: false,
                }));
            }
        }
    }
}

/// Whether a system that takes what is new has no record of a link, or only one
/// system has one.
fn lacks(part: &Part, link: &StoredLink) -> bool {
    let takes_part = |record: &StoredRecord| record.presence.takes_part();
    let records = link.records.iter().zip(&part.entity.systems);
    let lacked = records.into_iter().any(|(record, system)| {
        !system.creates_from.is_empty() && !record.as_ref().is_some_and(takes_part)
    });
    let there = link.records.iter().flatten();
    lacked || there.filter(|record| takes_part(record)).count() == 1
}
