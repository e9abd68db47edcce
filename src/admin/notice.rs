//! A page that says one thing to whoever followed a signed link, without the frame of the desk: they may not be signed in.

use askama::Template;

use crate::web::Layout;

/// The page.
#[derive(Template)]
#[template(path = "admin/notice.html")]
pub struct NoticePage {
    /// The publication and its words.
    pub layout: Layout,
    /// What it is about.
    pub heading: String,
    /// What there is to say.
    pub said: String,
    /// Where the one button leads, and what it says.
    pub button: Option<(String, String)>,
    /// Where one may go from here, and what that is called.
    pub leads_to: Option<(&'static str, String)>,
}
