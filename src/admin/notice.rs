//! Page with one message, for visitors who followed a signed link from an email. It has no admin layout, since they may
//! not be signed in.

use askama::Template;

use crate::web::Layout;

/// Page with a heading, a message, and at most one button and one link.
#[derive(Template)]
#[template(path = "admin/notice.html")]
pub struct NoticePage {
    pub layout: Layout,
    pub heading: String,
    pub message: String,
    /// Path to which the button posts, and the label of the button.
    pub button: Option<(String, String)>,
    /// Path and text of the link.
    pub link: Option<(&'static str, String)>,
}
