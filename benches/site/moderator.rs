//! A moderator who decides about the same comments again and again.

use super::http::HttpConnection;
use super::setup::{BenchSetup, PendingComment, SiteServer};

/// Signed-in moderator with a connection and a share of the comments.
pub struct BenchModerator {
    connection: HttpConnection,
    cookie: String,
    comments: Vec<PendingComment>,
    next: usize,
}

/// Makes moderators among whom the pending comments are divided.
pub fn share_comments(
    setup: &BenchSetup,
    site: &SiteServer,
    moderators: usize,
) -> Vec<BenchModerator> {
    let all = setup.list_pending_comments();
    let share_comments = all.chunks(all.len().div_ceil(moderators));
    let moderators = share_comments.map(|comments| BenchModerator {
        connection: site.connect(),
        cookie: setup.cookie.clone(),
        comments: comments.to_vec(),
        next: 0,
    });
    moderators.collect()
}

impl BenchModerator {
    /// Opens a new connection, since the server closes idle ones.
    pub fn reconnect(&mut self, site: &SiteServer) {
        self.connection = site.connect();
    }

    /// Approves the next comment, or holds it again, as the queue's script does. Returns it in its new state, which every page
    /// must show from now on.
    pub fn decide(&mut self) -> &PendingComment {
        let index = self.next;
        self.next = (index + 1) % self.comments.len();
        let comment = &mut self.comments[index];
        let (seen, to) = if comment.is_shown {
            ("approved", "held")
        } else {
            ("held", "approved")
        };
        let decision = format!("{to} {}:{seen}:0", comment.id);
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("accept", "application/json"),
        ];
        let response = self
            .connection
            .post("/admin/comments", &headers, &[("one", &decision)])
            .expect("the site answers");
        let result: serde_json::Value = serde_json::from_slice(&response.body)
            .unwrap_or_else(|_| panic!("{decision} was answered {}", response.head));
        assert_eq!(result["decided"][0], comment.id, "{decision}: {result}");
        comment.is_shown = !comment.is_shown;
        comment
    }
}
