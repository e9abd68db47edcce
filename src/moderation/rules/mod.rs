//! The staff page of the discussion settings and word lists, with a preview of the recent comments that the lists would
//! have matched.

mod form;
pub mod page;
mod preview;
