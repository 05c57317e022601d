//! Pairwise precision, recall and F1.

use super::DataSet;

/// How good a set of pairs is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quality {
    /// How many of the pairs are right.
    pub precision: f64,
    /// How many of all true pairs are among them.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// How many pairs there are.
    pub pairs: u64,
}

/// Measures pairs against the labels. Recall counts every true pair, whether
/// it was ever compared or not.
pub fn quality(set: &DataSet, pairs: impl IntoIterator<Item = (u32, u32)>) -> Quality {
    let (mut right, mut all) = (0_u64, 0_u64);
    for (first, second) in pairs {
        all += 1;
        right += u64::from(set.labels[first as usize] == set.labels[second as usize]);
    }
    let ratio = |part: u64, whole: u64| {
        if whole == 0 {
            0.0
        } else {
            part as f64 / whole as f64
        }
    };
    let (precision, recall) = (ratio(right, all), ratio(right, set.pairs_true()));
    let f1 = if right == 0 {
        0.0
    } else {
        2.0 * precision * recall / (precision + recall)
    };
    Quality {
        precision,
        recall,
        f1,
        pairs: all,
    }
}
