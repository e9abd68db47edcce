//! The reply form: its fields and their validation. It is part of every article's page, and of the page that shows errors.

use std::net::IpAddr;

use askama::Template;
use askama::filters::HtmlSafe;

use super::model::{NewComment, ReplyTarget};
use crate::accounts::Viewer;
use crate::commenters::{Email, EmailError, SubscriptionScope};
use crate::i18n::Translator;
use crate::ids::{ArticleId, CommentId};
use crate::text::website::WebsiteError;
use crate::text::{BodyFormat, SafeHtml, Website, input, markdown};
use crate::web::{FieldErrors, FormFields, Layout, assets};

/// Limits of WordPress, from the sizes of its columns.
const MAX_NAME_BYTES: usize = 245;
const MAX_BODY_BYTES: usize = 65_525;

/// The form with the values as typed and the errors of its fields.
#[derive(Template)]
#[template(path = "comments/_reply_form.html")]
pub struct ReplyForm {
    translator: Translator,
    pub(super) target: ReplyTarget,
    /// Id of the parent comment as sent; empty for a top-level comment. An id of WordPress if `target` is one.
    pub(super) parent: String,
    comment: String,
    name: String,
    /// Rendered only in the response to the request that sent it, which is never cached.
    email: String,
    website: String,
    honeypot: String,
    /// The site can send email.
    offers_email: bool,
    notify_replies: bool,
    notify_all: bool,
    /// Rendered text, after a click on Preview.
    pub(super) preview: Option<SafeHtml>,
    pub(super) mistakes: FieldErrors,
    script: String,
}

// Rendered by a template, which has escaped every value.
impl HtmlSafe for ReplyForm {}

impl ReplyForm {
    /// Makes an empty form for an article.
    pub fn blank(layout: &Layout, article_id: ArticleId) -> Self {
        Self::read(
            layout,
            ReplyTarget::Article(article_id),
            &FormFields::default(),
        )
    }

