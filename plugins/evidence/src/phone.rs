//! Phone numbers, as far as comparing needs them.
//!
//! Canonical numbers arrive in E.164 from the mapper. For those that do not,
//! the last nine digits are what all ways to write a number share. A full
//! parser knows more, and is larger than everything else here together.

/// How many digits at the end of a number are compared.
const SIGNIFICANT: usize = 9;

/// A number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phone {
    /// The last nine digits (fewer where there are fewer), and how many.
    pub tail: u64,
    /// All digits with the country's code; zero where the country is unknown.
    pub full: u64,
}

/// Reads a number. Nothing where there are fewer than seven or more than
/// fifteen digits, or where they are no number anybody has (`0000000`,
/// `1234567`).
#[must_use]
pub fn parse(text: &str) -> Option<Phone> {
    let lower = text.trim().to_ascii_lowercase();
    let main = EXTENSIONS.iter().fold(lower.as_str(), |rest, mark| {
        rest.split(mark).next().unwrap_or(rest)
    });
    // `+44 (0)20 …`: the zero in brackets is dialled only at home.
    let main = main.replace("(0)", "");
    let mut digits: String = main.chars().filter(char::is_ascii_digit).collect();
    let international = main.trim_start().starts_with('+') || digits.starts_with("00");
    digits = digits.trim_start_matches('0').to_owned();
    if !(7..=15).contains(&digits.len()) || is_made_up(digits.as_bytes()) {
        return None;
    }
    let number = |text: &str| text.parse::<u64>().ok();
    let tail = &digits[digits.len().saturating_sub(SIGNIFICANT)..];
    // A leading one keeps the length and zeros at the front.
    let tail = number(&format!("1{tail}"))?;
    let full = if international { number(&digits)? } else { 0 };
    Some(Phone { tail, full })
}

/// Whether two tails differ in one digit, or in two neighbours swapped.
#[must_use]
pub fn one_digit_apart(first: u64, second: u64) -> bool {
    let (mut a, mut b) = (first, second);
    let mut differing = [0_u32; 3];
    let mut count = 0;
    let mut at = 0;
    while a != 0 || b != 0 {
        if a % 10 != b % 10 {
            if count == 2 {
                return false;
            }
            differing[count] = at;
            count += 1;
        }
        (a, b, at) = (a / 10, b / 10, at + 1);
    }
    let digit = |number: u64, at: u32| number / 10_u64.pow(at) % 10;
    let (low, high) = (differing[0], differing[1]);
    match count {
        1 => true,
        2 => {
            high == low + 1
                && digit(first, low) == digit(second, high)
                && digit(first, high) == digit(second, low)
        }
        _ => false,
    }
}

fn is_made_up(digits: &[u8]) -> bool {
    let changes = digits.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let climbing = digits
        .windows(2)
        .all(|pair| pair[1] == pair[0] + 1 || (pair[0], pair[1]) == (b'9', b'0'));
    let tail = &digits[digits.len() - 7..];
    changes <= 1 || climbing || tail.iter().all(|digit| *digit == tail[0])
}

const EXTENSIONS: &[&str] = &["x", "ext", "durchwahl", ";", "#", "/ext"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_to_write_a_number() {
        let tail = parse("+49 151 23456789").expect("a number").tail;
        for text in [
            "0151 23456789",
            "0049-151-23456789",
            "(0151) 23456789 ext. 12",
            "+49 (0)151 23456789",
        ] {
            assert_eq!(parse(text).expect("a number").tail, tail, "{text}");
        }
        assert_eq!(parse("0049 151 23456789"), parse("+4915123456789"));
    }

    #[test]
    fn made_up_numbers_are_nothing() {
        for text in [
            "0000000000",
            "1234567",
            "555-555-5555",
            "n/a",
            "12",
            "0123456789",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn one_digit() {
        assert!(one_digit_apart(1_234_567_890, 1_234_567_891));
        assert!(one_digit_apart(1_234_567_890, 1_234_576_890));
        assert!(!one_digit_apart(1_234_567_890, 1_334_567_891));
        assert!(!one_digit_apart(1_234_567_890, 1_234_567_890));
    }
}
