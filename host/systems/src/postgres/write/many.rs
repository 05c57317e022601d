//! Many writes in a few round trips: all rows are locked at once, the changes are
//! sent one behind the other, and what they left is read at once.
//!
//! Each write gets the outcome that it would get by itself. Where that cannot be
//! told (one of them fails, a trigger reaches into a row that another of them
//! writes), nothing is made, and [`Halt`] says which of them to make by
//! themselves.

use std::collections::{HashMap, HashSet};

use treaty_model::{IntentId, RemoteId};

use crate::postgres::decoding::announcement::{announce, announce_new};
use crate::postgres::error::WriteError;
use crate::postgres::rows::{PLACE, Standing, select_list, standing, where_ids};
use crate::postgres::session::TextRow;
use crate::postgres::session::pipeline::Statement;
use crate::postgres::write::attempt::Attempt;
use crate::postgres::write::change::{Asked, Change};
use crate::postgres::write::decide::{Decision, decide, hides, target};
use crate::postgres::write::intents::{Landed, recall, remember};
use crate::{Action, Outcome, Record, SystemWrite, remote, wrote};

/// Why writes were not made together. Nothing of them was made.
pub(super) enum Halt {
    /// The write at this place is to be made by itself.
    Stopped(usize),
    /// All of them are.
    Unclear,
    /// None of them can be.
    Error(WriteError),
}

impl From<WriteError> for Halt {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Outcome(_) => Self::Unclear,
            error => Self::Error(error),
        }
    }
}

/// A row, and where its version is stored.
struct Placed {
    place: String,
    standing: Standing,
}

/// Where rows are to stand: the place of each, none where there is to be none.
type Places = HashMap<RemoteId, Option<String>>;

/// What is known of the writes before any is made.
struct Begun {
    /// On which records intents were carried out before.
    known: HashMap<IntentId, RemoteId>,
    /// The rows that are written, locked.
    locked: HashMap<RemoteId, Placed>,
}

/// What becomes of a write.
enum Step {
    /// Nothing is done, and this is its outcome.
    Told(Outcome),
    /// Everything is already as it should be.
    Holds(RemoteId, Option<Record>),
    /// The row changes.
    Changes(Change),
}

/// A write that was made.
struct Made {
    /// The place of the write among all.
    at: usize,
    id: RemoteId,
    /// The record, where the write found everything as it should be.
    held: Option<Record>,
}

/// How many of these writes, from the first on, are about different records. Of
/// two on one record the later one must see what the earlier one left.
pub(super) fn apart(writes: &[SystemWrite]) -> usize {
    let mut records = HashSet::new();
    let mut intents = HashSet::new();
    let is_new = |write: &SystemWrite| {
        let record = target(&write.action).is_none_or(|id| records.insert(id.clone()));
        intents.insert(write.intent.clone()) && record
    };
    let again = writes.iter().map(is_new).position(|is_new| !is_new);
    again.unwrap_or(writes.len())
}

