//! Articles: writing, publishing and reading them.

mod article_form;
pub mod author;
pub mod editor;
mod editor_action;
mod editor_page;
mod editor_questions;
pub mod feed;
pub mod front;
mod headlines;
pub mod indexing;
mod merge;
mod model;
mod not_found;
mod page;
pub mod resolver;
pub mod search;
pub mod sitemap;
pub mod staff_list;
pub mod store;
pub mod topic;
mod topic_names;
pub mod welcome;
pub mod wordpress;

pub use model::{
    Article, ArticleInput, ArticleKind, ArticleState, DraftReason, Topic, TopicKind, limits,
};
