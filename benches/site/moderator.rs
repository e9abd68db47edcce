//! A moderator at the desk, who decides about the same comments round and round.

use super::http::Connection;
use super::world::{Site, Undecided, World};

/// Someone signed in, on a connection of their own.
pub struct Moderator {
    desk: Connection,
    cookie: String,
    comments: Vec<Undecided>,
    next: usize,
}

/// How many moderators share the comments that wait: so many of these each.
pub fn shares(world: &World, site: &Site, moderators: usize) -> Vec<Moderator> {
    let all = world.undecided();
    let shares = all.chunks(all.len().div_ceil(moderators));
    let moderators = shares.map(|comments| Moderator {
        desk: site.connect(),
        cookie: world.cookie.clone(),
        comments: comments.to_vec(),
        next: 0,
    });
    moderators.collect()
}

impl Moderator {
    /// Takes a new connection: an idle one is not kept for ever.
    pub fn connect_anew(&mut self, site: &Site) {
        self.desk = site.connect();
    }

    /// Approves the next comment that waits, or puts it back to those that do, as the desk's own script does, and gives it as
    /// everyone has to see it from now on.
    pub fn decide(&mut self) -> &Undecided {
        let place = self.next;
        self.next = (place + 1) % self.comments.len();
        let comment = &mut self.comments[place];
        let (seen, to) = if comment.is_shown {
            ("approved", "held")
        } else {
            ("held", "approved")
        };
        let ruling = format!("{to} {}:{seen}:0", comment.id);
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("accept", "application/json"),
        ];
        let answer = self
            .desk
            .post("/admin/comments", &headers, &[("one", &ruling)])
            .expect("the desk answers");
        let told: serde_json::Value = serde_json::from_slice(&answer.body)
            .unwrap_or_else(|_| panic!("{ruling} was answered {}", answer.head));
        assert_eq!(told["decided"][0], comment.id, "{ruling}: {told}");
        comment.is_shown = !comment.is_shown;
        comment
    }
}
