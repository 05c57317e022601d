//! Work on many rows, shared among the machine's processors.
//!
//! Only making texts of values and values of texts is shared: the files are
//! read and written by one thread, one statement after the other.

use rayon::prelude::*;

/// Below so many, to wake another thread takes longer than the work.
const FEW: usize = 64;

/// Does the same for each, and gives the results in order.
pub(crate) fn each<T: Send, U: Send>(all: Vec<T>, work: impl Fn(T) -> U + Sync + Send) -> Vec<U> {
    if all.len() < FEW {
        return all.into_iter().map(work).collect();
    }
    all.into_par_iter().map(work).collect()
}

/// As [`each`], of what is only looked at.
pub(crate) fn each_of<T: Sync, U: Send>(all: &[T], work: impl Fn(&T) -> U + Sync + Send) -> Vec<U> {
    if all.len() < FEW {
        return all.iter().map(work).collect();
    }
    all.par_iter().map(work).collect()
}
