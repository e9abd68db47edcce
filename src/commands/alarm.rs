//! How long a client may take for its next request: some seconds once it has begun, longer between two.
//!
//! hyper asks for a sleep at the end of every request and drops it at the beginning of the next. A connection has one
//! alarm here that stays set and is looked at when it rings, so that a request costs the clock nothing.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::{Sleep, Timer};
use tokio::time::{self, Instant};

/// How long a client may take to send the head of a request, and at first to begin one.
pub const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// How long it may be silent after an answer. nginx keeps connections for 75 seconds, Apache for five.
const SILENT_FOR: Duration = Duration::from_secs(60);

/// The alarm of a connection.
#[derive(Clone)]
pub struct Alarm(Arc<Mutex<State>>);

struct State {
    ring: Pin<Box<time::Sleep>>,
    /// Since when the next request is waited for.
    since: Instant,
    /// When its first byte came.
    began: Option<Instant>,
    /// How long that may take.
    silent_for: Duration,
}

impl Alarm {
    /// For a connection that was just made.
    pub fn new() -> Self {
        let since = Instant::now();
        Self(Arc::new(Mutex::new(State {
            ring: Box::pin(time::sleep_until(since + HEADERS_WITHIN)),
            since,
            began: None,
            silent_for: HEADERS_WITHIN,
        })))
    }

    /// Something has come from the client.
    pub fn hear(&self) {
        let mut state = self.state();
        state.began.get_or_insert_with(Instant::now);
        state.silent_for = SILENT_FOR;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no holder of an alarm panics")
    }
}

impl State {
    fn deadline(&self) -> Instant {
        match self.began {
            Some(began) => began + HEADERS_WITHIN,
            None => self.since + self.silent_for,
        }
    }
}

impl Timer for Alarm {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now().into_std())
    }

    /// Until the request that is waited for from now on has taken too long. How long that is, is said here.
    fn sleep_until(&self, _: std::time::Instant) -> Pin<Box<dyn Sleep>> {
        let mut state = self.state();
        state.since = Instant::now();
        state.began = None;
        Box::pin(Waiting(self.clone()))
    }
}

/// The wait for the head of one request.
struct Waiting(Alarm);

impl Sleep for Waiting {}

impl Future for Waiting {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let state = &mut *self.0.state();
        let deadline = state.deadline();
        if state.ring.deadline() > deadline {
            state.ring.as_mut().reset(deadline);
        }
        ready!(state.ring.as_mut().poll(context));
        if Instant::now() >= deadline {
            return Poll::Ready(());
        }
        // It rang for a request before this one.
        state.ring.as_mut().reset(deadline);
        state.ring.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::advance;

    use super::*;

    fn wait_of(alarm: &Alarm) -> Pin<Box<dyn Sleep>> {
        alarm.sleep_until(Instant::now().into_std())
    }

    async fn rings(waiting: &mut Pin<Box<dyn Sleep>>) -> bool {
        poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context).is_ready())).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_connection_has_to_begin_soon() {
        let alarm = Alarm::new();
        let mut waiting = wait_of(&alarm);
        assert!(!rings(&mut waiting).await);
        advance(HEADERS_WITHIN - Duration::from_millis(2)).await;
        assert!(!rings(&mut waiting).await);
        advance(Duration::from_millis(4)).await;
        assert!(rings(&mut waiting).await);
    }

    #[tokio::test(start_paused = true)]
    async fn between_two_requests_there_is_time_and_in_one_there_is_less() {
        let alarm = Alarm::new();
        for _ in 0..5 {
            let mut waiting = wait_of(&alarm);
            assert!(!rings(&mut waiting).await);
            advance(HEADERS_WITHIN / 2).await;
            alarm.hear();
        }
        let mut waiting = wait_of(&alarm);
        advance(SILENT_FOR - Duration::from_millis(2)).await;
        assert!(!rings(&mut waiting).await);
        // Byte by byte it takes as long as at once.
        alarm.hear();
        assert!(!rings(&mut waiting).await);
        advance(HEADERS_WITHIN / 2).await;
        alarm.hear();
        assert!(!rings(&mut waiting).await);
        advance(HEADERS_WITHIN / 2 + Duration::from_millis(2)).await;
        assert!(rings(&mut waiting).await);
        let mut waiting = wait_of(&alarm);
        assert!(!rings(&mut waiting).await);
        advance(SILENT_FOR + Duration::from_millis(2)).await;
        assert!(rings(&mut waiting).await);
    }
}
