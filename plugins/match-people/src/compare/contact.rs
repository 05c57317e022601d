//! E-mail addresses and phone numbers.

use treaty_evidence::phone::one_digit_apart;
use treaty_evidence::record::{Count, Part, Seen};
use treaty_evidence::similarity::{are_alike, one_edit_apart};

use super::name::Names;
use super::{Scale, name};
use crate::person::{Mail, Number, Person};
use crate::weights::Weights;
use treaty_evidence::counted::Counted;
use treaty_evidence::counted::common;

/// Two that cannot both be one person's, or hardly.
pub const CONFLICT: u8 = 1;
/// Different, which says little.
pub const DIFFERENT: u8 = 2;
/// Different, which says nothing: made from the name, or of another kind.
pub const NEUTRAL: u8 = 3;
/// Equal, but many people's: a mailbox or switchboard.
pub const SHARED: u8 = 4;
/// The same local part elsewhere.
pub const LOCAL: u8 = 5;
/// One letter or digit off.
pub const CLOSE: u8 = 6;
/// Equal.
pub const EQUAL: u8 = 7;

/// Less than an equal address: `j.doe` and `jdoe`. Hardly any provider gives
/// them to two people.
const PUNCTUATION: f64 = -1.0;

/// What addresses and numbers say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Contact {
    /// E-mail addresses.
    pub email: Part,
    /// Phone numbers.
    pub phone: Part,
    /// What a shared mailbox or switchboard weighs as evidence of the same
    /// organisation; zero where there is none.
    pub shared: f64,
}

/// Compares the best pair of addresses and the best pair of numbers.
#[must_use]
pub fn compare(
    scale: Scale<'_>,
    first: Seen<'_, Person>,
    second: Seen<'_, Person>,
    names: Names,
) -> Contact {
    let mut contact = Contact::default();
    let (a, b) = (first.record, second.record);
    for one in a.mails.iter().take_while(|mail| mail.value.hash != 0) {
        for other in b.mails.iter().take_while(|mail| mail.value.hash != 0) {
            let count = common(one.count(first.counts), other.count(second.counts));
            let (part, shared) = mails(scale, one, other, count, names);
            keep_best(&mut contact.email, part);
            contact.shared = contact.shared.max(shared);
        }
    }
    for one in a.phones.iter().take_while(|phone| phone.value.tail != 0) {
        for other in b.phones.iter().take_while(|phone| phone.value.tail != 0) {
            let count = common(one.count(first.counts), other.count(second.counts));
            let (part, shared) = phones(scale, &one.value, &other.value, count);
            keep_best(&mut contact.phone, part);
            contact.shared = contact.shared.max(shared);
        }
    }
    contact
}

fn keep_best(best: &mut Part, part: Part) {
    if best.level == 0 || (part.weight, part.level) > (best.weight, best.level) {
        *best = part;
    }
}

/// Whether one domain is the other with a typing error.
fn misspelt(one: &[u8], other: &[u8]) -> bool {
    one_edit_apart(one, other) || are_alike(one, other, 0.93)
}

/// Whether a value belongs to an organisation: seen with three surnames or
/// more, and not just with misspellings of one.
fn is_shared(count: Count) -> bool {
    count.witnesses >= 3 && count.witnesses * 5 >= count.records * 2
}

fn mails(
    scale: Scale<'_>,
    one: &Counted<Mail>,
    other: &Counted<Mail>,
    count: Count,
    names: Names,
) -> (Part, f64) {
    let weights = scale.weights;
    let (a, b) = (&one.value, &other.value);
    let equal = || {
        scale
            .population
            .agreement(count.records, 0.0, 0.95, weights.email_max)
    };
    if a.hash == b.hash {
        // Misspelt surnames look like many witnesses; an address made from the
        // name of its owner is personal all the same.
        let personal = a.from_name || b.from_name || names.last.level >= name::ALIKE;
        if a.role || (is_shared(count) && !personal) {
            return (Part::new(SHARED, 0.0), equal());
        }
        return (Part::new(EQUAL, equal()), 0.0);
    }
    if a.role || b.role {
        return (Part::new(NEUTRAL, 0.0), 0.0);
    }
    let (left, right) = (a.local.as_bytes(), b.local.as_bytes());
    let (host, other_host) = (a.domain.as_bytes(), b.domain.as_bytes());
    if left == right && host != other_host && !a.free && !b.free && misspelt(host, other_host) {
        return (
            Part::new(CLOSE, (equal() + weights.email_close).max(0.0)),
            0.0,
        );
    }
    if host == other_host {
        return (in_one_domain(weights, a, b, equal, names), 0.0);
    }
    if left == right && left.len() >= 4 {
        return match (a.from_name || b.from_name) && !a.numbered {
            true => (Part::new(NEUTRAL, 0.0), 0.0),
            false => (Part::new(LOCAL, weights.email_local), 0.0),
        };
    }
    match a.free && b.free {
        true => (Part::new(DIFFERENT, weights.email_free_conflict), 0.0),
        false => (Part::new(NEUTRAL, 0.0), 0.0),
    }
}

/// Two addresses in one domain that are not equal.
fn in_one_domain(
    weights: &Weights,
    a: &Mail,
    b: &Mail,
    equal: impl Fn() -> f64,
    names: Names,
) -> Part {
    let (left, right) = (a.local.as_bytes(), b.local.as_bytes());
    if left == right {
        return Part::new(CLOSE, (equal() + PUNCTUATION).max(0.0));
    }
    let close = left.len().min(right.len()) >= 4
        && (one_edit_apart(left, right) || are_alike(left, right, 0.95));
    let named_alike = names.first.level != name::CONFLICT && names.last.level != name::CONFLICT;
    if close && named_alike && digits(left) == digits(right) {
        let weight = (equal() + weights.email_close).max(0.0);
        return match a.from_name && b.from_name {
            true => Part::new(CLOSE, weight.min(3.0)),
            false => Part::new(CLOSE, weight),
        };
    }
    if a.free || (a.from_name && b.from_name) {
        Part::new(DIFFERENT, weights.email_free_conflict)
    } else {
        Part::new(CONFLICT, weights.email_conflict)
    }
}

/// The digits of a local part as one number.
fn digits(local: &[u8]) -> u64 {
    local
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .fold(1_u64, |sum, digit| {
            sum.wrapping_mul(10).wrapping_add(u64::from(*digit))
        })
}

fn phones(scale: Scale<'_>, one: &Number, other: &Number, count: Count) -> (Part, f64) {
    let weights = scale.weights;
    let equal = || {
        scale
            .population
            .agreement(count.records, 0.0, 0.8, weights.phone_max)
    };
    if one.tail == other.tail {
        if is_shared(count) {
            return (Part::new(SHARED, 0.0), equal());
        }
        return (Part::new(EQUAL, equal()), 0.0);
    }
    if one_digit_apart(one.tail, other.tail) {
        return (
            Part::new(CLOSE, (equal() + weights.phone_close).max(0.0)),
            0.0,
        );
    }
    (Part::new(DIFFERENT, weights.phone_conflict), 0.0)
}
