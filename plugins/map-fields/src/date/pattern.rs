//! Days and points in time in the notation of a table: `DD.MM.YYYY hh:mm`.

use super::{Zone, civil_of, micros};
use crate::own;
use jiff::civil::{Date, DateTime, Time};
use treaty_sdk::Value;

/// How days or times are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// As a row of numbers with something between them.
    Written(Vec<Token>),
    /// As seconds since 1970.
    Unix,
    /// As milliseconds since 1970.
    UnixMs,
}

/// A piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// A part of a day or a time, and how many digits it has at least.
    Number(Unit, usize),
    /// Something that stands there as it is.
    Literal(char),
}

/// A part of a day or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Four digits.
    Year,
    /// From 1.
    Month,
    /// From 1.
    Day,
    /// From 0 to 23.
    Hour,
    /// From 0 to 59.
    Minute,
    /// From 0 to 59.
    Second,
}

const UNITS: usize = 6;

impl Pattern {
    /// Reads the pattern of a day: `DD.MM.YYYY`, `M/D/YYYY`.
    pub fn of_date(text: &str) -> Result<Self, String> {
        let tokens = tokens(text)?;
        let has = |unit| {
            tokens
                .iter()
                .any(|token| matches!(token, Token::Number(known, _) if *known == unit))
        };
        if !(has(Unit::Year) && has(Unit::Month) && has(Unit::Day)) || has(Unit::Hour) {
            return Err(format!(
                "date needs a year, a month and a day, such as DD.MM.YYYY, not {text:?}"
            ));
        }
        Ok(Self::Written(tokens))
    }

    /// Reads the pattern of a point in time: `DD.MM.YYYY hh:mm`, `unix`.
    pub fn of_instant(text: &str) -> Result<Self, String> {
        match text.trim() {
            "unix" => return Ok(Self::Unix),
            "unix-ms" => return Ok(Self::UnixMs),
            _ => {}
        }
        let tokens = tokens(text)?;
        let has = |unit| {
            tokens
                .iter()
                .any(|token| matches!(token, Token::Number(known, _) if *known == unit))
        };
        let all = [Unit::Year, Unit::Month, Unit::Day, Unit::Hour];
        if !all.into_iter().all(has) {
            return Err(format!(
                "instant needs a day and a time, such as DD.MM.YYYY hh:mm, or unix or unix-ms, \
                 not {text:?}"
            ));
        }
        Ok(Self::Written(tokens))
    }

    /// Reads a day.
    pub fn parse_date(&self, text: &str) -> Result<String, String> {
        let refuse = || format!("{text:?} is not a date written like {}", self.in_words());
        let [year, month, day, ..] = self.numbers(text).ok_or_else(refuse)?;
        civil(year, month, day)
            .map(|day| day.to_string())
            .ok_or_else(refuse)
    }

    /// Writes a day.
    pub fn write_date(&self, iso: &str) -> Result<String, String> {
        let day: Date = iso.parse().map_err(|_| format!("{iso:?} is not a date"))?;
        Ok(self.fill(day.to_datetime(Time::midnight())))
    }

    /// Reads a point in time. Of a time that the clocks struck twice it is the
    /// first.
    pub fn parse_instant(&self, value: &Value, zone: &Zone) -> Result<Value, String> {
        if let Value::Instant(_) = value {
            return Ok(value.clone());
        }
        let text = own::text(value)?;
        let refuse = || format!("{text:?} is not a time written like {}", self.in_words());
        let scale = match self {
            Self::Unix => 1_000_000,
            Self::UnixMs => 1_000,
            Self::Written(_) => {
                let [year, month, day, hour, minute, second] =
                    self.numbers(&text).ok_or_else(refuse)?;
                let day = civil(year, month, day).ok_or_else(refuse)?;
                let time = Time::new(small(hour), small(minute), small(second), 0);
                let time = time.map_err(|_| refuse())?;
                return micros(day.to_datetime(time), zone).map(Value::Instant);
            }
        };
        let count: i64 = text.trim().parse().map_err(|_| refuse())?;
        count
            .checked_mul(scale)
            .map(Value::Instant)
            .ok_or_else(refuse)
    }

    /// Writes a point in time; unix times as whole numbers.
    pub fn write_instant(&self, value: &Value, zone: &Zone) -> Result<Value, String> {
        let Value::Instant(micros) = value else {
            return Err(format!("a {} is not a point in time", value.kind()));
        };
        match self {
            Self::Unix => Ok(Value::Integer(micros.div_euclid(1_000_000))),
            Self::UnixMs => Ok(Value::Integer(micros.div_euclid(1_000))),
            Self::Written(_) => Ok(Value::Text(self.fill(civil_of(*micros, zone)?))),
        }
    }

