//! How people answer questions.

use treaty_engine::{FieldShown, Reply};
use treaty_ledger::{StoredQuestion, Subject};

/// An answer to a question, one of those that can be given.
pub fn reply(question: &StoredQuestion, pick: u64) -> Reply {
    let even = pick.is_multiple_of(2);
    match &question.subject {
        // Records have the same code because they stand for the same thing, and
        // people know that.
        Subject::Same(..) => Reply::Same,
        Subject::Life(_) if even => Reply::Delete,
        Subject::Life(_) => Reply::Stay,
        Subject::Field(..) => {
            let shown = serde_json::from_value::<FieldShown>(question.content.clone());
            let sides: Vec<_> = shown
                .iter()
                .flat_map(|shown| {
                    let held = shown.candidates.iter().filter_map(|side| side.system);
                    held.filter_map(|at| shown.systems.get(at as usize))
                })
                .cloned()
                .collect();
            match sides.get(pick as usize % sides.len().max(1)) {
                Some(system) => Reply::Keep(system.clone()),
                None => Reply::Clear,
            }
        }
    }
}
