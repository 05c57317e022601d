//! A pack, and those that it changes below it.

use semver::Version;

use crate::{Extends, Pack};

/// Why there is no stack.
#[derive(Debug)]
pub enum NoStack<E> {
    /// Looking for a pack failed.
    Search(E),
    /// The packs do not fit together.
    Unfit(CannotStack),
}

/// Why packs do not fit together.
#[derive(Debug, thiserror::Error)]
pub enum CannotStack {
    /// It is not there.
    #[error("the pack {pack} changes {extends}, which is not there")]
    Missing {
        /// The pack above it.
        pack: String,
        /// What is wanted.
        extends: Extends,
    },
    /// Another version of it is there.
    #[error("the pack {pack} changes {extends}, and {found} is there")]
    OtherVersion {
        /// The pack above it.
        pack: String,
        /// What is wanted.
        extends: Extends,
        /// What is there.
        found: Version,
    },
    /// Nothing is at the bottom.
    #[error("the pack {pack} changes {extends}, which changes it in turn")]
    Circle {
        /// The pack above it.
        pack: String,
        /// What is wanted.
        extends: Extends,
    },
}

/// A pack and those that it changes, the lowest first. `find` gives the pack that is
/// wanted, or another version of it, if there is one.
///
/// # Errors
/// A pack that is missing, is of another version, or changes one that is above it.
pub fn stack<E>(
    top: Pack,
    find: &mut dyn FnMut(&Extends) -> Result<Option<Pack>, E>,
) -> Result<Vec<Pack>, NoStack<E>> {
    let mut stack = vec![top];
    while let Some(top) = stack.last()
        && let Some(extends) = top.settings().extends.clone()
    {
        let pack = top.settings().name.clone();
        let mut above = stack.iter();
        if above.any(|pack| pack.settings().name == extends.name) {
            return Err(NoStack::Unfit(CannotStack::Circle { pack, extends }));
        }
        let Some(below) = find(&extends).map_err(NoStack::Search)? else {
            return Err(NoStack::Unfit(CannotStack::Missing { pack, extends }));
        };
        let found = below.settings().version.clone();
        if !extends.version.matches(&found) {
            return Err(NoStack::Unfit(CannotStack::OtherVersion {
                pack,
                extends,
                found,
            }));
        }
        stack.push(below);
    }
    stack.reverse();
    Ok(stack)
}
