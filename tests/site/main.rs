//! The whole site, driven through the real router the way a person would.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod articles;
mod bulk;
mod cache;
mod canary;
mod checker;
mod classifier;
mod comments;
mod digest;
mod discussion;
mod doors;
mod editing;
mod erasing;
mod finding;
mod hostile;
mod log;
mod mail;
mod mine;
mod moderation;
mod own;
mod people;
mod privacy;
mod queue;
mod queue_counts;
mod reading;
mod rekeying;
mod retention;
mod security;
mod settings;
mod similar_groups;
mod threads;
mod transfer;
mod wordpress_form;
