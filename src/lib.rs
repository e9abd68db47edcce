//! Broadsheet publishes articles and takes moderated reader comments.
//!
//! The house, low to high: a module may use those in the groups above its own, never those below, and those in one group
//! do not know each other. `tests/architecture.rs` holds the code to it.
//!
//! Start reading at [`router`], where every address of the site stands, and follow one to its handler.

#![forbid(unsafe_code)]

pub mod clock;
pub mod ids;

pub mod config;
pub mod crypto;
pub mod limits;
pub mod text;

pub mod i18n;

pub mod mail;
pub mod publication;

pub mod db;

pub mod app;

pub mod web;

pub mod cache;

pub mod accounts;
pub mod health;

pub mod audit_log;
pub mod commenters;

pub mod admin;
pub mod classifier;

pub mod comments;

pub mod articles;
pub mod moderation;

pub mod router;
pub mod transfer;
pub mod worker;

pub mod startup;

pub mod privacy_check;

pub mod commands;
