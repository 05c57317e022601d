//! The slot and the publication of a table: whether they are there, making
//! them, and what an administrator can run where Treaty may not.
//!
//! Both have the same name: what the option `slots` says, the table, and a digest
//! of system, database and table, because slots belong to the whole server.

use tokio_postgres::Error;
use treaty_model::Digest;

use crate::SystemError;
use crate::postgres::Context;
use crate::postgres::decoding::lsn::Lsn;
use crate::postgres::error::{failed, patience, said};
use crate::postgres::schema::Table;
use crate::postgres::session::Session;

/// How much of a table's name is in the name of its slot. PostgreSQL takes 63
/// characters in all.
const TABLE_CHARS_MAX: usize = 24;

/// The oldest server whose `pgoutput` shows messages of programs.
const VERSION_MIN: u32 = 140_000;

/// What a table's changes are decoded by, as it stands on the server.
pub(super) struct Decoder {
    /// The name of slot and publication.
    pub(super) name: String,
    /// Which server and which publication: another one after a gap. Empty where
    /// there is no publication of all changes of the table.
    pub(super) identity: String,
    /// Up to where the slot has given up its changes; none where there is no
    /// slot, or none that can be read any more.
    pub(super) confirmed: Option<Lsn>,
    /// Whether there is a slot, readable or not.
    is_there: bool,
    /// Up to where the server's log is safe on its disk, and can be decoded.
    pub(super) flushed: Lsn,
}

/// A row filter would hide changes (since 15, so the column is asked for by way
/// of JSON). `xmin` tells a publication that was altered from one that was not.
const DECODER: &str = "
SELECT (pg_control_system()).system_identifier::text,
       concat_ws(':', p.oid, p.xmin, r.oid, r.xmin),
       s.slot_name::text, s.confirmed_flush_lsn::text,
       coalesce(s.wal_status = 'lost', false)::text, pg_current_wal_flush_lsn()::text
FROM (SELECT $1::text AS name) AS wanted
LEFT JOIN (pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid
    AND r.prrelid = $2::text::oid AND to_jsonb(r) ->> 'prqual' IS NULL)
  ON p.pubname = wanted.name AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate
LEFT JOIN pg_replication_slots s
  ON s.slot_name = wanted.name AND s.database = current_database() AND s.plugin = 'pgoutput'";

/// Looks at what a table's changes are decoded by.
pub(super) async fn look(
    session: &Session,
    table: &Table,
    context: &Context,
) -> Result<Decoder, SystemError> {
    let name = name(session, table, context).await?;
    let parameters = [(&name).into(), (&table.oid).into()];
    let rows = session.rows(DECODER, &parameters).await?;
    let row = rows.into_iter().next().unwrap_or_default();
    let [system, publication, slot, confirmed, lost, flushed] =
        <[Option<String>; 6]>::try_from(row).unwrap_or_default();
    let publication = publication.filter(|publication| !publication.is_empty());
    let lsn = |text: Option<String>| text.and_then(|text| text.parse().ok());
    let readable = lost.as_deref() == Some("false");
    Ok(Decoder {
        name,
        identity: match (system, publication) {
            (Some(system), Some(publication)) => format!("{system}:{publication}"),
            _ => String::new(),
        },
        confirmed: lsn(confirmed).filter(|_| readable),
        is_there: slot.is_some(),
        flushed: lsn(flushed).ok_or_else(|| table.wrong("the server does not say its place"))?,
    })
}

async fn name(session: &Session, table: &Table, context: &Context) -> Result<String, SystemError> {
    let database = session
        .one("SELECT current_database()::text", &[])
        .await?
        .unwrap_or_default();
    let (_, short) = table.full_name.split_once('.').unwrap_or_default();
    let plain: String = short
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .take(TABLE_CHARS_MAX)
        .collect();
    let whole = format!("{}\n{database}\n{}", context.system, table.full_name);
    let digest = Digest::of(whole.as_bytes()).short();
    Ok(format!("{}_{plain}_{digest}", context.slots))
}

/// Which slot a new reader gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// The one that is there, if its publication is as old.
    Kept,
    /// A new one: the old one cannot be read.
    Renewed,
}

/// Makes what is missing of slot and publication.
pub(super) async fn make(
    session: &Session,
    table: &Table,
    context: &Context,
    which: Slot,
) -> Result<Decoder, SystemError> {
    check_server(session).await?;
    check_identity(session, table).await?;
    let decoder = look(session, table, context).await?;
    let published = !decoder.identity.is_empty();
    if !published {
        publish(session, table, &decoder.name).await?;
    }
    if published && decoder.confirmed.is_some() && which == Slot::Kept {
        return Ok(decoder);
    }
    // A slot that is older than its publication fails where it meets a change
    // from before.
    if decoder.is_there {
        let sql = "SELECT pg_drop_replication_slot($1)::text";
        session.rows(sql, &[(&decoder.name).into()]).await?;
    }
    create(session, &decoder.name).await?;
    look(session, table, context).await
}

