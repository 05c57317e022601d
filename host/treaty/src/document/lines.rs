//! Where a byte of a text stands: found without reading the text again for each.

/// How many bytes are read again for one place, at most.
const BLOCK_BYTES: usize = 256;

/// The lines of a text, and how many characters are before each of its blocks.
pub(super) struct Lines {
    /// Where each line begins, in bytes.
    starts: Vec<usize>,
    /// The characters before each block.
    letters: Vec<u64>,
}

impl Lines {
    /// Those of a text.
    pub(super) fn of_text(text: &str) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let mut letters = vec![0];
        for block in text.as_bytes().chunks(BLOCK_BYTES) {
            let before = letters[letters.len() - 1];
            letters.push(before + begun(block));
        }
        Self {
            starts: std::iter::once(0).chain(breaks).collect(),
            letters,
        }
    }

    /// The line and the character of a byte of the same text, both counted from 1.
    pub(super) fn of(&self, text: &str, at: usize) -> (u64, u64) {
        let at = at.min(text.len());
        let line = self.starts.partition_point(|start| *start <= at);
        let start = self.starts[line - 1];
        let column = self.before(text, at) - self.before(text, start) + 1;
        (line as u64, column)
    }

    /// How many characters begin before a byte.
    fn before(&self, text: &str, at: usize) -> u64 {
        let block = at / BLOCK_BYTES;
        self.letters[block] + begun(&text.as_bytes()[block * BLOCK_BYTES..at])
    }
}

/// How many characters begin in these bytes of UTF-8.
fn begun(bytes: &[u8]) -> u64 {
    let begins = bytes.iter().filter(|byte| **byte & 0xc0 != 0x80);
    begins.count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_what_counting_from_the_beginning_gives() {
        let check = |text: &str| {
            let lines = Lines::of_text(text);
            let places = text.char_indices().map(|(at, _)| at);
            for at in places.chain([text.len()]) {
                let before = &text[..at];
                let start = before.rfind('\n').map_or(0, |end| end + 1);
                let line = before.matches('\n').count() as u64 + 1;
                let column = before[start..].chars().count() as u64 + 1;
                assert_eq!(lines.of(text, at), (line, column), "{at}");
            }
            assert_eq!(lines.of(text, text.len() + 7), lines.of(text, text.len()));
        };
        check("");
        check("\n");
        check("a = 1\r\nö = \"中\"\n\n");
        check(&"größe = 7, ".repeat(200));
        check(&"größe\n".repeat(200));
        check(&"x".repeat(BLOCK_BYTES));
    }
}
