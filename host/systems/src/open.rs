//! From a treaty's settings to a connector: which kinds there are, which
//! options each takes, and the one way in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use treaty_model::{Clock, SystemName};

use crate::csv::CsvConnector;
use crate::postgres::PostgresConnector;
use crate::sqlite::SqliteConnector;
use crate::{Connector, SystemError};

/// What a treaty says about one system.
#[derive(Clone)]
pub struct SystemSettings {
    /// The system's name in the treaty. Whoever shows a message says it first.
    pub name: SystemName,
    /// The folder (csv) or file (sqlite).
    pub path: Option<PathBuf>,
    /// The address (postgres). A secret: it is never printed.
    pub url: Option<String>,
    /// The options of the connector, by name.
    pub options: BTreeMap<String, String>,
}

impl fmt::Debug for SystemSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemSettings")
            .field("name", &self.name)
            .field("path", &self.path)
            .field("url", &self.url.as_ref().map(|_| "(secret)"))
            .field("options", &self.options)
            .finish()
    }
}

/// A kind of system that can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectorKind {
    /// Its name in a treaty: `csv`.
    pub name: &'static str,
    /// What it reads and writes, in a few words.
    pub about: &'static str,
    /// How it is addressed.
    pub needs: Needs,
    /// The options that it takes.
    pub options: &'static [ConnectorOption],
}

/// How a system is addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// By [`SystemSettings::path`], a folder.
    Folder,
    /// By [`SystemSettings::path`], a file.
    File,
    /// By [`SystemSettings::url`].
    Url,
}

/// An option of a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectorOption {
    /// Its name: `new-ids`.
    pub name: &'static str,
    /// What it does, and what happens without it.
    pub about: &'static str,
    /// The values that it takes; empty: see [`ConnectorOption::about`].
    pub values: &'static [&'static str],
}

/// Every kind of system, with its options.
pub fn connector_kinds() -> &'static [ConnectorKind] {
    &[crate::csv::KIND, crate::sqlite::KIND, crate::postgres::KIND]
}

/// Opens a system.
///
/// A csv folder and a SQLite file must exist; a PostgreSQL server must answer,
/// because what it allows decides how changes are found.
///
/// # Errors
/// [`SystemError::Configuration`] for an unknown kind, an unknown option or a
/// value that an option does not take, listing the valid ones; otherwise why
/// the system cannot be opened.
pub async fn open(
    kind: &str,
    settings: &SystemSettings,
    clock: Arc<dyn Clock>,
) -> Result<Box<dyn Connector>, SystemError> {
    let kind = check_settings(kind, settings)?;
    Ok(match kind.name {
        "csv" => Box::new(CsvConnector::open(settings, clock)?),
        "sqlite" => Box::new(SqliteConnector::open(settings, clock).await?),
        "postgres" => Box::new(PostgresConnector::open(settings, clock).await?),
        other => unreachable!("{other} is listed among the kinds and opened nowhere"),
    })
}

/// Checks the settings of a system as far as that goes without opening it.
///
/// # Errors
/// [`SystemError::Configuration`] naming everything that is wrong and what
/// would be valid.
pub fn check_settings(
    kind: &str,
    settings: &SystemSettings,
) -> Result<&'static ConnectorKind, SystemError> {
    let Some(known) = connector_kinds().iter().find(|known| known.name == kind) else {
        let kinds: Vec<_> = connector_kinds().iter().map(|known| known.name).collect();
        return Err(SystemError::Configuration {
            message: format!("unknown kind {kind:?}; known: {}", kinds.join(", ")),
        });
    };
    let mut problems = address_problems(known, settings);
    for (option, value) in &settings.options {
        match known.options.iter().find(|known| known.name == option) {
            None => {
                let options: Vec<_> = known.options.iter().map(|option| option.name).collect();
                problems.push(format!(
                    "unknown option {option:?}; {kind} takes: {}",
                    options.join(", ")
                ));
            }
            Some(option)
                if !option.values.is_empty() && !option.values.contains(&value.as_str()) =>
            {
                problems.push(format!(
                    "option {} cannot be {value:?}; it takes: {}",
                    option.name,
                    option.values.join(", ")
                ));
            }
            Some(_) => {}
        }
    }
    if problems.is_empty() {
        return Ok(known);
    }
    Err(SystemError::Configuration {
        message: problems.join("; "),
    })
}

fn address_problems(kind: &ConnectorKind, settings: &SystemSettings) -> Vec<String> {
    let (has_needed, needed, has_other, other) = match kind.needs {
        Needs::Folder => (
            settings.path.is_some(),
            "a path (a folder)",
            settings.url.is_some(),
            "url",
        ),
        Needs::File => (
            settings.path.is_some(),
            "a path (a file)",
            settings.url.is_some(),
            "url",
        ),
        Needs::Url => (
            settings.url.is_some(),
            "a url",
            settings.path.is_some(),
            "path",
        ),
    };
    let mut problems = Vec::new();
    if !has_needed {
        problems.push(format!("a system of kind {} needs {needed}", kind.name));
    }
    if has_other {
        problems.push(format!("a system of kind {} takes no {other}", kind.name));
    }
    problems
}

/// The options of one system, read one by one.
pub(crate) struct Options<'a> {
    settings: &'a SystemSettings,
}

impl<'a> Options<'a> {
    /// The options of these settings.
    pub(crate) fn of(settings: &'a SystemSettings) -> Self {
        Self { settings }
    }

    /// The value of an option.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.settings.options.get(name).map(String::as_str)
    }

    /// Whether a yes/no option is on; without it: no.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// A whole number, or the default.
    pub(crate) fn number(&self, name: &str, default: u64) -> Result<u64, SystemError> {
        self.get(name).map_or(Ok(default), |text| {
            text.parse().map_err(|_| {
                self.wrong(format!(
                    "option {name} must be a whole number, not {text:?}"
                ))
            })
        })
    }

    /// A configuration error of this system.
    pub(crate) fn wrong(&self, message: impl fmt::Display) -> SystemError {
        SystemError::Configuration {
            message: message.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        kind: &str,
        path: Option<&str>,
        url: Option<&str>,
        options: &[(&str, &str)],
    ) -> String {
        let settings = SystemSettings {
            name: "crm".into(),
            path: path.map(PathBuf::from),
            url: url.map(str::to_owned),
            options: options
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        };
        match check_settings(kind, &settings) {
            Ok(kind) => kind.name.to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn settings_are_checked_before_anything_is_opened() {
        assert_eq!(check("csv", Some("folder"), None, &[]), "csv");
        assert_eq!(
            check("excel", Some("folder"), None, &[]),
            "unknown kind \"excel\"; known: csv, sqlite, postgres"
        );
        assert_eq!(
            check("postgres", Some("folder"), None, &[]),
            "a system of kind postgres needs a url; a system of kind postgres takes no path"
        );
        assert_eq!(
            check(
                "sqlite",
                Some("a.db"),
                None,
                &[("changes", "poll"), ("wal", "on")]
            ),
            "option changes cannot be \"poll\"; it takes: log, watermark; unknown \
             option \"wal\"; sqlite takes: changes, overlap-ms, log-keep, busy-timeout-ms"
        );
    }

    #[test]
    fn a_url_is_never_printed() {
        let settings = SystemSettings {
            name: "crm".into(),
            path: None,
            url: Some("postgresql://anna:secret@localhost/crm".to_owned()),
            options: BTreeMap::new(),
        };
        let text = format!("{settings:?}");
        assert!(
            !text.contains("anna") && text.contains("(secret)"),
            "{text}"
        );
    }
}
