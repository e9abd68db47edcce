//! Everything stored about a commenter as JSON, to be given to the commenter.

use std::collections::HashMap;

use anyhow::Context;
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::clock::Ts;
use crate::commenters::{self, FixedPolicy, SubscriptionScope};
use crate::comments::commenter_data::version_json;
use crate::comments::store::personal_data::{CommentDecision, StoredComment};
use crate::comments::{self, NETWORK_ROW};
use crate::config::Config;
use crate::crypto::KeyRing;
use crate::ids::{CommentId, CommenterId};

/// Settings and keys that the export of a commenter's data needs.
pub(super) struct CommenterExport<'a> {
    pub(super) config: &'a Config,
    pub(super) keys: &'a KeyRing,
}

impl CommenterExport<'_> {
    pub(super) async fn export_commenter(
        &self,
        db: &mut PgConnection,
        id: CommenterId,
    ) -> anyhow::Result<Value> {
        let stored = commenters::store::commenters::find_stored(db, id)
            .await?
            .context("the commenter has just been erased")?;
        let comments = self.export_comments(db, id).await?;
        let policy = commenters::store::policies::find(db, id).await?;
        let notes: Vec<Value> = commenters::store::notes::list(db, id)
            .await?
            .iter()
            .map(
                |note| json!({"note": note.note, "written_at": format_time(Some(note.written_at))}),
            )
            .collect();
        let subscriptions = self.export_subscriptions(db, id).await?;
        Ok(json!({
            "first_wrote_at": format_time(Some(stored.created_at)),
            "address_proved_at": format_time(stored.verified_at),
            "proof_last_mailed_at": format_time(stored.verification_sent_at),
            "mail_came_back_at": format_time(stored.suppressed_at),
            "blocked": stored.blocked_at.is_some(),
            "blocked_at": format_time(stored.blocked_at),
            "policy": policy.map(|policy| policy.fixed.map_or("default", FixedPolicy::as_str)),
            "notes": notes,
            "browsers": stored.browsers,
            "letters_waiting": stored.queued_emails,
            "comments": comments,
            "subscriptions": subscriptions,
        }))
    }

    async fn export_comments(
        &self,
        db: &mut PgConnection,
        id: CommenterId,
    ) -> anyhow::Result<Vec<Value>> {
        let mut decisions: HashMap<CommentId, Vec<Value>> = HashMap::new();
        for decision in comments::store::personal_data::list_decisions(db, id).await? {
            let of_comment = decisions.entry(decision.comment_id).or_default();
            of_comment.push(export_decision(&decision));
        }
        let comments = comments::store::personal_data::list_comments(db, id).await?;
        let ids: Vec<CommentId> = comments.iter().map(|comment| comment.id).collect();
        let mut versions: HashMap<CommentId, Vec<Value>> = HashMap::new();
        for version in comments::store::versions::list_all(db, &ids).await? {
            let of_comment = versions.entry(version.comment_id).or_default();
            of_comment.push(version_json(&version));
        }
        let mut exported = Vec::with_capacity(comments.len());
        for comment in comments {
            let decisions = decisions.remove(&comment.id).unwrap_or_default();
            let versions = versions.remove(&comment.id).unwrap_or_default();
            exported.push(self.export_comment(&comment, &decisions, &versions)?);
        }
        Ok(exported)
    }

    fn export_comment(
        &self,
        comment: &StoredComment,
        decisions: &[Value],
        versions: &[Value],
    ) -> anyhow::Result<Value> {
        let network = match &comment.network_sealed {
            Some(sealed) => {
                let opened = self.keys.open(NETWORK_ROW, sealed).with_context(|| {
                    format!("the network of comment {} does not open", comment.id)
                })?;
                Some(String::from_utf8_lossy(&opened).into_owned())
            }
            None => None,
        };
        Ok(json!({
            "id": comment.id.0,
            "answers": comment.parent_id.map(|id| id.0),
            "article": self.export_article(&comment.title, comment.path.as_deref()),
            "state": comment.status.as_str(),
            "written_at": format_time(Some(comment.created_at)),
            "edited_at": format_time(comment.edited_at),
            "name": comment.name,
            "website": comment.website,
            "text": comment.body,
            "network": network,
            "network_kept_until": format_time(comment.network_until),
            "decisions": decisions,
            "before_the_staff_changed_it": versions,
        }))
    }

    async fn export_subscriptions(
        &self,
        db: &mut PgConnection,
        id: CommenterId,
    ) -> anyhow::Result<Vec<Value>> {
        let subscriptions = commenters::store::subscriptions::list_stored(db, id).await?;
        let exported = subscriptions.iter().map(|subscription| {
            json!({
                "article": self.export_article(&subscription.title, subscription.path.as_deref()),
                "of": match subscription.scope {
                    SubscriptionScope::RepliesToMe => "answers",
                    SubscriptionScope::AllReplies => "everything",
                },
                "asked_at": format_time(Some(subscription.requested_at)),
                "active_since": format_time(subscription.active_since),
                "last_mailed_at": format_time(subscription.mailed_at),
            })
        });
        Ok(exported.collect())
    }

    fn export_article(&self, title: &str, path: Option<&str>) -> Value {
        json!({"title": title, "address": path.map(|path| self.config.absolute_url(path))})
    }
}

fn export_decision(decision: &CommentDecision) -> Value {
    json!({
        "at": format_time(Some(decision.at)),
        "from": decision.from.as_str(),
        "to": decision.to.as_str(),
    })
}

fn format_time(time: Option<Ts>) -> Value {
    time.map_or(Value::Null, |time| time.rfc3339().into())
}
