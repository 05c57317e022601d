//! Secrets: a treaty refers to them and never holds them.

use std::fs;
use std::path::Path;

use crate::Problem;
use crate::folder::TREATY_FILE;

/// What a reference in `treaty.toml` stands for: `env:NAME` is the environment
/// variable that `env` finds, `file:PATH` the content of a file (relative to
/// the treaty folder, without the line end), any other text is itself.
///
/// The problem names the reference, never what it stands for.
pub fn secret(
    reference: &str,
    env: &dyn Fn(&str) -> Option<String>,
    root: &Path,
) -> Result<String, Problem> {
    let problem = |message: String| Problem::of_file(TREATY_FILE, message);
    if let Some(name) = reference.strip_prefix("env:") {
        let value = env(name).filter(|value| !value.is_empty());
        return value.ok_or_else(|| {
            problem(format!("the environment variable {name} is not set"))
                .hint(format!("set it before treaty starts: export {name}=…"))
        });
    }
    let Some(path) = reference.strip_prefix("file:") else {
        return Ok(reference.to_owned());
    };
    let text = fs::read_to_string(root.join(path)).map_err(|error| {
        problem(format!("the secret file {path} cannot be read: {error}"))
            .hint("a file: reference is relative to the treaty folder")
    })?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(problem(format!("the secret file {path} is empty")));
    }
    Ok(text.to_owned())
}

/// Whether a text refers to something instead of saying it.
pub(crate) fn is_reference(text: &str) -> bool {
    text.starts_with("env:") || text.starts_with("file:")
}

/// Why a text must not stand in `treaty.toml` as an address.
pub fn refuse_address(text: &str) -> Option<&'static str> {
    if let Some(name) = text.strip_prefix("env:") {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let is_variable = !name.is_empty() && name.chars().all(fits);
        return (!is_variable).then_some("env: wants the name of an environment variable after it");
    }
    if let Some(path) = text.strip_prefix("file:") {
        return path
            .is_empty()
            .then_some("file: wants the name of a file after it");
    }
    holds_password(text).then_some("the address has a password in it")
}

/// Whether an address carries a password: `scheme://user:password@host`,
/// `?password=…`, or `password=…` among keywords.
fn holds_password(text: &str) -> bool {
    let after_scheme = text.split_once("://").map_or("", |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or("");
    // A password may hold a slash that nobody escaped, so a colon and an `@`
    // anywhere behind it are taken for one as well.
    let user = after_scheme.rsplit_once('@').map_or("", |(user, _)| user);
    let in_user = user
        .split_once(':')
        .is_some_and(|(_, rest)| !rest.is_empty());
    let in_authority = authority
        .rsplit_once('@')
        .and_then(|(user, _)| user.split_once(':'))
        .is_some_and(|(_, password)| !password.is_empty());
    let letters: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    in_user || in_authority || letters.to_lowercase().contains("password=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_not_hold_a_password() {
        let check = |text: &str, expected: bool| {
            assert_eq!(refuse_address(text).is_none(), expected, "{text}");
        };
        check("env:HUBSPOT_URL", true);
        check("file:secrets/url", true);
        check("postgres://localhost/crm", true);
        check("postgres://treaty@localhost:5432/crm", true);
        check("host=localhost user=treaty", true);
        check("postgres://treaty:@localhost/crm", true);
        check("postgres://treaty:hunter2@localhost/crm", false);
        check("postgres://treaty:hun/ter2@localhost/crm", false);
        check("postgres://localhost/crm?password=hunter2", false);
        check("host=localhost PASSWORD = hunter2", false);
        check("env:", false);
        check("env:A B", false);
        check("file:", false);
    }

    #[test]
    fn a_reference_is_resolved_only_when_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("url"), "postgres://a:b@c/d\r\n").expect("a file");
        fs::write(folder.path().join("empty"), "\n").expect("a file");
        let env = |name: &str| (name == "URL").then(|| "from env".to_owned());
        let check = |reference: &str, expected: Result<&str, &str>| {
            let found = secret(reference, &env, folder.path());
            match (&found, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(problem), Err(start)) => assert!(problem.message.starts_with(start)),
                _ => panic!("{reference}: {found:?}"),
            }
        };
        check("env:URL", Ok("from env"));
        check(
            "env:OTHER",
            Err("the environment variable OTHER is not set"),
        );
        check("file:url", Ok("postgres://a:b@c/d"));
        check("file:none", Err("the secret file none cannot be read"));
        check("file:empty", Err("the secret file empty is empty"));
        check("postgres://c/d", Ok("postgres://c/d"));
    }
}
