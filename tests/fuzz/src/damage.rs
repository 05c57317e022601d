//! Damage: what happens to a file between the one who wrote it and the one who
//! reads it.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::target::Words;

/// The largest input that damage makes. Larger ones take long and find the same.
const BYTES_MAX: usize = 1 << 20;

/// One thing that happens to a file.
#[derive(Clone, Debug)]
pub enum Damage {
    /// A bit is flipped.
    Flip(Index, u8),
    /// A byte is another one.
    Set(Index, u8),
    /// It ends early.
    End(Index),
    /// A piece is missing.
    Cut(Index, usize),
    /// A piece of it stands there again, so many times.
    Repeat(Index, usize, usize),
    /// A piece that means something stands where it should not.
    Insert(Index, Vec<u8>),
    /// A piece is overwritten by one from elsewhere in the file.
    Copy(Index, Index, usize),
}

/// Strategies for damage, with pieces that mean something to the reader.
pub fn damage(words: &[Words]) -> impl Strategy<Value = Damage> + use<> {
    let place = any::<Index>();
    let word = prop_oneof![
        3 => proptest::sample::select(words.concat()).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 1..8),
    ];
    let bytes = prop_oneof![Just(0), Just(0x7f), Just(0x80), Just(0xff), any::<u8>()];
    prop_oneof![
        (place.clone(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        (place.clone(), bytes).prop_map(|(at, byte)| Damage::Set(at, byte)),
        place.clone().prop_map(Damage::End),
        (place.clone(), 1..64_usize).prop_map(|(at, length)| Damage::Cut(at, length)),
        (place.clone(), 1..64_usize, 1..300_usize)
            .prop_map(|(at, length, times)| Damage::Repeat(at, length, times)),
        (place.clone(), word).prop_map(|(at, word)| Damage::Insert(at, word)),
        (place.clone(), place, 1..64_usize)
            .prop_map(|(from, to, length)| Damage::Copy(from, to, length)),
    ]
}

impl Damage {
    /// Damages a file.
    pub fn apply(&self, bytes: &mut Vec<u8>) {
        let places = bytes.len() + 1;
        let place = |at: &Index| at.index(places);
        match self {
            Self::Flip(at, bit) => {
                let at = place(at);
                bytes
                    .iter_mut()
                    .skip(at)
                    .take(1)
                    .for_each(|byte| *byte ^= 1 << bit);
            }
            Self::Set(at, to) => {
                let at = place(at);
                bytes
                    .iter_mut()
                    .skip(at)
                    .take(1)
                    .for_each(|byte| *byte = *to);
            }
            Self::End(at) => bytes.truncate(place(at)),
            Self::Cut(at, length) => {
                let at = place(at);
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Self::Repeat(at, length, times) => {
                let at = place(at);
                let piece = &bytes[at..(at + length).min(bytes.len())];
                let again = piece.repeat(*times);
                bytes.splice(at..at, again);
            }
            Self::Insert(at, word) => {
                let at = place(at);
                bytes.splice(at..at, word.iter().copied());
            }
            Self::Copy(from, to, length) => {
                let (from, to) = (place(from), place(to));
                let piece = bytes[from..(from + length).min(bytes.len())].to_vec();
                for (byte, other) in bytes.iter_mut().skip(to).zip(piece) {
                    *byte = other;
                }
            }
        }
        bytes.truncate(BYTES_MAX);
    }
}
