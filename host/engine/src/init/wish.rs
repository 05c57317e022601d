//! What somebody asks for on a command line: systems and entities, as text.

use std::path::{Component, Path, PathBuf};

use treaty_folder::refuse_address;
use treaty_systems::{Needs, connector_kinds};

/// A system to be looked at: `crm=csv:exports/crm`, `db=postgres:env:DATABASE_URL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemWish {
    /// Its name in the treaty.
    pub name: String,
    /// The connector.
    pub connector: String,
    /// A folder or a file, or an address or a reference to one.
    pub location: String,
}

impl SystemWish {
    /// Reads `name=connector:location`.
    ///
    /// # Errors
    /// What is wrong with it, without the location where that holds a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = "a system is named like crm=csv:exports/crm, shop=sqlite:shop.db or \
                    db=postgres:env:DATABASE_URL";
        let (name, rest) = text.split_once('=').ok_or(form)?;
        let (connector, location) = rest.split_once(':').ok_or(form)?;
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        if !name.starts_with(char::is_alphanumeric) || !name.chars().all(fits) {
            return Err(format!("{name:?} cannot name a system; {form}"));
        }
        let location = match location.starts_with("//") {
            true => format!("postgresql:{location}"),
            false => location.to_owned(),
        };
        let wish = Self {
            name: name.to_owned(),
            connector: connector.replace("postgresql", "postgres"),
            location,
        };
        let kinds = connector_kinds();
        if !kinds.iter().any(|kind| kind.name == wish.connector) {
            let names: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
            return Err(format!(
                "unknown connector {:?}; known: {}",
                wish.connector,
                names.join(", ")
            ));
        }
        if wish.location.is_empty() {
            return Err(format!("{name} says no place; {form}"));
        }
        if wish.needs_url()
            && let Some(why) = refuse_address(&wish.location)
        {
            let variable = name.to_uppercase().replace('-', "_");
            return Err(format!(
                "{name}: {why}; put the address into a variable and refer to it: \
                 {name}={connector}:env:{variable}_URL"
            ));
        }
        Ok(wish)
    }

    /// Whether the location is an address and no path.
    pub(super) fn needs_url(&self) -> bool {
        let kinds = connector_kinds();
        kinds
            .iter()
            .any(|kind| kind.name == self.connector && kind.needs == Needs::Url)
    }
}

/// Sources that hold the same things: `contact=crm:contacts,shop:people`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityWish {
    /// The entity.
    pub entity: String,
    /// System and source.
    pub sources: Vec<(String, String)>,
}

impl EntityWish {
    /// Reads `entity=system:source,system:source`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = "an entity is named like contact=crm:contacts,shop:people";
        let (entity, rest) = text.split_once('=').ok_or(form)?;
        let pairs = rest.split(',').map(|pair| {
            let (system, source) = pair.split_once(':')?;
            let named = !system.trim().is_empty() && !source.trim().is_empty();
            named.then(|| (system.trim().to_owned(), source.trim().to_owned()))
        });
        let sources: Vec<_> = pairs.collect::<Option<_>>().ok_or(form)?;
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        if !entity.starts_with(char::is_alphanumeric) || !entity.chars().all(fits) {
            return Err(format!("{entity:?} cannot name an entity; {form}"));
        }
        for (place, (system, _)) in sources.iter().enumerate() {
            if sources[..place].iter().any(|(other, _)| other == system) {
                return Err(format!("{entity} names {system} twice; {form}"));
            }
        }
        if sources.len() < 2 {
            return Err(format!("{entity} needs sources of two systems; {form}"));
        }
        Ok(Self {
            entity: entity.to_owned(),
            sources,
        })
    }
}

/// How a place is named from a folder: relative where that can be.
pub(super) fn relative(place: &Path, folder: &Path) -> PathBuf {
    let (Ok(place_whole), Ok(folder)) = (std::path::absolute(place), std::path::absolute(folder))
    else {
        return place.to_owned();
    };
    // An absolute path stays what it was: whoever wrote it meant it.
    if place.is_absolute() {
        return place.to_owned();
    }
    let plain = |path: &Path| -> Vec<PathBuf> {
        let mut parts: Vec<PathBuf> = Vec::new();
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir if parts.len() > 1 => drop(parts.pop()),
                part => parts.push(PathBuf::from(part.as_os_str())),
            }
        }
        parts
    };
    let (place_parts, folder_parts) = (plain(&place_whole), plain(&folder));
    let same = place_parts.iter().zip(&folder_parts);
    let common = same.take_while(|(place, folder)| place == folder).count();
    let up = folder_parts.len() - common;
    let parts = std::iter::repeat_n(PathBuf::from(".."), up);
    let relative: PathBuf = parts.chain(place_parts[common..].iter().cloned()).collect();
    match relative.as_os_str().is_empty() {
        true => PathBuf::from("."),
        false => relative,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_read_and_a_password_never_repeated() {
        let check = |text: &str, expected: Result<(&str, &str, &str), &str>| {
            let found = SystemWish::parse(text);
            match (&found, expected) {
                (Ok(wish), Ok((name, connector, location))) => {
                    assert_eq!(wish.name, name);
                    assert_eq!(wish.connector, connector);
                    assert_eq!(wish.location, location);
                }
                (Err(message), Err(start)) => {
                    assert!(message.starts_with(start), "{message}");
                    assert!(!message.contains("hunter2"), "{message}");
                }
                _ => panic!("{text}: {found:?}"),
            }
        };
        check("crm=csv:exports/crm", Ok(("crm", "csv", "exports/crm")));
        check("db=postgres:env:DB", Ok(("db", "postgres", "env:DB")));
        check(
            "db=postgresql://a@h/d",
            Ok(("db", "postgres", "postgresql://a@h/d")),
        );
        check(
            "db=postgres://a:hunter2@h/d",
            Err("db: the address has a password in it; put the address into a variable"),
        );
        check("crm", Err("a system is named like"));
        check("crm=csv", Err("a system is named like"));
        check("c r=csv:x", Err("\"c r\" cannot name a system"));
        check(
            "crm=excel:x",
            Err("unknown connector \"excel\"; known: csv"),
        );
        check("crm=csv:", Err("crm says no place"));
    }

    #[test]
    fn an_entity_names_sources_of_several_systems() {
        let check = |text: &str, good: bool| {
            assert_eq!(EntityWish::parse(text).is_ok(), good, "{text}");
        };
        check("contact=crm:contacts,shop:people", true);
        check("contact=crm:contacts", false);
        check("contact=crm:contacts,crm:people", false);
        check("contact", false);
        check("contact=crm,shop", false);
    }

    #[test]
    fn a_place_is_named_from_the_treaty_folder() {
        let check = |place: &str, folder: &str, expected: &str| {
            assert_eq!(
                relative(Path::new(place), Path::new(folder)),
                Path::new(expected)
            );
        };
        check("exports/crm", "acme", "../exports/crm");
        check("acme/data", "acme", "data");
        check("acme", "acme", ".");
        check("./a/../b", ".", "b");
        check("/srv/data", "acme", "/srv/data");
    }
}
