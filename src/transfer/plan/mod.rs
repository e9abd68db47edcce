//! Plans the import of an item: turns it into an article with its comments, or says why it cannot be one. Nothing here
//! reads or writes the database.

mod article;
mod comments;
mod context;
mod digest;
mod fields;
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
