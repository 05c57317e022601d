//! An audit as one HTML page: nothing to load, and it opens well on paper.

use maud::{Markup, html};
use treaty_engine::{Audit, Difference, EntityAudit, FieldAudit, Kind};

use crate::page::frame;

const STYLE: &str = "
td.count, th.count { text-align: right; font-variant-numeric: tabular-nums; }
.equal { color: #16794c; } .unequal { color: #b3261e; }
";

/// The page.
pub fn page(treaty: &str, audit: &Audit) -> String {
    let at = audit.at.map(|at| at.to_string()).unwrap_or_default();
    let title = format!("Audit of {treaty}");
    let body = html! {
        h1 { (title) }
        p { "Every linked record was read afresh in all its systems, from " (at) " on." }
        @for failure in &audit.failures {
            p class="unequal" { (failure.system) " could not be read: " (failure.message) }
        }
        @for entity in &audit.entities { (section(entity)) }
    };
    frame(&title, STYLE, &body)
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
