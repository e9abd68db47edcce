//! The form itself: what a stranger may say, and what we believe of it. It stands under every article and, with what was
//! typed, wherever that comes back.

use std::net::IpAddr;

use askama::Template;
use askama::filters::HtmlSafe;

use super::model::{NewComment, Under};
use crate::accounts::Viewer;
use crate::commenters::{Email, EmailError, SubscriptionScope};
use crate::i18n::Words;
use crate::ids::{ArticleId, CommentId};
use crate::text::website::WebsiteError;
use crate::text::{Format, SafeHtml, Website, input, markdown};
use crate::web::{Fields, Layout, Mistakes, assets};

/// Bytes of a name, and of a comment: WordPress's own limits, the sizes of its columns.
const NAME_BYTES: usize = 245;
const COMMENT_BYTES: usize = 65_525;

/// The form, with what a stranger may say and what is wrong with it.
#[derive(Template)]
#[template(path = "comments/_reply_form.html")]
pub struct ReplyForm {
    words: Words,
    pub(super) under: Under,
    /// The number of the comment that is answered, as sent.
    pub(super) to: String,
    comment: String,
    name: String,
    /// As typed; printed only to whoever typed it, on a page that no cache keeps.
    email: String,
    website: String,
    pub(super) trap: String,
    /// Whether the site can tell them of replies.
    offers_mail: bool,
    tell_answers: bool,
    tell_everything: bool,
    /// The text as everyone would see it, for who asked to look first.
    pub(super) preview: Option<SafeHtml>,
    pub(super) mistakes: Mistakes,
    script: String,
}

// A template of ours, escaped where it was filled.
impl HtmlSafe for ReplyForm {}

impl ReplyForm {
    /// An empty form.
    pub fn blank(layout: &Layout, article_id: ArticleId) -> Self {
        Self::read(layout, Under::Article(article_id), &Fields::default())
    }

    /// What was sent, as typed.
    pub(super) fn read(layout: &Layout, under: Under, fields: &Fields) -> Self {
        let field = |name| fields.get(name).to_owned();
        let to = match under {
            Under::Article(_) => field("to"),
            // There, none is 0.
            Under::Number(_) => field("comment_parent").trim_start_matches('0').to_owned(),
        };
        Self {
            words: layout.words,
            under,
            to,
            comment: field("comment"),
            name: field("author"),
            email: field("email"),
            website: field("url"),
            trap: field("topic"),
            offers_mail: layout.mails,
            tell_answers: fields.is_ticked("tell_answers"),
            tell_everything: fields.is_ticked("tell_everything"),
            preview: None,
            mistakes: Mistakes::none(),
            script: assets::address("reply.js"),
        }
    }

    /// Where it is sent.
    fn action(&self) -> String {
        match self.under {
            Under::Article(id) => format!("/articles/{id}/reply"),
            Under::Number(_) => "/wp-comments-post.php".to_owned(),
        }
    }

    /// What is sent along unseen.
    fn hidden(&self) -> Vec<(&'static str, String)> {
        let (article, to) = match self.under {
            Under::Article(_) => (None, "to"),
            Under::Number(number) => (
                Some(("comment_post_ID", number.to_string())),
                "comment_parent",
            ),
        };
        let answered = (!self.to.is_empty()).then(|| (to, self.to.clone()));
        article.into_iter().chain(answered).collect()
    }

    /// How many mistakes there are to mend.
    fn mistake_count(&self) -> i64 {
        i64::try_from(self.mistakes.iter().count()).unwrap_or(i64::MAX)
    }

    /// Of what they asked to be told.
    pub(super) fn scope(&self) -> Option<SubscriptionScope> {
        match (self.offers_mail, self.tell_everything, self.tell_answers) {
            (true, true, _) => Some(SubscriptionScope::AllReplies),
            (true, false, true) => Some(SubscriptionScope::RepliesToMe),
            _ => None,
        }
    }

    /// Whether there is nothing to give back.
    pub(super) fn is_blank(&self) -> bool {
        self.comment.is_empty()
    }

    /// The text, to give back where it cannot be sent again.
    pub(super) fn words_typed(&self) -> &str {
        &self.comment
    }

