//! Birth dates, errors of the pen included.

/// A day; a part that is not known is zero. Parts are not checked against the
/// calendar: a month 86 is a typing error, and still evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// The year.
    pub year: u16,
    /// The month.
    pub month: u8,
    /// The day of the month.
    pub day: u8,
}

/// Reads `2026-11-20` or `20261120`. Nothing for other forms (the mapper has
/// made canonical dates of them) and for days that stand for "not known".
#[must_use]
pub fn parse(text: &str) -> Option<Day> {
    let text = text.trim().split(['T', ' ']).next().unwrap_or_default();
    let digits: Vec<u8> = text
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|digit| digit - b'0')
        .collect();
    let others = text.len() - digits.len();
    if digits.len() != 8 || !(others == 0 || (others == 2 && text.as_bytes().get(4) == Some(&b'-')))
    {
        return None;
    }
    let part = |range: std::ops::Range<usize>| {
        digits[range]
            .iter()
            .fold(0_u16, |sum, digit| sum * 10 + u16::from(*digit))
    };
    let small = |range| u8::try_from(part(range)).unwrap_or(0);
    let day = Day {
        year: part(0..4),
        month: small(4..6),
        day: small(6..8),
    };
    let unknown = matches!(
        (day.year, day.month, day.day),
        (0, _, _) | (1900 | 1970 | 9999, 1, 1)
    );
    (!unknown).then_some(day)
}

/// How two days agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    /// Nothing in common but chance.
    Conflict,
    /// The same year, or years apart by tens.
    Distant,
    /// Not much more than a year between them.
    Near,
    /// Two of the three parts are equal.
    TwoParts,
    /// One digit differs, two neighbours or day and month are swapped.
    Slip,
    /// The same day.
    Equal,
}

/// Compares two days.
#[must_use]
pub fn compare(first: Day, second: Day) -> Agreement {
    if first == second {
        return Agreement::Equal;
    }
    let parts = [
        first.year == second.year,
        first.month == second.month,
        first.day == second.day,
    ];
    let swapped = parts[0] && first.month == second.day && first.day == second.month;
    let digits =
        |day: Day| u64::from(day.year) * 10_000 + u64::from(day.month) * 100 + u64::from(day.day);
    if swapped || crate::phone::one_digit_apart(digits(first), digits(second)) {
        return Agreement::Slip;
    }
    let months = |day: Day| i32::from(day.year) * 12 + i32::from(day.month);
    let decades = first.year.abs_diff(second.year).is_multiple_of(10);
    match parts.iter().filter(|equal| **equal).count() {
        2 => Agreement::TwoParts,
        _ if months(first).abs_diff(months(second)) <= 13 => Agreement::Near,
        _ if parts[0] || (decades && months(first).abs_diff(months(second)) <= 123) => {
            Agreement::Distant
        }
        _ => Agreement::Conflict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreements() {
        let day = |text| parse(text).expect("a day");
        let check = |a, b, expected| assert_eq!(compare(day(a), day(b)), expected, "{a} {b}");
        check("1971-06-24", "19710624", Agreement::Equal);
        check("1971-06-24", "1971-05-24", Agreement::Slip);
        check("1971-06-04", "1971-04-06", Agreement::Slip);
        check("1971-06-24", "1971-06-11", Agreement::TwoParts);
        check("1971-06-24", "1971-11-02", Agreement::Near);
        check("1971-06-24", "1981-05-21", Agreement::Distant);
        check("1971-06-24", "1982-11-02", Agreement::Conflict);
    }

    #[test]
    fn no_days() {
        for text in ["1970-01-01", "24.06.1971", "", "0000-00-00", "1900-01-01"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
