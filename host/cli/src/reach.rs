//! What a component can reach, all of it, in plain words.

/// What all interfaces of the contract are called by.
const CONTRACT: &str = "treaty:rules/";
/// What a rule logs through.
const LOG: &str = "treaty:rules/log";

/// What a component can reach.
pub struct Reach<'a> {
    /// What it can do, after "can".
    pub can: &'static str,
    /// Interfaces that it wants besides, and that give it nothing.
    pub inert: Vec<&'a str>,
}

impl<'a> Reach<'a> {
    /// By what it imports: nothing else was granted.
    pub fn of(imports: &'a [String]) -> Self {
        let names = imports.iter().map(String::as_str);
        let logs = names.clone().any(|name| name.starts_with(LOG));
        Self {
            can: match logs {
                true => "log; can do nothing else",
                false => "do nothing but answer",
            },
            inert: names.filter(|name| !name.starts_with(CONTRACT)).collect(),
        }
    }
}
