//! The frame of the pages behind the door, forms that are given back, one's own account, the publication's settings.

pub mod account;
mod frame;
mod kept;
mod notice;
pub mod settings;
pub mod staff_mail;
mod store;

pub use frame::{Desk, Section};
pub use kept::take_form;
pub use notice::NoticePage;
