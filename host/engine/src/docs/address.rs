//! An address as it may stand on a page that goes from hand to hand.

/// The keywords of an address that say where a system is, and nothing else.
const WHERE: [&str; 4] = ["host", "hostaddr", "port", "dbname"];

/// How much of an address is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Scheme, host and path.
    Path,
    /// Scheme and host: the path of a webhook is often its password.
    Host,
}

/// A place as `treaty.toml` has it. A reference stays a reference; of an address
/// there is left what says where it is: no user, no query.
pub(super) fn shown(text: &str, how: Shown) -> String {
    if text.starts_with("env:") || text.starts_with("file:") {
        return text.to_owned();
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return keywords(text);
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    // A user may hold a slash that nobody escaped, so all before the last `@`
    // is taken for one.
    let rest = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    match (how, rest.split_once('/')) {
        (Shown::Host, Some((host, path))) if !path.is_empty() => format!("{scheme}://{host}/…"),
        _ => format!("{scheme}://{rest}"),
    }
}

/// An address in keywords: `host=localhost dbname=crm`.
fn keywords(text: &str) -> String {
    let told = text.split_whitespace().filter(|word| {
        let (key, _) = word.split_once('=').unwrap_or((word, ""));
        WHERE.contains(&key.to_lowercase().as_str())
    });
    let told: Vec<_> = told.collect();
    match told.is_empty() {
        true => "an address that is not shown".to_owned(),
        false => told.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gives_nothing_away() {
        let check = |text: &str, how: Shown, expected: &str| {
            assert_eq!(shown(text, how), expected, "{text}");
        };
        check("env:CRM_URL", Shown::Path, "env:CRM_URL");
        check("file:secrets/url", Shown::Host, "file:secrets/url");
        check(
            "postgresql://treaty@db:5432/crm?sslkey=/k",
            Shown::Path,
            "postgresql://db:5432/crm",
        );
        check(
            "https://to/ken@hooks.example.com/services/T0/B0?x#y",
            Shown::Host,
            "https://hooks.example.com/…",
        );
        check(
            "smtps://mail.example.com:465",
            Shown::Host,
            "smtps://mail.example.com:465",
        );
        check(
            "host=db user=treaty dbname=crm",
            Shown::Path,
            "host=db dbname=crm",
        );
        check("hunter2", Shown::Path, "an address that is not shown");
    }
}
