//! The frame of every page that is written to a file: nothing to load, no
//! scripts, and it opens well on a telephone and on paper.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// What all pages have in common.
const STYLE: &str = "
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
    border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
.note { opacity: .7; }
@media print {
    :root { color-scheme: light; }
    body { margin: 0; max-width: none; padding: 0; }
    tr { break-inside: avoid; }
    thead { display: table-header-group; }
}
";

/// A whole page. `style` is what it has of its own, and comes after.
pub fn frame(title: &str, style: &'static str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(style)) }
            }
            body { (body) }
        }
    };
    page.into_string()
}
