//! E-mail addresses: what the two halves of an address say of its owner.

use crate::domain::{is_free_mail, registrable};
use crate::text::Text;

/// An address in its normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// Before the at sign, without a plus tag, for Gmail without dots.
    pub local: String,
    /// The domain as written, lower case.
    pub domain: String,
    /// The registrable part of the domain.
    pub registrable: String,
    /// Whether anybody can have an address there (`gmail.com`).
    pub free: bool,
    /// Whether it is a function's address (`info@`, `sales@`).
    pub role: bool,
}

/// Reads an address. Nothing where the text is no address or a placeholder
/// (`test@…`, `noreply@…`, `…@example.com`).
#[must_use]
pub fn parse(text: &str) -> Option<Email> {
    let text = text.trim().to_ascii_lowercase();
    let text = text
        .rsplit_once('<')
        .map_or(text.as_str(), |(_, address)| address);
    let text = text
        .trim_end_matches('>')
        .trim_start_matches("mailto:")
        .trim();
    let (local, domain) = text.rsplit_once('@')?;
    let domain = match domain.trim_end_matches('.') {
        "googlemail.com" => "gmail.com",
        domain => domain,
    };
    if !domain.contains('.') || domain.contains(' ') || local.contains(char::is_whitespace) {
        return None;
    }
    let untagged = local
        .split('+')
        .next()
        .filter(|part| !part.is_empty())
        .unwrap_or(local);
    let local = if domain == "gmail.com" {
        untagged.replace('.', "")
    } else {
        untagged.to_owned()
    };
    let letters: String = local.chars().filter(char::is_ascii_alphabetic).collect();
    let registrable = registrable(domain)?;
    if local.is_empty()
        || NOBODY.contains(&letters.as_str())
        || matches!(
            registrable.as_str(),
            "example.com" | "example.org" | "example.net" | "test.com" | "email.com" | "none.com"
        )
    {
        return None;
    }
    Some(Email {
        free: is_free_mail(&registrable),
        role: ROLES.contains(&letters.as_str()),
        domain: domain.to_owned(),
        local,
        registrable,
    })
}

/// Whether the local part is made of the person's own name, so that sharing it
/// says no more than sharing the name: `jane.doe`, `jdoe`, `doej`, `jane`,
/// whatever digits follow. Names are folded; `first` may be empty.
#[must_use]
pub fn is_made_from_name(local: &str, firsts: &[&str], last: &str) -> bool {
    let letters: String = local.chars().filter(char::is_ascii_alphabetic).collect();
    let letters = letters.as_str();
    if letters.is_empty() {
        return false;
    }
    let compact = |name: &str| name.replace(' ', "");
    let last = compact(last);
    if last.len() >= 4 && letters.contains(last.as_str()) {
        return true;
    }
    for first in firsts
        .iter()
        .map(|first| compact(first))
        .filter(|first| !first.is_empty())
    {
        let initial = &first[..1];
        if letters == first || (first.len() >= 4 && letters.starts_with(first.as_str())) {
            return true;
        }
        if !last.is_empty()
            && (letters.starts_with(&format!("{initial}{last}"))
                || letters == format!("{last}{initial}")
                || letters == format!("{first}{}", &last[..1])
                || letters == format!("{initial}{}", &last[..1]))
        {
            return true;
        }
    }
    last == letters
}

/// The letters and digits of a local part, for comparing.
#[must_use]
pub fn compact_local(local: &str) -> Text<32> {
    let compact: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    Text::new(&compact)
}

/// How many digits a local part has: a number makes a name less shared.
#[must_use]
pub fn digits(local: &str) -> usize {
    local.bytes().filter(u8::is_ascii_digit).count()
}

const NOBODY: &[&str] = &[
    "test",
    "tester",
    "testing",
    "noreply",
    "donotreply",
    "noemail",
    "nomail",
    "none",
    "na",
    "null",
    "unknown",
    "nobody",
    "noone",
    "asdf",
    "example",
    "email",
    "dummy",
    "abc",
    "xxx",
    "invalid",
    "notprovided",
    "noemailprovided",
    "mailerdaemon",
    "postmaster",
    "bounce",
];

const ROLES: &[&str] = &[
    "info",
    "infos",
    "information",
    "sales",
    "office",
    "contact",
    "contacts",
    "contactus",
    "admin",
    "administration",
    "administrator",
    "support",
    "hello",
    "hi",
    "mail",
    "mailbox",
    "team",
    "service",
    "services",
    "kundenservice",
    "customerservice",
    "customercare",
    "help",
    "helpdesk",
    "kontakt",
    "buero",
    "empfang",
    "reception",
    "post",
    "accounts",
    "accounting",
    "accountspayable",
    "billing",
    "finance",
    "invoice",
    "invoices",
    "rechnung",
    "rechnungen",
    "buchhaltung",
    "hr",
    "jobs",
    "career",
    "careers",
    "recruiting",
    "bewerbung",
    "marketing",
    "press",
    "presse",
    "media",
    "pr",
    "events",
    "orders",
    "order",
    "bestellung",
    "vertrieb",
    "verkauf",
    "einkauf",
    "procurement",
    "purchasing",
    "legal",
    "privacy",
    "datenschutz",
    "webmaster",
    "it",
    "edv",
    "enquiries",
    "enquiry",
    "inquiries",
    "inquiry",
    "bookings",
    "booking",
    "reservations",
    "shop",
    "store",
    "zentrale",
    "sekretariat",
    "secretary",
    "management",
    "general",
    "company",
    "staff",
    "contacto",
    "ventas",
    "commercial",
    "accueil",
    "direction",
    "informacion",
    "vendite",
    "ufficio",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: Option<(&str, &str)>) {
        let found = parse(input);
        let found = found
            .as_ref()
            .map(|email| (email.local.as_str(), email.domain.as_str()));
        assert_eq!(found, expected, "{input}");
    }

    #[test]
    fn normal_forms() {
        check(" J.Doe+crm@GoogleMail.com ", Some(("jdoe", "gmail.com")));
        check(
            "Jane <jane.doe+x@acme.co.uk>",
            Some(("jane.doe", "acme.co.uk")),
        );
        for nothing in [
            "test@acme.com",
            "no-reply@acme.com",
            "n/a",
            "x@example.com",
            "a@b",
        ] {
            check(nothing, None);
        }
    }

    #[test]
    fn roles_and_free_mail() {
        let role = parse("Info@acme.de").expect("an address");
        assert!(role.role && !role.free);
        assert!(parse("jane@web.de").expect("an address").free);
    }

    #[test]
    fn made_from_the_name() {
        for local in [
            "jane.doe",
            "jdoe",
            "doej",
            "janed",
            "jane",
            "jd",
            "doe",
            "jane_doe17",
        ] {
            assert!(is_made_from_name(local, &["jane"], "doe"), "{local}");
        }
        for local in ["sunshine", "x4711", "peter"] {
            assert!(!is_made_from_name(local, &["jane"], "doe"), "{local}");
        }
    }
}
