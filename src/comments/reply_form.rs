//! The reply form: its fields and their validation. It is part of every article's page and of the page that shows errors.

use std::net::IpAddr;

use askama::Template;
use askama::filters::HtmlSafe;
use serde::Deserialize;

use super::model::{NewComment, ReplyTarget};
use crate::accounts::Viewer;
use crate::commenters::{Email, EmailError, SubscriptionScope};
use crate::i18n::Translator;
use crate::ids::{ArticleId, CommentId};
use crate::text::website::WebsiteError;
use crate::text::{BodyFormat, SafeHtml, Website, input, markdown};
use crate::web::form::{self, FieldErrors, TextLimit};
use crate::web::{Layout, assets};

/// Longest name of a commenter, in characters. WordPress has the same limit.
pub const MAX_NAME_CHARS: usize = 245;
/// Longest comment, in bytes. WordPress has the same limit, because of the size of its database column.
const MAX_BODY_BYTES: usize = 65_525;

/// Fields of a reply form as sent, from this site's form or from WordPress's.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReplyFields {
    comment: String,
    #[serde(rename = "author")]
    name: String,
    /// Shown only in the response to the request that contained it. That response is never cached.
    email: String,
    #[serde(rename = "url")]
    website: String,
    #[serde(rename = "topic")]
    honeypot: String,
    notify_replies: bool,
    notify_all: bool,
    #[serde(rename = "preview")]
    pub(super) is_preview: bool,
    /// Id of the parent comment; empty for a top-level comment.
    #[serde(rename = "to")]
    parent: String,
    /// Id that the article had in WordPress, sent by a WordPress form.
    #[serde(rename = "comment_post_ID", deserialize_with = "form::trimmed")]
    pub(super) wordpress_article: String,
    #[serde(rename = "comment_parent")]
    wordpress_parent: String,
}

/// The reply form with the values that the reader entered and the errors of its fields.
#[derive(Template)]
#[template(path = "comments/_reply_form.html")]
pub struct ReplyForm {
    translator: Translator,
    pub(super) target: ReplyTarget,
    /// Id of the parent comment as sent; empty for a top-level comment. It is a WordPress id if `target` is one.
    pub(super) parent: String,
    typed: ReplyFields,
    /// Whether the site can send email, so that the form offers notifications.
    offers_email: bool,
    /// Rendered comment, present after a click on Preview.
    pub(super) preview: Option<SafeHtml>,
    pub(super) errors: FieldErrors,
    script: String,
}

// Rendered by a template, which has escaped every value.
impl HtmlSafe for ReplyForm {}

impl ReplyForm {
    /// Makes an empty form for an article.
    pub fn blank(layout: &Layout, article_id: ArticleId) -> Self {
        let target = ReplyTarget::Article(article_id);
        Self::new(layout, target, ReplyFields::default())
    }

    /// Makes a form that shows the sent fields. They are not validated yet.
    pub(super) fn new(layout: &Layout, target: ReplyTarget, typed: ReplyFields) -> Self {
        let parent = match target {
            ReplyTarget::Article(_) => typed.parent.clone(),
            // WordPress sends 0 for a top-level comment.
            ReplyTarget::WordPressId(_) => {
                typed.wordpress_parent.trim_start_matches('0').to_owned()
            }
        };
        Self {
            translator: layout.translator,
            target,
            parent,
            typed,
            offers_email: layout.sends_mail,
            preview: None,
            errors: FieldErrors::default(),
            script: assets::asset_url("reply.js"),
        }
    }

    /// Returns the URL that the form is posted to.
    fn action(&self) -> String {
        match self.target {
            ReplyTarget::Article(id) => format!("/articles/{id}/reply"),
            ReplyTarget::WordPressId(_) => "/wp-comments-post.php".to_owned(),
        }
    }

    /// Returns the names and values of the hidden fields.
    fn hidden_fields(&self) -> Vec<(&'static str, String)> {
        let (article, parent_field) = match self.target {
            ReplyTarget::Article(_) => (None, "to"),
            ReplyTarget::WordPressId(id) => {
                (Some(("comment_post_ID", id.to_string())), "comment_parent")
            }
        };
        let parent = (!self.parent.is_empty()).then(|| (parent_field, self.parent.clone()));
        article.into_iter().chain(parent).collect()
    }

    fn error_count(&self) -> usize {
        self.errors.iter().count()
    }

    /// Returns whether the honeypot field was filled in, which people do not see but bots do.
    pub(super) fn honeypot_filled(&self) -> bool {
        !self.typed.honeypot.is_empty()
    }

