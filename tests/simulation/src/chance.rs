//! Chance from a seed: the same numbers on every machine, for ever.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

/// What falls by chance.
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// Chance of a seed, for one purpose. What one purpose draws does not move
    /// what another draws.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        for (at, byte) in purpose.bytes().take(24).enumerate() {
            bytes[8 + at] = byte;
        }
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// A number below `end`, which is not nought.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0.random_range(0..end)
    }

    /// Whether something happens that happens once in `times`.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// A place in a list of `length` things, which is not empty.
    pub fn place(&mut self, length: usize) -> usize {
        self.0.random_range(0..length)
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.place(of.len())]
    }
}
