//! Facts about a commenter that screening needs.

use std::net::IpAddr;

use sqlx::PgConnection;

use crate::commenters::FixedPolicy;
use crate::ids::CommenterId;

/// Blocks, policy and history of a commenter, and the word lists.
pub struct ScreeningFacts {
    /// Whether the commenter's email is blocked.
    pub is_blocked: bool,
    /// The blocked domain, if the domain of the email or a parent domain of it is blocked.
    pub blocked_domain: Option<String>,
    pub is_blocked_network: bool,
    /// Policy that a moderator set for the commenter.
    pub policy: Option<FixedPolicy>,
    /// Whether an earlier comment of the commenter was approved. If a name was given, only comments with that name count.
    pub was_approved: bool,
    /// Names of all accounts, of people who only wrote imported articles as well.
    pub staff_names: Vec<String>,
    /// Text of the word list for holding comments.
    pub hold_words: String,
    /// Text of the word list for trashing comments.
    pub refuse_words: String,
}

/// Loads the facts about a commenter that screening needs. `domains` contains the domain of the email and all its parent
/// domains.
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
               array(select name from accounts order by id) as "staff_names!",
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
