//! What belongs together: sources that hold the same things, and the own fields
//! that say the same of them.

use std::collections::BTreeSet;

use crate::init::column::Column;
use crate::init::look::Looked;
use crate::init::words::{Role, as_name, entity, likeness, without_schema};
use crate::init::{EntityWish, InitWish};

/// The share of values that two fields have to have in common, if nothing but
/// their values says that they belong together.
const OVERLAP_ALONE: f64 = 0.5;
/// How alike names have to be, if nothing else speaks for them.
const LIKENESS_ALONE: f64 = 0.8;
/// What two fields need of both together.
const SCORE_MIN: f64 = 0.8;
/// Of fewer different values, having them in common means nothing.
const TELLING_VALUES: usize = 6;

/// Sources that hold the same things.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) matcher: &'static str,
    /// Places of what was looked at, by system.
    pub(super) sources: Vec<usize>,
}

/// Own fields that say the same.
#[derive(Clone, Debug)]
pub(super) struct Paired {
    pub(super) name: String,
    /// For each source of the group the place of its column.
    pub(super) columns: Vec<Option<usize>>,
}

/// The groups that were asked for, or those that names and values suggest.
pub(super) fn groups(wish: &InitWish, looked: &[Looked]) -> Vec<Group> {
    if !wish.entities.is_empty() {
        let asked = wish.entities.iter();
        return asked
            .map(|entity| asked_for(entity, wish, looked))
            .collect();
    }
    let mut groups: Vec<Group> = Vec::new();
    for (place, source) in looked.iter().enumerate() {
        let fits = |group: &&mut Group| {
            let elsewhere = |&other: &usize| looked[other].system != source.system;
            group.sources.iter().all(elsewhere)
        };
        let scored = groups.iter_mut().filter(fits).map(|group| {
            let scores = group.sources.iter();
            let scores = scores.map(|&other| source_score(&looked[other], source));
            (scores.fold(0.0, f64::max), group)
        });
        let best = scored
            .filter(|(score, _)| *score >= SCORE_MIN)
            .max_by(|left, right| left.0.total_cmp(&right.0));
        match best {
            Some((_, group)) => group.sources.push(place),
            None => groups.push(group_of(place, source)),
        }
    }
    groups.retain(|group| group.sources.len() > 1);
    name_once(&mut groups);
    groups
}

fn asked_for(wish: &EntityWish, all: &InitWish, looked: &[Looked]) -> Group {
    let find = |(system, source): &(String, String)| {
        looked.iter().position(|looked| {
            all.systems[looked.system].name == *system && looked.source == *source
        })
    };
    let known = entity(&wish.entity);
    Group {
        name: wish.entity.clone(),
        matcher: known.map_or("match-things", |(_, matcher)| matcher),
        sources: wish.sources.iter().filter_map(find).collect(),
    }
}

fn group_of(place: usize, source: &Looked) -> Group {
    let known = entity(&source.source);
    Group {
        name: known.map_or_else(
            || as_name(without_schema(&source.source)),
            |(name, _)| name.to_owned(),
        ),
        matcher: known.map_or("match-things", |(_, matcher)| matcher),
        sources: vec![place],
    }
}

fn name_once(groups: &mut [Group]) {
    let mut seen = BTreeSet::new();
    for group in groups {
        let mut number = 1;
        let name = group.name.clone();
        while !seen.insert(group.name.clone()) {
            number += 1;
            group.name = format!("{name}_{number}");
        }
    }
}

/// How much speaks for two sources holding the same things.
fn source_score(left: &Looked, right: &Looked) -> f64 {
    let names = match (entity(&left.source), entity(&right.source)) {
        (Some(left), Some(right)) if left == right => 1.0,
        (Some((_, left)), Some((_, right))) if left == right && left == "match-people" => 0.8,
        (Some(_), Some(_)) => 0.0,
        _ => likeness(without_schema(&left.source), without_schema(&right.source)),
    };
    let telling = left.columns.iter().filter(|column| is_telling(column));
    let overlap = telling.flat_map(|column| {
        let others = right.columns.iter();
        others.map(move |other| overlap(column, other))
    });
    names + overlap.fold(0.0, f64::max)
}

