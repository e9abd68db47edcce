//! Renders the notes of WordPress's footnotes block. WordPress stores them as JSON in a meta field, apart from the text.

use serde::Deserialize;

/// A footnote as WordPress stores it. `content` is HTML.
#[derive(Deserialize)]
struct FootnoteEntry {
    id: String,
    content: String,
}

/// Renders footnotes as an HTML list to put after the article. Returns `None` if `field` has no notes or is not valid
/// JSON.
pub fn render_footnotes(field: &str) -> Option<String> {
    // Damaged notes must not keep the article from being imported.
    let notes: Vec<FootnoteEntry> = serde_json::from_str(field).ok()?;
    if notes.is_empty() {
        return None;
    }
    // The ID goes into attributes without escaping.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let items = notes.into_iter().map(|note| {
        let id: String = note.id.chars().filter(|&c| is_plain(c)).collect();
        format!(
            // The block editor gives the reference in the text the ID of the note with `-link` after it.
            "<li id=\"{id}\">{} <a class=\"footnote-backref\" href=\"#{id}-link\">↩</a></li>\n",
            note.content
        )
    });
    Some(format!(
        "\n<section class=\"footnotes\">\n<ol>\n{}</ol>\n</section>",
        items.collect::<String>()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::markdown;

    #[test]
    fn footnotes_are_listed_with_links_back_to_the_text() {
        let notes = render_footnotes(
            r#"[{"id":"a-1","content":"One <em>note<\/em>"},{"id":"b\"><i","content":"Two"}]"#,
        );
        let html = markdown::sanitize_article(&notes.expect("the text has footnotes"), &|_| None);
        assert_eq!(
            html.as_str().trim(),
            "<section class=\"footnotes\">\n<ol>\n<li id=\"a-1\">One <em>note</em> <a class=\"footnote-backref\" href=\"#a-1-link\">↩</a></li>\n<li id=\"bi\">Two <a class=\"footnote-backref\" href=\"#bi-link\">↩</a></li>\n</ol>\n</section>"
        );
        for none in ["", "[]", "{}", "[1]"] {
            assert_eq!(render_footnotes(none), None);
        }
    }
}
