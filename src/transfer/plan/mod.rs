//! Turns an export item into an article with its comments, ready to be written to the database, or says why the item
//! cannot be imported. Nothing in this module reads or writes the database.

mod article;
mod comments;
mod context;
mod digest;
mod fields;
mod guids;
mod model;
#[cfg(test)]
mod tests;
mod text;
mod threads;

pub use article::plan_article;
pub use comments::count_unchanged;
pub use context::{PlanContext, SourceItem, article_kind};
pub use digest::{digest_item, find_item_id};
pub use fields::{decode_slug, parse_name};
pub use model::{
    ArticleComments, PlannedArticle, PlannedComment, PlannedLinkback, describe_comment,
};
