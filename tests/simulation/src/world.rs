//! The world that a history plays in: which systems there are, what they are
//! like, and what the treaty between them says.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::chance::Chance;
use crate::moods::Moods;
use crate::tight::Tight;

/// The fields that people edit, in the order of the field table. Every system
/// also has `code`, which says what thing in the world a record stands for, and
/// `secret`, which no row of the table mentions.
pub const FIELDS: [&str; 3] = ["name", "phone", "note"];

/// The thing that a canary record stands for.
pub const CANARY: u64 = 90;
/// Its id: it is the first record that its system has.
pub const CANARY_ID: u64 = 1;

/// What systems are called.
const NAMES: [&str; 4] = ["crm", "desk", "shop", "ware"];

/// A world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct World {
    /// Its systems.
    pub systems: Vec<Traits>,
    /// What the field table says of [`FIELDS`].
    pub terms: Vec<Terms>,
    /// What happens to deletes: `archive`, `delete`, `ask`, `leave`.
    pub deletes: String,
    /// How the rule fails that a field may name in place of the shipped one.
    #[serde(default)]
    pub moods: Option<Moods>,
    /// Guards that trip.
    #[serde(default)]
    pub tight: Option<Tight>,
    /// The system whose first record has to stay visible: it is there from the
    /// beginning, and nobody ever touches it.
    #[serde(default)]
    pub canary: Option<usize>,
}

/// What a system is like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    /// Its name.
    pub name: String,
    /// How it tells of changes.
    pub feed: Feed,
    /// How many records it gives at once.
    pub page_records: usize,
    /// How many writes it takes at once.
    pub writes_max: usize,
    /// How long its index lags.
    pub index_lag_ms: i64,
    /// The steps of its clock.
    pub clock_step_ms: i64,
    /// How far its clock is off.
    pub clock_skew_ms: i64,
    /// How many characters a text has at most: what is longer is cut.
    pub text_max: Option<usize>,
    /// Whether it turns notes to upper case.
    pub shouts: bool,
    /// Whether it says who made a change.
    pub says_who: bool,
    /// Whether a record can be brought back.
    pub archives: bool,
    /// Whether the treaty takes what a listing does not show for deleted.
    pub absent_is_deleted: bool,
    /// Whether it gets what is new elsewhere.
    pub takes_new: bool,
    /// How far a write depends on what stands there.
    #[serde(default)]
    pub compares: Compares,
}

/// How far a write depends on what stands there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compares {
    /// The comparison and the write are one step.
    #[default]
    AsOneStep,
    /// People go on editing between the comparison and the write.
    Before,
    /// Not at all.
    Never,
}

/// How a system tells of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feed {
    /// By a complete listing each time.
    Listing,
    /// By the time of the last change.
    Watermark,
    /// By a log of changes.
    Log,
}

/// What the field table says of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The system that owns it; none: it is shared.
    pub owner: Option<usize>,
    /// The strategy of a shared field.
    pub rule: String,
    /// What becomes of an edit by others than the owner.
    pub drift: String,
    /// The systems that have it.
    pub at: Vec<bool>,
    /// What its values mean, for a case in which they can be wrong; none: any text is
    /// right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

impl World {
    /// The world of a seed.
    pub fn of(seed: u64) -> Self {
        let mut chance = Chance::new(seed, "world");
        let count = *chance.pick(&[2, 2, 2, 3, 3, 4]);
        let systems: Vec<_> = NAMES[..count]
            .iter()
            .map(|name| Traits::of(name, &mut chance))
            .collect();
        let terms = FIELDS.iter().map(|_| Terms::of(&systems, &mut chance));
        let mut world = Self {
            terms: terms.collect(),
            deletes: (*chance.pick(&["archive", "archive", "delete", "ask", "leave"])).to_owned(),
            systems,
            moods: None,
            tight: None,
            canary: None,
        };
        world.grow(&mut Chance::new(seed, "world, second part"));
        let mut chance = Chance::new(seed, "world, third part");
        if chance.one_in(6) {
            world.canary = Some(chance.place(count));
        }
        world
    }

    /// What came to worlds later, drawn apart, so that the rest of a seed stays.
    fn grow(&mut self, chance: &mut Chance) {
        use Compares::{AsOneStep, Before, Never};
        for system in &mut self.systems {
            system.compares = *chance.pick(&[AsOneStep, AsOneStep, AsOneStep, Before, Never]);
        }
        let shared = self.terms.iter_mut().filter(|terms| terms.owner.is_none());
        if let (true, Some(terms)) = (chance.one_in(6), shared.last()) {
            terms.rule = Moods::RULE.to_owned();
            self.moods = Some(Moods::of(chance));
        }
        if chance.one_in(5) {
            let mut tight = Tight::of(chance);
            if self.moods.is_some() {
                // A rule that never has a good day again would never rest.
                tight.limits.retain(|(key, _)| key != "rule-faults-max");
            }
            self.tight = Some(tight);
        }
    }

    /// What a system makes of a value of a field.
    pub fn stored(&self, system: usize, field: usize, value: &Option<String>) -> Option<String> {
        let traits = &self.systems[system];
        let mut value = value.clone()?;
        if let Some(most) = traits.text_max {
            value = value.chars().take(most).collect();
        }
        if traits.shouts && FIELDS[field] == "note" {
            value = value.to_uppercase();
        }
        // No system of the simulation tells an empty text from none.
        (!value.is_empty()).then_some(value)
    }

