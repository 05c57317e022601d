//! How a matcher declares its shipped weights.

/// A matcher's weights, which the configuration may override by name.
pub trait Named: Default {
    /// The names that the configuration may use.
    const NAMES: &'static [&'static str];

    /// The weight of a name.
    fn get_mut(&mut self, name: &str) -> Option<&mut f64>;
}

/// Declares `Weights`: for each the name of the field, the name in the
/// configuration, and the shipped value in bits.
#[macro_export]
macro_rules! weights {
    ($($(#[doc = $doc:literal])* $field:ident, $name:literal, $value:literal;)*) => {
        /// What each kind of agreement and conflict weighs, in bits.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct Weights {
            $($(#[doc = $doc])* pub $field: f64,)*
        }

        impl Default for Weights {
            fn default() -> Self {
                Self { $($field: $value,)* }
            }
        }

        impl $crate::weights::Named for Weights {
            const NAMES: &'static [&'static str] = &[$($name,)*];

            fn get_mut(&mut self, name: &str) -> Option<&mut f64> {
                match name {
                    $($name => Some(&mut self.$field),)*
                    _ => None,
                }
            }
        }
    };
}
