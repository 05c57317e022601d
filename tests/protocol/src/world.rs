//! What really stands in the systems, and what people did there. Treaty knows of
//! it only what it is told.

use crate::state::{SYSTEMS, Text, Texts};

/// An edit of a person.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What was typed.
    pub text: Text,
    /// What stood there before.
    pub over: Option<Text>,
    /// The edits that its author had seen, by their places in [`World::edits`].
    pub seen: Vec<usize>,
}

/// The systems and the people in front of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    /// What stands in each system; none: it has no record of the thing.
    pub shown: [Option<Text>; SYSTEMS],
    /// The edit that stands there, where the text is still a person's.
    author: [Option<usize>; SYSTEMS],
    /// How often a record of the thing was made in each system.
    pub made: [u8; SYSTEMS],
    /// What the system remembers of Treaty's open write, if it landed: what it
    /// left.
    pub landed: [Option<Text>; SYSTEMS],
    /// All edits, in the order in which they were made.
    pub edits: Vec<Edit>,
    /// Whether an edit that nobody knows of was overwritten.
    pub lost: bool,
}

impl World {
    /// The first system has the record; nobody has touched it yet.
    pub(crate) fn new() -> Self {
        Self {
            shown: [Some(Text(0)), None],
            author: [None; SYSTEMS],
            made: [1, 0],
            landed: [None; SYSTEMS],
            edits: Vec::new(),
            lost: false,
        }
    }

    /// What a person could type in a system next: something new, or what stood
    /// there in the beginning.
    pub(crate) fn drafts(&self, system: usize) -> Vec<Text> {
        let Some(shown) = self.shown[system] else {
            return Vec::new();
        };
        let new = Text(self.edits.len() + 1);
        let texts = [new, Text(0)].into_iter();
        texts.filter(|text| *text != shown).collect()
    }

    /// A person types it, having seen what stands there. `agreed` is the text that
    /// the system last agreed on: whoever puts that back has taken back what
    /// people did since, and there is no edit to be lost.
    pub(crate) fn edit(&mut self, system: usize, text: Text, agreed: Option<Text>) {
        let mut seen = Vec::new();
        if let Some(shown) = self.shown[system] {
            // Also where Treaty brought it: the text is what a person sees.
            for (place, edit) in self.edits.iter().enumerate() {
                if edit.text == shown {
                    seen.push(place);
                    seen.extend(&edit.seen);
                }
            }
        }
        seen.sort_unstable();
        seen.dedup();
        let taken_back = agreed == Some(text);
        self.author[system] = (!taken_back).then_some(self.edits.len());
        let over = self.shown[system].replace(text);
        self.edits.push(Edit { text, over, seen });
    }

    /// Treaty makes a record.
    pub(crate) fn create(&mut self, system: usize, text: Text) {
        self.made[system] += 1;
        self.shown[system] = Some(text);
        self.author[system] = None;
        self.landed[system] = Some(text);
    }

    /// Treaty writes over what stands in a system. `told` are the texts that the
    /// journal says were given up under a rule.
    pub(crate) fn overwrite(&mut self, system: usize, text: Text, told: Texts) {
        if let Some(place) = self.author[system] {
            let old = self.edits[place].text;
            // Whoever typed the new text had seen this one, there or elsewhere.
            let saw = |edit: &Edit| edit.seen.contains(&place) || edit.over == Some(old);
            let mut writers = self.edits.iter().filter(|edit| edit.text == text);
            let known = told.contains(old) || old == text || writers.any(saw);
            self.lost |= !known;
        }
        if self.shown[system] != Some(text) {
            self.author[system] = None;
        }
        self.shown[system] = Some(text);
        self.landed[system] = Some(text);
    }
}
