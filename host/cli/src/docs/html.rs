//! An outline as one HTML page that loads nothing and prints well.

use maud::{Markup, html};

use crate::docs::drawing;
use crate::docs::outline::{Block, Level, Line, Outline, Section, Span, Table};
use crate::page::frame;
use crate::tell::harmless;

/// How long a word can be that is never broken.
const WORD_MAX: usize = 24;
/// How long names and values can be that stay in one line.
const CODE_MAX: usize = 32;
/// How many rows a table can have that is kept on one sheet of paper.
const SHORT_MAX: usize = 8;

const STYLE: &str = "
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; margin: 2.4rem 0 .6rem; padding-top: .6rem; border-top: 2px solid #8888; }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
h2 code, h3 code { font-size: 1em; font-weight: 600; }
p { max-width: 46rem; }
code { font: .87em/1.4 ui-monospace, 'DejaVu Sans Mono', monospace; }
code:not(.long) { white-space: nowrap; }
.long { overflow-wrap: anywhere; }
table { font-size: .9rem; margin: .8rem 0; }
th, td { overflow-wrap: break-word; }
th:last-child, td:last-child { padding-right: 0; }
th { border-bottom: 2px solid #8888; font-weight: 600; }
td > div + div { margin-top: .1rem; }
table.facts { width: auto; }
table.facts th { border-bottom: 1px solid #8884; white-space: nowrap; padding-right: 1.2rem; }
nav ul { list-style: none; margin: 0; padding: 0; columns: 3 12rem; font-size: .9rem; }
nav a { color: inherit; }
.warning { border-left: 4px solid #b3261e; padding: .2rem 0 .2rem .8rem; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
svg { display: block; width: 100%; max-width: 46rem; height: auto; margin: 1rem 0;
    font: 14px system-ui, sans-serif; }
svg text { fill: currentColor; } svg .small { font-size: 12px; }
svg .box { fill: none; stroke: currentColor; stroke-width: 1.5; }
svg .hub { stroke-width: 2.5; }
svg .way { stroke: currentColor; stroke-width: 1.5; fill: none; }
svg .tip { fill: currentColor; }
@media (max-width: 48rem) {
    .wide table { min-width: 40rem; }
    .wide svg { min-width: 34rem; }
}
@page { size: A4; margin: 16mm 14mm; }
@media print {
    :root { font-size: 10.5px; }
    body { color: #000; background: #fff; }
    h2, h3 { break-after: avoid; }
    p, li, svg, .facts, .short { break-inside: avoid; }
    p:has(+ .wide), p:has(+ .facts) { break-after: avoid; }
    nav { display: none; }
    .wide { overflow: visible; }
    .wide table, .wide svg { min-width: 0; }
}
";

/// The page.
pub fn page(outline: &Outline) -> String {
    let title = harmless(&outline.title);
    let body = html! {
        h1 { (title) }
        nav { ul {
            @for (at, section) in outline.sections.iter().enumerate() {
                @if section.level == Level::Section {
                    li { a href=(format!("#s{at}")) { (harmless(&section.heading.words())) } }
                }
            }
        } }
        @for (at, section) in outline.sections.iter().enumerate() { (whole(section, at)) }
    };
    frame(&title, STYLE, &body)
}

fn whole(section: &Section, at: usize) -> Markup {
    let id = format!("s{at}");
    html! {
        @match section.level {
            Level::Section => h2 id=(id) { (line(&section.heading)) },
            Level::Part => h3 id=(id) { (line(&section.heading)) },
        }
        @for part in &section.blocks { (block(part)) }
    }
}

fn block(block: &Block) -> Markup {
    match block {
        Block::Paragraph(words) => html! { p { (line(words)) } },
        Block::Warning(words) => html! { p class="warning" { (line(words)) } },
        Block::Facts(facts) => html! {
            table class="facts" { tbody {
                @for (name, words) in facts {
                    tr { th scope="row" { (name) } td { (line(words)) } }
                }
            } }
        },
        Block::List(lines) => html! {
            ul { @for words in lines { li { (line(words)) } } }
        },
        Block::Table(table) => table_of(table),
        Block::Directions(flows) => html! { div class="wide" { (drawing::directions(flows)) } },
        Block::Pass(steps) => html! { div class="wide" { (drawing::pass(steps)) } },
    }
}

fn table_of(table: &Table) -> Markup {
    let is_short = table.rows.len() <= SHORT_MAX;
    html! {
        div class="wide" { table class=[is_short.then_some("short")] {
            thead { tr {
                @for heading in &table.headings { th scope="col" { (line(heading)) } }
            } }
            tbody {
                @for row in &table.rows { tr {
                    @for cell in row { td {
                        @for words in cell { div { (line(words)) } }
                    } }
                } }
            }
        } }
    }
}

fn line(words: &Line) -> Markup {
    html! {
        @for span in &words.0 {
            @match span {
                Span::Plain(text) => @if is_long(text) { span class="long" { (harmless(text)) } }
                    @else { (harmless(text)) },
                Span::Strong(text) => strong class=[is_long(text).then_some("long")] { (harmless(text)) },
                Span::Code(text) => code class=[is_long_code(text).then_some("long")] { (harmless(text)) },
            }
        }
    }
}

/// Whether a text has a word that could be too wide for a column. Others are
/// never broken, so that no column gets narrower than its names.
fn is_long(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.any(|word| word.chars().count() > WORD_MAX)
}

/// Whether a name or value is too long for one line.
fn is_long_code(text: &str) -> bool {
    is_long(text) || text.chars().count() > CODE_MAX
}
