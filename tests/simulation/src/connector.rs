//! A system of the world as Treaty reaches it.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use treaty_engine::{DeliverAlerts, OpenSystem};
use treaty_model::{Clock, OwnSchema, RemoteId};
use treaty_systems::{
    Alert, AlertError, AlertWay, Capabilities, ChangeFeed, Conditional, Connector, Cursor, Found,
    Outcome, Page, Record, Sought, Source, SystemError, SystemSettings, SystemWrite,
};

use crate::deed::Fault;
use crate::feed;
use crate::stage::{Shared, Stage};
use crate::store::Store;
use crate::world::Feed;
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
        conditional: Conditional::Strong,
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
    async fn pause(&self) {
        let mut waited = false;
        poll_fn(|_| {
            if waited {
                return Poll::Ready(());
            }
            waited = true;
            self.stage.lock().paused = true;
            Poll::Pending
        })
        .await;
    }

    /// Begins a call, which may fail before it does anything.
    async fn begin(&self) -> Result<(), SystemError> {
        self.pause().await;
        let mut stage = self.stage.lock();
        let system = self.system;
        let name = stage.world.systems[system].name.clone();
        if stage.take(&Fault::Unreachable { system }) {
            let message = "the line is dead".to_owned();
            return Err(SystemError::Unreachable {
                system: name,
                message,
            });
        }
        if stage.take(&Fault::Busy { system }) {
            let message = "too many requests".to_owned();
            return Err(SystemError::Busy {
                system: name,
                message,
            });
        }
        Ok(())
    }

    /// Ends a call.
    async fn end(&self) {
        {
            let mut stage = self.stage.lock();
            let store = &mut stage.stores[self.system];
            store.hidden = store.hidden.saturating_sub(1);
            store.renamed = store.renamed.saturating_sub(1);
        }
        self.pause().await;
    }
}

impl Stage {
    /// Takes a fault that waits, where it does.
    pub fn take(&mut self, fault: &Fault) -> bool {
        let Some(place) = self.armed.iter().position(|armed| armed == fault) else {
            return false;
        };
        self.armed.remove(place);
        true
    }
}

#[async_trait]
impl Connector for SimulatedSystem {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn describe(&self, _: &Source) -> Result<OwnSchema, SystemError> {
        self.begin().await?;
        let schema = self.stage.lock().stores[self.system].schema();
        self.end().await;
        Ok(schema)
    }

    async fn changes(
        &self,
        _: &Source,
        cursor: Option<&Cursor>,
        _: usize,
    ) -> Result<Page, SystemError> {
        self.begin().await?;
        let page = {
            let mut stage = self.stage.lock();
            let (now, system) = (stage.now, self.system);
            let repeated = stage.take(&Fault::Repeated { system });
            let mut page = feed::page(&mut stage.stores[system], cursor, now);
            if repeated {
                let again = page.changes.clone();
                page.changes.reverse();
                page.changes.extend(again);
            }
            page
        };
        self.end().await;
        Ok(page)
    }

    async fn get(&self, _: &Source, ids: &[RemoteId]) -> Result<Vec<Option<Record>>, SystemError> {
        self.begin().await?;
        let records = {
            let mut stage = self.stage.lock();
            let store = &mut stage.stores[self.system];
            ids.iter().map(|id| write::current(store, id)).collect()
        };
        self.end().await;
        Ok(records)
    }

    async fn write(&self, _: &Source, writes: &[SystemWrite]) -> Result<Vec<Outcome>, SystemError> {
        self.begin().await?;
        let answers = Answers::of(&mut self.stage.lock(), self.system);
        let mut outcomes = Vec::new();
        for (place, write) in writes.iter().enumerate() {
            let outcome = answers.outcome(&mut self.stage.lock(), self.system, place, write);
            outcomes.push(outcome);
            self.pause().await;
        }
        self.end().await;
        Ok(outcomes)
    }

    async fn find(&self, _: &Source, intents: &[Sought]) -> Result<Vec<Found>, SystemError> {
        self.begin().await?;
        let found = {
            let mut stage = self.stage.lock();
            let now = stage.now;
            let store = &mut stage.stores[self.system];
            intents
                .iter()
                .map(|sought| write::find(store, sought, now))
                .collect()
        };
        self.end().await;
        Ok(found)
    }
}
