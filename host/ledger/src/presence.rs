//! Presence and life as words in columns, so that queries can ask for them.

use treaty_model::{Life, Presence};

use crate::json::wrong;

/// Of records that still count: see [`crate::Totals`].
#[cfg(test)]
const COUNTED: &str = "presence != 'gone'";
/// Of records that can be matched: those known to be deleted cannot.
pub(crate) const MATCHABLE: &str = "presence NOT IN ('deleted', 'gone')";
/// Of records that a complete listing should show.
pub(crate) const EXPECTED: &str = "presence IN ('present', 'left-out', 'restored')";

/// The word for a presence.
pub(crate) fn word(presence: &Presence) -> &'static str {
    match presence {
        Presence::Present => "present",
        Presence::LeftOut(_) => "left-out",
        Presence::Missing => "missing",
        Presence::Deleted => "deleted",
        Presence::Restored => "restored",
        Presence::Gone => "gone",
    }
}

/// Why a record is left out.
pub(crate) fn reason(presence: &Presence) -> Option<&str> {
    match presence {
        Presence::LeftOut(reason) => Some(reason),
        _ => None,
    }
}

/// A presence from its word and reason.
pub(crate) fn read(word: &str, reason: Option<String>) -> rusqlite::Result<Presence> {
    Ok(match word {
        "present" => Presence::Present,
        "left-out" => Presence::LeftOut(reason.unwrap_or_default()),
        "missing" => Presence::Missing,
        "deleted" => Presence::Deleted,
        "restored" => Presence::Restored,
        "gone" => Presence::Gone,
        other => return Err(wrong(format!("{other:?} is no presence"))),
    })
}

/// The word for a life.
pub(crate) fn life_word(life: Life) -> &'static str {
    match life {
        Life::Alive => "alive",
        Life::Deleted => "deleted",
    }
}

/// A life from its word.
pub(crate) fn read_life(word: &str) -> rusqlite::Result<Life> {
    match word {
        "alive" => Ok(Life::Alive),
        "deleted" => Ok(Life::Deleted),
        other => Err(wrong(format!("{other:?} is no life"))),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::json::to_json;

    /// The presence after this one, so that a new case cannot be forgotten here.
    fn next(presence: &Presence) -> Option<Presence> {
        match presence {
            Presence::Present => Some(Presence::LeftOut("a reason".to_owned())),
            Presence::LeftOut(_) => Some(Presence::Missing),
            Presence::Missing => Some(Presence::Deleted),
            Presence::Deleted => Some(Presence::Restored),
            Presence::Restored => Some(Presence::Gone),
            Presence::Gone => None,
        }
    }

    #[test]
    fn every_presence_has_a_word_and_the_filters_know_it() {
        let db = Connection::open_in_memory().expect("SQLite works");
        let mut table = Vec::new();
        let mut presence = Some(Presence::Present);
        while let Some(this) = presence {
            let read = read(word(&this), reason(&this).map(str::to_owned));
            assert_eq!(read.expect("it reads back"), this);
            let in_model = to_json(&this);
            assert!(
                in_model.contains(&format!("\"{}\"", word(&this))),
                "{in_model}"
            );
            let holds = |filter: &str| -> bool {
                let sql = format!("SELECT {filter} FROM (SELECT ?1 AS presence)");
                db.query_row(&sql, [word(&this)], |row| row.get(0))
                    .expect("the filter is SQL")
            };
            table.push((
                word(&this),
                holds(COUNTED),
                holds(MATCHABLE),
                holds(EXPECTED),
            ));
            presence = next(&this);
        }
        assert_eq!(
            table,
            [
                ("present", true, true, true),
                ("left-out", true, true, true),
                ("missing", true, true, false),
                ("deleted", true, false, false),
                ("restored", true, true, true),
                ("gone", false, false, false),
            ]
        );
        assert!(super::read("absent", None).is_err());
    }

    #[test]
    fn every_life_has_a_word() {
        for life in [Life::Alive, Life::Deleted] {
            assert_eq!(read_life(life_word(life)).expect("it reads back"), life);
        }
        assert!(read_life("undead").is_err());
    }
}
