//! A plan is what happens: promise 7.

use treaty_engine::{Mode, Report};
use treaty_model::Scope;

use super::Player;
use crate::broken::Broken;
use crate::reported::amounts;

impl Player<'_> {
    /// A pass whose plan was looked at before, twice, while nothing else
    /// happened.
    pub(super) async fn planned_pass(&mut self) -> anyhow::Result<()> {
        // A listing that was broken off goes on where it was: what changed before
        // that place shows in the next one.
        let calm = {
            let mut stage = self.stage.lock();
            stage.still = true;
            stage.is_calm() && !stage.keeps_quiet() && self.read_out
        };
        let first = self.pass(Mode::Plan).await;
        let second = self.pass(Mode::Plan).await;
        let (Some(first), Some(second), Some(engine)) = (first, second, &self.engine) else {
            self.stage.lock().still = false;
            return Ok(());
        };
        let (one, other) = (engine.print(&first.plan), engine.print(&second.plan));
        // A rule that was switched off while a plan was made decides nothing
        // afterwards, and the plan says so.
        let switches = |report: &Report| {
            let mut trips = report.trips.iter();
            trips.any(|trip| trip.scope == Scope::Rule)
        };
        let compared = calm && !switches(&first);
        self.figures.check(7, usize::from(compared));
        if compared && one != other {
            let how = format!("one state, two plans:\n{one}\nand\n{other}");
            self.broken.push(Broken::new(7, how));
        }
        let done = self.pass(Mode::Sync).await;
        self.stage.lock().still = false;
        if let (Some(done), true) = (done, calm && !switches(&second))
            && done.failures.is_empty()
            && second.failures.is_empty()
        {
            let (planned, done) = (amounts(&second), amounts(&done));
            if planned != done {
                let how = format!("planned {planned:?}, done {done:?}");
                self.broken.push(Broken::new(7, how));
            }
        }
        Ok(())
    }
}
