//! The comments that cards show, with their history. The cost does not grow with the number of comments: counts are read from
//! counter tables or end at a bound.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{ArticleId, CommentId, SimilarGroupId};
use crate::text::SafeHtml;

/// Bytes of HTML from which a card scrolls, so that its buttons stay on the screen.
const LONG_BODY_BYTES: usize = 1_500;

/// A comment as a moderator sees it. It has neither the email nor anything that leads to it.
pub struct QueueCard {
    pub id: CommentId,
    pub status: Status,
    pub version: i32,
    /// Reasons that screening recorded, as codes.
    pub reasons: Vec<String>,
    pub name: String,
    pub website: Option<String>,
    pub body_html: SafeHtml,
    pub created_at: Ts,
    pub edited_at: Option<Ts>,
    pub article_id: ArticleId,
    /// Title of the article.
    pub title: String,
    /// Path of the article; `None` if it is not published.
    pub path: Option<String>,
    pub parent_id: Option<CommentId>,
    /// Name of the parent's author.
    pub parent_name: Option<String>,
    pub parent_html: Option<SafeHtml>,
    /// An email was given.
    pub has_commenter: bool,
    /// Other approved comments of the same commenter.
    pub approved_before: i64,
    /// Other held comments of the same commenter.
    pub held_before: i64,
    /// Other spam and trashed comments of the same commenter.
    pub refused_before: i64,
    /// Time of the commenter's first comment.
    pub first_seen: Option<Ts>,
    /// Other comments from the same network, counted up to 20.
    pub same_network_count: i64,
    /// Number of held comments that the card stands for, itself included.
    pub group_size: i64,
    pub similar_group_id: Option<SimilarGroupId>,
    /// Number of networks of the group, counted over its oldest 250 comments.
    pub group_networks: i64,
    /// Time of the group's oldest comment.
    pub group_since: Option<Ts>,
    pub group_newest_id: Option<CommentId>,
    /// Name of the moderator who decided last.
    pub decided_by: Option<String>,
    /// Spam score from 0 to 1.
    pub score: Option<f32>,
    /// Features that weighed most in the score, in the classifier's notation.
    pub signals: Vec<String>,
}

impl QueueCard {
    pub fn is_long(&self) -> bool {
        self.body_html.as_str().len() > LONG_BODY_BYTES
    }
}

/// The comments that one card stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardScope {
    SingleComment,
    /// A held comment stands for all held comments of its group.
    WholeGroup,
}

/// Lists the cards of these comments, in the same order; erased ones are left out.
pub async fn list(
    db: &mut PgConnection,
    ids: &[CommentId],
    scope: CardScope,
) -> sqlx::Result<Vec<QueueCard>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        QueueCard,
        r#"select comments.id, comments.status, comments.version, comments.reasons, comments.name, comments.website, comments.body_html,
               comments.created_at, comments.edited_at, comments.article_id, title, path, comments.parent_id,
               parent.name as "parent_name?", parent.body_html as "parent_html?: SafeHtml",
               comments.commenter_id is not null as "has_commenter!",
               coalesce(history.approved - (comments.status = 'approved')::integer, 0)::bigint as "approved_before!",
               coalesce(history.held - (comments.status = 'held')::integer, 0)::bigint as "held_before!",
               coalesce(history.refused - (comments.status in ('spam', 'trashed'))::integer, 0)::bigint as "refused_before!",
               commenters.created_at as "first_seen?",
               (select count(*) from (select 1 from comments other
                    where other.network_hash = comments.network_hash and other.id <> comments.id limit 20) few) as "same_network_count!",
               coalesce(similar_groups.held, 1)::bigint as "group_size!",
               comments.similar_group_id,
               case when similar_groups.held is not null then (select count(distinct network_hash) from (select network_hash from comments other
                    where other.similar_group_id = comments.similar_group_id and other.status = 'held' and other.erased_at is null
                    order by other.created_at, other.id limit 250) few) else 0 end as "group_networks!",
               similar_groups.representative_at as "group_since?",
               case when similar_groups.held is not null then (select other.id from comments other
                    where other.similar_group_id = comments.similar_group_id and other.status = 'held' and other.erased_at is null
                    order by other.created_at desc, other.id desc limit 1) end as "group_newest_id?: CommentId",
               (select accounts.name from decisions join accounts on accounts.id = decisions.account_id
                where comment_id = comments.id order by decisions.id desc limit 1) as decided_by,
               comments.score, comments.signals
           from unnest($1::bigint[]) with ordinality as requested (id, place)
           join comments on comments.id = requested.id
           join articles on articles.id = comments.article_id
           left join comments parent on parent.id = comments.parent_id
           left join commenters on commenters.id = comments.commenter_id
           left join similar_groups on $2 and similar_groups.id = comments.similar_group_id and similar_groups.held > 1 and comments.status = 'held'
           cross join lateral (
               select sum(approved) as approved, sum(held) as held, sum(spam + trashed) as refused
               from commenter_counts where commenter_id = comments.commenter_id
           ) history
           where comments.erased_at is null
           order by requested.place"#,
        &ids,
        scope == CardScope::WholeGroup,
    )
    .fetch_all(db)
    .await
}
