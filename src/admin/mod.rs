//! Layout of admin pages, the page of the viewer's own account, and the settings page of the site.

pub mod account;
mod layout;
mod notice;
pub mod settings;
pub mod staff_email;
mod store;

pub use layout::{AdminLayout, AdminSection};
pub use notice::NoticePage;
