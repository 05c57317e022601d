//! What opening a treaty needs from outside: systems, rules, time, secrets. All
//! of it is handed in, so that whole histories can be played.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use treaty_folder::{Known, KnownConnector, Location};
use treaty_ledger::LedgerOptions;
use treaty_model::Clock;
use treaty_sandbox::Compiler;
use treaty_systems::{Alert, AlertError, AlertWay, Connector, Needs, SystemError, connector_kinds};

use crate::Progress;
use crate::rules::KeptRules;

/// A rule that ships inside the binary.
#[derive(Clone, Copy, Debug)]
pub struct ShippedRule {
    /// Its name.
    pub name: &'static str,
    /// The component.
    pub component: &'static [u8],
}

/// Gives the value of a variable of the environment.
pub type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What opening a treaty needs from outside.
#[derive(Clone)]
pub struct Opening {
    /// The rules that ship.
    pub shipped: Vec<ShippedRule>,
    /// Opens systems: the machine's own ([`RealSystems`]), or others in their
    /// place, so that whole histories can be played.
    pub systems: Arc<dyn OpenSystem>,
    /// Delivers alerts: the machine's own way ([`RealAlerts`]), or another.
    pub alerts: Arc<dyn DeliverAlerts>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The environment, for secrets.
    pub env: Environment,
    /// What compiles the rules of the treaty; none: this process does.
    pub compiler: Option<Compiler>,
    /// What was loaded before in this process.
    pub kept: KeptRules,
    /// Where compiled rules are kept between runs.
    pub cache: Option<std::path::PathBuf>,
    /// How the ledger's files are opened.
    pub ledger: LedgerOptions,
    /// Is told what happens.
    pub progress: Progress,
}

/// Opens systems.
#[async_trait]
pub trait OpenSystem: Send + Sync {
    /// Opens one, of a kind that [`connector_kinds`] lists.
    async fn open(
        &self,
        kind: &str,
        settings: &treaty_systems::SystemSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Box<dyn Connector>, SystemError>;
}

/// Opens files, databases and servers as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealSystems;

#[async_trait]
impl OpenSystem for RealSystems {
    async fn open(
        &self,
        kind: &str,
        settings: &treaty_systems::SystemSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Box<dyn Connector>, SystemError> {
        treaty_systems::open(kind, settings, clock).await
    }
}

/// Delivers alerts.
#[async_trait]
pub trait DeliverAlerts: Send + Sync {
    /// Delivers alerts in several ways, and gives the results by way and alert.
    /// Takes no longer than `within`.
    async fn deliver(
        &self,
        ways: Vec<(AlertWay, Vec<Alert>)>,
        within: Duration,
    ) -> Vec<Vec<Result<(), AlertError>>>;
}

/// Delivers alerts over the network.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealAlerts;

#[async_trait]
impl DeliverAlerts for RealAlerts {
    async fn deliver(
        &self,
        ways: Vec<(AlertWay, Vec<Alert>)>,
        within: Duration,
    ) -> Vec<Vec<Result<(), AlertError>>> {
        treaty_systems::deliver_alerts(ways, within).await
    }
}

/// What this build knows: its connectors and the rules that ship.
pub fn known(shipped: &[ShippedRule]) -> Known {
    let connectors = connector_kinds().iter().map(|kind| KnownConnector {
        name: kind.name.to_owned(),
        location: match kind.needs {
            Needs::Folder | Needs::File => Location::Path,
            Needs::Url => Location::Url,
        },
        options: kind
            .options
            .iter()
            .map(|option| option.name.to_owned())
            .collect(),
    });
    Known {
        connectors: connectors.collect(),
        shipped_rules: shipped.iter().map(|rule| rule.name.to_owned()).collect(),
    }
}
