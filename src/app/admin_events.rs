//! Events for admin pages that are open in a browser, such as a decision by another moderator.

use std::sync::atomic::AtomicBool;

use tokio::sync::broadcast;

/// Number of events that a slow page may fall behind. After that it must reload everything.
const EVENT_BUFFER: usize = 256;

/// Event for all open admin pages.
#[derive(Clone, Debug)]
pub struct AdminEvent {
    pub name: &'static str,
    /// JSON object for the page's JavaScript.
    pub data: String,
}

/// Broadcast of events to every admin page that this process serves. One database listener feeds all of them.
pub struct AdminEvents {
    sender: broadcast::Sender<AdminEvent>,
    /// Whether a task is listening to the database for events. The first page to open starts the task.
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
