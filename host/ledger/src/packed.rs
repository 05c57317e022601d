//! Settled and base in few bytes.
//!
//! Most fields settled with the value that is still observed, and most values
//! of a base came from the same record in the same run. Said once each, a link
//! takes a third of the space, and of the time to read it.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use treaty_model::{BaseField, Cell, Provenance, Revision, Settled};

use crate::json::wrong;

/// A settled field beside the observed value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum PackedSettled {
    /// It never agreed with base: `null`.
    #[default]
    Never,
    /// It agreed, and the value is still observed: `7`.
    Observed(Revision),
    /// It agreed with another value: `["value",7]`.
    Other(Cell, Revision),
}

impl PackedSettled {
    pub(crate) fn pack(settled: Option<&Settled>, observed: &Cell) -> Self {
        match settled {
            None => Self::Never,
            Some(settled) if settled.value == *observed => Self::Observed(settled.revision),
            Some(settled) => Self::Other(settled.value.clone(), settled.revision),
        }
    }

    pub(crate) fn unpack(self, observed: &Cell) -> Option<Settled> {
        let (value, revision) = match self {
            Self::Never => return None,
            Self::Observed(revision) => (observed.clone(), revision),
            Self::Other(value, revision) => (value, revision),
        };
        Some(Settled { value, revision })
    }
}

impl Serialize for PackedSettled {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Never => serializer.serialize_none(),
            Self::Observed(revision) => revision.serialize(serializer),
            Self::Other(value, revision) => (value, revision).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for PackedSettled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = PackedSettled;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("null, a revision, or a value and a revision")
            }

            fn visit_unit<E>(self) -> Result<PackedSettled, E> {
                Ok(PackedSettled::Never)
            }

            fn visit_u64<E>(self, revision: u64) -> Result<PackedSettled, E> {
                Ok(PackedSettled::Observed(Revision(revision)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<PackedSettled, A::Error> {
                let short = |length| serde::de::Error::invalid_length(length, &"two");
                let value = seq.next_element()?.ok_or_else(|| short(0))?;
                let revision = seq.next_element()?.ok_or_else(|| short(1))?;
                Ok(PackedSettled::Other(value, revision))
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

/// One field of a base: its value, its revision, and the position of where it
/// came from.
pub(crate) type PackedBase = (Cell, Revision, Option<usize>);

/// A base by field, and where its values came from, each once.
pub(crate) type PackedBases<'a> = (
    Vec<(&'a Cell, Revision, Option<usize>)>,
    Vec<&'a Provenance>,
);

pub(crate) fn pack_base(base: &[BaseField]) -> PackedBases<'_> {
    let mut from: Vec<&Provenance> = Vec::new();
    let mut position = |provenance| {
        let known = from.iter().position(|known| *known == provenance);
        known.unwrap_or_else(|| {
            from.push(provenance);
            from.len() - 1
        })
    };
    let mut fields = Vec::with_capacity(base.len());
    for field in base {
        let at = field.provenance.as_ref().map(&mut position);
        fields.push((&field.value, field.revision, at));
    }
    (fields, from)
}

pub(crate) fn unpack_base(
    fields: Vec<PackedBase>,
    from: &[Provenance],
) -> rusqlite::Result<Vec<BaseField>> {
    let unpack = |(value, revision, at): PackedBase| {
        let provenance = match at {
            None => None,
            Some(at) => {
                let missing = || wrong(format!("provenance {at} of {}", from.len()));
                Some(from.get(at).ok_or_else(missing)?.clone())
            }
        };
        Ok(BaseField {
            value,
            revision,
            provenance,
        })
    };
    fields.into_iter().map(unpack).collect()
}

#[cfg(test)]
mod tests {
    use treaty_model::{Origin, RunId, Value};

    use super::*;
    use crate::json::{from_json, to_json};

    #[test]
    fn settled_says_a_value_only_where_it_differs() {
        let a = Some(Value::text("a"));
        let check = |settled: Option<Settled>, observed: &Cell, expected: &str| {
            let packed = PackedSettled::pack(settled.as_ref(), observed);
            assert_eq!(to_json(&packed), expected);
            let read: PackedSettled = from_json(expected).expect("it reads back");
            assert_eq!(read.unpack(observed), settled);
        };
        let settled = |value: &Cell| {
            Some(Settled {
                value: value.clone(),
                revision: Revision(7),
            })
        };
        check(None, &a, "null");
        check(settled(&a), &a, "7");
        check(settled(&None), &None, "7");
        check(settled(&None), &a, "[null,7]");
        check(settled(&a), &Some(Value::Null), "[\"a\",7]");
        check(settled(&Some(Value::Null)), &a, "[{\"empty\":true},7]");
    }

    #[test]
    fn settled_refuses_what_it_did_not_write() {
        for text in [
            "\"a\"",
            "-1",
            "{}",
            "[]",
            "[\"a\"]",
            "[\"a\",-1]",
            "[1,2,3]",
        ] {
            assert!(from_json::<PackedSettled>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_base_says_each_provenance_once() {
        let from = |run| {
            Some(Provenance {
                system: None,
                origin: Origin::default(),
                at: None,
                rule: None,
                run: RunId(run),
            })
        };
        let field = |provenance| BaseField {
            value: Some(Value::Null),
            revision: Revision(1),
            provenance,
        };
        let base = vec![field(from(1)), field(None), field(from(2)), field(from(1))];
        let (fields, provenance) = pack_base(&base);
        assert_eq!(provenance.len(), 2);
        let fields = from_json(&to_json(&fields)).expect("it reads back");
        let provenance: Vec<_> = provenance.into_iter().cloned().collect();
        let read = unpack_base(fields, &provenance).expect("every position is there");
        assert_eq!(read, base);
        assert!(unpack_base(vec![(None, Revision(0), Some(2))], &provenance).is_err());
    }
}
