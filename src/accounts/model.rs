//! What an account is.

use std::fmt;

use crate::ids::AccountId;
use crate::text::input;

/// What a member of staff may do. Each may do all that the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::Type, clap::ValueEnum)]
#[sqlx(type_name = "account_role", rename_all = "lowercase")]
pub enum Role {
    /// Decides on replies.
    Moderator,
    /// Writes and publishes articles.
    Editor,
    /// Changes the publication's settings.
    Admin,
}

impl Role {
    /// The catalogue's key for its name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Moderator => "role-moderator",
            Self::Editor => "role-editor",
            Self::Admin => "role-admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Moderator => "moderator",
            Self::Editor => "editor",
            Self::Admin => "admin",
        })
    }
}

/// A member of staff.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// What is typed at sign-in.
    pub handle: String,
    /// The name others see.
    pub name: String,
    /// What it may do.
    pub role: Role,
}

/// What is typed at sign-in: a short word in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle(String);

/// Characters a handle may have: long enough for a full name, short enough for a table.
const HANDLE_CHARS: usize = 60;

impl Handle {
    /// Reads a handle: one word, any script, case does not matter. It cannot be an email address, which would then be
    /// shown in lists.
    pub fn parse(text: &str) -> Option<Self> {
        let text = input::single_line(text).to_lowercase();
        let fits = !input::is_blank(&text) && text.chars().count() <= HANDLE_CHARS;
        let plain = !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@');
        (fits && plain && !input::has_invalid_chars(&text)).then_some(Self(text))
    }

    /// The handle.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
