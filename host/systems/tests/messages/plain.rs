//! What a connector says that can do the least there is.

use async_trait::async_trait;
use treaty_model::{OwnSchema, RemoteId};
use treaty_systems::{
    Capabilities, Connector, Cursor, Found, Outcome, Page, Record, Sought, Source, SystemError,
    SystemWrite,
};

use crate::told::Told;

struct Plain;

fn not_asked<T>() -> Result<T, SystemError> {
    unreachable!("nobody asks for it here")
}

#[async_trait]
impl Connector for Plain {
    fn capabilities(&self) -> &Capabilities {
        unreachable!("nobody asks for it here")
    }

    async fn describe(&self, _: &Source) -> Result<OwnSchema, SystemError> {
        not_asked()
    }

    async fn changes(&self, _: &Source, _: Option<&Cursor>, _: usize) -> Result<Page, SystemError> {
        not_asked()
    }

    async fn get(&self, _: &Source, _: &[RemoteId]) -> Result<Vec<Option<Record>>, SystemError> {
        not_asked()
    }

    async fn write(&self, _: &Source, _: &[SystemWrite]) -> Result<Vec<Outcome>, SystemError> {
        not_asked()
    }

    async fn find(&self, _: &Source, _: &[Sought]) -> Result<Vec<Found>, SystemError> {
        not_asked()
    }
}

#[tokio::test]
async fn what_a_plain_connector_cannot_do() {
    let mut told = Told::default();
    told.failed("its sources are asked for", Plain.sources().await);
    let source = Source::named("people");
    told.failed("a sample is asked for", Plain.sample(&source, 5).await);
    insta::assert_snapshot!(told.text(), @r"
    # its sources are asked for
    error: its sources cannot be listed; name them
    hint: mend the system's settings in treaty.toml; `treaty check` shows all problems

    # a sample is asked for
    error: no sample can be read of it
    hint: mend the system's settings in treaty.toml; `treaty check` shows all problems
    ");
}
