//! Page that shows a text that could not be saved, so that its author does not lose it.

use askama::Template;

use crate::web::{Layout, Page};

#[derive(Template)]
#[template(path = "comments/unsent.html")]
pub(super) struct UnsentPage {
    layout: Layout,
    notice: String,
    body: String,
}

/// Builds a page with an explanation and the text that could not be saved.
pub(super) fn build_unsent_page(layout: Layout, notice: String, body: String) -> Page<UnsentPage> {
    Page(UnsentPage {
        layout,
        notice,
        body,
    })
}
