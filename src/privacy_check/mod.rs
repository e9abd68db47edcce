//! The `check privacy` command: verifies that the site does not leak the email addresses of commenters.
//!
//! A made-up commenter, the canary, submits every kind of reply on a copy of the site. Then every page, feed, header,
//! email, log line and export, and a dump of the database, are searched for its email address in all known encodings.

mod browser;
mod canary;
mod command;
mod crawler;
mod database_copy;
mod emails;
mod encodings;
mod report;
mod response;
mod routes;
mod scenario;
mod search;
mod store;
mod stream;

pub use canary::Canary;
pub use command::{PrivacyArgs, check_privacy};
pub use encodings::{EmailEncodings, EmailLeak};
pub use report::{LeakReport, group_thousands};
pub use scenario::CanaryTrace;
pub use search::{search_log, search_site};
pub use stream::LogSearch;
