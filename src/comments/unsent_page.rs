//! Page that gives a text back that could not be saved.

use askama::Template;

use crate::web::{Layout, Page};

#[derive(Template)]
#[template(path = "comments/unsent.html")]
pub(super) struct UnsentPage {
    layout: Layout,
    notice: String,
    body: String,
}

/// Builds the page with an explanation and the text as it was typed.
pub(super) fn build_unsent_page(layout: Layout, notice: String, body: String) -> Page<UnsentPage> {
    Page(UnsentPage {
        layout,
        notice,
        body,
    })
}