    /// The numbers of a text: year, month, day, hour, minute, second.
    fn numbers(&self, text: &str) -> Option<[i64; UNITS]> {
        let Self::Written(tokens) = self else {
            return None;
        };
        let mut numbers = [0; UNITS];
        let mut rest = text.trim();
        for token in tokens {
            match token {
                Token::Literal(' ') => rest = rest.trim_start(),
                Token::Literal(literal) => rest = rest.strip_prefix(*literal)?,
                Token::Number(unit, _) => {
                    let most = if *unit == Unit::Year { 4 } else { 2 };
                    let digits = rest
                        .bytes()
                        .take(most)
                        .take_while(u8::is_ascii_digit)
                        .count();
                    if digits == 0 || (*unit == Unit::Year && digits != 4) {
                        return None;
                    }
                    numbers[*unit as usize] = rest[..digits].parse().ok()?;
                    rest = &rest[digits..];
                }
            }
        }
        rest.is_empty().then_some(numbers)
    }

    fn fill(&self, at: DateTime) -> String {
        let Self::Written(tokens) = self else {
            return String::new();
        };
        let mut text = String::new();
        for token in tokens {
            match token {
                Token::Literal(literal) => text.push(*literal),
                Token::Number(unit, digits) => {
                    let number = match unit {
                        Unit::Year => at.year(),
                        Unit::Month => at.month().into(),
                        Unit::Day => at.day().into(),
                        Unit::Hour => at.hour().into(),
                        Unit::Minute => at.minute().into(),
                        Unit::Second => at.second().into(),
                    };
                    text.push_str(&format!("{number:0digits$}"));
                }
            }
        }
        text
    }

    fn in_words(&self) -> String {
        let Self::Written(tokens) = self else {
            return "a count since 1970".to_owned();
        };
        let mut text = String::new();
        for token in tokens {
            match token {
                Token::Literal(literal) => text.push(*literal),
                Token::Number(unit, digits) => {
                    text.push_str(&letter(*unit).to_string().repeat(*digits));
                }
            }
        }
        text
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let run = rest.chars().take_while(|next| *next == first).count();
        let unit = [
            Unit::Year,
            Unit::Month,
            Unit::Day,
            Unit::Hour,
            Unit::Minute,
            Unit::Second,
        ]
        .into_iter()
        .find(|unit| letter(*unit) == first);
        let digits_fit = |unit: Unit| {
            if unit == Unit::Year {
                run == 4
            } else {
                run <= 2
            }
        };
        match unit {
            Some(unit) if digits_fit(unit) => tokens.push(Token::Number(unit, run)),
            None if !first.is_alphanumeric() || first == 'T' => {
                tokens.extend(std::iter::repeat_n(Token::Literal(first), run));
            }
            _ => {
                return Err(format!(
                    "{text:?} is no pattern: it is made of YYYY, MM, DD, hh, mm and ss"
                ));
            }
        }
        rest = &rest[run * first.len_utf8()..];
    }
    Ok(tokens)
}

fn letter(unit: Unit) -> char {
    match unit {
        Unit::Year => 'Y',
        Unit::Month => 'M',
        Unit::Day => 'D',
        Unit::Hour => 'h',
        Unit::Minute => 'm',
        Unit::Second => 's',
    }
}

fn small(number: i64) -> i8 {
    i8::try_from(number).unwrap_or(-1)
}

fn civil(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, small(month), small(day)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::iso_instant;

    fn check(pattern: &str, text: &str, expected: Option<&str>) {
        let parsed = Pattern::of_date(pattern).unwrap().parse_date(text);
        assert_eq!(parsed.ok().as_deref(), expected, "{pattern}: {text}");
    }

    #[test]
    fn days_are_read_and_never_guessed() {
        check("DD.MM.YYYY", "20.11.2026", Some("2026-11-20"));
        check("DD.MM.YYYY", " 1.2.2026 ", Some("2026-02-01"));
        check("DD.MM.YYYY", "31.02.2026", None);
        check("DD.MM.YYYY", "20.11.26", None);
        check("M/D/YYYY", "11/20/2026", Some("2026-11-20"));
        check("M/D/YYYY", "20/11/2026", None);
        check("YYYYMMDD", "20261120", Some("2026-11-20"));
    }

    #[test]
    fn patterns_must_be_whole() {
        assert!(Pattern::of_date("DD.MM").is_err());
        assert!(Pattern::of_date("DD.MM.YY").is_err());
        assert!(Pattern::of_date("dd.mm.yyyy").is_err());
        assert!(Pattern::of_instant("DD.MM.YYYY").is_err());
    }

    #[test]
    fn times_know_their_zone() {
        let pattern = Pattern::of_instant("DD.MM.YYYY hh:mm").unwrap();
        let zone = Zone::read("Europe/Berlin").unwrap();
        let summer = pattern
            .parse_instant(&"01.07.2026 12:00".into(), &zone)
            .unwrap();
        assert_eq!(
            summer,
            Value::Instant(iso_instant("2026-07-01T10:00:00Z").unwrap())
        );
        let written = pattern.write_instant(&summer, &zone).unwrap();
        assert_eq!(written, Value::from("01.07.2026 12:00"));
        assert!(Zone::read("+01:00").is_ok());
        assert!(Zone::read("Berlin").is_err());
    }
}
