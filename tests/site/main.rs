//! Tests of the whole site. They send requests to the real router, as a browser would.

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
mod classifier;
mod commenter_notes;
mod commenter_page;
mod commenters;
mod comments;
mod digest;
mod digest_page;
mod discussion;
mod editing;
mod erasing;
mod finding;
mod hostile;
mod key_rotation;
mod mail;
mod moderation;
mod privacy;
mod queue;
mod queue_counts;
mod reading;
mod retention;
mod search;
mod search_cost;
mod security;
mod settings;
mod similar_groups;
mod staff_email;
mod threads;
mod transfer;
mod wordpress_form;