async fn check_server(session: &Session) -> Result<(), SystemError> {
    let sql = "SELECT current_setting('server_version_num'), current_setting('wal_level')";
    let rows = session.rows(sql, &[]).await?;
    let [version, level] = <[Option<String>; 2]>::try_from(rows.concat()).unwrap_or_default();
    let version = version.and_then(|version| version.parse().ok());
    if version.unwrap_or(0) < VERSION_MIN {
        return Err(SystemError::Configuration {
            message: format!(
                "{} is older than PostgreSQL 14, which changes = \"decoding\" needs",
                session.place
            ),
        });
    }
    if level.as_deref() != Some("logical") {
        return Err(SystemError::Forbidden {
            what: format!("decode changes in {}", session.place),
            message: format!(
                "its wal_level is {}; an administrator can run: ALTER SYSTEM SET wal_level = \
                 logical, and restart the server",
                level.unwrap_or_default()
            ),
        });
    }
    Ok(())
}

/// The columns that a deleted row is known by; `*` for all.
const IDENTITY: &str = "
SELECT CASE WHEN c.relreplident = 'f' THEN '*' ELSE a.attname::text END
FROM pg_class c
LEFT JOIN pg_index i ON i.indrelid = c.oid
  AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
WHERE c.oid = $1::text::oid";

/// An index on exactly these columns that can identify rows.
const INDEX: &str = "
SELECT quote_ident(n.relname) FROM pg_index i JOIN pg_class n ON n.oid = i.indexrelid
WHERE i.indrelid = $1::text::oid AND i.indisunique AND i.indisvalid AND i.indimmediate
  AND i.indpred IS NULL AND i.indexprs IS NULL
  AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text) = $2 AND bool_and(a.attnotnull)
       FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey))";

/// Refuses a table whose deletes would not show the key.
async fn check_identity(session: &Session, table: &Table) -> Result<(), SystemError> {
    let columns = session.rows(IDENTITY, &[(&table.oid).into()]).await?;
    let columns: Vec<String> = columns.into_iter().flatten().flatten().collect();
    let mut key: Vec<String> = (table.key.iter())
        .map(|&position| table.columns[position].name.clone())
        .collect();
    let shows = |name: &String| columns.iter().any(|column| column == "*" || column == name);
    if key.iter().all(shows) {
        return Ok(());
    }
    key.sort();
    let parameters = [
        (&table.oid).into(),
        crate::postgres::session::Parameter::Texts(key),
    ];
    let how = match session.one(INDEX, &parameters).await? {
        Some(index) => format!("USING INDEX {index}"),
        None => "FULL".to_owned(),
    };
    Err(table.wrong(format!(
        "its deletes do not show its key, which changes = \"decoding\" needs; run: ALTER TABLE {} \
         REPLICA IDENTITY {how}",
        table.name
    )))
}

async fn publish(session: &Session, table: &Table, name: &str) -> Result<(), SystemError> {
    let statement = format!(
        "CREATE PUBLICATION {name} FOR TABLE {} WITH (publish_via_partition_root = true)",
        table.name
    );
    let Err(error) = session.try_run(&statement).await else {
        return Ok(());
    };
    Err(match code(&error) {
        "42501" => SystemError::Forbidden {
            what: format!("publish {} in {}", table.full_name, session.place),
            message: format!("{}; its owner can run: {statement}", said(&error)),
        },
        "42710" => table.wrong(format!(
            "the publication {name} does not publish all of its changes; run: DROP PUBLICATION \
             {name}"
        )),
        _ => failed(&session.place, &error),
    })
}

async fn create(session: &Session, name: &str) -> Result<(), SystemError> {
    let sql = "SELECT lsn::text FROM pg_create_logical_replication_slot($1, 'pgoutput')";
    let Err(error) = session.try_rows(sql, &[name.into()]).await else {
        return Ok(());
    };
    let what = format!("make a replication slot in {}", session.place);
    let message = said(&error);
    Err(match code(&error) {
        "42501" => {
            let role = session.one("SELECT quote_ident(current_user)", &[]).await?;
            let role = role.unwrap_or_default();
            SystemError::Forbidden {
                what,
                message: format!(
                    "{message}; an administrator can run: ALTER ROLE {role} REPLICATION"
                ),
            }
        }
        "53400" => SystemError::Forbidden {
            what,
            message: format!(
                "{message}; an administrator can run: ALTER SYSTEM SET max_replication_slots = \
                 20, and restart the server; or drop a slot that nobody reads: SELECT \
                 pg_drop_replication_slot('…')"
            ),
        },
        // It waits for every transaction that writes, anywhere on the server.
        "55P03" | "57014" => SystemError::Busy {
            system: session.place.clone(),
            message: format!(
                "a replication slot begins when all transactions have ended that are open now; \
                 {message}{}",
                patience(code(&error))
            ),
        },
        _ => failed(&session.place, &error),
    })
}

/// The SQLSTATE of an error.
pub(super) fn code(error: &Error) -> &str {
    error.code().map_or("", |code| code.code())
}
