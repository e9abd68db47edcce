//! All SQL of comments, with a module for each topic. SQL for moderators' decisions about comments is in `moderation`.

pub mod akismet;
pub mod approved;
pub mod author;
pub mod discussions;
pub mod erase;
pub mod notifications;
pub mod personal_data;
pub mod purge;
pub mod rotation;
pub mod screening_facts;
pub mod submissions;
pub mod threads;
pub mod versions;
pub mod word_lists;
