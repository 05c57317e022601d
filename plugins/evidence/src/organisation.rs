//! Names of organisations without their legal form.

use crate::text::{fold, words};

/// The words that name an organisation: folded, without legal forms, fillers
/// and what stands in brackets. Where nothing else is left, the legal form
/// itself is the name (`AG`, `Limited`).
#[must_use]
pub fn name_words(text: &str) -> Vec<String> {
    let bare = without_brackets(text);
    let all = words(&fold(&bare));
    let mut kept: Vec<String> = all
        .iter()
        .filter(|word| !FILLERS.contains(&word.as_str()))
        .cloned()
        .collect();
    while kept.len() > 1
        && kept
            .last()
            .is_some_and(|word| LEGAL_FORMS.contains(&word.as_str()))
    {
        kept.pop();
    }
    // `Stichting Acme`, `PT Acme`: the form stands in front.
    if kept.len() > 1 && LEADING_FORMS.contains(&kept[0].as_str()) {
        kept.remove(0);
    }
    if kept.is_empty() { all } else { kept }
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let bare: String = text
        .chars()
        .filter(|character| {
            match character {
                '(' | '[' => depth += 1,
                ')' | ']' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect();
    if bare.trim().is_empty() {
        text.to_owned()
    } else {
        bare
    }
}

/// The first letters of the words, where there are at least three words:
/// `International Business Machines` gives `ibm`.
#[must_use]
pub fn acronym(words: &[String]) -> Option<String> {
    (words.len() >= 3).then(|| words.iter().map(|word| &word[..1]).collect())
}

const FILLERS: &[&str] = &["and", "und", "et", "the", "of", "on", "y", "e"];

const LEADING_FORMS: &[&str] = &[
    "stichting",
    "pt",
    "ooo",
    "zao",
    "oao",
    "pao",
    "ao",
    "fa",
    "firma",
];

const LEGAL_FORMS: &[&str] = &[
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "co",
    "company",
    "companies",
    "llc",
    "ltd",
    "limited",
    "plc",
    "lp",
    "llp",
    "lllp",
    "pllc",
    "pc",
    "gmbh",
    "mbh",
    "ggmbh",
    "ag",
    "kg",
    "kgaa",
    "ohg",
    "ug",
    "ek",
    "ev",
    "eg",
    "gbr",
    "haftungsbeschrankt",
    "se",
    "sa",
    "sas",
    "sasu",
    "sarl",
    "eurl",
    "sci",
    "scs",
    "srl",
    "srls",
    "spa",
    "snc",
    "sapa",
    "sl",
    "slu",
    "sau",
    "scp",
    "cv",
    "sapi",
    "ltda",
    "eireli",
    "me",
    "epp",
    "lda",
    "bv",
    "nv",
    "vof",
    "bvba",
    "sprl",
    "cvba",
    "oy",
    "oyj",
    "ab",
    "hb",
    "as",
    "asa",
    "ans",
    "aps",
    "is",
    "ks",
    "pty",
    "pte",
    "pvt",
    "private",
    "bhd",
    "sdn",
    "kk",
    "gk",
    "yk",
    "sro",
    "spol",
    "zrt",
    "kft",
    "nyrt",
    "bt",
    "doo",
    "dd",
    "jdoo",
    "ood",
    "eood",
    "ad",
    "zoo",
    "spzoo",
    "sp",
    "jsc",
    "ojsc",
    "cjsc",
    "ooo",
    "zao",
    "tbk",
    "fze",
    "fzco",
    "dmcc",
    "wll",
    "saoc",
    "etablissements",
    "stichting",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: &str) {
        assert_eq!(name_words(input).join(" "), expected, "{input}");
    }

    #[test]
    fn legal_forms_vanish() {
        check("Churches Bakery GmbH & Co. KG", "churches bakery");
        check("Bridgland Payments S.A.", "bridgland payments");
        check("Holer Legal, Inc.", "holer legal");
        check("Reay & Hipkiss Farms B.V.", "reay hipkiss farms");
        check("Spago (Los Angeles)", "spago");
        check("The Limited", "limited");
        check("Acme sp. z o.o.", "acme");
    }

    #[test]
    fn acronyms() {
        assert_eq!(
            acronym(&name_words("International Business Machines Corp")).as_deref(),
            Some("ibm")
        );
        assert_eq!(acronym(&name_words("Acme Ltd")), None);
    }
}
