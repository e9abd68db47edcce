//! The people who reply: one row an address. The address is sealed at rest and never shown to anyone. Who can read its
//! mail can prove that it is theirs, once for each browser, and is in charge of what was written under it.

pub mod blocks;
pub mod browser;
pub mod delivery;
mod email;
mod model;
pub mod policy;
pub mod reseal;
pub mod store;

pub use browser::BrowserToken;
pub use email::{Email, EmailError, open_for_export};
pub use model::{CommenterAccess, FixedPolicy, Subscription, SubscriptionScope};