impl Attempt<'_> {
    /// Makes writes that are [`apart`], all or none.
    pub(super) async fn many(&self, writes: &[SystemWrite]) -> Result<Vec<Outcome>, Halt> {
        let outcomes = self.try_many(writes).await;
        match &outcomes {
            Ok(_) => self.run("RELEASE SAVEPOINT treaty_writes").await?,
            Err(Halt::Error(_)) => {}
            Err(Halt::Stopped(_) | Halt::Unclear) => {
                self.run("ROLLBACK TO SAVEPOINT treaty_writes; RELEASE SAVEPOINT treaty_writes")
                    .await?;
            }
        }
        outcomes
    }

    async fn try_many(&self, writes: &[SystemWrite]) -> Result<Vec<Outcome>, Halt> {
        let Begun { known, locked } = self.begin(writes).await?;
        let mut places = Places::new();
        for id in writes.iter().filter_map(|write| target(&write.action)) {
            let place = locked.get(id).map(|placed| placed.place.clone());
            places.insert(id.clone(), place);
        }
        let told = self.told(writes, known, &mut places).await?;
        let steps = self.steps(writes, told, locked)?;
        let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(writes.len());
        let made = self.send(writes, steps, &mut places, &mut outcomes).await?;
        let mut standing = self.read_back(&places).await?;
        let mut landed = Vec::with_capacity(made.len());
        for Made { at, id, held } in made {
            let write = &writes[at];
            let record = match held {
                None if !hides(&write.action) => standing.remove(&id).and_then(Standing::visible),
                held => held,
            };
            landed.push(Landed {
                intent: write.intent.clone(),
                wrote: wrote::of(self.table.names(), &write.action, record.as_ref()),
                id,
            });
            outcomes[at] = Some(Outcome::Done(record));
        }
        self.remember(landed).await?;
        Ok(outcomes.into_iter().flatten().collect())
    }

    /// Recalls the intents, and locks the rows. They are locked in the order of
    /// their keys: so do most statements of others that change several rows, and
    /// whoever keeps to one order never waits in a circle.
    async fn begin(&self, writes: &[SystemWrite]) -> Result<Begun, Halt> {
        let ids: Vec<_> = writes
            .iter()
            .filter_map(|write| target(&write.action).cloned())
            .collect();
        let order = self.table.key_names("r.").join(", ");
        let lock = format!("ORDER BY {order} FOR UPDATE OF r");
        let mut statements = vec![
            Statement::plain("SAVEPOINT treaty_writes"),
            recall(writes.iter().map(|write| &write.intent)),
        ];
        statements.extend(self.placed(&ids, &lock));
        let answers = self.session.pipelined(&statements).await;
        let answers = answers.map_err(|stopped| self.meaning(&stopped))?;
        let mut answers = answers.into_iter().skip(1);
        let known = answers.next().unwrap_or_default();
        let known = known.into_iter().filter_map(|row| {
            let [intent, record] = <[_; 2]>::try_from(row).ok()?;
            Some((IntentId(intent?), RemoteId(record?)))
        });
        Ok(Begun {
            known: known.collect(),
            locked: self.read_placed(answers.next().unwrap_or_default())?,
        })
    }

    /// The outcomes of writes that were carried out before.
    async fn told(
        &self,
        writes: &[SystemWrite],
        known: HashMap<IntentId, RemoteId>,
        places: &mut Places,
    ) -> Result<HashMap<IntentId, Outcome>, Halt> {
        let written: HashMap<&RemoteId, usize> = writes
            .iter()
            .enumerate()
            .filter_map(|(at, write)| Some((target(&write.action)?, at)))
            .collect();
        for (at, write) in writes.iter().enumerate() {
            let writer = known.get(&write.intent).and_then(|id| written.get(id));
            if writer.is_some_and(|&writer| writer != at) {
                // Its record stands differently before and after that write.
                return Err(Halt::Stopped(at));
            }
        }
        let ids: Vec<_> = known.values().cloned().collect();
        let found = self.find_placed(&ids).await?;
        let outcome = |(intent, id): (IntentId, RemoteId)| {
            let placed = found.get(&id);
            let standing = placed.map(|placed| placed.standing.clone());
            places.insert(id, placed.map(|placed| placed.place.clone()));
            (intent, Outcome::Done(standing.and_then(Standing::visible)))
        };
        Ok(known.into_iter().map(outcome).collect())
    }

    /// Decides each write.
    fn steps(
        &self,
        writes: &[SystemWrite],
        mut told: HashMap<IntentId, Outcome>,
        mut locked: HashMap<RemoteId, Placed>,
    ) -> Result<Vec<Step>, Halt> {
        // Whatever is missing may be what an earlier one of them makes.
        let mut creates = false;
        let mut steps = Vec::with_capacity(writes.len());
        for (at, write) in writes.iter().enumerate() {
            if let Some(outcome) = told.remove(&write.intent) {
                if outcome == Outcome::Done(None) && creates {
                    return Err(Halt::Stopped(at));
                }
                steps.push(Step::Told(outcome));
                continue;
            }
            let target = target(&write.action);
            let placed = target.and_then(|id| locked.remove(id));
            if target.is_some() && placed.is_none() && creates {
                return Err(Halt::Stopped(at));
            }
            creates |= target.is_none();
            let standing = placed.map(|placed| placed.standing);
            steps.push(
                match decide(self.table, self.now, &write.action, standing) {
                    Ok(Decision::Change(change)) => Step::Changes(change),
                    Ok(Decision::Holds(record)) => {
                        let id = target.cloned().unwrap_or_else(|| RemoteId(String::new()));
                        Step::Holds(id, record)
                    }
                    Err(WriteError::Outcome(outcome)) => Step::Told(*outcome),
                    Err(error) => return Err(Halt::Error(error)),
                },
            );
        }
        Ok(steps)
    }

    /// Sends the changes. The writes that were made; `outcomes` gets those of the
    /// others, and `places` where the changes put their rows.
    async fn send(
        &self,
        writes: &[SystemWrite],
        steps: Vec<Step>,
        places: &mut Places,
        outcomes: &mut Vec<Option<Outcome>>,
    ) -> Result<Vec<Made>, Halt> {
        let mut statements = Vec::new();
        let mut senders = Vec::new();
        let mut made = Vec::new();
        // The statements that say whether a change was made, and which.
        let mut changes = Vec::new();
        for (at, (write, step)) in writes.iter().zip(steps).enumerate() {
            let intent = &write.intent;
            let target = target(&write.action);
            outcomes.push(None);
            match step {
                Step::Told(outcome) => {
                    outcomes[at] = Some(outcome);
                    continue;
                }
                Step::Holds(id, held) => made.push(Made { at, id, held }),
                Step::Changes(change) => {
                    let place = target.and_then(|id| places.get(id)?.as_deref());
                    let noted = self.announces();
                    let asked = Asked::Among { place, noted };
                    statements.extend(change.statements(self.table, intent, &asked));
                    changes.push((statements.len() - 1, made.len()));
                    let id = target.cloned().unwrap_or_else(|| RemoteId(String::new()));
                    made.push(Made { at, id, held: None });
                }
            }
            if self.announces() {
                statements.push(match target {
                    Some(id) => announce(self.table, id, intent),
                    None => announce_new(self.table, intent),
                });
            }
            senders.resize(statements.len(), at);
        }
        let answers = self.session.pipelined(&statements).await;
        let mut answers = answers.map_err(|stopped| match self.meaning(&stopped) {
            WriteError::Outcome(_) => Halt::Stopped(senders[stopped.at]),
            error => Halt::Error(error),
        })?;
        for (statement, number) in changes {
            let Made { at, id, .. } = &mut made[number];
            // Something lets it have no effect, or the row was changed by a
            // trigger of a write before it.
            let answer = answers[statement].drain(..).next();
            let mut cells = answer.ok_or(Halt::Stopped(*at))?.into_iter();
            let place = cells.next().flatten();
            let action = &writes[*at].action;
            if let Action::Create { .. } = action {
                let key: Vec<_> = cells.flatten().take(self.table.key.len()).collect();
                *id = remote::join(&key);
            }
            let is_gone = matches!(action, Action::Delete { .. });
            places.insert(id.clone(), place.filter(|_| !is_gone));
        }
        Ok(made)
    }

    /// The rows as the database's own triggers left them. All must be where they
    /// are to stand: a row elsewhere was changed by a trigger after its own write
    /// or after it was decided about, and nobody can tell now what it was between.
    async fn read_back(&self, places: &Places) -> Result<HashMap<RemoteId, Standing>, Halt> {
        let ids: Vec<_> = places.keys().cloned().collect();
        let found = self.find_placed(&ids).await?;
        for (id, place) in places {
            if found.get(id).map(|found| &found.place) != place.as_ref() {
                return Err(Halt::Unclear);
            }
        }
        let standing = |(id, placed): (RemoteId, Placed)| (id, placed.standing);
        Ok(found.into_iter().map(standing).collect())
    }

    async fn remember(&self, landed: Vec<Landed>) -> Result<(), Halt> {
        let count = landed.len();
        if count == 0 {
            return Ok(());
        }
        let statement = remember(&self.table.full_name, landed, self.now);
        let remembered = self.rows(&statement.sql, &statement.parameters).await?;
        if remembered.len() == count {
            Ok(())
        } else {
            // Another Treaty is carrying out some of them.
            Err(Halt::Unclear)
        }
    }

    /// What finds the rows under these ids with their places; none where there
    /// can be none.
    fn placed(&self, ids: &[RemoteId], rest: &str) -> Option<Statement> {
        let (condition, parameters) = where_ids(self.table, ids)?;
        let columns = select_list(self.table);
        let name = &self.table.name;
        Some(Statement {
            sql: format!("SELECT {PLACE}, {columns} FROM {name} AS r {condition} {rest}"),
            parameters,
        })
    }

    async fn find_placed(&self, ids: &[RemoteId]) -> Result<HashMap<RemoteId, Placed>, Halt> {
        let Some(Statement { sql, parameters }) = self.placed(ids, "") else {
            return Ok(HashMap::new());
        };
        self.read_placed(self.rows(&sql, &parameters).await?)
    }

    fn read_placed(&self, rows: Vec<TextRow>) -> Result<HashMap<RemoteId, Placed>, Halt> {
        let read = |mut row: TextRow| {
            let place = row.remove(0).unwrap_or_default();
            let standing = standing(self.session, self.table, row).map_err(WriteError::System)?;
            Ok((standing.id.clone(), Placed { place, standing }))
        };
        rows.into_iter().map(read).collect()
    }
}
