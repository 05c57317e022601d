//! Treaty at work while the world goes on.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use crate::stage::Shared;

/// Lets something work while the world goes on; none where Treaty is killed
/// before it is done.
pub async fn on_stage<T>(stage: &Shared, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|context| {
        loop {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Some(done));
            }
            let mut stage = stage.lock();
            let Some(at) = stage.paused.take() else {
                return Poll::Pending;
            };
            let point = (stage.doing, at);
            stage.figures.waited.insert(point);
            stage.tick();
            if std::mem::take(&mut stage.crash) {
                stage.figures.killed.insert(point);
                return Poll::Ready(None);
            }
        }
    })
    .await
}
