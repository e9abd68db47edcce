//! Imports WordPress exports, and exports the site for WordPress. An import reads its files twice. First, `scan` checks
//! that they are complete and collects what they contain. Then `read_pass`, `convert` (with `plan` and `body`) and
//! `write` turn their items into articles and store them. The module `export` writes a file for WordPress's own importer.

pub mod body;
mod convert;
mod dates;
mod error;
pub mod export;
pub mod files;
pub mod import;
mod meta;
mod options;
mod permalink_votes;
mod plan;
mod prepare;
mod read_pass;
pub mod report;
mod scan;
mod source_export;
mod source_site;
mod store;
mod upload_copier;
mod url_map;
mod write;
pub mod wxr;

pub use error::ImportError;
