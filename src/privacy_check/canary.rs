//! The canary: a made-up commenter with an email address that occurs nowhere else.

use anyhow::anyhow;

use super::report::LeakReport;
use crate::commenters::Email;
use crate::crypto::{KeyRing, encode_hex, random_bytes};

/// Word for which the copy holds a reply.
pub const HOLD_WORD: &str = "canaryhold";

/// Identity of the made-up commenter of one run.
pub struct Canary {
    /// Email address as the canary types it, in mixed case and with a `+` tag.
    pub email: String,
    /// Random digits in the names and texts of this run. They are independent of the email, so that finding them is no leak.
    pub run_id: String,
}

impl Canary {
    /// Returns a canary with a new random email address.
    pub fn new() -> Self {
        Self {
            email: format!(
                "Canary.Bird-{}+site@Example.org",
                encode_hex(&random_bytes::<6>())
            ),
            run_id: encode_hex(&random_bytes::<5>()),
        }
    }

    /// Returns an empty report that searches for the email and its blind index under each key.
    pub fn start_report(&self, keys: &KeyRing) -> anyhow::Result<LeakReport> {
        let keyed_hashes = parse_email(&self.email)?.hashes(keys);
        Ok(LeakReport::new(&self.email, &keyed_hashes))
    }

    /// Returns the word that every approved public reply of this run contains.
    pub fn public_word(&self) -> String {
        format!("Public{}", self.run_id)
    }

    /// Returns the text with which every held reply of this run begins.
    pub fn held_text(&self) -> String {
        format!("Held{}, {HOLD_WORD}.", self.run_id)
    }

    /// Returns the username of the run's admin, which is also the slug of their author page.
    pub fn admin_username(&self) -> String {
        format!("checker-{}", self.run_id)
    }

    /// Returns the slug of the topic `Canary <run_id>`.
    pub fn topic_slug(&self) -> String {
        format!("canary-{}", self.run_id)
    }
}

impl Default for Canary {
    fn default() -> Self {
        Self::new()
    }
}

/// Parses an email of this check. The error does not repeat the email.
pub fn parse_email(typed: &str) -> anyhow::Result<Email> {
    Email::parse(typed).map_err(|_| anyhow!("an email address of the check is not valid"))
}
