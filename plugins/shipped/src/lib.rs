//! The rules that come with Treaty, as components.
//!
//! They are built from the crates beside this one when this crate is built, and
//! are nothing special: a component of your own takes the place of any of them.
//! The host reads them from here and knows nothing else of them.
//!
//! ```
//! let rule = treaty_shipped::by_name("resolve-standard").unwrap();
//! assert!(rule.component.starts_with(b"\0asm"));
//! ```

/// A rule that comes with Treaty.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// Its name, verb and noun: `map-fields`.
    pub name: &'static str,
    /// The component.
    pub component: &'static [u8],
}

static SHIPPED: &[Shipped] = &include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// All shipped rules, by name.
pub fn all() -> &'static [Shipped] {
    SHIPPED
}

/// The shipped rule of a name.
pub fn by_name(name: &str) -> Option<&'static Shipped> {
    SHIPPED.iter().find(|rule| rule.name == name)
}
