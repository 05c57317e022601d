//! A unified diff between two texts that differ within lines only: every line of
//! the one stands at the same place in the other. So nothing has to be searched,
//! and every byte that was not changed is given as it stands.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

/// How many lines are shown around a change, as every tool does.
const CONTEXT_LINES: usize = 3;

/// The diff of a file, as `patch -p1` and `git apply` take it; empty where nothing
/// differs.
pub(crate) fn unified(file: &Path, before: &str, after: &str) -> String {
    let before: Vec<_> = before.split_inclusive('\n').collect();
    let after: Vec<_> = after.split_inclusive('\n').collect();
    assert_eq!(before.len(), after.len(), "lines are changed, never added");
    let changed: Vec<_> = (0..before.len())
        .filter(|at| before[*at] != after[*at])
        .collect();
    let hunks = hunks(&changed, before.len());
    let mut diff = String::new();
    if !hunks.is_empty() {
        let name = name(file);
        put(&mut diff, format_args!("--- a/{name}\n+++ b/{name}\n"));
    }
    for hunk in hunks {
        let (from, count) = (hunk.start + 1, hunk.len());
        put(
            &mut diff,
            format_args!("@@ -{from},{count} +{from},{count} @@\n"),
        );
        let mut at = hunk.start;
        while at < hunk.end {
            let end = (at..hunk.end)
                .find(|at| before[*at] == after[*at])
                .unwrap_or(hunk.end);
            if end == at {
                line(&mut diff, ' ', before[at]);
                at += 1;
                continue;
            }
            before[at..end]
                .iter()
                .for_each(|old| line(&mut diff, '-', old));
            after[at..end]
                .iter()
                .for_each(|new| line(&mut diff, '+', new));
            at = end;
        }
    }
    diff
}

/// The changed lines with what is shown around them; those that touch are one.
fn hunks(changed: &[usize], lines: usize) -> Vec<Range<usize>> {
    let mut hunks: Vec<Range<usize>> = Vec::new();
    for at in changed {
        let start = at.saturating_sub(CONTEXT_LINES);
        let end = (at + CONTEXT_LINES + 1).min(lines);
        match hunks.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => hunks.push(start..end),
        }
    }
    hunks
}

/// The file's name as both tools read it: a tab ends a name with spaces in it.
fn name(file: &Path) -> String {
    let parts: Vec<_> = file
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    let name = parts.join("/");
    match name.contains(' ') {
        true => name + "\t",
        false => name,
    }
}

fn line(diff: &mut String, sign: char, text: &str) {
    let end = match text.ends_with('\n') {
        true => "",
        false => "\n\\ No newline at end of file\n",
    };
    put(diff, format_args!("{sign}{text}{end}"));
}

fn put(diff: &mut String, text: std::fmt::Arguments<'_>) {
    diff.write_fmt(text).expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, expected: &str) {
        assert_eq!(unified(Path::new("contact.csv"), before, after), expected);
    }

    #[test]
    fn a_change_is_shown_with_what_is_around_it() {
        check("a\nb\n", "a\nb\n", "");
        check(
            "1\n2\n3\n4\n5\n6\n",
            "1\n2\n3\n4\n5!\n6\n",
            "--- a/contact.csv\n+++ b/contact.csv\n@@ -2,5 +2,5 @@\n 2\n 3\n 4\n-5\n+5!\n 6\n",
        );
    }

    #[test]
    fn changes_that_touch_are_one_and_others_are_apart() {
        let text = |marked: &[usize]| -> String {
            let line = |at: usize| match marked.contains(&at) {
                true => format!("{at}!\n"),
                false => format!("{at}\n"),
            };
            (1..=20).map(line).collect()
        };
        let diff = |marked: &[usize]| unified(Path::new("t"), &text(&[]), &text(marked));
        assert_eq!(diff(&[4, 11]).matches("@@ -").count(), 1);
        assert_eq!(diff(&[4, 12]).matches("@@ -").count(), 2);
        assert!(diff(&[4, 5]).contains("-4\n-5\n+4!\n+5!\n"));
    }

    #[test]
    fn line_ends_stay_as_they_are() {
        check(
            "a\r\nb\r\nc",
            "a\r\nB\r\nC",
            "--- a/contact.csv\n+++ b/contact.csv\n@@ -1,3 +1,3 @@\n a\r\n-b\r\n-c\n\
             \\ No newline at end of file\n+B\r\n+C\n\\ No newline at end of file\n",
        );
    }

    #[test]
    fn a_name_with_spaces_ends_with_a_tab() {
        let diff = unified(Path::new("field tables/our people.csv"), "a\n", "b\n");
        assert!(
            diff.starts_with("--- a/field tables/our people.csv\t\n"),
            "{diff}"
        );
    }
}
