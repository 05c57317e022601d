//! Treaty's own schema in a user's database, and the triggers that keep the log.
//!
//! | table | what it holds |
//! |---|---|
//! | `treaty.changes` | the log: transaction, source, key, what happened, our intent, who, when |
//! | `treaty.feeds` | for each source the number of its log, and how far it was pruned |
//! | `treaty.intents` | which intents were carried out, on which record, and what they left there |
//!
//! The trigger's function runs with the rights of Treaty's role, so that the
//! roles of the database's own programs need none on the schema.

use tokio_postgres::error::SqlState;
use treaty_model::{Clock, Digest};

use crate::SystemError;
use crate::postgres::error::{failed, said};
use crate::postgres::schema::{Table, literal};
use crate::postgres::session::Session;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS treaty.changes (
    seq bigserial PRIMARY KEY,
    xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
    source text NOT NULL,
    key text NOT NULL,
    op text NOT NULL,
    intent text,
    actor text,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS changes_by_source ON treaty.changes (source, xact, seq);
CREATE TABLE IF NOT EXISTS treaty.feeds (
    source text PRIMARY KEY,
    epoch bigint NOT NULL,
    pruned xid8 NOT NULL
);
CREATE TABLE IF NOT EXISTS treaty.intents (
    intent text PRIMARY KEY,
    source text NOT NULL,
    record text NOT NULL,
    wrote text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS intents_by_time ON treaty.intents (at);
";

/// How many of Treaty's own tables there are.
const TABLES_COUNT: &str = "3";

const COUNT_TABLES: &str = "
SELECT count(*)::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'treaty' AND c.relkind = 'r' AND c.relname IN ('changes', 'feeds', 'intents')";

/// Whether the server takes no writes, as a standby does.
pub(super) async fn is_read_only(session: &Session) -> Result<bool, SystemError> {
    let sql = "SELECT (pg_is_in_recovery()
               OR current_setting('default_transaction_read_only') = 'on')::text";
    Ok(session.one(sql, &[]).await?.as_deref() == Some("true"))
}

/// Whether Treaty has its own tables in the database, or may make them.
pub(super) async fn is_possible(session: &Session) -> Result<bool, SystemError> {
    if is_read_only(session).await? {
        return Ok(false);
    }
    if has_tables(session).await? {
        return Ok(true);
    }
    let sql = "SELECT CASE WHEN EXISTS (SELECT FROM pg_namespace WHERE nspname = 'treaty')
               THEN has_schema_privilege('treaty', 'CREATE')
               ELSE has_database_privilege(current_database(), 'CREATE') END::text";
    Ok(session.one(sql, &[]).await?.as_deref() == Some("true"))
}

/// Whether Treaty's own tables are there.
pub(super) async fn has_tables(session: &Session) -> Result<bool, SystemError> {
    let count = session.one(COUNT_TABLES, &[]).await?;
    Ok(count.as_deref() == Some(TABLES_COUNT))
}

/// Makes Treaty's own tables where they are not there.
///
/// # Errors
/// [`SystemError::Forbidden`] with what an administrator can run, where the role
/// may not.
pub(super) async fn create_tables(session: &Session) -> Result<(), SystemError> {
    if has_tables(session).await? {
        return Ok(());
    }
    if !is_possible(session).await? {
        let role = session.one("SELECT quote_ident(current_user)", &[]).await?;
        return Err(SystemError::Forbidden {
            what: format!("keep a schema of Treaty's own in {}", session.place),
            message: format!(
                "an administrator can run: CREATE SCHEMA treaty AUTHORIZATION {}",
                role.unwrap_or_default()
            ),
        });
    }
    // Two Treaties may come at once; `IF NOT EXISTS` alone does not keep them
    // apart. A role that may use the schema need not be allowed to make one.
    let there = "SELECT (to_regnamespace('treaty') IS NOT NULL)::text";
    session.run("BEGIN").await?;
    session.rows(LOCK, &[]).await?;
    if session.one(there, &[]).await?.as_deref() != Some("true") {
        session.run("CREATE SCHEMA treaty").await?;
    }
    session.run(TABLES).await?;
    session.run("COMMIT").await
}

const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtext('treaty'))::text";

/// The log of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Log {
    /// Its number.
    pub(super) epoch: i64,
    /// The last transaction of which entries were pruned.
    pub(super) pruned: u64,
}

const LOG: &str = "
SELECT f.epoch::text, f.pruned::text FROM treaty.feeds f
WHERE f.source = $2 AND 2 = (
    SELECT count(*) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = $1::text::oid AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
      AND t.tgname IN ('treaty_changes', 'treaty_truncate') AND p.prosrc = $3)";

