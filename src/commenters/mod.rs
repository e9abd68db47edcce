//! People who comment: one row per email. The email is encrypted and never shown to anyone. Whoever can read its mail can
//! verify it, once per browser, and then manages the comments written under it.

pub mod blocks;
pub mod browser;
pub mod delivery;
mod email;
mod model;
pub mod policy;
pub mod store;

pub use browser::BrowserToken;
pub use email::{Email, EmailError, open_for_export};
pub use model::{CommenterAccess, FixedPolicy, Subscription, SubscriptionScope};
