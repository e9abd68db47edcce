//! Broadsheet publishes articles and takes moderated reader comments.
//!
//! The modules below stand low to high: each may use those above it in this list, never those below. `tests/house.rs`
//! holds the list against the code.

#![forbid(unsafe_code)]

pub mod clock;
pub mod text;

pub mod db;
