//! A system of the world as Treaty reaches it.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use treaty_engine::{DeliverAlerts, OpenSystem};
use treaty_model::{Clock, OwnSchema, RemoteId};
use treaty_systems::{
    Action, Alert, AlertError, AlertWay, Capabilities, Change, ChangeFeed, Conditional, Connector,
    Cursor, Found, Outcome, Page, Record, Sought, Source, SystemError, SystemSettings, SystemWrite,
};

use crate::deed::Fault;
use crate::feed;
use crate::moment::{Call, Doing, Moment};
use crate::stage::Shared;
use crate::store::Store;
use crate::world::{Compares, Feed};
use crate::write::{self, Answers};

/// Opens the world's systems in place of real ones.
pub struct Simulated(pub Shared);

#[async_trait]
impl OpenSystem for Simulated {
    async fn open(
        &self,
        _: &str,
        settings: &SystemSettings,
        _: Arc<dyn Clock>,
    ) -> Result<Box<dyn Connector>, SystemError> {
        let stage = self.0.lock();
        let mut systems = stage.world.systems.iter();
        let system = systems.position(|system| system.name == settings.name.as_str());
        let Some(system) = system else {
            let message = format!("the world has no system {}", settings.name);
            return Err(SystemError::Configuration { message });
        };
        Ok(Box::new(SimulatedSystem {
            stage: self.0.clone(),
            system,
            capabilities: capabilities(&stage.stores[system]),
        }))
    }
}

/// Nobody is told anything: a world has no network, and its treaties name no
/// way.
pub struct Nobody;

#[async_trait]
impl DeliverAlerts for Nobody {
    async fn deliver(
        &self,
        ways: Vec<(AlertWay, Vec<Alert>)>,
        _: Duration,
    ) -> Vec<Vec<Result<(), AlertError>>> {
        let nobody = Err(AlertError::Unreachable("nobody is there".to_owned()));
        let ways = ways.into_iter();
        ways.map(|(_, alerts)| vec![nobody.clone(); alerts.len()])
            .collect()
    }
}

struct SimulatedSystem {
    stage: Shared,
    system: usize,
    capabilities: Capabilities,
}

fn capabilities(store: &Store) -> Capabilities {
    let traits = &store.traits;
    Capabilities {
        connector: "simulated".to_owned(),
        changes: match traits.feed {
            Feed::Listing => ChangeFeed::Listing,
            Feed::Watermark => ChangeFeed::Watermark,
            Feed::Log => ChangeFeed::Log,
        },
        conditional: match traits.compares {
            Compares::AsOneStep => Conditional::Strong,
            Compares::Before => Conditional::Weak,
            Compares::Never => Conditional::None,
        },
        create: true,
        archive: traits.archives,
        delete: !traits.archives,
        marks_own_writes: traits.says_who,
        writes_max: traits.writes_max,
        gets_max: traits.page_records,
        index_lag_ms: u64::try_from(traits.index_lag_ms).unwrap_or(0),
    }
}

impl SimulatedSystem {
    /// Waits, and lets the world go on meanwhile.
    async fn pause(&self, at: Moment) {
        let mut waited = false;
        poll_fn(|_| {
            if waited {
                return Poll::Ready(());
            }
            waited = true;
            self.stage.lock().paused = Some(at);
            Poll::Pending
        })
        .await;
    }

    /// Begins a call, which may fail before it does anything.
    async fn begin(&self, call: Call) -> Result<(), SystemError> {
        // Who goes on to something else has kept the page before.
        if call != Call::Describe {
            let mut stage = self.stage.lock();
            let stores = stage.stores.iter_mut();
            stores.for_each(|store| store.pending.clear());
        }
        self.pause(Moment::Before(call)).await;
        let mut stage = self.stage.lock();
        let system = self.system;
        let name = stage.world.systems[system].name.clone();
        let failed = if stage.take(&Fault::Unreachable { system }) {
            Err(SystemError::Unreachable {
                system: name,
                message: "the line is dead".to_owned(),
            })
        } else if stage.take(&Fault::Busy { system }) {
            Err(SystemError::Busy {
                system: name,
                message: "too many requests".to_owned(),
            })
        } else {
            Ok(())
        };
        if failed.is_err() {
            // No page is kept whose columns cannot be asked for.
            stage.stores[system].forget_page();
        }
        failed
    }

    /// Ends a call.
    async fn end(&self, call: Call) {
        {
            let mut stage = self.stage.lock();
            let store = &mut stage.stores[self.system];
            store.hidden = store.hidden.saturating_sub(1);
            store.renamed = store.renamed.saturating_sub(1);
            // Who reads a page asks for the columns after it: no page stands
            // between two looks at them that are the same.
            if call == Call::Describe {
                store.gone = store.gone.saturating_sub(1);
                store.retyped = store.retyped.saturating_sub(1);
            }
        }
        self.pause(Moment::After(call)).await;
    }

    /// Refuses a call that names columns which are not there as they were.
    fn refuse_drift(&self) -> Result<(), SystemError> {
        let stage = self.stage.lock();
        let store = &stage.stores[self.system];
        if store.gone + store.retyped == 0 {
            return Ok(());
        }
        Err(SystemError::Schema {
            source_name: "person".to_owned(),
            message: "a column is not there as it was".to_owned(),
        })
    }

