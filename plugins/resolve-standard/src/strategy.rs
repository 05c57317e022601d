//! Strategies, as a cell of the field table names them.

/// One way to find a winner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// What was changed last.
    Latest,
    /// What a person changed, over automation.
    Person,
    /// The first of these systems that has a say.
    Prefer(Vec<String>),
    /// The first of these systems that has a value; without systems the only
    /// value that there is.
    FirstNonEmpty(Vec<String>),
    /// The longest text.
    Longest,
    /// The largest number, date or time.
    Max,
    /// The smallest number, date or time.
    Min,
    /// A set with everything that was added, without what was removed.
    Union,
    /// A person decides.
    Escalate,
}

/// How the strategies are written, for the message that lists them.
const KNOWN: [&str; 9] = [
    "latest",
    "person",
    "prefer(system, …)",
    "first-non-empty(system, …)",
    "longest",
    "max",
    "min",
    "union",
    "escalate",
];

impl Strategy {
    /// Reads a cell: strategies in order of precedence, `then` between them.
    ///
    /// # Errors
    /// What cannot be read, and what could be.
    pub fn read_all(cell: &str) -> Result<Vec<Self>, String> {
        cell.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .split(" then ")
            .map(Self::read)
            .collect()
    }

    /// Reads one strategy.
    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (name, arguments) = match text.split_once('(') {
            None => (text, None),
            Some((name, rest)) => {
                let arguments = rest
                    .strip_suffix(')')
                    .ok_or_else(|| format!("{text:?} lacks its closing parenthesis"))?;
                (name.trim_end(), Some(arguments))
            }
        };
        let strategy = match name {
            "latest" => Self::Latest,
            "person" => Self::Person,
            "longest" => Self::Longest,
            "max" => Self::Max,
            "min" => Self::Min,
            "union" => Self::Union,
            "escalate" => Self::Escalate,
            "prefer" => {
                let systems = names(arguments);
                if systems.is_empty() {
                    return Err(
                        "prefer needs the systems that it prefers, the first one first: \
                                prefer(hubspot, salesforce)"
                            .to_owned(),
                    );
                }
                return Ok(Self::Prefer(systems));
            }
            "first-non-empty" => return Ok(Self::FirstNonEmpty(names(arguments))),
            _ => {
                return Err(format!(
                    "unknown strategy {name:?}; known: {}; several with ` then ` between them",
                    KNOWN.join(", ")
                ));
            }
        };
        match arguments {
            None => Ok(strategy),
            Some(_) => Err(format!("{name} takes nothing in parentheses")),
        }
    }

    /// The name, as a cell has it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::Person => "person",
            Self::Prefer(_) => "prefer",
            Self::FirstNonEmpty(_) => "first-non-empty",
            Self::Longest => "longest",
            Self::Max => "max",
            Self::Min => "min",
            Self::Union => "union",
            Self::Escalate => "escalate",
        }
    }

    /// The systems that the strategy names.
    pub fn systems(&self) -> &[String] {
        match self {
            Self::Prefer(systems) | Self::FirstNonEmpty(systems) => systems,
            _ => &[],
        }
    }
}

fn names(arguments: Option<&str>) -> Vec<String> {
    arguments
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cell: &str, expected: &[Strategy]) {
        assert_eq!(Strategy::read_all(cell).as_deref(), Ok(expected), "{cell}");
    }

    fn refuse(cell: &str, expected: &str) {
        let message = Strategy::read_all(cell).unwrap_err();
        assert!(message.contains(expected), "{cell}: {message}");
    }

    #[test]
    fn a_cell_is_read() {
        check("latest", &[Strategy::Latest]);
        check(
            "person  then latest\n then escalate",
            &[Strategy::Person, Strategy::Latest, Strategy::Escalate],
        );
        check(
            "prefer(hubspot, salesforce) then union",
            &[
                Strategy::Prefer(vec!["hubspot".to_owned(), "salesforce".to_owned()]),
                Strategy::Union,
            ],
        );
        check("first-non-empty", &[Strategy::FirstNonEmpty(vec![])]);
    }

    #[test]
    fn what_cannot_be_read_says_what_could() {
        refuse("newest", "known: latest, person, prefer(system, …)");
        refuse("prefer", "prefer(hubspot, salesforce)");
        refuse("prefer(hubspot", "closing parenthesis");
        refuse("latest(hubspot)", "takes nothing");
        refuse("latest then", "unknown strategy");
    }
}
