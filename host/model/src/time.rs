//! Points in time. Nothing in Treaty asks the machine what time it is: whoever
//! needs to know is handed a [`Clock`].

use std::fmt;

use serde::{Deserialize, Serialize};

/// Microseconds in a second.
const MICROS: i64 = 1_000_000;

/// A point in time: microseconds since 1970-01-01T00:00:00Z. Written as
/// RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A text that is no point in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no point in time such as 2026-11-20T10:00:00Z")]
pub struct TimestampError {
    text: String,
}

impl Timestamp {
    /// The time this many microseconds after the start of 1970. Clamped to the
    /// years -9999 to 9999, which is what RFC 3339 and every system can hold.
    pub fn from_micros(micros: i64) -> Self {
        // Whole seconds: the library's own ends do not fit its microseconds.
        let least = jiff::Timestamp::MIN.as_second() * MICROS;
        let most = jiff::Timestamp::MAX.as_second() * MICROS;
        Self(micros.clamp(least, most))
    }

    /// Microseconds since the start of 1970.
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339; any offset is converted to UTC.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        text.trim()
            .parse::<jiff::Timestamp>()
            .map(|time| Self(time.as_microsecond()))
            .map_err(|_| TimestampError {
                text: text.to_owned(),
            })
    }

    /// Microseconds from `earlier` to this, negative if it is later.
    pub fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(time) => fmt::Display::fmt(&time, f),
            // Construction clamps, so this arm is only there to be total.
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// The time now. Successive calls may go back: a machine's clock is set.
    fn now(&self) -> Timestamp;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_written_and_read_back() {
        for micros in [i64::MIN, -1, 0, 1_763_632_800_123_456, i64::MAX] {
            let time = Timestamp::from_micros(micros);
            assert_eq!(Timestamp::parse(&time.to_string()), Ok(time), "{micros}");
        }
    }
}