    /// Refuses rows that are not as wide as the records are now: every value
    /// would go to its neighbour.
    fn refuse_width<'a>(
        &self,
        source: &Source,
        actions: impl Iterator<Item = &'a Action>,
    ) -> Result<(), SystemError> {
        let width = self.stage.lock().stores[self.system].schema().fields.len();
        let mut rows = actions.flat_map(|action| match action {
            Action::Create { values } => [values.len(), 0],
            Action::Update {
                values, expected, ..
            } => [values.len(), expected.len()],
            Action::Archive { expected, .. } | Action::Delete { expected, .. } => {
                [expected.len(), 0]
            }
        });
        if rows.all(|length| length == 0 || length == width) {
            return Ok(());
        }
        Err(SystemError::Schema {
            source_name: source.name.clone(),
            message: "its fields have changed since it was described".to_owned(),
        })
    }

    /// Compares what a call of writes expects with what stands there, where the
    /// system does that before it writes; people go on meanwhile.
    async fn compare(&self, writes: &[SystemWrite]) -> Vec<Option<Outcome>> {
        let compared = {
            let mut stage = self.stage.lock();
            let store = &mut stage.stores[self.system];
            match store.traits.compares {
                Compares::Before => writes
                    .iter()
                    .map(|write| write::stale(store, write))
                    .collect(),
                Compares::AsOneStep | Compares::Never => return vec![None; writes.len()],
            }
        };
        self.pause(Moment::BetweenComparisonAndWrite).await;
        compared
    }
}

#[async_trait]
impl Connector for SimulatedSystem {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn describe(&self, _: &Source) -> Result<OwnSchema, SystemError> {
        self.begin(Call::Describe).await?;
        let schema = {
            let mut stage = self.stage.lock();
            let starts = stage.doing == Doing::Start;
            let store = &mut stage.stores[self.system];
            let schema = store.schema();
            if starts {
                store.described = Some(schema.clone());
            }
            schema
        };
        self.end(Call::Describe).await;
        Ok(schema)
    }

    async fn changes(
        &self,
        _: &Source,
        cursor: Option<&Cursor>,
        _: usize,
    ) -> Result<Page, SystemError> {
        self.begin(Call::Changes).await?;
        let page = {
            let mut stage = self.stage.lock();
            let (now, system) = (stage.now, self.system);
            let tick = stage.tick;
            let store = &mut stage.stores[system];
            if cursor.is_none() && std::mem::replace(&mut store.listed, true) {
                store.listed_again = Some(tick);
            }
            let repeated = stage.take(&Fault::Repeated { system });
            let store = &mut stage.stores[system];
            let mut page = store.showing(|store| feed::page(store, cursor, now));
            if repeated {
                let again = page.changes.clone();
                page.changes.reverse();
                page.changes.extend(again);
            }
            for change in &mut page.changes {
                if let Change::Record(record) = change {
                    stage.stores[system].drift(&mut record.own);
                }
            }
            page
        };
        self.end(Call::Changes).await;
        Ok(page)
    }

    async fn get(&self, _: &Source, ids: &[RemoteId]) -> Result<Vec<Option<Record>>, SystemError> {
        self.begin(Call::Get).await?;
        self.refuse_drift()?;
        let records = {
            let mut stage = self.stage.lock();
            let system = self.system;
            let store = &mut stage.stores[system];
            let records: Vec<_> = ids.iter().map(|id| write::current(store, id)).collect();
            // Nothing but canaries is asked for by its id in a pass.
            store.canary_hidden = store.canary_hidden.saturating_sub(1);
            stage.canary_missed |= records.contains(&None);
            records
        };
        self.end(Call::Get).await;
        Ok(records)
    }

    async fn write(
        &self,
        source: &Source,
        writes: &[SystemWrite],
    ) -> Result<Vec<Outcome>, SystemError> {
        self.begin(Call::Write).await?;
        self.refuse_drift()?;
        self.refuse_width(source, writes.iter().map(|write| &write.action))?;
        let answers = Answers::of(&mut self.stage.lock(), self.system);
        let compared = self.compare(writes).await;
        let mut outcomes = Vec::new();
        for (place, (write, stale)) in writes.iter().zip(compared).enumerate() {
            let outcome = match stale {
                Some(stale) => stale,
                None => answers.outcome(&mut self.stage.lock(), self.system, place, write),
            };
            outcomes.push(outcome);
            self.pause(Moment::BetweenWrites).await;
        }
        self.end(Call::Write).await;
        Ok(outcomes)
    }

    async fn find(&self, source: &Source, intents: &[Sought]) -> Result<Vec<Found>, SystemError> {
        self.begin(Call::Find).await?;
        self.refuse_drift()?;
        self.refuse_width(source, intents.iter().map(|sought| &sought.action))?;
        let found = {
            let mut stage = self.stage.lock();
            let now = stage.now;
            let store = &mut stage.stores[self.system];
            intents
                .iter()
                .map(|sought| write::find(store, sought, now))
                .collect()
        };
        self.end(Call::Find).await;
        Ok(found)
    }
}
