//! The messages of `pgoutput`, the plugin that PostgreSQL's own replication
//! reads. (postgresql.org, "Logical Replication Message Formats", version 1)

use crate::postgres::decoding::lsn::Lsn;

/// A message, as far as Treaty needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// A transaction begins.
    Begin {
        /// Where its commit stands.
        commit: Lsn,
        /// When it was committed, in microseconds since 2000.
        at_micros: i64,
        /// Its number.
        xid: u32,
    },
    /// It ends.
    Commit,
    /// A table, before its first change.
    Relation {
        /// Its number.
        oid: u32,
        /// Its columns.
        columns: Vec<Column>,
    },
    /// A new row.
    Insert {
        /// Its table.
        oid: u32,
        /// The row.
        new: Tuple,
    },
    /// A changed row.
    Update {
        /// Its table.
        oid: u32,
        /// What identified it before, where that changed.
        old: Option<Tuple>,
        /// The row.
        new: Tuple,
    },
    /// A row that is gone.
    Delete {
        /// Its table.
        oid: u32,
        /// What identified it.
        old: Tuple,
    },
    /// Tables that were emptied.
    Truncate {
        /// Them.
        oids: Vec<u32>,
    },
    /// What a program says beside its changes.
    Said {
        /// Who says it.
        prefix: String,
        /// What.
        content: String,
    },
    /// Anything else.
    Other,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: String,
    /// Whether it is among those that identify a row.
    pub(super) identifies: bool,
}

/// The columns of a row.
pub(super) type Tuple = Vec<Datum>;

/// One column of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Datum {
    /// Null; or, in what identified a row, not among it.
    Null,
    /// A large value that did not change, and does not come along.
    Unchanged,
    /// As the server writes it.
    Text(String),
}

/// Reads a message; none where it is none.
pub(super) fn read(bytes: &[u8]) -> Option<Message> {
    let mut reader = Reader(bytes);
    Some(match reader.byte()? {
        b'B' => Message::Begin {
            commit: Lsn(reader.u64()?),
            at_micros: reader.u64()?.cast_signed(),
            xid: reader.u32()?,
        },
        b'C' => Message::Commit,
        b'R' => reader.relation()?,
        b'I' => Message::Insert {
            oid: reader.u32()?,
            new: reader.tagged_tuple(b"N")?,
        },
        b'U' => {
            let oid = reader.u32()?;
            let old = match *reader.0.first()? {
                b'K' | b'O' => Some(reader.tagged_tuple(b"KO")?),
                _ => None,
            };
            Message::Update {
                oid,
                old,
                new: reader.tagged_tuple(b"N")?,
            }
        }
        b'D' => Message::Delete {
            oid: reader.u32()?,
            old: reader.tagged_tuple(b"KO")?,
        },
        b'T' => {
            let count = reader.u32()?;
            reader.byte()?;
            let oids = (0..count).map(|_| reader.u32());
            Message::Truncate {
                oids: oids.collect::<Option<_>>()?,
            }
        }
        b'M' => {
            reader.take(1 + 8)?;
            let prefix = reader.text()?;
            let length = usize::try_from(reader.u32()?).ok()?;
            let content = String::from_utf8_lossy(reader.take(length)?).into_owned();
            Message::Said { prefix, content }
        }
        _ => Message::Other,
    })
}

/// The rest of a message. Numbers are big-endian, texts end with a zero byte.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|taken| taken[0])
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.take(8)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<String> {
        let length = self.0.iter().position(|&byte| byte == 0)?;
        let text = String::from_utf8(self.take(length)?.to_vec()).ok()?;
        self.byte()?;
        Some(text)
    }

    fn relation(&mut self) -> Option<Message> {
        let oid = self.u32()?;
        let (_namespace, _name) = (self.text()?, self.text()?);
        let _identity = self.byte()?;
        let columns = (0..self.u16()?).map(|_| {
            let flags = self.byte()?;
            let name = self.text()?;
            let (_type, _modifier) = (self.u32()?, self.u32()?);
            Some(Column {
                name,
                identifies: flags & 1 == 1,
            })
        });
        Some(Message::Relation {
            oid,
            columns: columns.collect::<Option<_>>()?,
        })
    }

    fn tagged_tuple(&mut self, tags: &[u8]) -> Option<Tuple> {
        if !tags.contains(&self.byte()?) {
            return None;
        }
        let data = (0..self.u16()?).map(|_| match self.byte()? {
            b'n' => Some(Datum::Null),
            b'u' => Some(Datum::Unchanged),
            b't' => {
                let length = usize::try_from(self.u32()?).ok()?;
                let text = String::from_utf8(self.take(length)?.to_vec()).ok()?;
                Some(Datum::Text(text))
            }
            _ => None,
        });
        data.collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Datum {
        Datum::Text(text.to_owned())
    }

    /// Messages as a PostgreSQL 15 sent them.
    #[test]
    fn messages_are_read_as_the_server_sends_them() {
        let check = |bytes: &[u8], expected| assert_eq!(read(bytes), Some(expected));
        check(
            b"B\0\0\0\0\x01R\x86\xf8\0\x03\x03\xb2d-I1\0\0\x02\xd6",
            Message::Begin {
                commit: Lsn(0x0152_86f8),
                at_micros: 0x0003_03b2_642d_4931,
                xid: 726,
            },
        );
        check(
            b"R\0\0@\0public\0t\0d\0\x02\x01id\0\0\0\0\x17\xff\xff\xff\xff\0n\0\0\0\0\x19\xff\xff\xff\xff",
            Message::Relation {
                oid: 16_384,
                columns: vec![
                    Column {
                        name: "id".to_owned(),
                        identifies: true,
                    },
                    Column {
                        name: "n".to_owned(),
                        identifies: false,
                    },
                ],
            },
        );
        check(
            b"U\0\0@\0K\0\x02t\0\0\0\x011nN\0\x02t\0\0\0\x015u",
            Message::Update {
                oid: 16_384,
                old: Some(vec![text("1"), Datum::Null]),
                new: vec![text("5"), Datum::Unchanged],
            },
        );
        check(
            b"M\x01\0\0\0\0\x01R\x86\xf8treaty\0\0\0\0\x04kept",
            Message::Said {
                prefix: "treaty".to_owned(),
                content: "kept".to_owned(),
            },
        );
        check(
            b"T\0\0\0\x01\0\0\0@\0",
            Message::Truncate { oids: vec![16_384] },
        );
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(&bytes);
        }
    }
}
