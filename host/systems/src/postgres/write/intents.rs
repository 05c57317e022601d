//! Which intents were carried out: they are remembered in the transaction that
//! carries them out, with what that left.

use treaty_model::{IntentId, RemoteId, Timestamp};

use crate::postgres::session::Parameter;
use crate::postgres::session::pipeline::Statement;

/// How long an intent is remembered, in microseconds: 90 days. It is asked about
/// in the pass after its own.
const REMEMBERED_MICROS: i64 = 90 * 24 * 3_600 * 1_000_000;

/// The record on which an intent was carried out, and what that left.
pub(super) const RECORD_OF: &str = "SELECT record, wrote FROM treaty.intents WHERE intent = $1";

/// The same of many, with the intents.
const RECORDS_OF: &str = "SELECT intent, record FROM treaty.intents WHERE intent = ANY ($1)";

/// An intent that was carried out.
pub(super) struct Landed {
    /// It.
    pub(super) intent: IntentId,
    /// The record.
    pub(super) id: RemoteId,
    /// What it left there.
    pub(super) wrote: String,
}

/// Asks which of these were carried out.
pub(super) fn recall<'a>(intents: impl Iterator<Item = &'a IntentId>) -> Statement {
    let intents = intents.map(|intent| intent.0.clone()).collect();
    Statement {
        sql: RECORDS_OF.to_owned(),
        parameters: vec![Parameter::Texts(intents)],
    }
}

/// Remembers what was carried out. It answers with a row for each; one that is
/// missing is being carried out by another Treaty, or was.
pub(super) fn remember(source: &str, landed: Vec<Landed>, now: Timestamp) -> Statement {
    let (mut intents, mut ids, mut wrote) = (Vec::new(), Vec::new(), Vec::new());
    for landed in landed {
        intents.push(landed.intent.0);
        ids.push(landed.id.0);
        wrote.push(landed.wrote);
    }
    Statement {
        sql: "INSERT INTO treaty.intents (intent, source, record, wrote, at)
              SELECT intent, $4, record, wrote, $5::timestamptz
              FROM unnest($1, $2, $3) AS landed (intent, record, wrote)
              ON CONFLICT (intent) DO NOTHING RETURNING intent"
            .to_owned(),
        parameters: vec![
            Parameter::Texts(intents),
            Parameter::Texts(ids),
            Parameter::Texts(wrote),
            source.into(),
            now.to_string().into(),
        ],
    }
}

/// Forgets what nobody asks about any more.
pub(super) fn forget_old(now: Timestamp) -> Statement {
    let oldest = Timestamp::from_micros(now.as_micros().saturating_sub(REMEMBERED_MICROS));
    Statement {
        sql: "DELETE FROM treaty.intents WHERE at < $1::timestamptz".to_owned(),
        parameters: vec![oldest.to_string().into()],
    }
}
