//! Reading a slot without taking anything from it.

use crate::SystemError;
use crate::postgres::cursor::DecodingPlace;
use crate::postgres::decoding::lsn::Lsn;
use crate::postgres::decoding::pgoutput::{Message, read};
use crate::postgres::decoding::slot;
use crate::postgres::decoding::transactions::{Decoded, done};
use crate::postgres::error::failed;
use crate::postgres::session::{Parameter, Session, TextRow};

/// How many transactions are looked at when a listing begins.
pub(super) const BEGINNINGS_MAX: usize = 10_000;

/// What is asked of a slot.
pub(super) struct Asked {
    /// Where in the log to stop.
    pub(super) upto: Lsn,
    /// The number of the last message to fetch.
    pub(super) until: u64,
}

/// The messages of a transaction that came on an earlier page are left out, but
/// for those that say what the later ones are about.
const PEEK: &str = "
SELECT c.number::text, encode(c.data, 'hex')
FROM pg_logical_slot_peek_binary_changes($1, $2::text::pg_lsn, $3::text::integer,
    'proto_version', '1', 'publication_names', $1, 'messages', 'true')
    WITH ORDINALITY AS c (lsn, xid, data, number)
WHERE c.number > $4::text::bigint AND c.number <= $3::text::bigint
   OR get_byte(c.data, 0) IN (ascii('B'), ascii('R')) AND c.number <= $4::text::bigint
ORDER BY c.number";

/// What a slot has; none where it is older than its publication.
pub(super) async fn peek(
    session: &Session,
    name: &str,
    place: &DecodingPlace,
    asked: &Asked,
) -> Result<Option<Vec<Decoded>>, SystemError> {
    let parameters = [
        name.into(),
        asked.upto.to_string().into(),
        asked.until.to_string().into(),
        place.read.to_string().into(),
    ];
    messages(session, name, PEEK, &parameters).await
}

/// The transactions that a slot has up to a place, in the order of their commits:
/// the place behind each, and its number. None as for [`peek`].
pub(super) async fn beginnings(
    session: &Session,
    name: &str,
    upto: Lsn,
) -> Result<Option<Vec<(Lsn, u32)>>, SystemError> {
    let sql = format!("{BEGINNINGS} LIMIT {BEGINNINGS_MAX}");
    let parameters = [name.into(), upto.to_string().into()];
    let rows = messages(session, name, &sql, &parameters).await?;
    let begin = |row: Decoded| match read(&row.message) {
        Some(Message::Begin { commit, xid, .. }) => Some((done(commit), xid)),
        _ => None,
    };
    Ok(rows.map(|rows| rows.into_iter().filter_map(begin).collect()))
}

const BEGINNINGS: &str = "
SELECT c.number::text, encode(c.data, 'hex')
FROM pg_logical_slot_peek_binary_changes($1, $2::text::pg_lsn, NULL,
    'proto_version', '1', 'publication_names', $1, 'messages', 'true')
    WITH ORDINALITY AS c (lsn, xid, data, number)
WHERE get_byte(c.data, 0) = ascii('B')
ORDER BY c.number";

async fn messages(
    session: &Session,
    name: &str,
    sql: &str,
    parameters: &[Parameter],
) -> Result<Option<Vec<Decoded>>, SystemError> {
    let rows = match session.try_rows(sql, parameters).await {
        Ok(rows) => rows,
        Err(error) if slot::code(&error) == "42704" => return Ok(None),
        Err(error) => return Err(failed(&session.place, &error)),
    };
    let read = |row: TextRow| {
        let [number, message] = <[Option<String>; 2]>::try_from(row).ok()?;
        Some(Decoded {
            number: number?.parse().ok()?,
            message: hex::decode(message?).ok()?,
        })
    };
    let rows: Option<Vec<_>> = rows.into_iter().map(read).collect();
    let rows = rows.ok_or_else(|| SystemError::Content {
        place: format!("slot {name} in {}", session.place),
        message: "a message is not as the server writes it".to_owned(),
    })?;
    Ok(Some(rows))
}
