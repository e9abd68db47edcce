//! A page with one message, for visitors who followed a signed link. It has no admin layout: they may not be signed in.

use askama::Template;

use crate::web::Layout;

/// A heading and a message, with at most one button and one link.
#[derive(Template)]
#[template(path = "admin/notice.html")]
pub struct NoticePage {
    pub layout: Layout,
    pub heading: String,
    pub message: String,
    /// The path that the button posts to, and its label.
    pub button: Option<(String, String)>,
    /// The path of the link, and its text.
    pub link: Option<(&'static str, String)>,
}
