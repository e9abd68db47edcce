//! Accounts, usernames and the roles of staff.

use crate::ids::AccountId;
use crate::text::input;

/// Roles of staff, in ascending order. Each role includes the permissions of the previous ones.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::Type, strum::Display, clap::ValueEnum,
)]
#[sqlx(type_name = "account_role", rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Role {
    // The order matters: a role is compared with the lowest that may do something.
    /// May decide about comments.
    Moderator,
    /// May also write and publish articles.
    Editor,
    /// May also change the publication's settings.
    Admin,
}

impl Role {
    /// Returns the message key of the role's name.
    pub fn key(self) -> String {
        format!("role-{self}")
    }
}

/// A member of staff.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    pub username: String,
    /// Display name, which readers and staff see.
    pub name: String,
    pub role: Role,
}

/// A username in lower case, entered to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// Longest username in characters: enough for a full name, and short enough to be shown in a table.
const MAX_CHARS: usize = 60;

impl Username {
    /// Parses a username: one word in any script. Upper-case letters become lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let text = input::name(text).to_lowercase();
        let fits = !input::is_blank(&text) && text.chars().count() <= MAX_CHARS;
        // An email would be a bad username: usernames are shown in lists.
        let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@');
        (fits && plain && !input::has_invalid_chars(&text)).then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
