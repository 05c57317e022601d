//! Numbers of well-known numbering plans, read without the library.
//!
//! The library decodes its tables and compiles its patterns at its first
//! number, which takes as long as ten thousand numbers after it; and a rule
//! starts afresh with every batch. So what is beyond doubt is read here, and
//! everything else by the library. Both say the same: the tests compare them.

use super::Region;

/// How a country numbers its phones, as far as there is no doubt about it.
#[derive(Debug)]
struct Plan {
    region: Region,
    code: &'static str,
    trunk: Trunk,
    /// How many digits a number has, without code and trunk prefix.
    digits_min: usize,
    digits_max: usize,
}

/// What stands before a number that is dialled inside the country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trunk {
    /// A zero, which is no part of the number.
    Zero,
    /// Nothing.
    Nothing,
    /// A one, or nothing: North America.
    One,
}

const fn plan(
    region: Region,
    code: &'static str,
    trunk: Trunk,
    digits_min: usize,
    digits_max: usize,
) -> Plan {
    Plan {
        region,
        code,
        trunk,
        digits_min,
        digits_max,
    }
}

const PLANS: &[Plan] = &[
    plan(Region::US, "1", Trunk::One, 10, 10),
    plan(Region::CA, "1", Trunk::One, 10, 10),
    plan(Region::ZA, "27", Trunk::Zero, 9, 9),
    plan(Region::GR, "30", Trunk::Nothing, 10, 10),
    plan(Region::NL, "31", Trunk::Zero, 9, 9),
    plan(Region::BE, "32", Trunk::Zero, 8, 9),
    plan(Region::FR, "33", Trunk::Zero, 9, 9),
    plan(Region::ES, "34", Trunk::Nothing, 9, 9),
    plan(Region::IT, "39", Trunk::Nothing, 6, 11),
    plan(Region::RO, "40", Trunk::Zero, 9, 9),
    plan(Region::CH, "41", Trunk::Zero, 9, 9),
    plan(Region::AT, "43", Trunk::Zero, 4, 13),
    plan(Region::GB, "44", Trunk::Zero, 9, 10),
    plan(Region::DK, "45", Trunk::Nothing, 8, 8),
    plan(Region::SE, "46", Trunk::Zero, 7, 10),
    plan(Region::NO, "47", Trunk::Nothing, 8, 8),
    plan(Region::PL, "48", Trunk::Nothing, 9, 9),
    plan(Region::DE, "49", Trunk::Zero, 4, 13),
    plan(Region::TR, "90", Trunk::Zero, 10, 10),
    plan(Region::IN, "91", Trunk::Zero, 10, 10),
    plan(Region::PT, "351", Trunk::Nothing, 9, 9),
    plan(Region::IE, "353", Trunk::Zero, 7, 10),
    plan(Region::FI, "358", Trunk::Zero, 5, 12),
    plan(Region::BG, "359", Trunk::Zero, 8, 9),
    plan(Region::UA, "380", Trunk::Zero, 9, 9),
    plan(Region::HR, "385", Trunk::Zero, 7, 9),
    plan(Region::CZ, "420", Trunk::Nothing, 9, 9),
    plan(Region::SK, "421", Trunk::Zero, 9, 9),
];

/// In Britain this stands before a number like a trunk prefix.
const TEXT_RELAY: &str = "180020";

/// The international form; none where the library has to look.
pub(super) fn read(text: &str, region: Option<Region>) -> Option<String> {
    let (plus, rest) = match text.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut digits = String::with_capacity(rest.len());
    for byte in rest.bytes() {
        match byte {
            b'0'..=b'9' => digits.push(char::from(byte)),
            b' ' | b'-' | b'.' | b'/' | b'(' | b')' => {}
            _ => return None,
        }
    }
    if plus {
        return international(&digits);
    }
    let region = region?;
    let plan = PLANS.iter().find(|plan| plan.region == region)?;
    match digits.strip_prefix("00") {
        Some(rest) if plan.trunk != Trunk::One => international(rest),
        Some(_) => None,
        None => plan.national(&digits),
    }
}

