//! A pack that somebody names, with what it changes.

use std::path::{Path, PathBuf};

use treaty_folder::{Extent, PackParts, Problems, RuleSettings};
use treaty_model::RuleLimits;
use treaty_pack::{
    CannotStack, Extends, Layer, NoStack, Pack, PackLimits, PackRule, PackVersion, effective,
    installed_pack, open as open_pack, read_lock, stack, versions_in,
};
use treaty_workshop::{Limits, Place, Workshop};

use super::suite::told;
use super::{Rules, named, workshop_under};
use crate::args::Args;
use crate::exit::Failed;
use crate::open;

/// What makes a folder a pack.
const PACK_FILE: &str = "pack.toml";
/// How the file of a pack ends.
const PACK_END: &str = "treaty-pack";

/// A pack, and what it changes, as far as that is there: the lowest first.
pub struct Stack(Vec<Pack>);

impl Stack {
    /// The pack of a folder or a file, with what it changes: those that are named,
    /// or else those that are installed in the treaty, if there is one.
    pub fn at(args: &Args, place: &Path, named: &[PathBuf]) -> Result<Self, Failed> {
        let top = pack_at(place)?;
        let named = named.iter().map(|place| pack_at(place));
        let named: Vec<_> = named.collect::<Result<_, _>>()?;
        let treaty = open::place(args).ok();
        let mut find = |extends: &Extends| -> Result<Option<Pack>, Failed> {
            let mut known = named.iter();
            if let Some(known) = known.find(|pack| pack.settings().name == extends.name) {
                return Ok(Some(known.clone()));
            }
            let Some(treaty) = &treaty else {
                return Ok(None);
            };
            let Some(version) = installed_version(treaty, extends)? else {
                return Ok(None);
            };
            let opened = installed_pack(treaty, &version);
            let (_, pack) = opened.map_err(|problem| {
                told(&Problems(vec![problem]), "remove it: treaty pack remove")
            })?;
            Ok(Some(pack))
        };
        match stack(top.clone(), &mut find) {
            Ok(packs) => Ok(Self(packs)),
            Err(NoStack::Search(failed)) => Err(failed),
            Err(NoStack::Unfit(CannotStack::Missing { .. })) => Ok(Self(vec![top])),
            Err(NoStack::Unfit(why)) => Err(Failed::new(why.to_string(), BASE_HINT)),
        }
    }

    /// The stack, if nothing is missing below it: without what it changes a pack is
    /// not what it will be.
    pub fn whole(self) -> Result<Self, Failed> {
        match self.missing() {
            None => Ok(self),
            Some(base) => Err(Failed::new(
                format!(
                    "{} changes {base}, which is not here",
                    self.top().settings().name
                ),
                BASE_HINT,
            )),
        }
    }

    /// What is missing below it.
    fn missing(&self) -> Option<&Extends> {
        self.0.first()?.settings().extends.as_ref()
    }

    /// The pack itself.
    pub fn top(&self) -> &Pack {
        self.0.last().expect("a stack has a top")
    }

    /// What it brings along, laid over what it changes.
    pub fn parts(&self) -> Result<PackParts, Failed> {
        let (top, below) = self.0.split_last().expect("a stack has a top");
        let mut layers: Vec<_> = below.iter().map(Layer::of).collect();
        layers.push(Layer::at_hand(top));
        effective(&layers)
            .map_err(|problem| told(&Problems(vec![problem]), "mend the pack, or its base"))
    }

    /// Its rules, loaded under the limits of this workshop.
    pub fn rules(&self, workshop: &Workshop) -> Result<Rules, Failed> {
        let parts = self.parts()?;
        let rules = parts.rules.iter().map(|(name, rule)| RuleSettings {
            limits: RuleLimits::default(),
            ..rule.settings(name)
        });
        loaded(workshop, &rules.collect::<Vec<_>>())
    }

    /// A workshop under its budget, which is that of the lowest.
    pub fn workshop(&self) -> Result<Workshop, Failed> {
        workshop_under(Limits::default().with(self.budget()))
    }

    /// What its rules may use up.
    pub fn budget(&self) -> &RuleLimits {
        &self.0[0].settings().budget
    }

    /// How many packs are below it.
    pub fn depth(&self) -> usize {
        self.0.len() - 1
    }

    /// Whether all that it changes is there.
    pub fn extent(&self) -> Extent {
        match self.missing() {
            Some(_) => Extent::Part,
            None => Extent::Whole,
        }
    }
}

/// The version in a treaty that another pack changes: the one in use, if that fits, or
/// else the newest that does.
fn installed_version(treaty: &Path, extends: &Extends) -> Result<Option<PackVersion>, Failed> {
    let lock = read_lock(treaty)
        .map_err(|problems| told(&problems, "install the packs again: treaty pack install"))?;
    let in_use = lock.into_iter().map(|pinned| PackVersion {
        name: pinned.name,
        version: pinned.version,
    });
    let others = versions_in(treaty).into_iter().rev();
    let mut known = in_use.chain(others);
    Ok(known.find(|known| known.name == extends.name && extends.version.matches(&known.version)))
}

/// What to do where a base does not fit.
const BASE_HINT: &str = "name the pack that it changes: --base <FOLDER or FILE>";

/// Where a pack is, if a word on the command line names one: a folder with a
/// `pack.toml`, or a file that ends as packs do.
pub fn is_pack(word: &Path) -> bool {
    word.join(PACK_FILE).is_file() || word.extension().is_some_and(|end| end == PACK_END)
}

/// Reads the pack of a folder, or opens the file of one.
pub fn pack_at(place: &Path) -> Result<Pack, Failed> {
    let limits = PackLimits::default();
    if place.is_dir() {
        let read = treaty_pack::read_folder(place, &limits);
        return read.map_err(|error| Failed::new(error.to_string(), error.hint()));
    }
    let opened = open_pack(place, &limits);
    opened.map_err(|error| Failed::new(error.to_string(), error.hint()))
}

/// Loads rules that hold their components, or that ship.
pub fn loaded<'r>(
    workshop: &Workshop,
    rules: impl IntoIterator<Item = &'r RuleSettings>,
) -> Result<Rules, Failed> {
    let loaded = workshop.load_each(rules);
    loaded.map_err(|error| named(&error))
}

/// Where the component of a pack's rule is; none: in the pack that it changes.
pub fn place_of(pack: &Pack, rule: &PackRule) -> Option<Place> {
    match &rule.component {
        // A pack has every component that it names.
        treaty_pack::Component::File(path) => {
            let file = pack.file(path.as_str())?;
            Some(Place::Held(file.bytes.as_slice().into()))
        }
        treaty_pack::Component::Shipped(name) => Some(Place::Shipped(name.clone())),
        treaty_pack::Component::Inherited => None,
    }
}
