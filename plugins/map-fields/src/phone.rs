//! Phone numbers in international form.

mod plan;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat};

pub use rlibphonenumber::enums::Region;

/// Texts that are longer are no numbers.
const TEXT_BYTES_MAX: usize = 60;

/// A region by its two letters.
pub fn region(text: &str) -> Result<Region, String> {
    let known = || Region::try_from(text).ok();
    let upper = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    upper.then(known).flatten().ok_or_else(|| {
        format!("{text:?} is no region; a region is two capital letters, such as DE or US")
    })
}

/// The international form, with an extension where there is one:
/// `+4930123456;ext=7`. What is no phone number stays as it is: a note in a
/// phone field is worth keeping. Only `strict` refuses it.
pub fn normal(text: &str, region: Option<Region>, strict: bool) -> Result<String, String> {
    let text = text.trim();
    match international(text, region) {
        Some(number) => Ok(number),
        None if strict && !text.is_empty() => Err(match (region, text.starts_with('+')) {
            (None, false) => format!(
                "{text:?} has no country, and no region is set; hint: phone(DE), or the \
                 system's default-region"
            ),
            _ => format!("{text:?} is no phone number"),
        }),
        None => Ok(text.to_owned()),
    }
}

/// The international form, if it is one.
fn international(text: &str, region: Option<Region>) -> Option<String> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    plan::read(text, region).or_else(|| by_library(text, region))
}

/// The same, without the short way: a few texts that pass for numbers get
/// shorter with every reading, and those are no numbers.
fn by_library(text: &str, region: Option<Region>) -> Option<String> {
    let normal = read_once(text, region)?;
    let stays = normal == text || read_once(&normal, region).is_some_and(|again| again == normal);
    stays.then_some(normal)
}

fn read_once(text: &str, region: Option<Region>) -> Option<String> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if !(3..=24).contains(&digits) {
        return None;
    }
    let number = PHONE_NUMBER_UTIL.parse(text, region).ok()?;
    if !says_all(text, &number) || !PHONE_NUMBER_UTIL.is_possible_number(&number) {
        return None;
    }
    let mut normal = number.format_as(PhoneNumberFormat::E164).into_owned();
    if let Some(extension) = number.extension.as_deref().filter(|text| !text.is_empty()) {
        normal.push_str(";ext=");
        normal.push_str(extension);
    }
    Some(normal)
}

/// Whether the number says all that the text says: the parser leaves out what
/// stands around a number, and reads letters as the digits under them.
fn says_all(text: &str, number: &PhoneNumber) -> bool {
    let has_extension = number
        .extension
        .as_deref()
        .is_some_and(|text| !text.is_empty());
    let letters = text.chars().any(char::is_alphabetic);
    let several = text.contains(['/', ';', ',', '&', '\n']);
    has_extension || !(letters || several && text.matches('+').count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, region: Option<Region>, expected: &str) {
        let once = normal(text, region, false).unwrap();
        assert_eq!(once, expected, "{text}");
        assert_eq!(normal(&once, region, false).unwrap(), once, "{text}: twice");
    }

    #[test]
    fn numbers_become_international() {
        let germany = Some(region("DE").unwrap());
        check("+49 30 123", None, "+4930123");
        check("030 / 123 456", germany, "+4930123456");
        check("+49 (0)30 123456", None, "+4930123456");
        check("0049 30 123456", germany, "+4930123456");
        check(
            "(202) 555-0173",
            Some(region("US").unwrap()),
            "+12025550173",
        );
        check("+1 202 555 0173 ext. 12", None, "+12025550173;ext=12");
    }

    #[test]
    fn what_is_no_number_stays() {
        let germany = Some(region("DE").unwrap());
        check("ask Anna", germany, "ask Anna");
        check("call Anna 030 123456", germany, "call Anna 030 123456");
        check("030 123456", None, "030 123456");
        check("1", germany, "1");
        check("+49000000", germany, "+49000000");
        check(
            "+49 30 123456 / +49 171 1234567",
            germany,
            "+49 30 123456 / +49 171 1234567",
        );
        assert!(normal("ask Anna", germany, true).is_err());
        assert!(
            normal("030 123456", None, true)
                .unwrap_err()
                .contains("default-region")
        );
    }
}
