//! A look at all systems of an entity, before anything is decided: what was left
//! open is settled, what changed is read, and what no longer shows is noticed.

use crate::report::{Down, EntityReport, Failure};
use crate::visible::Unseen;
use crate::{Engine, EngineError, Part};

impl Engine {
    /// Takes in what changed in the treaty and in its systems since the last
    /// pass. Gives the systems that could not be used, and what others no longer
    /// show.
    pub(crate) async fn look_at_systems(
        &self,
        part: &Part,
        entity: &mut EntityReport,
    ) -> Result<(Down, Unseen), EngineError> {
        self.list_after_change(part)?;
        self.map_after_change(part)?;
        self.resolve_after_change(part)?;
        self.prepare_after_change(part)?;
        let mut unseen = Unseen::default();
        let down = self.read_all(part, entity, &mut unseen).await?;
        Ok((down, unseen))
    }

    /// Settles what was left open, then reads every system. Gives the systems
    /// that could not be used.
    async fn read_all(
        &self,
        part: &Part,
        entity: &mut EntityReport,
        unseen: &mut Unseen,
    ) -> Result<Down, EngineError> {
        let mut down = Down::new();
        for system in part.entity.system_indexes() {
            let name = &part.entity.part(system).system;
            let mut read = entity.systems.remove(name).unwrap_or_default();
            let result = match self.recover(part, system, entity).await {
                Ok(()) => self.observe(part, system, &mut read).await,
                Err(error) => Err(error),
            };
            let result = match result {
                Ok(()) => self.notice_unseen(part, system, unseen).await,
                Err(error) => Err(error),
            };
            if result.is_ok() {
                self.note_read(part, system, &read)?;
            }
            let kept = entity.system(name);
            (kept.seen, kept.changed, kept.missing) = (read.seen, read.changed, read.missing);
            (kept.parked, kept.unread, kept.problems) = (read.parked, read.unread, read.problems);
            kept.echoes_by_mark = read.echoes_by_mark;
            kept.echoes_by_value = read.echoes_by_value;
            kept.newest_change_at = read.newest_change_at;
            match result {
                Ok(()) => {}
                Err(EngineError::System { source, .. }) => {
                    down.insert(system, Failure::new(name, &source));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(down)
    }
}
