//! A server that uses another's Postgres must not lose it with the other: it takes the cluster over when that ends.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::Duration;

use super::{Durability, Private, StartError};

/// Between looks at whether the owner has ended; readers wait no longer than this and a start.
const LOOK: Duration = Duration::from_millis(250);
/// Between attempts when the cluster does not start.
const PAUSE: Duration = Duration::from_secs(5);

/// Whoever will own the cluster next, unless it ends before.
pub struct Heir(Arc<Mutex<Estate>>);

enum Estate {
    Awaited,
    Inherited(Private),
    Declined,
}

impl Heir {
    /// Waits in the background for the cluster in `data` to be nobody's; then `lead_there` is told its address.
    pub fn wait(
        data: PathBuf,
        durability: Durability,
        lead_there: impl FnOnce(&str) + Send + 'static,
    ) -> Self {
        let estate = Arc::new(Mutex::new(Estate::Awaited));
        let ours = estate.clone();
        thread::spawn(move || inherit(&ours, &data, durability, lead_there));
        Self(estate)
    }

    /// Waits no longer, and stops the cluster if it is ours by now.
    pub fn stop(self) {
        let estate = {
            let mut estate = self.0.lock().expect("no holder of the estate panics");
            std::mem::replace(&mut *estate, Estate::Declined)
        };
        if let Estate::Inherited(private) = estate {
            private.stop();
        }
    }
}

fn inherit(
    estate: &Mutex<Estate>,
    data: &Path,
    durability: Durability,
    lead_there: impl FnOnce(&str),
) {
    let is_declined = || {
        let estate = estate.lock().expect("no holder of the estate panics");
        matches!(*estate, Estate::Declined)
    };
    while !is_declined() {
        match Private::start(data, durability) {
            Ok(private) => {
                let mut estate = estate.lock().expect("no holder of the estate panics");
                // Declined in this very moment: dropping it stops it.
                if matches!(*estate, Estate::Awaited) {
                    lead_there(private.url());
                    *estate = Estate::Inherited(private);
                    tracing::info!("took over the private Postgres of a server that ended");
                }
                return;
            }
            Err(StartError::RunsElsewhere) => sleep(LOOK),
            Err(StartError::Other(error)) => {
                tracing::error!("the private Postgres cannot be taken over: {error:#}");
                sleep(PAUSE);
            }
        }
    }
}
