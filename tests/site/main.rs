//! The whole site, driven through the real router the way a person would.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod accounts;
mod akismet;
mod articles;
mod author_page;
mod bulk;
mod cache;
mod canary;
mod commenter_page;
mod comments;
mod counted;
mod digest;
mod discussion;
mod editing;
mod erasing;
mod finding;
mod hostile;
mod learning;
mod log;
mod lookalikes;
mod mail;
mod moderation;
mod people;
mod privacy;
mod queue;
mod reading;
mod rekeying;
mod retention;
mod security;
mod settings;
mod threads;
mod transfer;
mod wordpress_form;
