//! A place in the server's write-ahead log.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A place in the server's write-ahead log: bytes since its beginning. Written
/// as the server writes it, `0/1528460`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(in crate::postgres) struct Lsn(pub(in crate::postgres) u64);

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xFFFF_FFFF)
    }
}

impl FromStr for Lsn {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let part = |part| u32::from_str_radix(part, 16).ok();
        let halves = text.split_once('/');
        halves
            .and_then(|(high, low)| Some((part(high)?, part(low)?)))
            .map(|(high, low)| Self(u64::from(high) << 32 | u64::from(low)))
            .ok_or("no place in a write-ahead log")
    }
}

impl TryFrom<String> for Lsn {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Lsn> for String {
    fn from(lsn: Lsn) -> Self {
        lsn.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_the_server_does() {
        let check = |text: &str, expected: Option<u64>| {
            let read = text.parse::<Lsn>().ok();
            assert_eq!(read.map(|lsn| lsn.0), expected, "{text}");
            assert!(read.is_none_or(|lsn| lsn.to_string() == text));
        };
        check("0/1528460", Some(0x0152_8460));
        check("16/B374D848", Some(0x16_B374_D848));
        check("1528460", None);
        check("0/x", None);
    }
}
