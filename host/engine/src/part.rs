//! One entity, ready to work: its settings, its systems and its rules.

use std::sync::Arc;

use treaty_folder::{EntitySettings, Matching, SystemSettings};
use treaty_ledger::{EntityShape, RecordKey};
use treaty_model::{
    ActorKind, Cell, Digest, Entity, EntityName, FieldIndex, Origin, OwnField, OwnSchema, RemoteId,
    Row, RuleId, Setup, SystemIndex, Trip,
};
use treaty_sandbox::Rule;
use treaty_systems::{Capabilities, Connector, Source};

use crate::switch::Switch;

/// In place of the type of a column that has changed.
pub(crate) const PAUSED: &str = "paused";

/// A rule bound to an entity: the component and what it is told.
#[derive(Clone)]
pub(crate) struct Bound {
    /// Its name in the treaty, and its digest.
    pub(crate) id: RuleId,
    /// The component.
    pub(crate) rule: Rule,
    /// What it is told once for a batch.
    pub(crate) setup: Setup,
    /// Whether it is on.
    pub(crate) switch: Arc<Switch>,
    /// A resolver: what is asked beside it, and what that is told.
    pub(crate) shadow: Option<(Rule, Setup)>,
}

/// A system's part in an entity.
pub(crate) struct PartSystem {
    /// The open system.
    pub(crate) connector: Arc<dyn Connector>,
    /// What holds the records.
    pub(crate) source: Source,
    /// Records that have to stay visible.
    pub(crate) canaries: Vec<RemoteId>,
    /// The treaty's settings of the system.
    pub(crate) settings: SystemSettings,
    /// The own fields that the table mentions: their positions in the source's
    /// schema; none where the column has changed. The ledger keeps these only, in
    /// this order, and mappers see them.
    pub(crate) selected: Vec<Option<usize>>,
    /// Their names.
    pub(crate) selected_names: Vec<String>,
    /// What they are; of columns that have changed, what they were.
    pub(crate) fields: Vec<OwnField>,
    /// Fields of the table that stand still here, because a column has changed.
    pub(crate) paused: Vec<FieldIndex>,
    /// What is told of these columns.
    pub(crate) drifted: Vec<Trip>,
    /// The source's own fields as they were when the treaty was opened: rows are
    /// read and written by their positions.
    pub(crate) schema: OwnSchema,
}

/// One entity, ready to work.
pub(crate) struct Part {
    /// What the treaty says.
    pub(crate) entity: Entity,
    /// Its systems, in the entity's order.
    pub(crate) systems: Vec<PartSystem>,
    /// Its mapper.
    pub(crate) mapper: Bound,
    /// Its resolvers.
    pub(crate) resolvers: Vec<Bound>,
    /// For each field, which of the resolvers decides it.
    pub(crate) resolver_of: Vec<usize>,
    /// How its records are matched.
    pub(crate) matching: Option<(Matching, Bound)>,
    /// Remote ids that belong together: for each row one cell a system.
    pub(crate) cross_reference: Vec<Vec<Option<RemoteId>>>,
    /// Its digest.
    pub(crate) cross_reference_digest: Digest,
    /// For each field that is a reference: the entity that it points to.
    pub(crate) references: Vec<Option<EntityName>>,
}

impl PartSystem {
    /// The own fields that the table mentions, out of a whole own row. Columns
    /// that have changed stay as they are `known`.
    pub(crate) fn select(&self, own: &Row, known: Option<&Row>) -> Row {
        let kept = |place: usize| known.and_then(|row| row.get(place).cloned()).flatten();
        let cells = self.selected.iter().enumerate();
        cells
            .map(|(place, position)| match position {
                Some(position) => own[*position].clone(),
                None => kept(place),
            })
            .collect()
    }

    /// The own fields that the table mentions, with what they store.
    pub(crate) fn selected_types(&self) -> impl Iterator<Item = String> {
        let fields = self.fields.iter().zip(&self.selected);
        fields.map(|(field, position)| match position {
            Some(_) => serde_json::json!([field.name, field.kind]).to_string(),
            None => serde_json::json!([field.name, PAUSED]).to_string(),
        })
    }

    /// A whole own row with these fields, all others absent.
    pub(crate) fn expand(&self, selected: &Row) -> Row {
        let mut own: Row = vec![None; self.schema.fields.len()];
        for (position, cell) in self.selected.iter().zip(selected) {
            if let Some(position) = position {
                own[*position].clone_from(cell);
            }
        }
        own
    }

    /// What it can do.
    pub(crate) fn capabilities(&self) -> &Capabilities {
        self.connector.capabilities()
    }

    /// An origin as the treaty sees it: which named actors are automations is
    /// the treaty's to say, where the system itself does not know.
    pub(crate) fn origin(&self, origin: &Origin) -> Origin {
        let kind = match origin.kind {
            ActorKind::Unknown => self.settings.actor_kind(origin.actor.as_deref()),
            known => known,
        };
        Origin {
            kind,
            actor: origin.actor.clone(),
        }
    }
}

impl Part {
    /// Its rules.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Bound> {
        let matcher = self.matching.as_ref().map(|(_, matcher)| matcher);
        let mapper = std::iter::once(&self.mapper);
        mapper.chain(&self.resolvers).chain(matcher)
    }

    /// The names behind the ledger's rows.
    pub(crate) fn shape(&self) -> EntityShape {
        let systems = self.entity.systems.iter().zip(&self.systems);
        EntityShape {
            entity: self.entity.name.clone(),
            fields: self
                .entity
                .table
                .rows
                .iter()
                .map(|row| row.name.clone())
                .collect(),
            systems: systems
                .map(|(part, system)| (part.system.clone(), system.selected_names.clone()))
                .collect(),
        }
    }

    /// A record's key.
    pub(crate) fn key(&self, system: SystemIndex, remote: RemoteId) -> RecordKey {
        RecordKey {
            entity: self.entity.name.clone(),
            system: self.entity.part(system).system.clone(),
            remote,
        }
    }

    /// The system at a place.
    pub(crate) fn system(&self, system: SystemIndex) -> &PartSystem {
        &self.systems[system.0]
    }

    /// The name of a field.
    pub(crate) fn field_name(&self, field: FieldIndex) -> &str {
        &self.entity.table.row(field).name
    }

    /// How many fields the table has.
    pub(crate) fn fields(&self) -> usize {
        self.entity.table.len()
    }

    /// A row in which nothing is said.
    pub(crate) fn nothing(&self) -> Row {
        vec![None as Cell; self.fields()]
    }
}

/// What the engine needs of an entity's settings, besides the entity itself.
pub(crate) fn source_of(settings: &EntitySettings, system: SystemIndex) -> Source {
    let source = &settings.sources[system.0];
    Source {
        name: source.name.clone(),
        key: source.key.clone(),
        updated: source.updated.clone(),
        actor: source.actor.clone(),
        archived: source.archived.clone(),
    }
}
