//! Every message that a connector has for a user, word for word.
//!
//! Each is made to happen, with a real file, database or server, and told in a
//! paragraph: the situation, the message, and the next step. `INSTA_UPDATE=always
//! cargo test -p treaty-systems --test messages` writes the texts anew; the diff
//! is the review. A new message needs a situation in the file of its connector;
//! `complete.rs` says which message has none.

mod complete;
mod csv;
mod plain;
mod postgres;
mod settings;
mod sqlite;
mod told;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use treaty_model::{Clock, Timestamp, Value};
use treaty_systems::{
    Action, Connector, Cursor, Outcome, Page, Source, SystemError, SystemSettings, SystemWrite,
    open,
};

/// A clock far in the future, so that every file counts as settled.
struct Far;

impl Clock for Far {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2999-01-01T00:00:00Z").expect("a time")
    }
}

/// The settings of a system that the treaty calls `crm`.
fn settings(path: Option<&Path>, url: Option<&str>, options: &[(&str, &str)]) -> SystemSettings {
    SystemSettings {
        name: "crm".into(),
        path: path.map(Path::to_owned),
        url: url.map(str::to_owned),
        options: options
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>(),
    }
}

/// Opens a system at a path.
async fn at_path(
    kind: &str,
    path: &Path,
    options: &[(&str, &str)],
) -> Result<Box<dyn Connector>, SystemError> {
    open(kind, &settings(Some(path), None, options), Arc::new(Far)).await
}

/// The first changes of a source.
async fn read(connector: &dyn Connector, source: &Source) -> Result<Page, SystemError> {
    connector.changes(source, None, 100).await
}

/// The changes of a source behind all that there are now.
async fn read_behind(connector: &dyn Connector, source: &Source) -> Cursor {
    let page = read(connector, source).await;
    page.expect("the source is listed").next
}

/// Sends one write.
async fn write(
    connector: &dyn Connector,
    source: &Source,
    action: Action,
) -> Result<Vec<Outcome>, SystemError> {
    let intent = "the-intent".into();
    connector
        .write(source, &[SystemWrite { intent, action }])
        .await
}

/// Makes a record of these values.
fn create(values: impl IntoIterator<Item = Option<Value>>) -> Action {
    Action::Create {
        values: values.into_iter().collect(),
    }
}

/// Sets these values of record 1, whatever stands there.
fn update(values: impl IntoIterator<Item = Option<Value>>) -> Action {
    let values: Vec<_> = values.into_iter().collect();
    Action::Update {
        id: "1".into(),
        expected: vec![None; values.len()],
        values,
    }
}

/// Archives record 1.
fn archive() -> Action {
    Action::Archive {
        id: "1".into(),
        expected: Vec::new(),
    }
}

/// Deletes record 1.
fn delete() -> Action {
    Action::Delete {
        id: "1".into(),
        expected: Vec::new(),
    }
}

/// A value that is a text.
fn text(text: &str) -> Option<Value> {
    Some(Value::text(text))
}

/// A value that is a number.
fn number(number: i64) -> Option<Value> {
    Some(Value::Integer(number))
}

/// A value that is a set.
fn choices() -> Option<Value> {
    Some(Value::choices(["red".to_owned(), "blue".to_owned()]))
}

/// A value that is a decimal.
fn decimal(text: &str) -> Option<Value> {
    Some(Value::Decimal(text.parse().expect("a decimal")))
}
