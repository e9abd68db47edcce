//! Building blocks for all pages: layout, forms, errors, assets, client IP. Nothing here depends on a feature of the
//! site.

pub mod assets;
mod client;
mod cross_site;
mod db;
pub mod error;
mod error_page;
pub mod feed;
pub mod form;
pub mod headers;
mod layout;
pub mod media;
mod page;
mod path;
pub mod request_id;
mod routes;
mod signed;

pub use client::ClientIp;
pub use cross_site::{CrossSiteGuard, refuse_cross_site_requests};
pub use db::Db;
pub use error::{Error, Result};
pub use error_page::render_error_pages;
pub use form::{FieldErrors, FormFields};
pub use layout::Layout;
pub use page::{Page, redirect_after_post};
pub use path::{Path, Query, SavedQuery};
pub use routes::RouteTable;
pub use signed::SignatureQuery;