/// The log of a table; none where it is not kept, or not as it should be.
pub(super) async fn log(session: &Session, table: &Table) -> Result<Option<Log>, SystemError> {
    if !has_tables(session).await? {
        return Ok(None);
    }
    let parameters = [
        (&table.oid).into(),
        (&table.full_name).into(),
        body(table).into(),
    ];
    let rows = session.rows(LOG, &parameters).await?;
    let Some([Some(epoch), Some(pruned)]) = rows.first().map(Vec::as_slice) else {
        return Ok(None);
    };
    let (Ok(epoch), Ok(pruned)) = (epoch.parse(), pruned.parse()) else {
        return Ok(None);
    };
    Ok(Some(Log { epoch, pruned }))
}

/// Begins a log for a table: triggers, and a number that no earlier log had.
pub(super) async fn begin_log(
    session: &Session,
    table: &Table,
    clock: &dyn Clock,
) -> Result<i64, SystemError> {
    create_tables(session).await?;
    let function = format!(
        "treaty.record_{}",
        Digest::of(table.full_name.as_bytes()).short()
    );
    let name = &table.name;
    session.run("BEGIN").await?;
    session.rows(LOCK, &[]).await?;
    let kept = session
        .try_run(&format!(
            "CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql
             SECURITY DEFINER SET search_path = pg_catalog AS {};
             DROP TRIGGER IF EXISTS treaty_changes ON {name};
             DROP TRIGGER IF EXISTS treaty_truncate ON {name};
             CREATE TRIGGER treaty_changes AFTER INSERT OR UPDATE OR DELETE ON {name}
             FOR EACH ROW EXECUTE FUNCTION {function}();
             CREATE TRIGGER treaty_truncate AFTER TRUNCATE ON {name}
             FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
            literal(&body(table))
        ))
        .await;
    if let Err(error) = kept {
        session.run("ROLLBACK").await?;
        return Err(may_not_log(session, table, &error).await?);
    }
    let epoch = session
        .one(
            "INSERT INTO treaty.feeds AS f (source, epoch, pruned) VALUES ($1, $2::bigint, '0')
             ON CONFLICT (source) DO UPDATE SET epoch = greatest(f.epoch + 1, excluded.epoch)
             RETURNING epoch::text",
            &[
                (&table.full_name).into(),
                clock.now().as_micros().to_string().into(),
            ],
        )
        .await?;
    session.run("COMMIT").await?;
    let epoch = epoch.and_then(|epoch| epoch.parse().ok());
    epoch.ok_or_else(|| table.wrong("the log of changes has no number"))
}

/// Why the log of a table cannot be begun, with what an administrator can run
/// where a right is missing.
async fn may_not_log(
    session: &Session,
    table: &Table,
    error: &tokio_postgres::Error,
) -> Result<SystemError, SystemError> {
    if error.code() != Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
        return Ok(failed(&session.place, error));
    }
    let role = session.one("SELECT quote_ident(current_user)", &[]).await?;
    let role = role.unwrap_or_default();
    Ok(SystemError::Forbidden {
        what: format!(
            "keep a log of the changes of {} in {}",
            table.full_name, session.place
        ),
        message: format!(
            "{}; an administrator can run: GRANT CREATE ON SCHEMA treaty TO {role}; GRANT TRIGGER \
             ON {} TO {role}",
            said(error),
            table.name
        ),
    })
}

/// The body of a table's trigger function.
fn body(table: &Table) -> String {
    let key = |row: &str| {
        let parts: Vec<_> = table
            .key_names(&format!("{row}."))
            .into_iter()
            .map(|name| format!("{name}::text"))
            .collect();
        match &parts[..] {
            [single] => single.clone(),
            _ => format!("jsonb_build_array({})::text", parts.join(", ")),
        }
    };
    let entry = |key: &str, op: &str| {
        format!(
            "INSERT INTO treaty.changes (source, key, op, intent, actor)
             VALUES ({}, {key}, '{op}', mark, who);",
            literal(&table.full_name)
        )
    };
    let (old, new) = (key("OLD"), key("NEW"));
    format!(
        "
DECLARE
    mark text := nullif(current_setting('treaty.intent', true), '');
    application text := nullif(current_setting('application_name', true), '');
    who text := session_user || coalesce(' (' || application || ')', '');
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        {truncate}
    ELSIF TG_OP = 'DELETE' THEN
        {delete}
    ELSIF TG_OP = 'INSERT' THEN
        {put}
    ELSE
        IF {old} <> {new} THEN
            {delete}
        END IF;
        {put}
    END IF;
    RETURN NULL;
END",
        truncate = entry("''", "truncate"),
        delete = entry(&old, "delete"),
        put = entry(&new, "put"),
    )
}