/// A number that begins with a country's code.
fn international(digits: &str) -> Option<String> {
    let mut plans = PLANS.iter();
    let (plan, rest) = plans.find_map(|plan| Some((plan, digits.strip_prefix(plan.code)?)))?;
    // People write the zero that is only dialled at home: +49 (0)30 123456.
    let rest = match plan.trunk {
        Trunk::Zero => rest.strip_prefix('0').unwrap_or(rest),
        _ => rest,
    };
    plan.whole(rest)
}

impl Plan {
    /// A number as it is dialled inside the country.
    fn national(&self, digits: &str) -> Option<String> {
        match self.trunk {
            Trunk::Zero => self.whole(digits.strip_prefix('0')?),
            Trunk::One => self.whole(digits.strip_prefix('1').unwrap_or(digits)),
            // It may be the code that it begins with.
            Trunk::Nothing if digits.starts_with(self.code) => None,
            Trunk::Nothing => self.whole(digits),
        }
    }

    /// A number without code and trunk prefix.
    fn whole(&self, digits: &str) -> Option<String> {
        let doubtful = match self.trunk {
            Trunk::Zero => digits.starts_with('0') || digits.starts_with(TEXT_RELAY),
            Trunk::One => digits.starts_with(['0', '1']),
            Trunk::Nothing => digits.starts_with("00"),
        };
        let fits = (self.digits_min..=self.digits_max).contains(&digits.len());
        (fits && !doubtful).then(|| format!("+{}{digits}", self.code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is read here, the library reads the same.
    fn check(text: &str, region: Option<Region>) -> bool {
        let Some(read) = read(text, region) else {
            return false;
        };
        let library = crate::phone::by_library(text, region);
        assert_eq!(Some(read), library, "{text} in {region:?}");
        true
    }

    #[test]
    fn the_common_forms_need_no_library() {
        let germany = Some(Region::DE);
        for text in [
            "030 / 123 456",
            "(0221) 1234567",
            "+49 (0)30 123456",
            "0049 30 123456",
            "+4930123456",
            "+43 1 123456",
            "+1 202-555-0173",
        ] {
            assert!(check(text, germany), "{text}");
        }
        assert!(check("(202) 555-0173", Some(Region::US)));
        assert!(check("1 202 555 0173", Some(Region::US)));
        assert!(check("06 1234 5678", Some(Region::IT)));
    }

    #[test]
    fn what_is_in_doubt_is_left_to_the_library() {
        let germany = Some(Region::DE);
        let check = |text, region| assert_eq!(read(text, region), None, "{text}");
        check("30 123456", germany);
        check("030 123456", None);
        check("030 123456 ext. 7", germany);
        check("030 123456 #7", germany);
        check("+49 30 123456 / +49 171 1234567", germany);
        check("+44 180020 1234", germany);
        check("+49000000", germany);
        check("+999 1234567", germany);
        check("４９", germany);
        check("", germany);
    }

    /// Every beginning of three digits in every length, in every country, in
    /// every way to write it.
    #[test]
    fn the_library_agrees() {
        let tail = "52938471605293";
        let mut read = 0;
        for plan in PLANS {
            let home = Some(plan.region);
            for start in 0..1_000 {
                for length in plan.digits_min.saturating_sub(2)..=plan.digits_max + 2 {
                    let digits = format!("{start:03}{tail}");
                    let digits = &digits[..length];
                    for text in [
                        format!("+{}{digits}", plan.code),
                        format!("+{} (0){digits}", plan.code),
                        format!("00{}{digits}", plan.code),
                        format!("0{digits}"),
                        digits.to_owned(),
                    ] {
                        read += usize::from(check(&text, home));
                    }
                }
            }
        }
        assert!(read > 100_000, "only {read} numbers were read");
    }
}