    /// The same again, to give back if keeping it fails.
    pub(super) fn copy(&self) -> Self {
        Self {
            to: self.to.clone(),
            comment: self.comment.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            website: self.website.clone(),
            mistakes: self.mistakes.clone(),
            script: self.script.clone(),
            trap: String::new(),
            preview: None,
            ..*self
        }
    }

    /// What we believe of it; or every mistake at once, kept in the form beside what was typed. The staff, who have a name
    /// here already, need give neither name nor address.
    pub(super) fn parse(
        &mut self,
        parent_id: Option<CommentId>,
        viewer: Option<&Viewer>,
        from: IpAddr,
    ) -> Option<NewComment> {
        let words = self.words;
        let mut mistakes = Mistakes::none();
        for (field, text) in [
            ("author", &mut self.name),
            ("email", &mut self.email),
            ("url", &mut self.website),
        ] {
            if input::has_invalid_chars(text) {
                *text = input::strip_invalid_chars(text);
                mistakes.say(words, field, "field-unreadable");
            }
        }
        let (body, body_html) =
            read_words(words, Format::Markdown, &mut self.comment, &mut mistakes);
        let mut name = input::single_line(&self.name);
        if let Some(viewer) = viewer
            && input::is_blank(&name)
        {
            name.clone_from(&viewer.name);
        }
        check_name(words, &name, &mut mistakes);
        let email = match Email::parse(&self.email) {
            Ok(email) => Some(email),
            Err(EmailError::Missing) if viewer.is_some() => None,
            Err(wrong) => {
                mistakes.say(
                    words,
                    "email",
                    match wrong {
                        EmailError::Missing => "reply-email-missing",
                        EmailError::Malformed => "reply-email-malformed",
                        EmailError::TooLong => "reply-email-too-long",
                    },
                );
                None
            }
        };
        let website = read_website(words, &self.website, &mut mistakes);
        self.mistakes = mistakes;
        self.mistakes.is_empty().then(|| NewComment {
            parent_id,
            name,
            email,
            website,
            body,
            body_html,
            account_id: viewer.map(|viewer| viewer.id),
            from,
        })
    }
}

/// Judges a name, from the field `author`.
pub fn check_name(words: Words, name: &str, mistakes: &mut Mistakes) {
    if input::is_blank(name) {
        mistakes.say(words, "author", "reply-name-missing");
    }
    if name.len() > NAME_BYTES {
        mistakes.say(words, "author", "reply-name-too-long");
    } else if input::contains_email(name) {
        mistakes.say(words, "author", "reply-name-is-address");
    }
}

/// The website in the field `url`, if there is one.
pub fn read_website(words: Words, typed: &str, mistakes: &mut Mistakes) -> Option<Website> {
    Website::parse(typed).unwrap_or_else(|wrong| {
        mistakes.say(
            words,
            "url",
            match wrong {
                WebsiteError::TooLong => "reply-website-too-long",
                WebsiteError::UnsupportedScheme
                | WebsiteError::HasCredentials
                | WebsiteError::InvalidUrl => "reply-website-wrong",
            },
        );
        None
    })
}

/// The words of a comment and the HTML made of them, from the field `comment`; what is wrong with them is added to
/// `mistakes`.
pub fn read_words(
    words: Words,
    format: Format,
    typed: &mut String,
    mistakes: &mut Mistakes,
) -> (String, SafeHtml) {
    if input::has_invalid_chars(typed) {
        *typed = input::strip_invalid_chars(typed);
        mistakes.say(words, "comment", "field-unreadable");
    }
    let body = input::multi_line(typed);
    let over = body.len().saturating_sub(COMMENT_BYTES);
    if over > 0 {
        let over = i64::try_from(over).unwrap_or(i64::MAX);
        mistakes.add("comment", words.count("reply-comment-too-long", over));
        return (body, markdown::render_comment(""));
    }
    let body_html = match format {
        Format::Markdown => markdown::render_comment(&body),
        Format::Html => markdown::sanitize_comment(&body, &|_| None),
    };
    // Also what Markdown makes nothing of, such as an address that no link refers to.
    if body_html.is_blank() {
        mistakes.say(words, "comment", "reply-comment-missing");
    }
    (body, body_html)
}
