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
    patience: Patience,
}

/// How long is waited for the next request.
struct Patience {
    since: Instant,
    /// When its first byte came.
    began: Option<Instant>,
    /// How long that may take.
    silent_for: Duration,
}

impl Alarm {
    /// For a connection that was just made.
    pub fn new() -> Self {
        let patience = Patience::new(Instant::now());
        Self(Arc::new(Mutex::new(State {
            ring: Box::pin(time::sleep_until(patience.deadline())),
            patience,
        })))
    }

    /// Something has come from the client.
    pub fn hear(&self) {
        let patience = &mut self.state().patience;
        if patience.began.is_none() {
            patience.hear(Instant::now());
        }
    }

    /// What was asked is answered: the next may be waited for as long again.
    pub fn begin_anew(&self) {
        self.state().patience.begin_anew(Instant::now());
    }

    /// Until the request that is waited for has taken too long. How long that is, is said here.
    pub fn wait(&self) -> Waiting {
        Waiting(self.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no holder of an alarm panics")
    }
}

impl Patience {
    fn new(now: Instant) -> Self {
        Self {
            since: now,
            began: None,
            silent_for: HEADERS_WITHIN,
        }
    }

    /// The request before is answered.
    fn begin_anew(&mut self, now: Instant) {
        self.since = now;
        self.began = None;
    }

    /// The first byte has come.
    fn hear(&mut self, now: Instant) {
        self.began = Some(now);
        self.silent_for = SILENT_FOR;
    }

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

    /// For the request that is waited for from now on.
    fn sleep_until(&self, _: std::time::Instant) -> Pin<Box<dyn Sleep>> {
        self.begin_anew();
        Box::pin(self.wait())
    }
}

/// The wait for the head of a request.
pub struct Waiting(Alarm);

impl Sleep for Waiting {}

impl Future for Waiting {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let state = &mut *self.0.state();
        let deadline = state.patience.deadline();
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
    use super::*;

    #[test]
    fn a_new_connection_has_to_begin_soon() {
        let made = Instant::now();
        let mut patience = Patience::new(made);
        patience.begin_anew(made);
        assert_eq!(patience.deadline(), made + HEADERS_WITHIN);
    }

    #[test]
    fn between_two_requests_there_is_time_and_in_one_there_is_less() {
        let made = Instant::now();
        let mut patience = Patience::new(made);
        let asked = made + HEADERS_WITHIN / 2;
        patience.hear(asked);
        assert_eq!(patience.deadline(), asked + HEADERS_WITHIN);
        let answered = asked + Duration::from_millis(7);
        patience.begin_anew(answered);
        assert_eq!(patience.deadline(), answered + SILENT_FOR);
        // Byte by byte it takes as long as at once.
        let late = answered + SILENT_FOR - Duration::from_millis(1);
        patience.hear(late);
        assert_eq!(patience.deadline(), late + HEADERS_WITHIN);
    }
}