    /// Reads the sent fields without validating them.
    pub(super) fn read(layout: &Layout, target: ReplyTarget, fields: &FormFields) -> Self {
        let field = |name| fields.first(name).to_owned();
        let parent = match target {
            ReplyTarget::Article(_) => field("to"),
            // WordPress sends 0 for a top-level comment.
            ReplyTarget::WordPressId(_) => {
                field("comment_parent").trim_start_matches('0').to_owned()
            }
        };
        Self {
            translator: layout.translator,
            target,
            parent,
            comment: field("comment"),
            name: field("author"),
            email: field("email"),
            website: field("url"),
            honeypot: field("topic"),
            offers_email: layout.sends_mail,
            notify_replies: fields.is_ticked("tell_answers"),
            notify_all: fields.is_ticked("tell_everything"),
            preview: None,
            mistakes: FieldErrors::new(),
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

    fn mistake_count(&self) -> i64 {
        i64::try_from(self.mistakes.iter().count()).unwrap_or(i64::MAX)
    }

    /// Whether the honeypot field, which people do not see, was filled in.
    pub(super) fn honeypot_filled(&self) -> bool {
        !self.honeypot.is_empty()
    }

    /// Returns the scope of the notifications that were asked for.
    pub(super) fn subscription_scope(&self) -> Option<SubscriptionScope> {
        match (self.offers_email, self.notify_all, self.notify_replies) {
            (true, true, _) => Some(SubscriptionScope::AllReplies),
            (true, false, true) => Some(SubscriptionScope::RepliesToMe),
            _ => None,
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.comment.is_empty()
    }

    /// Returns the text as typed.
    pub(super) fn body(&self) -> &str {
        &self.comment
    }

    /// Validates the form. Returns `None` if it has errors, which are then in `mistakes` beside the values as typed. Staff
    /// may leave out email and name: the name is then their account's.
    pub(super) fn parse(
        &mut self,
        parent_id: Option<CommentId>,
        viewer: Option<&Viewer>,
        ip: IpAddr,
    ) -> Option<NewComment> {
        let translator = self.translator;
        let mut mistakes = FieldErrors::new();
        for (field, text) in [
            ("author", &mut self.name),
            ("email", &mut self.email),
            ("url", &mut self.website),
        ] {
            if input::has_invalid_chars(text) {
                *text = input::strip_invalid_chars(text);
                mistakes.push(translator, field, "field-unreadable");
            }
        }
        let (body, body_html) = parse_body(
            translator,
            BodyFormat::Markdown,
            &mut self.comment,
            &mut mistakes,
        );
        let mut name = input::single_line(&self.name);
        // Staff may still sign with another name.
        if let Some(viewer) = viewer
            && input::is_blank(&name)
        {
            name.clone_from(&viewer.name);
        }
        validate_name(translator, &name, &mut mistakes);
        let email = parse_email(translator, &self.email, viewer.is_some(), &mut mistakes);
        let website = parse_website(translator, &self.website, &mut mistakes);
        self.mistakes = mistakes;
        self.mistakes.is_empty().then(|| NewComment {
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
    mistakes: &mut FieldErrors,
) -> Option<Email> {
    let key = match Email::parse(typed) {
        Ok(email) => return Some(email),
        Err(EmailError::Missing) if is_optional => return None,
        Err(EmailError::Missing) => "reply-email-missing",
        Err(EmailError::Malformed) => "reply-email-malformed",
        Err(EmailError::TooLong) => "reply-email-too-long",
    };
    mistakes.push(translator, "email", key);
    None
}

/// Validates a name. Errors are those of the field `author`.
pub fn validate_name(translator: Translator, name: &str, mistakes: &mut FieldErrors) {
    if input::is_blank(name) {
        mistakes.push(translator, "author", "reply-name-missing");
    }
    if name.len() > MAX_NAME_BYTES {
        mistakes.push(translator, "author", "reply-name-too-long");
    } else if input::contains_email(name) {
        mistakes.push(translator, "author", "reply-name-is-address");
    }
}

/// Parses a website, which may be empty. Errors are those of the field `url`.
pub fn parse_website(
    translator: Translator,
    typed: &str,
    mistakes: &mut FieldErrors,
) -> Option<Website> {
    Website::parse(typed).unwrap_or_else(|error| {
        let key = match error {
            WebsiteError::TooLong => "reply-website-too-long",
            WebsiteError::UnsupportedScheme
            | WebsiteError::HasCredentials
            | WebsiteError::InvalidUrl => "reply-website-wrong",
        };
        mistakes.push(translator, "url", key);
        None
    })
}

/// Parses the text of a comment and returns it with its HTML. Errors are those of the field `comment`; invisible control
/// characters are removed from `typed`, so that the form shows the text without them.
pub fn parse_body(
    translator: Translator,
    format: BodyFormat,
    typed: &mut String,
    mistakes: &mut FieldErrors,
) -> (String, SafeHtml) {
    if input::has_invalid_chars(typed) {
        *typed = input::strip_invalid_chars(typed);
        mistakes.push(translator, "comment", "field-unreadable");
    }
    let body = input::multi_line(typed);
    let over = body.len().saturating_sub(MAX_BODY_BYTES);
    if over > 0 {
        let over = i64::try_from(over).unwrap_or(i64::MAX);
        mistakes.push_message("comment", translator.plural("reply-comment-too-long", over));
        // Not rendered: a text of any length could be made to take long.
        return (body, markdown::render_comment(""));
    }
    let body_html = match format {
        BodyFormat::Markdown => markdown::render_comment(&body),
        BodyFormat::Html => markdown::sanitize_comment(&body, &|_| None),
    };
    // The Markdown need not be empty: a link reference definition, for example, renders to nothing.
    if body_html.is_blank() {
        mistakes.push(translator, "comment", "reply-comment-missing");
    }
    (body, body_html)
}
