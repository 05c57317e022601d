//! What became of writes whose answer got lost.

use treaty_model::{IntentId, RemoteId, Timestamp};

use crate::postgres::install;
use crate::postgres::rows::{Standing, by_ids};
use crate::postgres::schema::Table;
use crate::postgres::session::Session;
use crate::postgres::write::decide::target;
use crate::postgres::write::intents::{Landed, RECORD_OF, remember};
use crate::{Action, Found, Sought, SystemError, wrote};

/// What became of writes whose answer got lost.
pub(in crate::postgres) async fn find(
    session: &Session,
    table: &Table,
    sought: &[Sought],
) -> Result<Vec<Found>, SystemError> {
    let has_memory = install::has_tables(session).await?;
    let mut found = Vec::with_capacity(sought.len());
    for sought in sought {
        let landed = if has_memory {
            // A transaction whose end was not answered may still be ending; its
            // row in the table of intents would make an insert wait for it.
            wait_for(session, &sought.intent).await?;
            let rows = session
                .rows(RECORD_OF, &[sought.intent.as_str().into()])
                .await?;
            rows.into_iter().next()
        } else {
            None
        };
        let landed = landed.map(|columns| {
            let [id, wrote] = <[_; 2]>::try_from(columns).unwrap_or_default();
            (RemoteId(id.unwrap_or_default()), wrote.unwrap_or_default())
        });
        let landed_on = landed.as_ref().map(|(id, _)| id);
        let id = landed_on.or_else(|| target(&sought.action));
        let standing = match id {
            Some(id) => by_ids(session, table, std::slice::from_ref(id))
                .await?
                .remove(id),
            None => None,
        };
        let is_gone = match &sought.action {
            Action::Create { .. } | Action::Update { .. } => false,
            Action::Archive { .. } => standing.as_ref().is_none_or(|standing| standing.archived),
            Action::Delete { .. } => standing.is_none(),
        };
        let record = standing.and_then(Standing::visible);
        found.push(match landed {
            Some((_, wrote)) => Found::Landed {
                now: record,
                left: wrote::row(table.names(), &wrote),
            },
            None if is_gone => Found::GONE,
            None => Found::NotLanded(record),
        });
    }
    Ok(found)
}

/// Waits until nobody is carrying out an intent: an insert of the same intent
/// waits for the transaction that holds it, and is undone at once.
async fn wait_for(session: &Session, intent: &IntentId) -> Result<(), SystemError> {
    session.run("BEGIN").await?;
    let landed = Landed {
        intent: intent.clone(),
        id: RemoteId(String::new()),
        wrote: String::new(),
    };
    let insert = remember("", vec![landed], Timestamp::from_micros(0));
    session.rows(&insert.sql, &insert.parameters).await?;
    session.run("ROLLBACK").await
}
