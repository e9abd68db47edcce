//! All SQL of imports and exports. An import writes many rows with one statement, and binds each column as an array.

pub mod articles;
pub mod authors;
mod columns;
pub mod commenters;
pub mod comments;
pub mod export;
pub mod paths;
pub mod runs;
pub mod session;
pub mod sites;
pub mod topics;
pub mod uploads;
