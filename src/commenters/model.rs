//! What a commenter may ask for.

/// Of which replies someone is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "subscription_scope", rename_all = "lowercase")]
pub enum Scope {
    /// Answers to what they wrote under an article.
    Answers,
    /// Every reply there.
    Everything,
}
