//! The ways a text is written.

/// How the source of a text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "body_format", rename_all = "lowercase")]
pub enum Format {
    /// Markdown, as everything written here.
    #[default]
    Markdown,
    /// HTML, as what came from elsewhere.
    Html,
}
