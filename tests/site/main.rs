//! The whole site, driven through the real router the way a person would.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod articles;
mod bulk;
mod cache;
mod canary;
mod checker;
mod comments;
mod counted;
mod digest;
mod discussion;
mod doors;
mod editing;
mod erasing;
mod finding;
mod hostile;
mod key_rotation;
mod learning;
mod log;
mod lookalikes;
mod mail;
mod mine;
mod moderation;
mod own;
mod people;
mod privacy;
mod queue;
mod reading;
mod retention;
mod security;
mod settings;
mod threads;
mod transfer;
mod wordpress_form;