    /// Whether a system has a field.
    pub fn has(&self, system: usize, field: usize) -> bool {
        self.terms[field].at[system]
    }

    /// `treaty.toml`, with the rule as it is after so many upgrades.
    pub fn treaty(&self, upgrades: u64) -> String {
        let mut text = "[treaty]\nname = \"world\"\nclock-tolerance-ms = 2000\n".to_owned();
        let names: Vec<_> = self.systems.iter().map(|system| &system.name).collect();
        for system in &self.systems {
            let name = &system.name;
            let _ = write!(
                text,
                "[systems.{name}]\nconnector = \"simulated\"\npath = \".\"\n\
                 automations = [\"robot\"]\n"
            );
        }
        let deletes = &self.deletes;
        let _ = write!(
            text,
            "[entities.person]\ntable = \"person.csv\"\ndeletes = \"{deletes}\"\n\
             [entities.person.match]\nmatcher = \"match-keys\"\n"
        );
        for (place, system) in self.systems.iter().enumerate() {
            let others: Vec<_> = names
                .iter()
                .filter(|name| **name != &system.name && system.takes_new)
                .map(|name| format!("{name:?}"))
                .collect();
            let _ = write!(
                text,
                "[entities.person.systems.{}]\nsource = \"person\"\ndeletes-count = true\n\
                 creates-from = [{}]\n",
                system.name,
                others.join(", ")
            );
            if system.absent_is_deleted {
                text.push_str("absentees = \"deleted\"\n");
            }
            if self.canary == Some(place) {
                let _ = writeln!(text, "canaries = [\"{CANARY_ID}\"]");
            }
            if system.archives {
                text.push_str("archived = \"gone\"\n");
            }
        }
        text.push_str(
            "[rules.match-keys.configuration]\nkeys = [[\"code\"]]\n\
             [rules.resolve-standard.configuration]\ndefault = \"escalate\"\n",
        );
        text.push_str(&Tight::settings(self.tight.as_ref()));
        if let Some(moods) = &self.moods {
            text.push_str(&moods.settings(upgrades));
        }
        text
    }

    /// `person.csv`.
    pub fn table(&self) -> String {
        let names: Vec<_> = self
            .systems
            .iter()
            .map(|system| system.name.as_str())
            .collect();
        let mut text = format!("field,type,{},owner,rule,drift\n", names.join(","));
        let _ = writeln!(
            text,
            "code,external-id,{}shared,escalate,",
            "code,".repeat(names.len())
        );
        for (field, terms) in FIELDS.iter().zip(&self.terms) {
            let kind = terms.kind.as_deref().unwrap_or("text");
            let _ = write!(text, "{field},{kind},");
            for at in &terms.at {
                let _ = write!(text, "{},", if *at { field } else { "" });
            }
            let _ = match terms.owner {
                Some(owner) => writeln!(text, "{},,{}", names[owner], terms.drift),
                None => writeln!(text, "shared,{},", terms.rule),
            };
        }
        text
    }
}

impl Traits {
    fn of(name: &str, chance: &mut Chance) -> Self {
        let feed = *chance.pick(&[Feed::Listing, Feed::Watermark, Feed::Log, Feed::Log]);
        let index_lag_ms = *chance.pick(&[0, 0, 0, 3_000]);
        Self {
            name: name.to_owned(),
            feed,
            absent_is_deleted: feed == Feed::Listing && index_lag_ms == 0 && chance.one_in(2),
            page_records: *chance.pick(&[1, 2, 3, 100]),
            writes_max: *chance.pick(&[1, 2, 50]),
            index_lag_ms,
            clock_step_ms: *chance.pick(&[1, 1, 1_000, 60_000]),
            clock_skew_ms: *chance.pick(&[0, 0, 1_500, -90_000, 3_600_000]),
            text_max: *chance.pick(&[None, None, None, Some(4)]),
            shouts: chance.one_in(5),
            says_who: chance.one_in(2),
            // Of a time of change no delete can be read, unless what is deleted
            // stays and says so.
            archives: feed == Feed::Watermark || chance.one_in(2),
            takes_new: !chance.one_in(5),
            compares: Compares::default(),
        }
    }
}

impl Terms {
    fn of(systems: &[Traits], chance: &mut Chance) -> Self {
        let names: Vec<_> = systems.iter().map(|system| system.name.as_str()).collect();
        let prefer = format!("\"prefer({})\"", names.join(", "));
        let rules = [
            "latest",
            "person then latest",
            "escalate",
            "longest",
            "first-non-empty",
            prefer.as_str(),
        ];
        let mut at: Vec<bool> = systems.iter().map(|_| !chance.one_in(8)).collect();
        // A field that only one system has needs no treaty.
        if at.iter().filter(|at| **at).count() < 2 {
            at.fill(true);
        }
        let holders: Vec<usize> = (0..at.len()).filter(|system| at[*system]).collect();
        let owned = chance.one_in(3);
        Self {
            owner: owned.then(|| *chance.pick(&holders)),
            rule: (*chance.pick(&rules)).to_owned(),
            drift: (*chance.pick(&["write-back", "leave", "ask"])).to_owned(),
            at,
            kind: None,
        }
    }
}
