//! The whole site, driven through the real router the way a person would.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod articles;
mod audit_log;
mod audit_log_page;
mod bulk;
mod cache;
mod canary;
mod checker;
mod commenter_notes;
mod commenters;
mod comments;
mod counted;
mod digest;
mod digest_page;
mod discussion;
mod doors;
mod editing;
mod erasing;
mod finding;
mod hostile;
mod learning;
mod lookalikes;
mod mail;
mod mine;
mod moderation;
mod own;
mod privacy;
mod queue;
mod reading;
mod rekeying;
mod retention;
mod security;
mod settings;
mod staff_email;
mod threads;
mod transfer;
mod wordpress_form;
