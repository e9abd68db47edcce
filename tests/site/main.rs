//! The whole site, driven through the real router the way a person would.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod articles;
mod checker;
mod comments;
mod doors;
mod finding;
mod hostile;
mod moderation;
mod privacy;
mod reading;
mod security;
mod settings;
mod transfer;
