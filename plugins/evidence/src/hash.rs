//! Hashes for keys, terms and equality of long values.
//!
//! They must never change between builds or machines: a host keeps them. The
//! host hashes again with a secret, so speed and spread matter here, not
//! secrecy.

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Hashes the parts, in order, under a label that keeps equal texts of
/// different meaning apart. Never zero: zero stands for "none".
#[must_use]
pub fn hash(label: &str, parts: &[&[u8]]) -> u64 {
    let mut state = OFFSET;
    mix(&mut state, label.as_bytes());
    for part in parts {
        mix(&mut state, part);
    }
    finish(state)
}

/// Hashes numbers under a label; never zero.
#[must_use]
pub fn hash_numbers(label: &str, numbers: &[u64]) -> u64 {
    let mut state = OFFSET;
    mix(&mut state, label.as_bytes());
    for number in numbers {
        mix(&mut state, &number.to_le_bytes());
    }
    finish(state)
}

/// FNV-1a over the bytes and an end mark, so that `ab, c` is not `a, bc`. In
/// steps of eight: in the sandbox every turn of a loop is metered.
fn mix(state: &mut u64, bytes: &[u8]) {
    let mut step = |byte: u8| *state = (*state ^ u64::from(byte)).wrapping_mul(PRIME);
    let (eights, rest) = bytes.as_chunks::<8>();
    for eight in eights {
        eight.iter().copied().for_each(&mut step);
    }
    rest.iter().copied().for_each(&mut step);
    step(0xff);
}

/// The finalizer of MurmurHash3: FNV alone leaves the high bits poor.
fn finish(mut state: u64) -> u64 {
    state ^= state >> 33;
    state = state.wrapping_mul(0xff51_afd7_ed55_8ccd);
    state ^= state >> 33;
    state = state.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    state ^= state >> 33;
    state.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_borders_matter() {
        assert_ne!(hash("a", &[b"x"]), hash("b", &[b"x"]));
        assert_ne!(hash("a", &[b"ab", b"c"]), hash("a", &[b"a", b"bc"]));
        assert_eq!(hash("a", &[b"x"]), hash("a", &[b"x"]));
    }

    /// Hosts keep these numbers.
    #[test]
    fn hashes_never_change() {
        assert_eq!(hash("name", &[b"meier"]), 0x5a82_16df_dbc9_9bc5);
        assert_eq!(
            hash("street", &[&[7, 0, 0, 0], b"am-markt-nummer-17"]),
            0xb0a0_6d36_b44d_facd
        );
        assert_eq!(hash_numbers("phone", &[301_234_567]), 0x0ac4_14ac_a520_1801);
    }
}
