//! A rule with bad days, in place of the one that ships: it traps on one text,
//! never comes back from another, keeps a side that nobody offered for a third,
//! and decides otherwise after an upgrade.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::chance::Chance;

/// On which texts the rule fails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moods {
    /// It traps.
    pub traps_on: Option<String>,
    /// It uses up its fuel.
    pub loops_on: Option<String>,
    /// It keeps a side that was not offered.
    pub lies_on: Option<String>,
}

impl Moods {
    /// What the treaty calls it.
    pub const RULE: &str = "fails-as-told";
    /// Its file, from the treaty's folder.
    pub const FILE: &str = "fails-as-told.wasm";

    /// Bad days by chance.
    pub fn of(chance: &mut Chance) -> Self {
        let mut one = |text: &str| (!chance.one_in(3)).then(|| text.to_owned());
        Self {
            traps_on: one("a"),
            loops_on: one("b"),
            lies_on: one("c"),
        }
    }

    /// What `treaty.toml` says of it after so many upgrades.
    pub fn settings(&self, upgrades: u64) -> String {
        let mut text = format!(
            "[rules.{}]\ncomponent = {:?}\n[rules.{}.configuration]\n",
            Self::RULE,
            Self::FILE,
            Self::RULE
        );
        let days = [
            ("traps-on", &self.traps_on),
            ("loops-on", &self.loops_on),
            ("lies-on", &self.lies_on),
        ];
        for (key, day) in days {
            if let Some(day) = day {
                let _ = writeln!(text, "{key} = {day:?}");
            }
        }
        let keeps = if upgrades.is_multiple_of(2) {
            "first"
        } else {
            "last"
        };
        let _ = writeln!(text, "keeps = {keeps:?}");
        text
    }
}
