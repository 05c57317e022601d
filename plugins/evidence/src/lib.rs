//! What the matchers share: reading names, addresses and numbers as people
//! write them, how alike two of them are, and how much agreement weighs.
//!
//! The entry point is the trait [`record::Matcher`]: a matcher is a plain
//! library that prepares a row and weighs a pair, and its component is a thin
//! shell around it. Nothing here knows a system or a treaty, allocates while
//! comparing, or depends on the order in which records come.
//!
//! ```
//! use treaty_evidence::{email, phone, similarity};
//!
//! assert_eq!(email::parse("J.Doe+crm@googlemail.com").unwrap().local, "jdoe");
//! assert_eq!(phone::parse("0151 23456789"), phone::parse("(0151) 234-56789"));
//! assert!(similarity::jaro_winkler(b"martha", b"marhta") > 0.95);
//! ```

pub mod bytes;
pub mod component;
pub mod counted;
pub mod date;
pub mod domain;
pub mod email;
pub mod external;
pub mod hash;
pub mod nicknames;
pub mod organisation;
pub mod person_name;
pub mod phone;
pub mod record;
pub mod schema;
pub mod similarity;
pub mod street;
pub mod text;
#[cfg(not(target_family = "wasm"))]
pub mod trial;
pub mod weight;
pub mod weights;
pub mod wording;
