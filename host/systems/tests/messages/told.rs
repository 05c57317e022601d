//! Messages as one text, a paragraph for each.

use std::fmt::{Display, Write as _};

use treaty_systems::{Outcome, SystemError};

/// Messages as one text.
#[derive(Default)]
pub struct Told {
    text: String,
    /// What differs from run to run, and what is shown for it.
    hidden: Vec<(String, &'static str)>,
}

impl Told {
    /// Shows something that differs from run to run by a name.
    pub fn hide(&mut self, what: impl Display, name: &'static str) {
        self.hidden.push((what.to_string(), name));
    }

    /// What failed as a whole.
    #[track_caller]
    pub fn failed<T>(&mut self, situation: &str, result: Result<T, SystemError>) {
        let Err(error) = result else {
            panic!("{situation}: it went well");
        };
        let hint = error.hint();
        self.paragraph(situation, &format!("error: {error}\nhint: {hint}"));
    }

    /// What became of one write that was not made.
    #[track_caller]
    pub fn not_made(&mut self, situation: &str, result: Result<Vec<Outcome>, SystemError>) {
        let outcomes = result.unwrap_or_else(|error| panic!("{situation}: {error}"));
        let [outcome] = outcomes.as_slice() else {
            panic!("{situation}: {outcomes:?}");
        };
        let said = match outcome {
            Outcome::Refused {
                field: Some(field),
                message,
            } => format!("refused: {field}: {message}"),
            Outcome::Refused {
                field: None,
                message,
            } => format!("refused: {message}"),
            Outcome::Ambiguous { message } => format!("open: {message}"),
            Outcome::NotSent { message } => format!("not sent: {message}"),
            Outcome::Done(_) | Outcome::Stale(_) => panic!("{situation}: {outcome:?}"),
        };
        self.paragraph(situation, &said);
    }

    fn paragraph(&mut self, situation: &str, said: &str) {
        writeln!(self.text, "# {situation}\n{said}\n").expect("a string takes everything");
    }

    /// The text.
    pub fn text(self) -> String {
        let shown = |text: String, (what, name): &(String, &str)| text.replace(what, name);
        self.hidden.iter().fold(self.text, shown)
    }
}
