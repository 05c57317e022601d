//! Where each nickname stands in the table, so that nobody reads it to the end
//! for every record. It is made by the compiler: a rule starts afresh with each
//! batch.

use super::NICKNAMES;

/// More of them than nicknames, so that most stand alone.
const BUCKETS: usize = 2_048;

const SHORTS: usize = count();

pub(super) static INDEX: Index = Index::new();

/// The nicknames by the hash of their letters.
pub(super) struct Index {
    /// Where each bucket begins.
    begins: [u16; BUCKETS + 1],
    shorts: [Short; SHORTS],
}

/// A nickname in the table.
#[derive(Clone, Copy)]
pub(super) struct Short {
    entry: u16,
    /// Its place in the list of its full name.
    pub(super) place: u8,
    from: u8,
    to: u8,
}

impl Short {
    /// The position in the table.
    pub(super) fn entry(self) -> usize {
        usize::from(self.entry)
    }
}

impl Index {
    /// Where a nickname stands, in the order of the table.
    pub(super) fn find(&self, name: &str) -> impl Iterator<Item = Short> {
        let bucket = bucket(name.as_bytes(), 0, name.len());
        let range = usize::from(self.begins[bucket])..usize::from(self.begins[bucket + 1]);
        let is_it = move |found: &Short| {
            let (_, list) = NICKNAMES[found.entry()];
            &list[usize::from(found.from)..usize::from(found.to)] == name
        };
        self.shorts[range].iter().copied().filter(is_it)
    }

    /// Counts each bucket, then fills it in the order of the table.
    const fn new() -> Self {
        let mut begins = [0_u16; BUCKETS + 1];
        let mut walk = Walk::new();
        while let Some(short) = walk.next() {
            begins[short.bucket() + 1] += 1;
        }
        let mut bucket = 0;
        while bucket < BUCKETS {
            begins[bucket + 1] += begins[bucket];
            bucket += 1;
        }
        let none = Short {
            entry: 0,
            place: 0,
            from: 0,
            to: 0,
        };
        let mut shorts = [none; SHORTS];
        let mut free = begins;
        let mut walk = Walk::new();
        while let Some(short) = walk.next() {
            let bucket = short.bucket();
            shorts[free[bucket] as usize] = short;
            free[bucket] += 1;
        }
        Self { begins, shorts }
    }
}

impl Short {
    const fn bucket(self) -> usize {
        let list = NICKNAMES[self.entry as usize].1.as_bytes();
        bucket(list, self.from as usize, self.to as usize)
    }
}

/// FNV-1a of a part of some bytes.
const fn bucket(bytes: &[u8], from: usize, to: usize) -> usize {
    let mut hash = 0x811c_9dc5_u32;
    let mut at = from;
    while at < to {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    (hash ^ (hash >> 16)) as usize % BUCKETS
}

const fn count() -> usize {
    let mut walk = Walk::new();
    let mut count = 0;
    while walk.next().is_some() {
        count += 1;
    }
    count
}

/// Goes from nickname to nickname through the table.
struct Walk {
    entry: usize,
    place: u8,
    from: usize,
}

impl Walk {
    const fn new() -> Self {
        Self {
            entry: 0,
            place: 0,
            from: 0,
        }
    }

    const fn next(&mut self) -> Option<Short> {
        if self.entry == NICKNAMES.len() {
            return None;
        }
        let list = NICKNAMES[self.entry].1.as_bytes();
        let mut to = self.from;
        while to < list.len() && list[to] != b' ' {
            to += 1;
        }
        assert!(list.len() <= 255, "a list is shorter than a u8 counts");
        let short = Short {
            entry: self.entry as u16,
            place: self.place,
            from: self.from as u8,
            to: to as u8,
        };
        if to == list.len() {
            (self.entry, self.place, self.from) = (self.entry + 1, 0, 0);
        } else {
            (self.place, self.from) = (self.place + 1, to + 1);
        }
        Some(short)
    }
}
