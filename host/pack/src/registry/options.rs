//! How a registry is used: as whom, for how long, how much.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use treaty_folder::{Problem, secret};

use crate::PackLimits;

/// How a registry is used.
#[derive(Clone, Debug)]
pub struct RegistryOptions {
    /// As whom.
    pub credentials: Credentials,
    /// How much of it is taken.
    pub limits: PackLimits,
    /// How long the whole may take.
    pub time_max: Duration,
    /// How long the registry may be silent.
    pub silence_max: Duration,
}

impl Default for RegistryOptions {
    fn default() -> Self {
        Self {
            credentials: Credentials::None,
            limits: PackLimits::default(),
            time_max: Duration::from_secs(600),
            silence_max: Duration::from_secs(30),
        }
    }
}

/// As whom a registry is used.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// As nobody.
    None,
    /// As a user. Where a registry gives out tokens, one is asked for with these.
    User {
        /// The name.
        name: String,
        /// The password, or what the registry takes in its place.
        password: String,
    },
}

/// Why there are no credentials.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// A secret stands where a reference to it should.
    #[error("the {what} of the registry is written out")]
    WrittenOut {
        /// Name or password.
        what: &'static str,
    },
    /// What is referred to is not there.
    #[error("the {what} of the registry is not to be had: {}", problem.message)]
    NotThere {
        /// Name or password.
        what: &'static str,
        /// Why not.
        problem: Box<Problem>,
    },
}

impl CredentialsError {
    /// What to do about it.
    pub fn hint(&self) -> &str {
        let general = "say where it is: env:NAME, or file:PATH";
        match self {
            Self::WrittenOut { .. } => general,
            Self::NotThere { problem, .. } => problem.hint.as_deref().unwrap_or(general),
        }
    }
}

impl Credentials {
    /// What references stand for: `env:NAME`, or `file:PATH` below `root`.
    ///
    /// # Errors
    /// Where one of them is no reference, or leads nowhere.
    pub fn of(
        name: &str,
        password: &str,
        env: &dyn Fn(&str) -> Option<String>,
        root: &Path,
    ) -> Result<Self, CredentialsError> {
        let resolve = |what, reference: &str| {
            if !reference.starts_with("env:") && !reference.starts_with("file:") {
                return Err(CredentialsError::WrittenOut { what });
            }
            let found = secret(reference, env, root);
            found.map_err(|problem| CredentialsError::NotThere {
                what,
                problem: Box::new(problem),
            })
        };
        Ok(Self::User {
            name: resolve("user", name)?,
            password: resolve("password", password)?,
        })
    }
}

impl fmt::Debug for Credentials {
    /// Says nothing that is secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "nobody",
            Self::User { .. } => "somebody",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_referred_to() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("password"), "hunter2\n").expect("a file");
        let env = |name: &str| (name == "USER_OF_IT").then(|| "anna".to_owned());
        let of = |name: &str, password: &str| Credentials::of(name, password, &env, folder.path());
        let found = of("env:USER_OF_IT", "file:password").expect("both are there");
        let expected = Credentials::User {
            name: "anna".into(),
            password: "hunter2".into(),
        };
        assert_eq!(found, expected);
        assert_eq!(format!("{found:?}"), "somebody");
        let check = |name: &str, password: &str, expected: &str| {
            let error = of(name, password).expect_err("it is not there");
            assert_eq!(format!("{error}\n{}", error.hint()), expected);
        };
        check(
            "env:USER_OF_IT",
            "hunter2",
            "the password of the registry is written out\n\
             say where it is: env:NAME, or file:PATH",
        );
        check(
            "env:NOBODY",
            "file:password",
            "the user of the registry is not to be had: \
             the environment variable NOBODY is not set\n\
             set it before treaty starts: export NOBODY=…",
        );
    }
}
