//! Words that could not be kept, given back to be sent again.

use askama::Template;

use crate::web::{Layout, Page};

#[derive(Template)]
#[template(path = "comments/given_back.html")]
pub(super) struct GivenBack {
    layout: Layout,
    notice: String,
    typed: String,
}

/// A page that says what happened, with what was typed.
pub(super) fn give_back(layout: Layout, notice: String, typed: String) -> Page<GivenBack> {
    Page(GivenBack {
        layout,
        notice,
        typed,
    })
}
