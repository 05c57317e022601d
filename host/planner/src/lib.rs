//! Reconcile and guard: what should happen to a link, and whether a plan may be
//! carried out.
//!
//! This room owns the decision table of the design. It is made of functions
//! from data to data, and it must never read a clock, do I/O, run a rule, or
//! fail: whatever systems, rules and people say is data, and what cannot be
//! decided is a question.
//!
//! A link is decided in two steps, because rules run in between and the planner
//! does not call them:
//!
//! 1. [`examine`] looks at every field of a link and says which of them changed
//!    and which are contested;
//! 2. the caller asks the resolvers about [`Examination::conflict`];
//! 3. [`conclude`] makes the plan of the link from the examination, the
//!    verdicts and the answers that people gave.
//!
//! [`guard`] then weighs the plans of all links together, and [`print`] writes
//! a plan as text.
//!
//! ```
//! use treaty_model::*;
//! use treaty_planner::{conclude, examine, print};
//!
//! # let part = |name: &str| EntitySystem {
//! #     system: name.into(), source: "contacts".into(), creates_from: vec![],
//! #     deletes_count: true, absentees: Absentees::Report,
//! # };
//! # let column = || Some(Column { own: vec!["phone".into()], transform: None, read_only: false });
//! # let contact = Entity {
//! #     name: "contact".into(),
//! #     systems: vec![part("hubspot"), part("salesforce")],
//! #     table: FieldTable { rows: vec![FieldRow {
//! #         name: "phone".into(), semantic: "phone".into(), group: None,
//! #         owner: Owner::Shared, rule: Some("keep-newest".into()), drift: Drift::WriteBack,
//! #         columns: vec![column(), column()], cells: vec![],
//! #     }] },
//! #     deletes: Deletes::Archive,
//! # };
//! // `contact` has one shared field, and its two records meet for the first
//! // time: the one has a phone number, the other has the same one.
//! let phone = || vec![Some(Value::text("+49 30 1"))];
//! let mut link = Link::new(LinkId(12), "contact".into(), 2, 1);
//! link.sides[0] = Some(Side::first_seen("H1".into(), phone()));
//! link.sides[1] = Some(Side::first_seen("S1".into(), phone()));
//!
//! let examination = examine(&contact, &link);
//! assert!(examination.contested().is_empty());
//! let plan = conclude(&contact, &link, &examination, &[], &[], RunId(1));
//! let plan = Plan { links: vec![plan], trips: vec![] };
//! assert_eq!(
//!     print(&plan, |_| Some(&contact)),
//!     "contact 12  base  phone \"+49 30 1\" from hubspot (first-meeting)\n\
//!      contact 12  hubspot  settle phone \"+49 30 1\"\n\
//!      contact 12  salesforce  settle phone \"+49 30 1\"\n"
//! );
//! ```

mod conclude;
mod create;
mod decide;
mod examine;
mod group;
mod guard;
mod life;
mod print;
mod ruling;
mod spread;
mod stand;
mod write;

pub use conclude::{Answer, Choice, Ruled, conclude};
pub use decide::EDITED_ELSEWHERE;
pub use examine::{Examination, examine, shared_rows};
pub use guard::{Counts, GUARDS, Limits, Recent, guard};
pub use print::print;
pub use spread::OWNED_ELSEWHERE;
pub use stand::agreed;
