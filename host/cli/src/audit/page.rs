//! An audit as one HTML page: nothing to load, and it opens well on paper.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use treaty_engine::{Audit, Difference, EntityAudit, FieldAudit, Kind};

const STYLE: &str = "
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
    border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
td.count, th.count { text-align: right; font-variant-numeric: tabular-nums; }
.equal { color: #16794c; } .unequal { color: #b3261e; }
.note { opacity: .7; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; }
    thead { display: table-header-group; } }
";

/// The page.
pub fn page(treaty: &str, audit: &Audit) -> String {
    let at = audit.at.map(|at| at.to_string()).unwrap_or_default();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Audit of " (treaty) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Audit of " (treaty) }
                p { "Every linked record was read afresh in all its systems, from " (at) " on." }
                @for failure in &audit.failures {
                    p class="unequal" { (failure.system) " could not be read: " (failure.message) }
                }
                @for entity in &audit.entities { (section(entity)) }
            }
        }
    };
    page.into_string()
}

fn section(entity: &EntityAudit) -> Markup {
    let state = if entity.is_equal() {
        "equal"
    } else {
        "unequal"
    };
    html! {
        section {
            h2 { (entity.entity) }
            p class=(state) {
                (entity.links) " links: " (entity.matched) " equal, " (entity.different)
                " different, " (entity.missing) " records missing, " (entity.extra) " extra, "
                (entity.in_flight) " on their way"
            }
            table {
                thead { tr {
                    th { "field" }
                    @for heading in ["equal", "different", "own form", "asked", "unreadable"] {
                        th class="count" { (heading) }
                    }
                } }
                tbody {
                    @for (name, field) in &entity.fields { (field_row(name, field)) }
                }
            }
            @if !entity.differences.is_empty() {
                table {
                    thead { tr {
                        th { "link" } th { "what" } th { "where" } th { "value" } th { "note" }
                    } }
                    tbody {
                        @for difference in &entity.differences { (difference_rows(difference)) }
                    }
                }
            }
        }
    }
}

fn field_row(name: &str, field: &FieldAudit) -> Markup {
    let FieldAudit {
        matched,
        different,
        accepted,
        undecided,
        unread,
    } = field;
    html! {
        tr {
            td { (name) }
            @for count in [matched, different, accepted, undecided, unread] {
                td class="count" { (count) }
            }
        }
    }
}

fn difference_rows(difference: &Difference) -> Markup {
    let what = match (difference.kind, &difference.field) {
        (Kind::Different, Some(field)) => field.as_str(),
        (Kind::Different, None) => "record",
        (Kind::Missing, _) => "missing",
        (Kind::Extra, _) => "extra",
    };
    let rows = difference.sides.len();
    html! {
        @for (at, side) in difference.sides.iter().enumerate() {
            tr {
                @if at == 0 {
                    td rowspan=(rows) { @if let Some(link) = difference.link { (link) } }
                    td rowspan=(rows) { (what) }
                }
                td { (side.system) " " @if let Some(remote) = &side.remote { (remote) } }
                td { @if let Some(value) = &side.value { (value) } }
                @if at == 0 {
                    td rowspan=(rows) class="note" {
                        @if let Some(note) = &difference.note { (note) }
                    }
                }
            }
        }
    }
}
