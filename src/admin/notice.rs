//! Page with one message, for visitors who followed a signed link from an email. It has no admin layout, since they may
//! not be signed in.

use askama::Template;

use crate::web::Layout;

/// Page with a heading, a message, and at most one button and one link.
#[derive(Template)]
#[template(path = "admin/notice.html")]
pub struct NoticePage {
    layout: Layout,
    heading: String,
    message: String,
    /// Path to which the button posts, and the label of the button.
    button: Option<(String, String)>,
    /// Path and text of the link.
    link: Option<(&'static str, String)>,
}

impl NoticePage {
    /// Makes a page from the keys of its heading and its message, in which `$title` is the title of the site.
    pub fn new(layout: Layout, heading: &str, message: &str) -> Self {
        let translator = layout.translator;
        Self {
            heading: translator.text(heading),
            message: translator.format(message, "title", &layout.publication.title),
            button: None,
            link: None,
            layout,
        }
    }

    /// Adds a button that posts to `path`. Its label is the message with this key.
    pub fn with_button(mut self, path: String, label: &str) -> Self {
        self.button = Some((path, self.layout.translator.text(label)));
        self
    }

    /// Adds a link, whose text is the message with this key.
    pub fn with_link(mut self, path: &'static str, label: &str) -> Self {
        self.link = Some((path, self.layout.translator.text(label)));
        self
    }
}
