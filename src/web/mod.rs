//! What any page needs, knowing no feature.

pub mod assets;
mod client;
mod db;
pub mod error;
pub mod feed;
mod fields;
pub mod headers;
mod layout;
pub mod media;
mod page;
mod path;
pub mod requests;
mod routes;
mod signed;

pub use client::ClientAddress;
pub use db::Db;
pub use error::{Error, Result};
pub use fields::{Fields, Mistakes, Within, wait_for_form};
pub use layout::Layout;
pub use page::{Page, go_to};
pub use path::{Path, Query};
pub use routes::Routes;
pub use signed::Signed;
