//! The SQL of cards: what a moderator sees of each comment. What it costs does not grow with how much there is: counts are
//! kept, or end at a bound.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{ArticleId, CommentId, LookalikeId};
use crate::text::SafeHtml;

/// A comment as a moderator sees it. The address is not in it, nor anything that leads to it.
pub struct Card {
    /// Its number.
    pub id: CommentId,
    /// What has been decided so far.
    pub status: Status,
    /// How often its author has changed it.
    pub version: i32,
    /// Why it was judged as it was at first.
    pub reasons: Vec<String>,
    /// The name given.
    pub name: String,
    /// The website given.
    pub website: Option<String>,
    /// The text.
    pub body_html: SafeHtml,
    /// When it was written.
    pub created_at: Ts,
    /// When its author last changed it.
    pub edited_at: Option<Ts>,
    /// The article.
    pub article_id: ArticleId,
    /// The article's title.
    pub title: String,
    /// The article's address.
    pub path: Option<String>,
    /// What it answers.
    pub parent_id: Option<CommentId>,
    /// Whom it answers.
    pub answers: Option<String>,
    /// The words it answers.
    pub answered_html: Option<SafeHtml>,
    /// Whether an address was given with it.
    pub has_commenter: bool,
    /// Of the same person's other comments: how many are approved.
    pub approved_before: i64,
    /// How many wait.
    pub held_before: i64,
    /// Spam and trash together.
    pub refused_before: i64,
    /// When the same person was first here.
    pub first_seen: Option<Ts>,
    /// Others from the same network, counted up to twenty.
    pub same_network: i64,
    /// The comments it stands for, itself among them.
    pub alike: i64,
    /// What it is gathered with: all that say nearly the same.
    pub lookalike_id: Option<LookalikeId>,
    /// From how many networks, counted over the oldest 250 of them.
    pub alike_networks: i64,
    /// Since when.
    pub alike_since: Option<Ts>,
    /// The newest of them.
    pub alike_until: Option<CommentId>,
    /// Who decided last.
    pub decided_by: Option<String>,
    /// How likely the site is to refuse it, as it has learnt.
    pub score: Option<f32>,
    /// What weighed most in that.
    pub signals: Vec<String>,
}

impl Card {
    /// Whether its text would push its buttons off the screen, so that it scrolls in a place of its own.
    pub fn is_long(&self) -> bool {
        const BYTES: usize = 1_500;
        self.body_html.as_str().len() > BYTES
    }
}

/// What a card stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandsFor {
    /// Its comment.
    Itself,
    /// Its comment and, if that waits, all that wait and say nearly the same.
    AllAlike,
}

/// The cards of these comments, in the order in which they are given.
pub async fn cards(
    db: &mut PgConnection,
    ids: &[CommentId],
    stands_for: StandsFor,
) -> sqlx::Result<Vec<Card>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        Card,
        r#"select comments.id, comments.status, comments.version, comments.reasons, comments.name, comments.website, comments.body_html,
               comments.created_at, comments.edited_at, comments.article_id, title, path, comments.parent_id,
               parent.name as "answers?", parent.body_html as "answered_html?: SafeHtml",
               comments.commenter_id is not null as "has_commenter!",
               coalesce(theirs.approved - (comments.status = 'approved')::integer, 0)::bigint as "approved_before!",
               coalesce(theirs.held - (comments.status = 'held')::integer, 0)::bigint as "held_before!",
               coalesce(theirs.refused - (comments.status in ('spam', 'trashed'))::integer, 0)::bigint as "refused_before!",
               commenters.created_at as "first_seen?",
               (select count(*) from (select 1 from comments other
                    where other.network_hash = comments.network_hash and other.id <> comments.id limit 20) few) as "same_network!",
               coalesce(lookalikes.held, 1)::bigint as "alike!",
               comments.lookalike_id,
               case when lookalikes.held is not null then (select count(distinct network_hash) from (select network_hash from comments other
                    where other.lookalike_id = comments.lookalike_id and other.status = 'held' and other.erased_at is null
                    order by other.created_at, other.id limit 250) few) else 0 end as "alike_networks!",
               lookalikes.head_at as "alike_since?",
               case when lookalikes.held is not null then (select other.id from comments other
                    where other.lookalike_id = comments.lookalike_id and other.status = 'held' and other.erased_at is null
                    order by other.created_at desc, other.id desc limit 1) end as "alike_until?: CommentId",
               (select accounts.name from decisions join accounts on accounts.id = decisions.account_id
                where comment_id = comments.id order by decisions.id desc limit 1) as decided_by,
               comments.score, comments.signals
           from unnest($1::bigint[]) with ordinality as wanted (id, place)
           join comments on comments.id = wanted.id
           join articles on articles.id = comments.article_id
           left join comments parent on parent.id = comments.parent_id
           left join commenters on commenters.id = comments.commenter_id
           left join lookalikes on $2 and lookalikes.id = comments.lookalike_id and lookalikes.held > 1 and comments.status = 'held'
           cross join lateral (
               select sum(approved) as approved, sum(held) as held, sum(spam + trashed) as refused
               from commenter_counts where commenter_id = comments.commenter_id
           ) theirs
           where comments.erased_at is null
           order by wanted.place"#,
        &ids,
        stands_for == StandsFor::AllAlike,
    )
    .fetch_all(db)
    .await
}
