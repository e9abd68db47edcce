//! The whole site, driven through the real router the way a person would.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod accounts;
mod akismet;
mod articles;
mod audit_log;
mod audit_log_page;
mod author_page;
mod bulk;
mod cache;
mod canary;
mod commenter_notes;
mod commenter_page;
mod commenters;
mod comments;
mod counted;
mod digest;
mod digest_page;
mod discussion;
mod editing;
mod erasing;
mod finding;
mod hostile;
mod key_rotation;
mod learning;
mod lookalikes;
mod mail;
mod moderation;
mod privacy;
mod queue;
mod reading;
mod retention;
mod security;
mod settings;
mod staff_email;
mod threads;
mod transfer;
mod wordpress_form;
