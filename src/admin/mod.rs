//! The layout of admin pages, the page of one's own account, and the publication's settings.

pub mod account;
mod layout;
mod notice;
pub mod settings;
pub mod staff_email;
mod store;

pub use layout::{AdminLayout, AdminSection};
pub use notice::NoticePage;
