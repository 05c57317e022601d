//! Domains: the part of a host name that somebody registered.

/// The registrable domain of a host name, a URL or a web address:
/// `https://www.shop.acme.co.uk/x` gives `acme.co.uk`. Nothing for addresses
/// of machines and for what is no domain.
///
/// The public suffix list would cost a megabyte; the rule used here (a country
/// below which `co`, `com`, `org` and their like are registries) covers what
/// business addresses use.
#[must_use]
pub fn registrable(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let host = text
        .split_once("://")
        .map_or(text.as_str(), |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().trim_matches('.');
    let labels: Vec<&str> = host.split('.').collect();
    let known = |label: &&str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    if labels.len() < 2 || !labels.iter().all(known) {
        return None;
    }
    let top = labels[labels.len() - 1];
    if top.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let below = labels[labels.len() - 2];
    let registry = top.len() == 2 && labels.len() > 2 && REGISTRIES.contains(&below);
    let kept = if registry { 3 } else { 2 };
    Some(labels[labels.len() - kept..].join("."))
}

/// The name somebody chose: `acme` of `acme.co.uk`.
#[must_use]
pub fn label(registrable: &str) -> &str {
    registrable.split('.').next().unwrap_or_default()
}

/// Whether anybody can have an e-mail address there.
#[must_use]
pub fn is_free_mail(registrable: &str) -> bool {
    FREE_MAIL_NAMES.contains(&label(registrable)) || FREE_MAIL.contains(&registrable)
}

/// Whether a web address there is a page on somebody else's site, which says
/// nothing of whose it is.
#[must_use]
pub fn is_hosting(registrable: &str) -> bool {
    HOSTING.contains(&label(registrable)) || is_free_mail(registrable)
}

const REGISTRIES: &[&str] = &[
    "co", "com", "net", "org", "gov", "edu", "ac", "or", "ne", "go", "gob", "gv", "gouv", "ltd",
    "plc", "me", "sch", "nhs", "mil", "id", "asn", "nom", "firm", "ind", "web", "biz", "info",
];

const FREE_MAIL_NAMES: &[&str] = &[
    "gmail",
    "googlemail",
    "yahoo",
    "ymail",
    "rocketmail",
    "hotmail",
    "outlook",
    "live",
    "msn",
    "aol",
    "icloud",
    "gmx",
    "protonmail",
    "yandex",
    "zoho",
    "fastmail",
    "tutanota",
    "mailinator",
];

const FREE_MAIL: &[&str] = &[
    "me.com",
    "mac.com",
    "mail.com",
    "web.de",
    "t-online.de",
    "freenet.de",
    "arcor.de",
    "1und1.de",
    "online.de",
    "posteo.de",
    "mailbox.org",
    "proton.me",
    "pm.me",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "laposte.net",
    "sfr.fr",
    "libero.it",
    "virgilio.it",
    "tiscali.it",
    "alice.it",
    "comcast.net",
    "verizon.net",
    "att.net",
    "sbcglobal.net",
    "bellsouth.net",
    "cox.net",
    "charter.net",
    "earthlink.net",
    "btinternet.com",
    "btopenworld.com",
    "sky.com",
    "virginmedia.com",
    "ntlworld.com",
    "talktalk.net",
    "bigpond.com",
    "bigpond.net.au",
    "optusnet.com.au",
    "shaw.ca",
    "rogers.com",
    "sympatico.ca",
    "mail.ru",
    "bk.ru",
    "list.ru",
    "inbox.ru",
    "rambler.ru",
    "qq.com",
    "163.com",
    "126.com",
    "sina.com",
    "naver.com",
    "daum.net",
    "hanmail.net",
    "rediffmail.com",
    "uol.com.br",
    "bol.com.br",
    "terra.com.br",
    "ig.com.br",
    "wp.pl",
    "o2.pl",
    "onet.pl",
    "interia.pl",
    "seznam.cz",
    "centrum.cz",
    "abv.bg",
    "bluewin.ch",
    "hispeed.ch",
    "aon.at",
    "chello.at",
    "telenet.be",
    "skynet.be",
    "ziggo.nl",
    "kpnmail.nl",
    "planet.nl",
    "hetnet.nl",
    "home.nl",
    "telia.com",
    "hey.com",
    "duck.com",
];

const HOSTING: &[&str] = &[
    "facebook",
    "linkedin",
    "instagram",
    "twitter",
    "x",
    "youtube",
    "google",
    "goo",
    "wixsite",
    "blogspot",
    "wordpress",
    "weebly",
    "jimdo",
    "jimdofree",
    "squarespace",
    "shopify",
    "myshopify",
    "github",
    "xing",
    "yelp",
    "tripadvisor",
    "business",
    "amazonaws",
    "herokuapp",
    "etsy",
    "ebay",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: Option<&str>) {
        assert_eq!(registrable(input).as_deref(), expected, "{input}");
    }

    #[test]
    fn registrable_domains() {
        check("https://www.shop.Acme.co.uk:8080/x?y", Some("acme.co.uk"));
        check("acme.de", Some("acme.de"));
        check("mail.acme.io", Some("acme.io"));
        check("co.uk", Some("co.uk"));
        check("192.168.0.1", None);
        check("n/a", None);
        check("acme", None);
    }

    #[test]
    fn free_mail() {
        assert!(is_free_mail("yahoo.co.jp") && is_free_mail("web.de"));
        assert!(!is_free_mail("acme.de"));
    }
}
