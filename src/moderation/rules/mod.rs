//! The discussion settings and word lists as a staff page, with a preview of what the lists would have matched.

mod form;
pub mod page;
mod preview;
