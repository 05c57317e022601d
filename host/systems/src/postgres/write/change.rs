//! A change to one row as SQL, marked with its intent.
//!
//! The mark is a setting of the transaction, which the triggers of the log read.
//! It is set by the statement that makes the change, before any row of it is
//! touched, so that it costs no statement of its own.

use treaty_model::{IntentId, RemoteId};

use crate::postgres::decoding::announcement::note_key;
use crate::postgres::rows::{PLACE, where_key};
use crate::postgres::schema::Table;
use crate::postgres::session::Parameter;
use crate::postgres::session::pipeline::Statement;

/// A change to one row.
pub(super) enum Change {
    /// A new one.
    Insert(Settings),
    /// New values.
    Update(RemoteId, Settings),
    /// It goes.
    Delete(RemoteId),
}

/// What a statement sets.
#[derive(Default)]
pub(super) struct Settings {
    /// The columns, as SQL writes them.
    pub(super) columns: Vec<String>,
    /// What each is set to; the parameters begin with `$1`.
    pub(super) expressions: Vec<String>,
    /// The parameters.
    pub(super) parameters: Vec<Parameter>,
}

/// How a change is asked for.
pub(super) enum Asked<'a> {
    /// By itself. It answers with a row where it was made; of a new row with its
    /// key.
    Alone,
    /// Behind others. It is made only where the row is still in its place, and
    /// answers with its place now; of a new row with its key behind that.
    Among {
        /// Where the row was when it was locked; none for a new row.
        place: Option<&'a str>,
        /// Whether the key of a new row is noted for an announcement.
        noted: bool,
    },
}

const MARK: &str = "set_config('treaty.intent', ";

impl Change {
    /// The statements that make the change; what the last one answers says
    /// whether it was made. They take the table's schema as it was read.
    pub(super) fn statements(
        self,
        table: &Table,
        intent: &IntentId,
        asked: &Asked<'_>,
    ) -> Vec<Statement> {
        let answer = match asked {
            Asked::Alone => "'x'::text",
            Asked::Among { .. } => PLACE,
        };
        match self {
            Self::Insert(settings) => insert(table, intent, asked, settings),
            Self::Update(id, settings) => {
                let assignments: Vec<_> = settings
                    .columns
                    .iter()
                    .zip(&settings.expressions)
                    .map(|(column, expression)| format!("{column} = {expression}"))
                    .collect();
                let mut parameters = settings.parameters;
                let mark = mark(intent, &mut parameters);
                let condition = condition(table, &id, asked, &mut parameters);
                vec![Statement {
                    sql: format!(
                        "UPDATE {} AS r SET {} FROM {mark} WHERE {condition} RETURNING {answer}",
                        table.name,
                        assignments.join(", ")
                    ),
                    parameters,
                }]
            }
            Self::Delete(id) => {
                let mut parameters = Vec::new();
                let mark = mark(intent, &mut parameters);
                let condition = condition(table, &id, asked, &mut parameters);
                vec![Statement {
                    sql: format!(
                        "DELETE FROM {} AS r USING {mark} WHERE {condition} RETURNING {answer}",
                        table.name
                    ),
                    parameters,
                }]
            }
        }
    }
}

fn insert(
    table: &Table,
    intent: &IntentId,
    asked: &Asked<'_>,
    settings: Settings,
) -> Vec<Statement> {
    let mut answers = Vec::new();
    if let Asked::Among { .. } = asked {
        answers.push(PLACE.to_owned());
    }
    let names = table.key_names("r.");
    answers.extend(names.iter().map(|name| format!("{name}::text")));
    if let Asked::Among { noted: true, .. } = asked {
        answers.push(note_key(table));
    }
    let into = format!("INSERT INTO {} AS r", table.name);
    let returning = format!("RETURNING {}", answers.join(", "));
    let mut parameters = settings.parameters;
    let mark = mark(intent, &mut parameters);
    if settings.columns.is_empty() {
        return vec![
            Statement {
                sql: format!("SELECT {mark}"),
                parameters,
            },
            Statement::plain(&format!("{into} DEFAULT VALUES {returning}")),
        ];
    }
    vec![Statement {
        sql: format!(
            "{into} ({}) SELECT {} FROM {mark} {returning}",
            settings.columns.join(", "),
            settings.expressions.join(", ")
        ),
        parameters,
    }]
}

fn mark(intent: &IntentId, parameters: &mut Vec<Parameter>) -> String {
    parameters.push(intent.as_str().into());
    format!("{MARK}${}, true)", parameters.len())
}

fn condition(
    table: &Table,
    id: &RemoteId,
    asked: &Asked<'_>,
    parameters: &mut Vec<Parameter>,
) -> String {
    let (mut condition, key) = where_key(table, id, parameters.len() + 1);
    parameters.extend(key);
    if let Asked::Among {
        place: Some(place), ..
    } = asked
    {
        parameters.push((*place).into());
        condition += &format!(" AND {PLACE} = ${}", parameters.len());
    }
    condition
}
