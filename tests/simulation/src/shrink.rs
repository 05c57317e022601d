//! From a history that breaks a promise to a short one that still does.

use crate::case::Case;
use crate::play::play;
use crate::theatre::Theatre;

/// Leaves out deeds and faults as long as the history still breaks a promise of
/// this number. Plays in a folder of this name.
pub fn shrink(theatre: &Theatre, name: &str, case: &Case, promise: u8) -> anyhow::Result<Case> {
    let breaks = |case: &Case| -> anyhow::Result<bool> {
        let played = play(theatre, name, case)?;
        Ok(played.broken.iter().any(|broken| broken.promise == promise))
    };
    let mut best = case.clone();
    loop {
        let before = best.deeds.len() + best.faults.len();
        for size in [8, 4, 2, 1] {
            best = without(best, size, |case| &mut case.faults, &breaks)?;
            best = without(best, size, |case| &mut case.deeds, &breaks)?;
        }
        if best.deeds.len() + best.faults.len() == before {
            return Ok(best);
        }
    }
}

/// Leaves out runs of one list, from its end.
fn without<T>(
    mut best: Case,
    size: usize,
    list: impl Fn(&mut Case) -> &mut Vec<T>,
    breaks: &impl Fn(&Case) -> anyhow::Result<bool>,
) -> anyhow::Result<Case> {
    let mut end = list(&mut best).len();
    while end > 0 {
        let start = end.saturating_sub(size);
        let mut shorter = best.clone();
        list(&mut shorter).drain(start..end);
        if breaks(&shorter)? {
            best = shorter;
        }
        end = start;
    }
    Ok(best)
}
