//! People who comment, with one row per email address. The address is encrypted and never shown to anyone. Whoever
//! receives mail at the address can verify it, once per browser, and can then manage the comments written under it.

pub mod blocks;
pub mod browser;
pub mod delivery;
mod email;
mod model;
pub mod policy;
pub mod store;
pub mod verification_limit;

pub use browser::BrowserToken;
pub use email::{Email, EmailError, open_for_export};
pub use model::{CommenterAccess, FixedPolicy, Subscription, SubscriptionScope};
