//! Looking at systems: which sources they have, and some rows of each. Writes
//! nothing, and begins no log.

use std::collections::BTreeMap;
use std::path::PathBuf;

use treaty_folder::secret;
use treaty_model::OwnKind;
use treaty_systems::{Connector, Source, SystemError};

use crate::EngineError;
use crate::init::column::{Column, text};
use crate::init::words::Role;
use crate::init::{InitWish, LeftOut, SystemWish};
use crate::opening::Opening;

/// Words that a key's name has in it.
const KEY_WORDS: [&str; 7] = ["id", "nr", "no", "key", "nummer", "number", "code"];

/// A source that was looked at.
#[derive(Clone, Debug)]
pub(super) struct Looked {
    /// The system's place in the wish.
    pub(super) system: usize,
    pub(super) source: String,
    /// The own fields that can be kept.
    pub(super) columns: Vec<Column>,
    /// How many records were read.
    pub(super) rows: usize,
    /// Whether there are more.
    pub(super) more: bool,
    /// The own field of the key, where the connector does not find it itself.
    pub(super) key: Option<String>,
}

/// Looks at every system.
pub(super) async fn look(
    wish: &InitWish,
    opening: &Opening,
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<Looked>, EngineError> {
    let mut looked = Vec::new();
    for (place, system) in wish.systems.iter().enumerate() {
        let connector = open(system, wish, opening).await?;
        let sources = sources(&*connector, system, wish).await?;
        for source in sources {
            let sample = connector
                .sample(&Source::named(&source), wish.rows_max)
                .await;
            let sample = match sample {
                Ok(sample) => sample,
                Err(error @ (SystemError::Schema { .. } | SystemError::Content { .. })) => {
                    left_out.push(LeftOut::new(system, &source, error.to_string()));
                    continue;
                }
                Err(error) => return Err(failed(system, error)),
            };
            let mut columns = Vec::new();
            for (at, field) in sample.schema.fields.iter().enumerate() {
                if field.kind != OwnKind::Unsupported {
                    let values = sample.rows.iter().map(|row| text(row[at].as_ref()));
                    columns.push(Column::of(field, values.collect()));
                }
            }
            let mut found = Looked {
                system: place,
                source: source.clone(),
                rows: sample.rows.len(),
                more: sample.more,
                key: None,
                columns,
            };
            match name_key(&mut found) {
                true => looked.push(found),
                false => left_out.push(LeftOut::new(
                    system,
                    &source,
                    "no field tells its records apart; name one with `key` in treaty.toml",
                )),
            }
        }
    }
    Ok(looked)
}

/// Finds a key where the connector knows none. Whether there is one.
fn name_key(looked: &mut Looked) -> bool {
    if looked.columns.iter().any(|column| column.key) {
        return true;
    }
    let sounds = |column: &Column| {
        let name = column.name.to_lowercase();
        KEY_WORDS
            .iter()
            .any(|word| name.starts_with(word) || name.ends_with(word))
    };
    let candidates = || {
        let columns = looked.columns.iter().enumerate();
        columns.filter(|(_, column)| column.tells_apart() && column.role() == Role::Field)
    };
    let found = candidates()
        .find(|(_, column)| sounds(column))
        .or_else(|| candidates().find(|(_, column)| column.semantic == "email"));
    let Some((at, _)) = found else {
        return false;
    };
    looked.columns[at].key = true;
    looked.key = Some(looked.columns[at].name.clone());
    true
}

async fn sources(
    connector: &dyn Connector,
    system: &SystemWish,
    wish: &InitWish,
) -> Result<Vec<String>, EngineError> {
    if wish.entities.is_empty() {
        let sources = connector.sources().await;
        return sources.map_err(|error| failed(system, error));
    }
    let named = wish.entities.iter().flat_map(|entity| &entity.sources);
    let named = named.filter(|(name, _)| *name == system.name);
    Ok(named.map(|(_, source)| source.clone()).collect())
}

async fn open(
    system: &SystemWish,
    wish: &InitWish,
    opening: &Opening,
) -> Result<Box<dyn Connector>, EngineError> {
    let mut settings = treaty_systems::SystemSettings {
        name: system.name.as_str().into(),
        path: None,
        url: None,
        options: BTreeMap::new(),
    };
    if system.needs_url() {
        let url = secret(&system.location, &*opening.env, &wish.folder);
        settings.url = Some(url.map_err(|problem| EngineError::Init {
            message: format!("system {}: {}", system.name, problem.message),
            hint: problem.hint.unwrap_or_default().to_string(),
        })?);
    } else {
        settings.path = Some(PathBuf::from(&system.location));
    }
    let opened = opening
        .systems
        .open(&system.connector, &settings, opening.clock.clone())
        .await;
    opened.map_err(|error| failed(system, error))
}

/// Nothing has been made yet, so the hints about passes do not fit.
fn failed(system: &SystemWish, error: SystemError) -> EngineError {
    EngineError::Init {
        message: format!("system {}: {error}", system.name),
        hint: "nothing was written; mend it, and run `treaty init` again".to_owned(),
    }
}
