//! The formats in which texts are written.

/// Format of the source of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "body_format", rename_all = "lowercase")]
pub enum BodyFormat {
    #[default]
    Markdown,
    /// HTML of imported texts.
    Html,
}
