//! Cutting text to a limit.

/// The longest beginning of `text` that has at most `bytes_max` bytes and does
/// not split a character.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// Cuts a text in place.
pub(crate) fn cut_owned(mut text: String, bytes_max: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes_max));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_keeps_characters_whole() {
        let check = |text: &str, bytes_max, expected| assert_eq!(cut(text, bytes_max), expected);
        check("", 3, "");
        check("abc", 3, "abc");
        check("abcd", 3, "abc");
        check("aäb", 2, "a");
        check("äöü", 5, "äö");
        assert_eq!(cut_owned("aäb".to_owned(), 2), "a");
    }
}
