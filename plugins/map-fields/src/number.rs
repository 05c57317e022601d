//! Numbers as people write them: `1.234,56`.

/// How numbers are written, learnt from an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// What stands between groups of three digits.
    group: Option<char>,
    /// What stands before the fraction.
    point: Option<char>,
    /// How many digits a fraction has at least.
    fraction_min: usize,
}

impl Style {
    /// Learns from an example: `1.234,56`, `1,234.56`, `1234,5`, `1 234`.
    pub fn read(example: &str) -> Result<Self, String> {
        let example = crate::quoted::unquote(example);
        let marks: Vec<(usize, char)> = example
            .char_indices()
            .filter(|(_, character)| !character.is_ascii_digit())
            .collect();
        let refuse =
            || format!("number needs an example such as 1.234,56 or 1234.5, not {example:?}");
        let (group, point) = match marks[..] {
            [] => (None, None),
            [(at, mark)] => {
                let after = example.len() - at - mark.len_utf8();
                match (at, after) {
                    (1..=3, 3) => (Some(mark), None),
                    (1.., 1..) => (None, Some(mark)),
                    _ => return Err(refuse()),
                }
            }
            [.., (_, last)] => {
                let first = marks[0].1;
                let between = &marks[..marks.len() - 1];
                match (
                    first == last,
                    between.iter().all(|(_, mark)| *mark == first),
                ) {
                    (true, true) => (Some(first), None),
                    (false, true) => (Some(first), Some(last)),
                    _ => return Err(refuse()),
                }
            }
        };
        let style = Self {
            group,
            point,
            fraction_min: match point {
                Some(point) => example.rsplit(point).next().unwrap_or_default().len(),
                None => 0,
            },
        };
        style.parse(example).map_err(|_| refuse())?;
        Ok(style)
    }

    /// Reads a number written like that, as a decimal. Groups must be groups:
    /// under `1.234,56` the text `1.5` is refused and not guessed at.
    pub fn parse(&self, text: &str) -> Result<String, String> {
        let trimmed = text.trim();
        let refuse = || format!("{text:?} is no number written like {}", self.example());
        let (sign, digits) = match trimmed.strip_prefix(['-', '\u{2212}']) {
            Some(digits) => ("-", digits),
            None => ("", trimmed.strip_prefix('+').unwrap_or(trimmed)),
        };
        let (whole, fraction) = match self.point.and_then(|point| digits.split_once(point)) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !fraction.is_none_or(all_digits) {
            return Err(refuse());
        }
        let mut plain = String::from(sign);
        match self.group {
            Some(group) if whole.chars().any(|mark| same(mark, group)) => {
                for (index, part) in whole.split(|mark| same(mark, group)).enumerate() {
                    let fits = match index {
                        0 => (1..=3).contains(&part.len()),
                        _ => part.len() == 3,
                    };
                    if !fits || !all_digits(part) {
                        return Err(refuse());
                    }
                    plain.push_str(part);
                }
            }
            _ if all_digits(whole) => plain.push_str(whole),
            _ => return Err(refuse()),
        }
        if let Some(fraction) = fraction {
            plain.push('.');
            plain.push_str(fraction);
        }
        self::plain(&plain).map_err(|_| refuse())
    }

    /// Writes a decimal like that.
    pub fn write(&self, decimal: &str) -> Result<String, String> {
        let decimal = plain(decimal)?;
        let (sign, digits) = match decimal.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", decimal.as_str()),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut written = String::from(sign);
        for (index, digit) in whole.chars().enumerate() {
            let left = whole.len() - index;
            if let Some(group) = self.group.filter(|_| index > 0 && left.is_multiple_of(3)) {
                written.push(group);
            }
            written.push(digit);
        }
        match self.point {
            Some(point) if !fraction.is_empty() || self.fraction_min > 0 => {
                written.push(point);
                written.push_str(fraction);
                let missing = self.fraction_min.saturating_sub(fraction.len());
                written.extend(std::iter::repeat_n('0', missing));
            }
            None if !fraction.is_empty() => {
                return Err(format!(
                    "{decimal} has a fraction, and numbers like {} have none",
                    self.example()
                ));
            }
            _ => {}
        }
        Ok(written)
    }

    fn example(&self) -> String {
        let group = self.group.map(String::from).unwrap_or_default();
        match self.point {
            Some(point) => format!(
                "1{group}234{point}{}",
                &"5678"[..self.fraction_min.clamp(1, 4)]
            ),
            None => format!("1{group}234"),
        }
    }
}

/// Spreadsheets separate groups with any of several kinds of space.
fn same(mark: char, group: char) -> bool {
    mark == group || (mark.is_whitespace() && group.is_whitespace())
}

/// A number in plain notation as the contract wants decimals: `-12.5`.
pub fn plain(text: &str) -> Result<String, String> {
    let trimmed = text.trim();
    let refuse = || format!("{text:?} is no number such as -12.5");
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Err(refuse());
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let fraction = fraction.trim_end_matches('0');
    let sign = if negative && (whole != "0" || !fraction.is_empty()) {
        "-"
    } else {
        ""
    };
    Ok(match fraction.is_empty() {
        true => format!("{sign}{whole}"),
        false => format!("{sign}{whole}.{fraction}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(example: &str, text: &str, expected: Option<&str>) {
        let style = Style::read(example).unwrap();
        assert_eq!(
            style.parse(text).ok().as_deref(),
            expected,
            "{example}: {text}"
        );
    }

    #[test]
    fn a_style_reads_what_is_written_like_it() {
        check("1.234,56", "1.234.567,80", Some("1234567.8"));
        check("1.234,56", "-12,5", Some("-12.5"));
        check("1.234,56", "1.5", None);
        check("1.234,56", "12.34,5", None);
        check("1,234.56", "1,234.50", Some("1234.5"));
        check("1 234,5", "1\u{a0}234,5", Some("1234.5"));
        check("1234,5", "0,30", Some("0.3"));
        check("1.234", "12.000", Some("12000"));
        check("1234", "12.5", None);
    }

    #[test]
    fn a_style_writes_what_it_reads() {
        let style = Style::read("1.234,56").unwrap();
        assert_eq!(style.write("-1234567.8").unwrap(), "-1.234.567,80");
        assert_eq!(style.write("12").unwrap(), "12,00");
        assert!(Style::read("1.234").unwrap().write("0.5").is_err());
    }

    #[test]
    fn an_example_must_be_one() {
        for example in ["", "abc", "1.2.3,4", "1,2,3.4.5"] {
            assert!(Style::read(example).is_err(), "{example}");
        }
    }
}
