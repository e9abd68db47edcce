//! Comments: the reply form, screening, threads, pages for authors and commenters, notifications and feeds. Decisions by
//! moderators are in `moderation`.

pub mod akismet;
pub mod author_actions;
pub mod author_page;
pub mod commenter_data;
pub mod commenter_page;
mod emails;
pub mod feed;
pub mod links;
mod model;
pub mod notifications;
pub mod paging;
pub mod permalink;
pub mod reply;
mod reply_form;
pub mod reply_page;
pub mod rules;
mod save;
mod screen;
pub mod screening;
pub mod staff_reply;
pub mod store;
mod submission;
mod thread;
pub mod thread_page;
pub mod unsubscribe;

pub use model::{Comment, Discussion, LinkbackKind, NETWORK_ROW, NewComment, Status, hash_network};
pub use reply_form::{MAX_NAME_CHARS, ReplyForm, parse_body, parse_website, validate_name};
pub use thread::Thread;
