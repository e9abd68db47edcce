//! SQL for the cards of the moderation queue: comments, with the history of their commenters. The cost does not grow with
//! the total number of comments, because counts come from counter tables or stop at a limit.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{ArticleId, CommentId, SimilarGroupId};
use crate::text::SafeHtml;

/// Length of a comment in bytes of HTML above which its card scrolls, so that the buttons stay on the screen.
const LONG_BODY_BYTES: usize = 1_500;

/// A card of the moderation queue: a comment with the facts that a moderator needs. It contains neither the email nor
/// anything that would reveal it.
pub struct QueueCard {
    pub id: CommentId,
    pub status: Status,
    pub version: i32,
    /// Reasons that screening recorded for the comment, as codes.
    pub reasons: Vec<String>,
    pub name: String,
    pub website: Option<String>,
    pub body_html: SafeHtml,
    pub created_at: Ts,
    pub edited_at: Option<Ts>,
    pub article_id: ArticleId,
    /// Title of the article that the comment belongs to.
    pub title: String,
    /// Path of the article; `None` if it is not published.
    pub path: Option<String>,
    pub parent_id: Option<CommentId>,
    /// Name of the author of the parent comment.
    pub parent_name: Option<String>,
    pub parent_html: Option<SafeHtml>,
    /// Whether the author gave an email, so that other comments can be attributed to the same commenter.
    pub has_commenter: bool,
    /// Number of other approved comments by the same commenter.
    pub approved_before: i64,
    /// Number of other held comments by the same commenter.
    pub held_before: i64,
    /// Number of other comments by the same commenter that are spam or trash.
    pub refused_before: i64,
    /// Time at which the commenter became known.
    pub first_seen: Option<Ts>,
    /// Number of other comments from the same IP network, counted up to 20.
    pub same_network_count: i64,
    /// Number of held comments in the group of similar comments that the card shows, including this one; 1 for a single
    /// comment.
    pub group_size: i64,
    pub similar_group_id: Option<SimilarGroupId>,
    /// Number of IP networks in the group of similar comments, counted over its oldest 250 comments.
    pub group_networks: i64,
    /// Time of the oldest comment in the group of similar comments.
    pub group_since: Option<Ts>,
    pub group_newest_id: Option<CommentId>,
    /// Name of the moderator who made the last decision on the comment.
    pub decided_by: Option<String>,
    /// Spam score from 0 to 1.
    pub score: Option<f32>,
    /// Features that influenced the spam score most, in the text form in which the classifier stores them.
    pub signals: Vec<String>,
}

impl QueueCard {
    pub fn is_long(&self) -> bool {
        self.body_html.as_str().len() > LONG_BODY_BYTES
    }
}

/// The comments that a card of the queue shows: only one, or a group of similar ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardScope {
    SingleComment,
    /// The card of a held comment shows its whole group of similar held comments.
    WholeGroup,
}

/// Lists the cards of these comments, in the same order. Leaves out comments whose text was deleted.
pub async fn list(
    db: &mut PgConnection,
    ids: &[CommentId],
    scope: CardScope,
) -> sqlx::Result<Vec<QueueCard>> {
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
        ids as &[CommentId],
        scope == CardScope::WholeGroup,
    )
    .fetch_all(db)
    .await
}
