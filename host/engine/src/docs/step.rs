//! The five steps of a pass, in words.

use serde::Serialize;

/// One step of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PassStep {
    /// Its name.
    pub name: &'static str,
    /// What it works on, in a word or two.
    pub on: &'static str,
    /// What it does.
    pub what: &'static str,
}

/// The steps in their order.
pub const STEPS: [PassStep; 5] = [
    PassStep {
        name: "observe",
        on: "systems",
        what: "Each system is asked what changed since the last pass. A mapper reads each record \
               into the fields of the treaty. What was read is kept before anything is decided.",
    },
    PassStep {
        name: "identify",
        on: "links",
        what: "Each record is put to the thing in the world that it stands for. Where that is not \
               known, a matcher compares it with others: then the two are linked, a person is \
               asked, or it is new.",
    },
    PassStep {
        name: "reconcile",
        on: "rules",
        what: "Field by field, what changed is compared with what was agreed. A field that one \
               system changed is agreed anew. One that several changed differently goes to its \
               rule, or to a person; the rest of the record goes on. What comes of it is a plan.",
    },
    PassStep {
        name: "guard",
        on: "limits",
        what: "The whole plan is weighed before any of it is carried out. A guard that trips \
               stops it, or what it is about, until a person approves.",
    },
    PassStep {
        name: "apply",
        on: "systems",
        what: "Each write is noted before it is sent, and confirmed by what the system answers. \
               What lost a conflict is kept in the journal, with the rule that decided.",
    },
];
