//! The server's clock, its connections, and how much of its log our slots keep.

use treaty_model::Timestamp;

use crate::SystemError;
use crate::postgres::Context;
use crate::postgres::session::Session;
use crate::vitals::{Quota, Vitals};

/// What Treaty needs beside everybody else's connections.
const CONNECTIONS_LEFT_MIN: u64 = 3;

/// What a role may not see of others' sessions is their text, not that they are
/// there. Connections that are kept for superusers are not there for us.
const SERVER: &str = "
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint::text,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::text,
       (current_setting('max_connections')::int
        - current_setting('superuser_reserved_connections')::int)::text";

/// By slot: how much of the server's log it keeps, and how much it may, in MiB; a
/// standby writes no log that it could keep.
const SLOTS: &str = "
SELECT slot_name::text,
       (pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) / 1048576)::bigint::text,
       (SELECT setting FROM pg_settings WHERE name = 'max_slot_wal_keep_size')
FROM pg_replication_slots
WHERE NOT pg_is_in_recovery() AND database = current_database() AND plugin = 'pgoutput'
  AND restart_lsn IS NOT NULL AND starts_with(slot_name::text, $1)
ORDER BY 1";

/// Asks the server.
pub(super) async fn vitals(session: &Session, context: &Context) -> Result<Vitals, SystemError> {
    let rows = session.rows(SERVER, &[]).await?;
    let told = rows.into_iter().next().unwrap_or_default();
    let number = |at: usize| -> Option<u64> { told.get(at)?.as_deref()?.parse().ok() };
    let clock = number(0).and_then(|micros| i64::try_from(micros).ok());
    let mut quotas = Vec::new();
    if let (Some(used), limit @ Some(_)) = (number(1), number(2)) {
        quotas.push(Quota {
            what: "connections".to_owned(),
            used,
            limit,
            left_min: CONNECTIONS_LEFT_MIN,
            resets_at: None,
        });
    }
    let prefix = format!("{}_", context.slots);
    let slots = session.rows(SLOTS, &[Some(prefix).into()]).await?;
    quotas.extend(slots.into_iter().filter_map(|row| slot(&row)));
    Ok(Vitals {
        clock: clock.map(Timestamp::from_micros),
        quotas,
    })
}

fn slot(row: &[Option<String>]) -> Option<Quota> {
    let [Some(name), Some(kept), most] = row else {
        return None;
    };
    // Without a limit (-1) a slot that nobody reads fills the disk.
    let limit = most.as_deref().and_then(|most| most.parse().ok());
    Some(Quota {
        what: format!("MiB of the server's log kept by the slot {name}"),
        used: kept.parse().ok()?,
        limit,
        left_min: limit.unwrap_or(0) / 10,
        resets_at: None,
    })
}
