//! Patterns for names: `*` stands for any text, everything else
//! for itself.

/// Whether a name fits a pattern, in which `*` stands for any text. Upper and lower case are told apart.
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(start) else {
        return false;
    };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        let Some(found) = name.find(part) else {
            return false;
        };
        name = &name[found + part.len()..];
    }
    name.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        let check = |pattern: &str, name: &str, expected: bool| {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        };
        check("import", "import", true);
        check("import", "imports", false);
        check("enrichment-*", "enrichment-acme", true);
        check("enrichment-*", "enrichment", false);
        check("*bot", "robot", true);
        check("*bot", "bottle", false);
        check("a*a", "a", false);
        check("a*b*c", "a-b-b-c", true);
        check("a*b*c", "a-c-b", false);
        check("*", "", true);
        check("**", "x", true);
        check("ü*", "über", true);
    }
}
