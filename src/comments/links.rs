//! URLs of comment pages. URLs of private pages are signed, and everyone who has such a URL may use the page.

use crate::crypto::KeyRing;
use crate::ids::{CommentId, SubscriptionId};

/// Purpose that is part of the signature. Changing it invalidates every URL that was sent out.
const AUTHOR_PAGE_PURPOSE: &str = "held comment";
const UNSUBSCRIBE_PURPOSE: &str = "unsubscribe";

/// Returns the permalink of a comment.
pub fn comment_path(id: CommentId) -> String {
    format!("/comments/{id}")
}

/// Returns the signed URL of the page on which an author manages a comment. It must be given to the author only.
pub fn author_page_path(keys: &KeyRing, id: CommentId) -> String {
    let key = keys.sign(AUTHOR_PAGE_PURPOSE, id.to_string().as_bytes());
    format!("/comments/{id}/manage?key={key}")
}

/// Verifies the signature in the URL of the page on which an author manages a comment.
pub(super) fn is_author_page_key(keys: &KeyRing, id: CommentId, key: &str) -> bool {
    keys.verify_signature(AUTHOR_PAGE_PURPOSE, id.to_string().as_bytes(), key)
}

/// Returns the signed URL that ends a subscription.
pub fn unsubscribe_path(keys: &KeyRing, id: SubscriptionId) -> String {
    subscription_path(keys, id, "end")
}

/// Returns the signed URL to which the unsubscribe page posts a request for the link to the commenter page. The link is
/// then emailed to the subscriber.
pub(super) fn commenter_link_path(keys: &KeyRing, id: SubscriptionId) -> String {
    subscription_path(keys, id, "link")
}

/// Verifies the signature in the URLs of a subscription.
pub(super) fn is_subscription_key(keys: &KeyRing, id: SubscriptionId, key: &str) -> bool {
    keys.verify_signature(UNSUBSCRIBE_PURPOSE, id.to_string().as_bytes(), key)
}

fn subscription_path(keys: &KeyRing, id: SubscriptionId, action: &str) -> String {
    let key = keys.sign(UNSUBSCRIBE_PURPOSE, id.to_string().as_bytes());
    format!("/subscriptions/{id}/{action}?key={key}")
}
