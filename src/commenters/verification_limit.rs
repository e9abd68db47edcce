//! Limits on verification emails. Anyone can type the email of somebody else into the reply form.

use std::net::IpAddr;
use std::time::Duration;

use sqlx::PgConnection;

use super::{email, store};
use crate::clock::Ts;
use crate::crypto::KeyRing;
use crate::db::store::rate_limits::{SharedLimit, count_event};
use crate::ids::CommenterId;
use crate::limits::network_of;

/// Number of verification emails that one IP network can cause, and the time for one more: three an hour.
const NETWORK_LIMIT: SharedLimit = SharedLimit {
    burst: 3,
    interval: Duration::from_secs(60 * 60 / 3),
};
/// Number of verification emails to one mailbox, whatever is behind the plus sign of its address: three a day.
const MAILBOX_LIMIT: SharedLimit = SharedLimit {
    burst: 3,
    interval: Duration::from_secs(24 * 60 * 60 / 3),
};
/// Number of verification emails of the whole site: a hundred an hour. Mail servers stop trusting a sender of more than it
/// gets answers to.
const SITE_LIMIT: SharedLimit = SharedLimit {
    burst: 100,
    interval: Duration::from_secs(60 * 60 / 100),
};

/// Counts a verification email to a commenter and returns whether it may be sent. `ip` is the client that causes it; `None`
/// if a comment of the commenter was approved, so that the limits of the network and of the site do not apply.
pub async fn may_send(
    db: &mut PgConnection,
    keys: &KeyRing,
    id: CommenterId,
    ip: Option<IpAddr>,
    now: Ts,
) -> anyhow::Result<bool> {
    let Some(sealed) = store::commenters::find_sealed_email(db, id).await? else {
        return Ok(false);
    };
    let mailbox = mailbox_of(&email::open(
        keys,
        &sealed.email_hash,
        &sealed.email_sealed,
    )?);
    let mut limits = vec![("verification to a mailbox", mailbox, MAILBOX_LIMIT)];
    if let Some(ip) = ip {
        let network = network_of(ip).to_string();
        limits.insert(0, ("verification from a network", network, NETWORK_LIMIT));
        // Last: its row is locked until the transaction ends.
        limits.push(("verification of the site", String::new(), SITE_LIMIT));
    }
    for (purpose, value, limit) in limits {
        let key_hash = keys.blind_index(purpose, value.as_bytes());
        if count_event(db, &key_hash, limit, now).await?.is_err() {
            tracing::info!(
                commenter = %id,
                limit = purpose,
                "a verification email is over a limit and waits until a comment is approved"
            );
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns the email address of the mailbox that gets mail to an address: without the part from a plus sign on.
fn mailbox_of(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let (name, _) = local.split_once('+').unwrap_or((local, ""));
    // An address that begins with a plus sign is nobody's tag.
    let name = if name.is_empty() { local } else { name };
    format!("{name}@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_tags_belong_to_one_mailbox() {
        for (address, mailbox) in [
            ("ann@example.org", "ann@example.org"),
            ("ann+news@example.org", "ann@example.org"),
            ("ann+a+b@example.org", "ann@example.org"),
            ("+ann@example.org", "+ann@example.org"),
        ] {
            assert_eq!(mailbox_of(address), mailbox);
        }
    }
}
