//! The two drawings of a page: which way fields go, and the steps of a pass. Lines
//! in the colour of the text, so that they print.

use maud::{Markup, html};
use treaty_engine::PassStep;

use crate::docs::outline::{Flow, Flows};
use crate::tell::harmless;

/// The width that everything is drawn in.
const WIDTH: usize = 720;
/// A box of a system.
const BOX: (usize, usize) = (180, 84);
/// How much room a row of two systems takes.
const ROW: usize = 104;
/// How many letters fit into a box.
const LETTERS_MAX: usize = 20;

/// Which way an arrow points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// To the entity.
    In,
    /// To the system.
    Out,
    /// Both.
    Both,
}

/// The entity in the middle, its systems left and right of it, and between them
/// an arrow for each way with the number of fields that go it.
pub fn directions(flows: &Flows) -> Markup {
    let rows = flows.systems.len().div_ceil(2);
    let height = rows * ROW + 8;
    let hub = (WIDTH / 2 - 65, 4, 130, rows * ROW - (ROW - BOX.1));
    let middle = 4 + hub.3 / 2 + 5;
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img"
            aria-label=(format!("Which way the fields of {} go", harmless(&flows.entity))) {
            rect class="box hub" x=(hub.0) y=(hub.1) width=(hub.2) height=(hub.3) rx="8" {}
            (label(WIDTH / 2, middle, &flows.entity, 14))
            @for (at, flow) in flows.systems.iter().enumerate() { (system(flow, at)) }
        }
    }
}

fn system(flow: &Flow, at: usize) -> Markup {
    let is_left = at.is_multiple_of(2);
    let top = 4 + at / 2 * ROW;
    let left = if is_left { 4 } else { WIDTH - BOX.0 - 4 };
    let ways = [
        (flow.gives, Way::In, "given"),
        (flow.takes, Way::Out, "taken"),
        (flow.both, Way::Both, "both ways"),
    ];
    let ways: Vec<_> = ways
        .into_iter()
        .filter(|(count, _, _)| *count > 0)
        .collect();
    let apart = [(flow.watched, "watched"), (flow.apart, "no part")];
    let apart = apart.into_iter().filter(|(count, _)| *count > 0);
    let apart: Vec<_> = apart
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let gap = BOX.1 / (ways.len() + 1);
    html! {
        rect class="box" x=(left) y=(top) width=(BOX.0) height=(BOX.1) rx="8" {}
        (label(left + BOX.0 / 2, top + if apart.is_empty() { 47 } else { 39 }, &flow.system, LETTERS_MAX))
        @if !apart.is_empty() {
            text class="small" x=(left + BOX.0 / 2) y=(top + 59) text-anchor="middle" {
                (apart.join(", "))
            }
        }
        @for (row, (count, way, word)) in ways.iter().enumerate() {
            (arrow(is_left, top + gap * (row + 1), *way, &format!("{count} {word}")))
        }
    }
}

/// An arrow between a system and the entity, with words over it.
fn arrow(is_left: bool, y: usize, way: Way, words: &str) -> Markup {
    let (from, to) = match is_left {
        true => (BOX.0 + 8, WIDTH / 2 - 69),
        false => (WIDTH / 2 + 69, WIDTH - BOX.0 - 8),
    };
    let right = way == Way::Both || (way == Way::In) == is_left;
    let left = way == Way::Both || (way == Way::In) != is_left;
    html! {
        line class="way" x1=(from) y1=(y) x2=(to) y2=(y) {}
        @if right { polygon class="tip" points=(tip(to, y, Point::Right)) {} }
        @if left { polygon class="tip" points=(tip(from, y, Point::Left)) {} }
        text class="small" x=((from + to) / 2) y=(y - 4) text-anchor="middle" { (words) }
    }
}

/// Where the tip of an arrow points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    Left,
    Right,
}

fn tip(x: usize, y: usize, point: Point) -> String {
    let back = match point {
        Point::Left => x + 8,
        Point::Right => x - 8,
    };
    format!("{x},{y} {back},{} {back},{}", y - 4, y + 4)
}

/// A name in the middle of a box; one that is too long is cut, and the table has
/// it whole.
fn label(x: usize, y: usize, name: &str, letters_max: usize) -> Markup {
    let name = harmless(name);
    let cut = match name.chars().count() > letters_max {
        true => format!(
            "{}…",
            name.chars().take(letters_max - 1).collect::<String>()
        ),
        false => name,
    };
    html! { text x=(x) y=(y) text-anchor="middle" font-weight="600" { (cut) } }
}

/// The steps of a pass, from left to right.
pub fn pass(steps: &[PassStep]) -> Markup {
    let (width, gap) = (112, 38);
    html! {
        svg viewBox=(format!("0 0 {WIDTH} 66")) role="img" aria-label="The five steps of a pass" {
            @for (at, step) in steps.iter().enumerate() {
                @let left = 4 + at * (width + gap);
                rect class="box" x=(left) y="4" width=(width) height="56" rx="8" {}
                (label(left + width / 2, 28, step.name, LETTERS_MAX))
                text class="small" x=(left + width / 2) y="47" text-anchor="middle" { (step.on) }
                @if at > 0 {
                    line class="way" x1=(left - gap + 4) y1="32" x2=(left - 4) y2="32" {}
                    polygon class="tip" points=(tip(left - 4, 32, Point::Right)) {}
                }
            }
        }
    }
}
