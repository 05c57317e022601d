//! Days and points in time, as people and systems write them.

mod pattern;

pub use pattern::Pattern;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

/// A time zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Universal time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// A zone by its name (`Europe/Berlin`) or its distance (`+01:00`).
    pub fn read(name: &str) -> Result<Self, String> {
        if let Some(offset) = offset(name) {
            return Ok(Self(TimeZone::fixed(offset)));
        }
        TimeZone::get(name).map(Self).map_err(|_| {
            format!(
                "unknown time zone {name:?}; known are names such as Europe/Berlin, UTC, +01:00"
            )
        })
    }
}

fn offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let fits = (0..=18).contains(&hours) && (0..60).contains(&minutes);
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60))
        .ok()
        .filter(|_| fits)
}

fn civil_of(micros: i64, zone: &Zone) -> Result<DateTime, String> {
    let instant = Timestamp::from_microsecond(micros)
        .map_err(|_| format!("{micros} microseconds since 1970 is out of range"))?;
    Ok(zone.0.to_datetime(instant))
}

fn micros(at: DateTime, zone: &Zone) -> Result<i64, String> {
    let instant = zone.0.to_ambiguous_timestamp(at).compatible();
    let instant = instant.map_err(|_| format!("{at} is out of range"))?;
    Ok(instant.as_microsecond())
}

/// The day of a point in time.
pub fn day_of(micros: i64, zone: &Zone) -> Result<String, String> {
    Ok(civil_of(micros, zone)?.date().to_string())
}

/// A point in time on a day: at the time of day that stood there, else at
/// midnight.
pub fn at_day(iso: &str, standing: Option<i64>, zone: &Zone) -> Result<i64, String> {
    let day: Date = iso.parse().map_err(|_| format!("{iso:?} is not a date"))?;
    let time = match standing {
        Some(standing) => civil_of(standing, zone)?.time(),
        None => Time::midnight(),
    };
    micros(day.to_datetime(time), zone)
}

/// A day in the contract's notation, `2026-11-20`.
pub fn iso_day(text: &str) -> Result<String, String> {
    let trimmed = text.trim();
    let shaped = trimmed.len() == 10 && trimmed.bytes().filter(|byte| *byte == b'-').count() == 2;
    match trimmed.parse::<Date>() {
        Ok(day) if shaped => Ok(day.to_string()),
        _ => Err(format!(
            "{text:?} is not a date such as 2026-11-20; hint: date(DD.MM.YYYY)"
        )),
    }
}

/// A point in time with its distance from universal time,
/// `2026-11-20T10:00:00Z`.
pub fn iso_instant(text: &str) -> Result<i64, String> {
    let instant: Result<Timestamp, _> = text.trim().parse();
    instant.map(Timestamp::as_microsecond).map_err(|_| {
        format!(
            "{text:?} is not a time such as 2026-11-20T10:00:00Z; hint: instant(DD.MM.YYYY hh:mm)"
        )
    })
}

/// A point in time as text, in universal time.
pub fn write_utc(micros: i64) -> Result<String, String> {
    let instant = Timestamp::from_microsecond(micros);
    instant
        .map(|instant| instant.to_string())
        .map_err(|_| format!("{micros} microseconds since 1970 is out of range"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_day_is_kept() {
        let zone = Zone::utc();
        let standing = iso_instant("2026-01-01T17:30:00Z").unwrap();
        let moved = at_day("2026-11-20", Some(standing), &zone).unwrap();
        assert_eq!(write_utc(moved).unwrap(), "2026-11-20T17:30:00Z");
    }
}