/// Whether a value of this field hardly belongs to two things.
fn is_telling(column: &Column) -> bool {
    let named = matches!(
        column.semantic,
        "email" | "phone" | "external-id" | "tax-id" | "domain"
    );
    named && column.filled() > 0
}

/// The share of the values of the field with fewer of them that the other has
/// too; nothing where their types say different things.
pub(super) fn overlap(left: &Column, right: &Column) -> f64 {
    let texts = |column: &Column| !matches!(column.semantic, "number" | "date" | "boolean");
    if left.semantic != right.semantic && !(texts(left) && texts(right)) {
        return 0.0;
    }
    let (left, right) = (left.distinct(), right.distinct());
    let fewer = left.len().min(right.len());
    match fewer {
        0 => 0.0,
        fewer => left.intersection(&right).count() as f64 / fewer as f64,
    }
}

/// The fields of a group: first those of its first source, each with what says
/// the same elsewhere.
pub(super) fn fields(sources: &[&Looked]) -> Vec<Paired> {
    let mut paired: Vec<Paired> = Vec::new();
    for (place, source) in sources.iter().enumerate() {
        let mut scored = Vec::new();
        for (at, column) in source.columns.iter().enumerate() {
            if !moves(column) {
                continue;
            }
            for (field, earlier) in paired.iter().enumerate() {
                let others = earlier.columns.iter().enumerate();
                let columns =
                    others.filter_map(|(other, at)| Some(&sources[other].columns[(*at)?]));
                let score = columns
                    .map(|other| field_score(other, column))
                    .fold(0.0, f64::max);
                if score >= SCORE_MIN {
                    scored.push((score, field, at));
                }
            }
        }
        scored.sort_by(|left, right| right.0.total_cmp(&left.0));
        let mut taken = BTreeSet::new();
        for (_, field, at) in scored {
            let place_free = paired[field].columns[place].is_none();
            if place_free && taken.insert(at) {
                paired[field].columns[place] = Some(at);
            }
        }
        for (at, column) in source.columns.iter().enumerate() {
            if moves(column) && !taken.contains(&at) {
                let mut columns = vec![None; sources.len()];
                columns[place] = Some(at);
                let known = column.concept.map(|concept| concept.name.to_owned());
                let name = known.unwrap_or_else(|| as_name(&column.name));
                paired.push(Paired { name, columns });
            }
        }
    }
    paired.retain(|field| field.columns.iter().flatten().count() > 1);
    name_fields(&mut paired);
    paired
}

/// Whether a field is one that could move: no key, no bookkeeping.
pub(super) fn moves(column: &Column) -> bool {
    !column.key && column.role() == Role::Field
}

fn name_fields(paired: &mut [Paired]) {
    let mut seen = BTreeSet::new();
    for field in paired {
        let mut number = 1;
        let name = field.name.clone();
        while !seen.insert(field.name.clone()) {
            number += 1;
            field.name = format!("{name}_{number}");
        }
    }
}

/// How much speaks for two own fields saying the same.
fn field_score(left: &Column, right: &Column) -> f64 {
    match (left.points_at, right.points_at) {
        (Some(left), Some(right)) if left == right => return 3.0,
        (None, None) => {}
        _ => return 0.0,
    }
    let shared = overlap(left, right);
    let few = left.distinct().len().min(right.distinct().len()) < TELLING_VALUES;
    match (left.concept, right.concept) {
        (Some(left), Some(right)) if left == right => return 2.0 + shared,
        // Two known names for different things: their values alone do not make
        // a phone a mobile phone.
        (Some(_), Some(_)) => return 0.0,
        _ => {}
    }
    let alike = likeness(&left.name, &right.name);
    let by_name = if alike >= LIKENESS_ALONE { 1.0 } else { 0.0 };
    let by_values = if shared >= OVERLAP_ALONE && !few {
        1.0
    } else {
        0.0
    };
    if by_name + by_values > 0.0 {
        return by_name + by_values + shared;
    }
    (alike + shared) / 2.0
}