    /// Returns which comments the reader asked to be notified of, if any.
    pub(super) fn subscription_scope(&self) -> Option<SubscriptionScope> {
        let typed = &self.typed;
        match (self.offers_email, typed.notify_all, typed.notify_replies) {
            (true, true, _) => Some(SubscriptionScope::AllReplies),
            (true, false, true) => Some(SubscriptionScope::RepliesToMe),
            _ => None,
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.typed.comment.is_empty()
    }

    /// Returns the comment text as the reader entered it.
    pub(super) fn body(&self) -> &str {
        &self.typed.comment
    }

    /// Validates the form. If it has errors, returns `None` and stores them in `errors`, and the form keeps the entered
    /// values. Staff may leave out email and name. Without a name, the comment gets the name of their account.
    pub(super) fn parse(
        &mut self,
        parent_id: Option<CommentId>,
        viewer: Option<&Viewer>,
        ip: IpAddr,
    ) -> Option<NewComment> {
        let translator = self.translator;
        let mut errors = FieldErrors::default();
        for (field, text) in [
            ("author", &mut self.typed.name),
            ("email", &mut self.typed.email),
            ("url", &mut self.typed.website),
        ] {
            // The lengths are checked below, each with a message of its own.
            errors.check_text(translator, field, text, TextLimit::Elsewhere);
        }
        let (body, body_html) = parse_body(
            translator,
            BodyFormat::Markdown,
            &mut self.typed.comment,
            &mut errors,
        );
        let mut name = input::name(&self.typed.name);
        // Staff may still sign with another name.
        if let Some(viewer) = viewer
            && input::is_blank(&name)
        {
            name.clone_from(&viewer.name);
        }
        validate_name(translator, &name, &mut errors);
        let email = parse_email(translator, &self.typed.email, viewer.is_some(), &mut errors);
        let website = parse_website(translator, &self.typed.website, &mut errors);
        self.errors = errors;
        self.errors.is_empty().then(|| NewComment {
            parent_id,
            name,
            email,
            website,
            body,
            body_html,
            account_id: viewer.map(|viewer| viewer.id),
            ip,
        })
    }
}

fn parse_email(
    translator: Translator,
    typed: &str,
    is_optional: bool,
    errors: &mut FieldErrors,
) -> Option<Email> {
    let key = match Email::parse(typed) {
        Ok(email) => return Some(email),
        Err(EmailError::Missing) if is_optional => return None,
        Err(EmailError::Missing) => "reply-email-missing",
        Err(EmailError::Malformed) => "reply-email-malformed",
        Err(EmailError::TooLong) => "reply-email-too-long",
    };
    errors.push(translator, "email", key);
    None
}

/// Validates the name of a comment's author. Adds errors for the field `author`.
pub fn validate_name(translator: Translator, name: &str, errors: &mut FieldErrors) {
    if input::is_blank(name) {
        errors.push(translator, "author", "reply-name-missing");
    }
    if name.chars().count() > MAX_NAME_CHARS {
        errors.push(translator, "author", "reply-name-too-long");
    } else if input::contains_email(name) {
        errors.push(translator, "author", "reply-name-is-address");
    }
}

/// Parses a website address, which may be empty. Adds errors for the field `url`.
pub fn parse_website(
    translator: Translator,
    typed: &str,
    errors: &mut FieldErrors,
) -> Option<Website> {
    Website::parse(typed).unwrap_or_else(|error| {
        let key = match error {
            WebsiteError::TooLong => "reply-website-too-long",
            WebsiteError::UnsupportedScheme
            | WebsiteError::HasCredentials
            | WebsiteError::InvalidUrl => "reply-website-wrong",
        };
        errors.push(translator, "url", key);
        None
    })
}

/// Parses the text of a comment and returns it with its HTML. Adds errors for the field `comment`. Also removes invisible
/// control characters from `typed`, so that the form shows the text without them.
pub fn parse_body(
    translator: Translator,
    format: BodyFormat,
    typed: &mut String,
    errors: &mut FieldErrors,
) -> (String, SafeHtml) {
    // At first: word processors separate lines with characters that a text cannot contain.
    let mut body = input::multi_line(typed);
    if input::has_invalid_chars(&body) {
        errors.check_text(translator, "comment", &mut body, TextLimit::Elsewhere);
        typed.clone_from(&body);
    }
    let over = body.len().saturating_sub(MAX_BODY_BYTES);
    if over > 0 {
        errors.push_message("comment", translator.plural("reply-comment-too-long", over));
        // Not rendered: a text of any length could be made to take long.
        return (body, markdown::render_comment(""));
    }
    let body_html = match format {
        BodyFormat::Markdown => markdown::render_comment(&body),
        BodyFormat::Html => markdown::sanitize_comment(&body, &|_| None),
    };
    // The Markdown need not be empty: a link reference definition, for example, renders to nothing.
    if body_html.is_blank() {
        errors.push(translator, "comment", "reply-comment-missing");
    }
    (body, body_html)
}
