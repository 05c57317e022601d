//! Passes that end after a write has landed and before its answer is heard.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Notify;
use treaty_engine::{Mode, OpenSystem, RealSystems};
use treaty_model::{Clock, OwnSchema, RemoteId};
use treaty_systems::{
    Capabilities, Connector, Cursor, Found, Outcome, Page, Record, Sought, Source, SystemError,
    SystemSettings, SystemWrite,
};

use crate::pair::{Pair, query, run};

/// Systems that carry out writes and never answer.
struct Silent(Arc<Notify>);

#[async_trait]
impl OpenSystem for Silent {
    async fn open(
        &self,
        kind: &str,
        settings: &SystemSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Box<dyn Connector>, SystemError> {
        Ok(Box::new(SilentConnector {
            real: RealSystems.open(kind, settings, clock).await?,
            landed: Arc::clone(&self.0),
        }))
    }
}

struct SilentConnector {
    real: Box<dyn Connector>,
    landed: Arc<Notify>,
}

#[async_trait]
impl Connector for SilentConnector {
    fn capabilities(&self) -> &Capabilities {
        self.real.capabilities()
    }

    async fn describe(&self, source: &Source) -> Result<OwnSchema, SystemError> {
        self.real.describe(source).await
    }

    async fn changes(
        &self,
        source: &Source,
        cursor: Option<&Cursor>,
        records_max: usize,
    ) -> Result<Page, SystemError> {
        self.real.changes(source, cursor, records_max).await
    }

    async fn get(
        &self,
        source: &Source,
        ids: &[RemoteId],
    ) -> Result<Vec<Option<Record>>, SystemError> {
        self.real.get(source, ids).await
    }

    async fn write(
        &self,
        source: &Source,
        writes: &[SystemWrite],
    ) -> Result<Vec<Outcome>, SystemError> {
        self.real.write(source, writes).await?;
        self.landed.notify_one();
        std::future::pending().await
    }

    async fn find(&self, source: &Source, intents: &[Sought]) -> Result<Vec<Found>, SystemError> {
        self.real.find(source, intents).await
    }
}

impl Pair {
    /// A pass that ends right after its first writes have landed. Treaty is
    /// started again, and has not made another.
    async fn interrupted_pass(&mut self) {
        let landed = Arc::new(Notify::new());
        self.start(Arc::new(Silent(Arc::clone(&landed)))).await;
        let nothing_approved = std::collections::BTreeSet::new();
        tokio::select! {
            report = self.engine().pass(Mode::Sync, &nothing_approved) => {
                panic!("nothing was written: {report:?}")
            }
            () = landed.notified() => {}
        }
        self.start(Arc::new(RealSystems)).await;
    }

    fn left_says(&self, sql: &str) -> Option<String> {
        query(&self.left_db(), sql)
    }

    fn right_says(&self, sql: &str) -> Option<String> {
        query(&self.right_db(), sql)
    }
}

#[tokio::test]
async fn an_edit_on_top_of_a_write_without_an_answer_is_an_edit() {
    let mut pair = Pair::new("archive").await;
    run(
        &pair.left_db(),
        "UPDATE person SET note = 'ours' WHERE id = 1",
    );
    pair.interrupted_pass().await;
    let note = "SELECT note FROM person WHERE id = 1";
    assert_eq!(pair.right_says(note).as_deref(), Some("ours"));
    run(
        &pair.right_db(),
        "UPDATE person SET note = 'theirs' WHERE id = 1",
    );
    pair.settle().await;
    assert_eq!(pair.left_says(note).as_deref(), Some("theirs"));
    assert_eq!(pair.right_says(note).as_deref(), Some("theirs"));
}

#[tokio::test]
async fn an_edit_of_a_record_whose_making_was_not_answered_is_an_edit() {
    let mut pair = Pair::new("archive").await;
    run(
        &pair.left_db(),
        "INSERT INTO person (email, note) VALUES ('eva@lund.example', 'ours')",
    );
    pair.interrupted_pass().await;
    run(
        &pair.right_db(),
        "UPDATE person SET note = 'theirs', phone = '+49301111111' WHERE email = 'eva@lund.example'",
    );
    pair.settle().await;
    let eva = "SELECT group_concat(note || ' ' || phone) FROM person
        WHERE email = 'eva@lund.example'";
    assert_eq!(pair.left_says(eva).as_deref(), Some("theirs +49301111111"));
    assert_eq!(pair.right_says(eva).as_deref(), Some("theirs +49301111111"));
}

#[tokio::test]
async fn what_a_system_made_of_a_write_without_an_answer_is_no_edit() {
    let mut pair = Pair::new("archive").await;
    run(
        &pair.right_db(),
        "CREATE TRIGGER shout AFTER UPDATE OF note ON person WHEN new.note <> upper(new.note)
         BEGIN UPDATE person SET note = upper(new.note) WHERE id = new.id; END",
    );
    run(
        &pair.left_db(),
        "UPDATE person SET note = 'ours' WHERE id = 1",
    );
    pair.interrupted_pass().await;
    pair.settle().await;
    let note = "SELECT note FROM person WHERE id = 1";
    assert_eq!(pair.left_says(note).as_deref(), Some("ours"));
    assert_eq!(pair.right_says(note).as_deref(), Some("OURS"));
}
