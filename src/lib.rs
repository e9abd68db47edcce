//! Broadsheet publishes articles and takes moderated reader comments.
//!
//! The modules form layers, listed below from low to high. A module imports only from the groups above its own in the
//! list, and modules of one group do not import each other. `tests/architecture.rs` checks this.
//!
//! A good start is [`router`], which lists every URL with its handler.

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

pub mod backup;
pub mod privacy_check;
pub mod server;

pub mod commands;
