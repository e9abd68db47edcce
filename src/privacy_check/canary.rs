//! The canary: a made-up commenter with a random email address that occurs nowhere else. If it is found anywhere, the
//! site leaks email addresses.

use anyhow::anyhow;

use super::report::LeakReport;
use crate::commenters::Email;
use crate::crypto::{KeyRing, encode_hex, random_bytes};

/// Word that makes the copy of the site hold a reply for moderation.
pub const HOLD_WORD: &str = "canaryhold";

/// Identity of the canary, the made-up commenter, in one run of the check.
pub struct Canary {
    /// Email address as the canary enters it in forms, in mixed case and with a `+` tag.
    pub email: String,
    /// Random digits that mark the names and texts of this run. They are independent of the email, so that finding them
    /// is not a leak.
    pub run_id: String,
}

impl Canary {
    /// Returns a canary with a new random email address and run id.
    pub fn random() -> Self {
        Self {
            email: format!(
                "Canary.Bird-{}+site@Example.org",
                encode_hex(&random_bytes::<6>())
            ),
            run_id: encode_hex(&random_bytes::<5>()),
        }
    }

    /// Returns an empty report. It searches for the email, and for the hash of the email under each secret key.
    pub fn start_report(&self, keys: &KeyRing) -> anyhow::Result<LeakReport> {
        let keyed_hashes = parse_email(&self.email)?.hashes(keys);
        Ok(LeakReport::new(&self.email, &keyed_hashes))
    }

    /// Returns a word that is part of approved replies of this run and occurs nowhere else.
    pub fn public_word(&self) -> String {
        format!("Public{}", self.run_id)
    }

    /// Returns the text with which every reply begins that the site must hold for moderation.
    pub fn held_text(&self) -> String {
        format!("Held{}, {HOLD_WORD}.", self.run_id)
    }

    /// Returns the username of the admin account of this run.
    pub fn admin_username(&self) -> String {
        format!("checker-{}", self.run_id)
    }

    /// Returns the name of the admin of this run, from which the slug of the author page is made.
    pub fn admin_name(&self) -> String {
        format!("Author {}", self.run_id)
    }

    /// Returns the slug of the topic of this run's article, which is named `Canary <run_id>`.
    pub fn topic_slug(&self) -> String {
        format!("canary-{}", self.run_id)
    }
}

/// Parses an email address made up by this check. The error message does not contain the email.
pub fn parse_email(typed: &str) -> anyhow::Result<Email> {
    Email::parse(typed).map_err(|_| anyhow!("an email address of the check is not valid"))
}
