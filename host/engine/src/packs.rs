//! Which packs the passes were made with: what came, went, or is another version
//! now stands in the journal, once.

use serde::{Deserialize, Serialize};
use serde_json::json;
use treaty_folder::PackParts;
use treaty_ledger::{Commit, Entry, EntryKind, KeptEntry, Ledger};
use treaty_model::{Digest, EntityName, Timestamp};

use crate::{Engine, EngineError, Reader};

/// What the ledger remembers the packs under.
const FACT: &str = "packs";
/// What an entry about a pack is known by.
const WHAT: &str = "a pack has changed";

/// A pack that passes are made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackInUse {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its digest, and those of the packs that it changes, the outermost first.
    pub digests: Vec<Digest>,
    /// When it was first used as it is; none: by no pass so far.
    pub since: Option<Timestamp>,
}

/// A pack that came, went, or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackChange {
    /// When a pass noticed.
    pub at: Timestamp,
    /// Its name.
    pub pack: String,
    /// What was used until then; none: it is new.
    pub before: Option<PackInUse>,
    /// What is used since then; none: nothing uses it any more.
    pub now: Option<PackInUse>,
}

/// An entry of the journal about a pack.
#[derive(Serialize, Deserialize)]
struct ChangeKept {
    what: String,
    pack: String,
    before: Option<PackInUse>,
    now: Option<PackInUse>,
}

impl PackInUse {
    /// A pack of the treaty as it is read now.
    pub(crate) fn of(parts: &PackParts) -> Self {
        Self {
            name: parts.name.clone(),
            version: parts.version.clone(),
            digests: parts.digests.clone(),
            since: None,
        }
    }

    /// The packs that the last pass was made with.
    pub(crate) fn remembered(ledger: &Ledger) -> Result<Vec<Self>, EngineError> {
        let fact = ledger.fact(FACT)?;
        let known = fact.and_then(|text| serde_json::from_str(&text).ok());
        Ok(known.unwrap_or_default())
    }

    fn is_the_same(&self, other: &Self) -> bool {
        (&self.name, &self.version, &self.digests) == (&other.name, &other.version, &other.digests)
    }
}

impl Engine {
    /// Tells the journal of packs that are others than those of the last pass.
    pub(crate) fn note_packs(&self) -> Result<(), EngineError> {
        let before = PackInUse::remembered(&self.ledger)?;
        let at = self.clock.now();
        let now: Vec<_> = self
            .packs
            .iter()
            .map(|pack| {
                let mut known = before.iter();
                let kept = known.find(|known| known.is_the_same(pack));
                let since = kept.and_then(|known| known.since).unwrap_or(at);
                PackInUse {
                    since: Some(since),
                    ..pack.clone()
                }
            })
            .collect();
        if before == now {
            return Ok(());
        }
        let named = |packs: &[PackInUse], name: &str| {
            let mut packs = packs.iter();
            packs.find(|pack| pack.name == name).cloned()
        };
        let gone = before
            .iter()
            .filter(|pack| named(&now, &pack.name).is_none());
        let names = now.iter().chain(gone).map(|pack| pack.name.as_str());
        let changes = names.map(|name| (name, named(&before, name), named(&now, name)));
        let changes = changes.filter(|(_, before, now)| before != now);
        let journal = changes.map(|(name, before, now)| self.told_pack(at, name, before, now));
        self.ledger.commit(&Commit {
            journal: journal.collect(),
            facts: vec![(FACT.to_owned(), json!(now).to_string())],
            ..Commit::default()
        })?;
        Ok(())
    }

    fn told_pack(
        &self,
        at: Timestamp,
        name: &str,
        before: Option<PackInUse>,
        now: Option<PackInUse>,
    ) -> Entry {
        let content = ChangeKept {
            what: WHAT.to_owned(),
            pack: name.to_owned(),
            before,
            now,
        };
        Entry {
            at,
            run: self.run.get(),
            kind: EntryKind::Change,
            // A pack belongs to the whole treaty.
            entity: EntityName(String::new()),
            link: None,
            system: None,
            remote: None,
            field: None,
            content: json!(content).into(),
            mark: None,
        }
    }
}

impl Reader {
    /// Which packs came, went, and changed, in order.
    pub fn pack_changes(&self) -> Result<Vec<PackChange>, EngineError> {
        let mut changes = Vec::new();
        let ever = Timestamp::from_micros(i64::MIN);
        let kinds = [EntryKind::Change];
        self.ledger.journal_since(ever, &kinds, &mut |_, entry| {
            changes.extend(change(&entry));
        })?;
        Ok(changes)
    }
}

/// What an entry tells of a pack; none: it is about something else.
fn change(entry: &KeptEntry) -> Option<PackChange> {
    let kept = ChangeKept::deserialize(&entry.content).ok()?;
    (kept.what == WHAT).then_some(PackChange {
        at: entry.at,
        pack: kept.pack,
        before: kept.before,
        now: kept.now,
    })
}
