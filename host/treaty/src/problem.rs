//! What is wrong with a treaty folder, and where.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

/// A place in a file of the folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, relative to the treaty folder.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: u64,
    /// The character in the line, counted from 1.
    pub column: u64,
}

/// Whether a problem stops the treaty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing runs before it is mended.
    Error,
    /// The treaty runs, but hardly as it was meant.
    Warning,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Whether it stops the treaty.
    pub severity: Severity,
    /// The file, relative to the treaty folder.
    pub file: PathBuf,
    /// The line, counted from 1; none where it is about the whole file.
    pub line: Option<u64>,
    /// The character in the line, counted from 1.
    pub column: Option<u64>,
    /// The heading of the cell, where it is about a cell of a table.
    pub heading: Option<Box<str>>,
    /// What is wrong: a lowercase sentence fragment.
    pub message: String,
    /// What to do about it.
    pub hint: Option<Box<str>>,
}

/// Problems, in the order of their files and lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems(pub Vec<Problem>);

impl Problem {
    /// An error at a place.
    pub fn at(place: &Place, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            file: place.file.clone(),
            line: Some(place.line),
            column: Some(place.column),
            heading: None,
            message: message.into(),
            hint: None,
        }
    }

    /// An error about a whole file.
    pub fn of_file(file: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            file: file.into(),
            line: None,
            column: None,
            heading: None,
            message: message.into(),
            hint: None,
        }
    }

    /// The same with what to do about it.
    pub fn hint(mut self, hint: impl Into<Box<str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with the heading of the cell.
    pub fn heading(mut self, heading: impl Into<Box<str>>) -> Self {
        self.heading = Some(heading.into());
        self
    }

    /// The same as a warning.
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

impl Problems {
    /// Whether any of them stops the treaty.
    pub fn has_errors(&self) -> bool {
        self.0
            .iter()
            .any(|problem| problem.severity == Severity::Error)
    }

    /// Sorts them: `treaty.toml` first, then by file and place.
    pub fn sort(&mut self) {
        self.0.sort_by_key(|problem| {
            let table = problem.file.extension().is_none_or(|end| end != "toml");
            (
                table,
                problem.file.clone(),
                problem.line,
                problem.column,
                problem.severity,
            )
        });
    }
}

impl fmt::Display for Problem {
    /// `file:line:column: [warning: ][heading: ]message`, and on a line of its
    /// own the hint.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        f.write_str(": ")?;
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        if let Some(heading) = &self.heading {
            write!(f, "{heading}: ")?;
        }
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl Error for Problem {}
impl Error for Problems {}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}
