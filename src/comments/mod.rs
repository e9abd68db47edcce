//! Comments: the reply form, screening, threads, pages for authors and commenters, notifications and feeds. Decisions by
//! moderators are in `moderation`.

pub mod akismet;
mod author_actions;
mod author_page;
mod commenter_data;
mod commenter_page;
mod emails;
pub mod feed;
pub mod links;
mod model;
pub mod notifications;
pub mod paging;
pub mod permalink;
pub mod reply;
mod reply_form;
mod reply_page;
pub mod reseal;
pub mod rules;
mod save;
mod screen;
pub mod screening;
pub mod staff_reply;
pub mod store;
mod submission;
mod thread;
pub mod thread_page;
mod unsent_page;
pub mod unsubscribe;

pub use model::{Comment, Discussion, LinkbackKind, NETWORK_ROW, NewComment, Status};
pub use reply_form::{ReplyForm, check_name, read_website, read_words};
pub use thread::Thread;

pub use staff_reply as staff;

/// Former name of the spam check.
pub mod checker {
    pub use super::akismet::check_due as ask_due;
}

/// Former name of the notifications.
pub mod notices {
    pub use super::notifications::{enqueue_due_emails as write_due, forget};
}

/// Former name of the author's page.
pub mod own {
    pub use super::author_actions::post_author_page as act;
    pub use super::author_page::{redirect_held_page as show_held, show_author_page as show_own};
    pub use super::links::author_page_path as address;
}

/// Former name of the commenter's page.
pub mod mine {
    pub use super::commenter_data::download_data as show_data;
    pub use super::commenter_page::{post_commenter_page as act, show_commenter_page as show_mine};
}
