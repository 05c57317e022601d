//! The marks of what resolvers were asked: what has the same mark is kept once, and a
//! mark that does not fit shows that somebody altered an entry.

use std::collections::BTreeMap;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use treaty_model::{Digest, EntityName, LinkId, RuleId};

/// The beginning of a digest of what a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark([u8; 16]);

impl Mark {
    pub(crate) fn of_setup(content: &str) -> Self {
        Self::of(content.as_bytes())
    }

    pub(crate) fn of_decision(
        entity: &EntityName,
        link: LinkId,
        input: &str,
        answer: &str,
    ) -> Self {
        // JSON without spaces has no line breaks.
        Self::of(format!("{entity}\n{link}\n{input}\n{answer}").as_bytes())
    }

    pub(crate) fn of_batch(
        rule: &RuleId,
        setup: &Self,
        fuel: Option<u64>,
        decisions: &[Self],
    ) -> Self {
        let mut bytes = format!("{}\n{}\n{fuel:?}\n", rule.name, rule.digest).into_bytes();
        bytes.extend(setup.0);
        bytes.extend(decisions.iter().flat_map(|mark| mark.0));
        Self::of(&bytes)
    }

    pub(crate) fn of_shadow(
        asked: &Self,
        component: &Digest,
        setup: &Self,
        fuel: Option<u64>,
        answers: &BTreeMap<i64, &str>,
    ) -> Self {
        let mut bytes = format!("{component}\n{fuel:?}\n").into_bytes();
        bytes.extend(asked.0);
        bytes.extend(setup.0);
        for (decision, answer) in answers {
            bytes.extend(format!("{decision} {answer}\n").into_bytes());
        }
        Self::of(&bytes)
    }

    fn of(bytes: &[u8]) -> Self {
        Self(Digest::of(bytes).first_half())
    }
}

impl ToSql for Mark {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.as_slice().to_sql()
    }
}

impl FromSql for Mark {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; 16]>::column_result(value).map(Self)
    }
}
