//! Facts about a commenter that screening needs.

use std::net::IpAddr;

use sqlx::PgConnection;

use crate::commenters::FixedPolicy;
use crate::ids::CommenterId;

/// Blocks, policy and history of a commenter, and the word lists.
pub struct ScreeningFacts {
    /// The commenter's email is blocked.
    pub is_blocked: bool,
    /// Blocked domain that contains the domain of the email.
    pub blocked_domain: Option<String>,
    pub is_blocked_network: bool,
    /// Policy that a moderator chose for the commenter.
    pub policy: Option<FixedPolicy>,
    /// An earlier comment of the commenter was approved, under the same name if a name was given.
    pub was_approved: bool,
    /// Word list for holding comments, unparsed.
    pub hold_words: String,
    /// Word list for trashing comments, unparsed.
    pub refuse_words: String,
}

/// Loads the facts. `domains` is the domain of the email and every domain above it.
pub async fn load(
    db: &mut PgConnection,
    id: Option<CommenterId>,
    domains: &[String],
    ip: IpAddr,
    name: Option<&str>,
) -> sqlx::Result<ScreeningFacts> {
    // The longest blocked domain is the one to show: it is the most specific.
    sqlx::query_as!(
        ScreeningFacts,
        r#"select coalesce((select blocked_at is not null from commenters where id = $1), false) as "is_blocked!",
               (select policy from commenters where id = $1) as "policy: FixedPolicy",
               (select domain from blocked_domains where domain = any($2) order by length(domain) desc limit 1) as blocked_domain,
               exists (select 1 from blocked_networks where network >>= $3::text::inet) as "is_blocked_network!",
               exists (select 1 from comments where commenter_id = $1 and status = 'approved' and name = coalesce($4, name))
                   as "was_approved!",
               hold_words, refuse_words
           from word_lists"#,
        id.map(|id| id.0),
        domains,
        ip.to_canonical().to_string(),
        name,
    )
    .fetch_one(db)
    .await
}
