//! Formats in which authors write the texts of articles and comments.

/// Format of the source text of an article or comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "body_format", rename_all = "lowercase")]
pub enum BodyFormat {
    #[default]
    Markdown,
    /// HTML, as in articles imported from WordPress.
    Html,
}
