//! Events for the admin pages that are open now, such as a decision by somebody else.

use std::sync::atomic::AtomicBool;

use tokio::sync::broadcast;

/// Events a slow page may be behind by before it has to reload everything.
const EVENT_BUFFER: usize = 256;

/// An event for open admin pages.
#[derive(Clone, Debug)]
pub struct AdminEvent {
    pub name: &'static str,
    /// A JSON object that the page's script reads.
    pub data: String,
}

/// Broadcast of events from one listener on the database to every open admin page of this process.
pub struct AdminEvents {
    sender: broadcast::Sender<AdminEvent>,
    /// Set while a task listens to the database; the first page to open starts it.
    pub has_listener: AtomicBool,
}

impl Default for AdminEvents {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(EVENT_BUFFER).0,
            has_listener: AtomicBool::new(false),
        }
    }
}

impl AdminEvents {
    pub fn subscribe(&self) -> broadcast::Receiver<AdminEvent> {
        self.sender.subscribe()
    }

    /// Returns the number of open admin pages.
    pub fn count_subscribers(&self) -> usize {
        self.sender.receiver_count()
    }

    /// Sends an event to every open page.
    pub fn publish(&self, event: AdminEvent) {
        // Fails only if no page is open.
        let _ = self.sender.send(event);
    }
}
