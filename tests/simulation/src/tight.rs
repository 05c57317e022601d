//! Guards that are set so tightly that they trip, and an operator who lets through
//! what they stop, sometimes at once, sometimes later.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::chance::Chance;

/// The guards of a world, by their keys in `treaty.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tight {
    /// Key and limit.
    pub limits: Vec<(String, u64)>,
    /// After how many passes the operator looks.
    pub looks_every: u64,
}

/// What limits there are, and how low they are set.
const LIMITS: [(&str, [u64; 2]); 10] = [
    ("writes-per-minute-max", [1, 4]),
    ("creates-max", [0, 1]),
    ("deletes-count-max", [0, 1]),
    ("record-writes-max", [1, 3]),
    ("flips-max", [1, 2]),
    ("empty-from", [1, 2]),
    ("questions-max", [0, 1]),
    ("faults-max", [0, 1]),
    ("errors-max", [0, 1]),
    ("rule-faults-max", [0, 1]),
];

/// Limits that let everything through, for worlds in which guards are not the point.
const LOOSE: u64 = 100_000;

impl Tight {
    /// Some guards by chance.
    pub fn of(chance: &mut Chance) -> Self {
        let mut limits = Vec::new();
        for (key, low) in LIMITS {
            if chance.one_in(2) {
                limits.push((key.to_owned(), *chance.pick(&low)));
            }
        }
        Self {
            limits,
            looks_every: 1 + chance.below(4),
        }
    }

    /// What `treaty.toml` says of the guards of a world.
    pub fn settings(tight: Option<&Self>) -> String {
        let mut text = "[guards]\ndeletes-share-max = 1.0\nrecords-held-max = 2\n".to_owned();
        for (key, _) in LIMITS {
            let mut set = tight.iter().flat_map(|tight| &tight.limits);
            let limit = set.find(|(known, _)| known == key);
            let limit = limit.map_or(LOOSE, |(_, limit)| *limit);
            let _ = writeln!(text, "{key} = {limit}");
        }
        text
    }
}
