//! Statements sent one behind the other, without waiting for each answer.
//!
//! The driver puts a statement into its queue when the future of its answer is
//! first polled, and neither reorders the queue nor the answers. So whoever polls
//! the futures once, in their order, has sent the statements in that order.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio_postgres::Error;
use tokio_postgres::Statement as Prepared;

use crate::postgres::session::{Parameter, Session, TextRow, texts};

/// How often a statement must come in one go to be prepared for it. Preparing
/// takes a round trip and saves parsing each time.
const PREPARED_MIN: usize = 4;

/// A statement with its parameters.
#[derive(Debug)]
pub(in crate::postgres) struct Statement {
    /// The text. Every column of its answer must be text.
    pub(in crate::postgres) sql: String,
    /// What stands for `$1`, `$2`, …
    pub(in crate::postgres) parameters: Vec<Parameter>,
}

impl Statement {
    /// A statement without parameters.
    pub(in crate::postgres) fn plain(sql: &str) -> Self {
        Self {
            sql: sql.to_owned(),
            parameters: Vec::new(),
        }
    }
}

/// The first of several statements that failed. In a transaction those behind it
/// failed as well.
pub(in crate::postgres) struct Stopped {
    /// Its place among them.
    pub(in crate::postgres) at: usize,
    /// What was said.
    pub(in crate::postgres) error: Error,
}

impl Session {
    /// Sends statements one behind the other; the rows that each answers. To be
    /// used within a transaction: what is sent is carried out whatever became of
    /// the statement before it.
    ///
    /// What comes often is prepared, for this time only: a statement that stayed
    /// prepared would keep the plan of a table as it was.
    pub(in crate::postgres) async fn pipelined(
        &self,
        statements: &[Statement],
    ) -> Result<Vec<Vec<TextRow>>, Stopped> {
        let prepared = self.prepared(statements).await?;
        let answers = statements.iter().map(|statement| {
            let prepared = prepared.get(statement.sql.as_str());
            async move {
                let rows = match prepared {
                    Some(prepared) => {
                        let values = statement.parameters.iter().map(Parameter::value);
                        let values: Vec<_> = values.collect();
                        self.client.query(prepared, &values).await?
                    }
                    None => {
                        let typed = statement.parameters.iter().map(Parameter::typed);
                        let typed: Vec<_> = typed.collect();
                        self.client.query_typed(&statement.sql, &typed).await?
                    }
                };
                texts(&rows)
            }
        });
        in_order(answers).await
    }

    /// What comes often, prepared.
    async fn prepared<'a>(
        &self,
        statements: &'a [Statement],
    ) -> Result<HashMap<&'a str, Prepared>, Stopped> {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, statement) in statements.iter().enumerate() {
            places.entry(&statement.sql).or_default().push(place);
        }
        let mut first: Vec<usize> = places
            .into_values()
            .filter(|places| places.len() >= PREPARED_MIN)
            .map(|places| places[0])
            .collect();
        first.sort_unstable();
        let answers = first.iter().map(|&place| async move {
            let Statement { sql, parameters } = &statements[place];
            let types: Vec<_> = parameters.iter().map(Parameter::of_type).collect();
            self.client.prepare_typed(sql, &types).await
        });
        let prepared = in_order(answers).await.map_err(|stopped| Stopped {
            at: first[stopped.at],
            error: stopped.error,
        })?;
        let names = first.iter().map(|&place| statements[place].sql.as_str());
        Ok(names.zip(prepared).collect())
    }
}

/// An answer that may still be on its way.
enum Answer<F: Future> {
    Awaited(Pin<Box<F>>),
    There(F::Output),
}

impl<F: Future> Answer<F> {
    fn poll(&mut self, context: &mut Context<'_>) {
        if let Self::Awaited(future) = self
            && let Poll::Ready(answer) = future.as_mut().poll(context)
        {
            *self = Self::There(answer);
        }
    }
}

/// Asks for all answers in their order, and then waits for one after the other.
async fn in_order<T, F>(futures: impl Iterator<Item = F>) -> Result<Vec<T>, Stopped>
where
    F: Future<Output = Result<T, Error>>,
{
    let mut answers: Vec<Answer<F>> = futures
        .map(|future| Answer::Awaited(Box::pin(future)))
        .collect();
    poll_fn(|context| {
        for answer in &mut answers {
            answer.poll(context);
        }
        Poll::Ready(())
    })
    .await;
    let mut found = Vec::with_capacity(answers.len());
    for (at, answer) in answers.into_iter().enumerate() {
        let answer = match answer {
            Answer::Awaited(future) => future.await,
            Answer::There(answer) => answer,
        };
        found.push(answer.map_err(|error| Stopped { at, error })?);
    }
    Ok(found)
}
