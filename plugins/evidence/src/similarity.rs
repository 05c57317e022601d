//! How alike two short folded texts are.

/// Jaro-Winkler similarity from 0 to 1 of two texts of at most 64 bytes
/// (longer ones are cut), with the usual prefix bonus of .1 for up to four
/// letters. Bit flags instead of allocated ones: this is the innermost loop.
#[must_use]
pub fn jaro_winkler(first: &[u8], second: &[u8]) -> f64 {
    // The shorter text leads, so that the pair and its mirror agree exactly.
    let (short, long) = if (first.len(), first) <= (second.len(), second) {
        (first, second)
    } else {
        (second, first)
    };
    let (short, long) = (&short[..short.len().min(64)], &long[..long.len().min(64)]);
    if short.is_empty() {
        return 0.0;
    }
    let window = (long.len() / 2).saturating_sub(1);
    let (mut taken, mut used) = (0_u64, 0_u64);
    for (at, byte) in short.iter().enumerate() {
        let from = at.saturating_sub(window);
        let near = long.iter().enumerate().take(at + window + 1).skip(from);
        let free = |(other, letter): &(usize, &u8)| used >> other & 1 == 0 && *letter == byte;
        if let Some((other, _)) = near.into_iter().find(free) {
            used |= 1 << other;
            taken |= 1 << at;
        }
    }
    let matches = taken.count_ones();
    if matches == 0 {
        return 0.0;
    }
    let (mut left, mut right, mut displaced) = (taken, used, 0_u32);
    while left != 0 {
        let (at, other) = (
            left.trailing_zeros() as usize,
            right.trailing_zeros() as usize,
        );
        displaced += u32::from(short[at] != long[other]);
        left &= left - 1;
        right &= right - 1;
    }
    let matches = f64::from(matches);
    let length = |text: &[u8]| text.len() as f64;
    let jaro = (matches / length(short)
        + matches / length(long)
        + (matches - f64::from(displaced / 2)) / matches)
        / 3.0;
    jaro + prefix(short, long) * 0.1 * (1.0 - jaro)
}

/// Whether [`jaro_winkler`] says at least `least`.
#[must_use]
pub fn are_alike(first: &[u8], second: &[u8], least: f64) -> bool {
    similarity_from(first, second, least) >= least
}

/// [`jaro_winkler`], or zero where it is below `least`: two texts that have
/// little to do with each other, as most have, are told apart by their letters
/// alone.
#[must_use]
pub fn similarity_from(first: &[u8], second: &[u8], least: f64) -> f64 {
    if similarity_max(first, second) < least {
        return 0.0;
    }
    let similarity = jaro_winkler(first, second);
    if similarity < least { 0.0 } else { similarity }
}

/// No pair with these letters and this beginning is more alike.
fn similarity_max(first: &[u8], second: &[u8]) -> f64 {
    let (first, second) = (
        &first[..first.len().min(64)],
        &second[..second.len().min(64)],
    );
    // Two letters may share a bit: the bound is looser then, never too low.
    let letters = |text: &[u8]| text.iter().fold(0_u64, |all, byte| all | 1 << (byte & 63));
    let (one, other) = (letters(first), letters(second));
    let left = |text: &[u8], alone: u64| text.len() - alone.count_ones() as usize;
    let matches = left(first, one & !other).min(left(second, other & !one));
    if matches == 0 {
        return 0.0;
    }
    let share = |text: &[u8]| matches as f64 / text.len() as f64;
    let jaro = (share(first) + share(second) + 1.0) / 3.0;
    let prefix = prefix(first, second);
    // A little more, for what rounding takes away.
    jaro + prefix * 0.1 * (1.0 - jaro) + 1e-9
}

/// How many of the first four letters are equal.
fn prefix(first: &[u8], second: &[u8]) -> f64 {
    let pairs = first.iter().zip(second).take(4);
    pairs.take_while(|(a, b)| a == b).count() as f64
}

/// Whether at most one insertion, deletion, substitution or swap of
/// neighbours turns one text into the other.
#[must_use]
pub fn one_edit_apart(first: &[u8], second: &[u8]) -> bool {
    let (short, long) = if first.len() <= second.len() {
        (first, second)
    } else {
        (second, first)
    };
    if long.len() - short.len() > 1 {
        return false;
    }
    let prefix = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short, long) = (&short[prefix..], &long[prefix..]);
    if short.len() < long.len() {
        return short == &long[1..];
    }
    match (short, long) {
        ([], []) => true,
        ([_, rest @ ..], [_, other @ ..]) if rest == other => true,
        ([a, b, rest @ ..], [c, d, other @ ..]) => a == d && b == c && rest == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_similarities() {
        let check = |a: &str, b: &str, expected: f64| {
            let found = jaro_winkler(a.as_bytes(), b.as_bytes());
            assert!((found - expected).abs() < 0.001, "{a} {b}: {found}");
        };
        check("martha", "marhta", 0.961);
        check("dwayne", "duane", 0.840);
        check("dixon", "dicksonx", 0.813);
        check("abc", "xyz", 0.0);
    }

    #[test]
    fn one_edit() {
        for (a, b) in [
            ("reid", "rpid"),
            ("jost", "josh"),
            ("will", "wil"),
            ("hemry", "hmery"),
        ] {
            assert!(one_edit_apart(a.as_bytes(), b.as_bytes()), "{a} {b}");
        }
        assert!(!one_edit_apart(b"abcd", b"badc"));
        assert!(!one_edit_apart(b"anna", b"annabel"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(0x7EA7), ..ProptestConfig::default() })]

        #[test]
        fn alike_either_way(a in "[a-e]{0,12}", b in "[a-e]{0,12}") {
            let (a, b) = (a.as_bytes(), b.as_bytes());
            prop_assert_eq!(jaro_winkler(a, b).to_bits(), jaro_winkler(b, a).to_bits());
            prop_assert_eq!(one_edit_apart(a, b), one_edit_apart(b, a));
            for least in [0.5, 0.8, 0.92, 0.96] {
                prop_assert_eq!(are_alike(a, b, least), jaro_winkler(a, b) >= least);
            }
            if !a.is_empty() {
                prop_assert!((jaro_winkler(a, a) - 1.0).abs() < 1e-9);
            }
        }
    }
}
