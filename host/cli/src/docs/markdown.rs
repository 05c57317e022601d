//! An outline as Markdown: what people and systems have typed is shown letter by
//! letter, and never taken for Markdown or HTML.

use treaty_engine::PassStep;

use crate::docs::outline::{Block, Flows, Level, Line, Outline, Section, Span, Table};
use crate::tell::harmless;

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// By itself.
    Prose,
    /// In a table, which is taken apart at its bars before anything else.
    Cell,
}

/// Signs that can mean something in Markdown, wherever they stand.
const SIGNS: &str = "\\`*_[]<>|#!~&$";

/// The whole text, with a line end at its end.
pub fn text(outline: &Outline) -> String {
    let mut text = format!("# {}\n", escaped(&outline.title));
    for section in &outline.sections {
        text += "\n";
        text += &section_text(section);
    }
    text
}

fn section_text(section: &Section) -> String {
    let sign = match section.level {
        Level::Section => "##",
        Level::Part => "###",
    };
    let mut text = format!("{sign} {}\n", line(&section.heading));
    for block in &section.blocks {
        text += "\n";
        text += &block_text(block);
    }
    text
}

fn block_text(block: &Block) -> String {
    match block {
        Block::Paragraph(words) => format!("{}\n", line(words)),
        Block::Warning(words) => format!("> **!** {}\n", line(words)),
        Block::Facts(facts) => {
            let facts = facts.iter();
            facts
                .map(|(name, words)| format!("- **{}**: {}\n", escaped(name), line(words)))
                .collect()
        }
        Block::List(lines) => {
            let lines = lines.iter();
            lines.map(|words| format!("- {}\n", line(words))).collect()
        }
        Block::Table(table) => table_text(table),
        Block::Directions(flows) => table_text(&directions(flows)),
        Block::Pass(steps) => pass(steps),
    }
}

fn table_text(table: &Table) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let in_cell = |words: &Line| placed(words, Place::Cell);
    let mut text = row(table.headings.iter().map(in_cell).collect());
    text += &row(vec!["---".to_owned(); table.headings.len()]);
    for cells in &table.rows {
        let cells = cells.iter().map(|lines| {
            let lines: Vec<_> = lines.iter().map(in_cell).collect();
            lines.join("<br>")
        });
        text += &row(cells.collect());
    }
    text
}

/// The drawing of the directions, as a table.
fn directions(flows: &Flows) -> Table {
    let headings = [
        "fields that the system",
        "→ gives",
        "← takes",
        "↔ gives and takes",
        "is watched in",
        "has no part in",
    ];
    let rows = flows.systems.iter().map(|flow| {
        let counts = [flow.gives, flow.takes, flow.both, flow.watched, flow.apart];
        let counts = counts.map(|count| vec![Line::from(count.to_string())]);
        let mut row = vec![vec![Line::default().strong(&flow.system)]];
        row.extend(counts);
        row
    });
    Table {
        headings: headings.map(Line::from).into(),
        rows: rows.collect(),
    }
}

fn pass(steps: &[PassStep]) -> String {
    let names: Vec<_> = steps.iter().map(|step| step.name).collect();
    let width = |step: &PassStep| step.name.len().max(step.on.len());
    let under = steps
        .iter()
        .map(|step| format!("{:<1$}", step.on, width(step)));
    let names = names.iter().zip(steps);
    let names = names.map(|(name, step)| format!("{name:<0$}", width(step)));
    let under: Vec<_> = under.collect();
    let names: Vec<_> = names.collect();
    let drawn = format!("{}\n{}", names.join("  →  "), under.join("     "));
    let lines = drawn.lines().map(|line| format!("{}\n", line.trim_end()));
    format!("```\n{}```\n", lines.collect::<String>())
}

fn line(words: &Line) -> String {
    placed(words, Place::Prose)
}

fn placed(words: &Line, place: Place) -> String {
    let spans = words.0.iter().map(|span| match span {
        Span::Plain(text) => escaped(text),
        Span::Strong(text) => format!("**{}**", escaped(text.trim())),
        Span::Code(text) => code(text, place),
    });
    let text: String = spans.collect();
    // A sign that begins a list or a heading means nothing within a line.
    match text.chars().next() {
        Some('-' | '+' | '=') => format!("\\{text}"),
        Some(digit) if digit.is_ascii_digit() => numbered(text),
        _ => text,
    }
}

/// `1.` at the beginning of a line would begin a list.
fn numbered(text: String) -> String {
    let digits = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let at = text.len() - digits.len();
    let begins_list = digits.starts_with(". ") || digits.starts_with(") ");
    match begins_list || digits == "." || digits == ")" {
        true => format!("{}\\{digits}", &text[..at]),
        false => text,
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let text = harmless(text);
    let mut letters = text.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        let is_within = |other: Option<char>| other.is_some_and(char::is_alphanumeric);
        // Between two letters it is one of them, and better left alone.
        let is_letter =
            letter == '_' && is_within(Some(before)) && is_within(letters.peek().copied());
        if SIGNS.contains(letter) && !is_letter {
            escaped.push('\\');
        }
        escaped.push(letter);
        before = letter;
    }
    escaped
}

/// A text between more grave accents than it holds in a row.
fn code(text: &str, place: Place) -> String {
    let mut text = harmless(text);
    if place == Place::Cell {
        text = text.replace('|', "\\|");
    }
    let mut longest = 0;
    let mut here = 0;
    for letter in text.chars() {
        here = if letter == '`' { here + 1 } else { 0 };
        longest = longest.max(here);
    }
    let fence = "`".repeat(longest + 1);
    let touches = text.starts_with('`') || text.ends_with('`');
    let space = if touches { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_never_taken_for_markdown() {
        let check = |words: Line, expected: &str| {
            assert_eq!(placed(&words, Place::Cell), expected);
        };
        check(
            Line::from("a|b *c* <d> [e](f)"),
            "a\\|b \\*c\\* \\<d\\> \\[e\\](f)",
        );
        check(Line::from("# no heading"), "\\# no heading");
        check(Line::from("- no list"), "\\- no list");
        check(Line::from("12. no list"), "12\\. no list");
        check(Line::from("12 fields"), "12 fields");
        check(Line::from("0.01"), "0.01");
        check(Line::from("first_name _x_"), "first_name \\_x\\_");
        check(Line::from("one\ntwo\u{202e}"), "one\\\\ntwo\\\\u{202e}");
        check(Line::of_code("a|b"), "`a\\|b`");
        check(Line::of_code("`"), "`` ` ``");
        check(Line::of_code("<script>"), "`<script>`");
        assert_eq!(placed(&Line::of_code("a|b"), Place::Prose), "`a|b`");
    }
}
