//! All SQL of comments, by topic; decisions about them are in `moderation`.

pub mod akismet;
pub mod approved;
pub mod author;
pub mod discussions;
pub mod erase;
pub mod notifications;
pub mod personal_data;
pub mod purge;
pub mod screening_facts;
pub mod submissions;
pub mod threads;
pub mod versions;
pub mod word_lists;

pub use super::model::hash_network as network_hash;
pub use approved::find_by_wordpress_id as find_by_number;
pub use author::update_body as change;
pub use erase::{erase, erase_all_by as erase_all_of};
pub use personal_data::{
    CommentDecision as Decided, StoredComment as KeptComment, list_comments as kept_of,
    list_decisions as decisions_about,
};
pub use purge::{purge_networks as forget_where_from, purge_refused as purge};
pub use submissions::insert;
pub use versions::{CommentVersion as Version, list as versions_of, list_all as versions_of_all};
