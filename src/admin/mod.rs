//! The frame of the pages behind the door, forms that are given back, one's own account, the publication's settings.

pub mod account;
mod layout;
mod notice;
pub mod settings;
pub mod staff_mail;
mod store;

pub use crate::web::form::submit_or_recover as take_form;
pub use layout::{Desk, Section};
pub use notice::NoticePage;
