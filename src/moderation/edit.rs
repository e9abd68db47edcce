//! Changing the words of a comment. What it said before is kept, and one press puts it back, which is a change too. The
//! comment keeps its status; a decision on the old words is not one on the new ones, so it cannot be taken back any more.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;

use super::store::{self, Editable, NewWords};
use crate::accounts::Moderator;
use crate::admin::{Desk, Section, take_form};
use crate::app::App;
use crate::audit_log::store::chain::append_single;
use crate::audit_log::{EntryKind, NewEntry};
use crate::comments::store::versions::{self, CommentVersion};
use crate::comments::{check_name, read_website, read_words};
use crate::i18n::Words;
use crate::ids::CommentId;
use crate::text::{Format, SafeHtml, Website, input};
use crate::web::requests::Reference;
use crate::web::{Error, Fields, Mistakes, Page, Path, Query, Result, go_to};

/// Bytes of a reason.
const WHY_BYTES: usize = 1_000;

/// The words as typed.
struct EditForm {
    comment: String,
    author: String,
    url: String,
    why: String,
    version: i32,
    mistakes: Mistakes,
}

#[derive(Template)]
#[template(path = "moderation/edit.html")]
struct EditPage {
    desk: Desk,
    section: Section,
    comment: Editable,
    form: EditForm,
    preview: Option<SafeHtml>,
    /// What it said before, each time the staff changed it, newest first.
    versions: Vec<CommentVersion>,
    done: Option<String>,
    /// Why it was not changed, when no field is to blame.
    notice: Option<String>,
}

/// What the page is to say.
#[derive(Deserialize)]
pub struct Asked {
    saved: Option<u8>,
    same: Option<u8>,
}

/// The comment's form.
pub async fn show_edit(
    State(app): State<App>,
    desk: Desk,
    _moderator: Moderator,
    Path(id): Path<CommentId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let mut page = EditPage::find(&mut db, desk, id, None).await?;
    if page.comment.is_erased {
        return Err(Error::NotFound);
    }
    let words = page.desk.layout.words;
    page.done = match (asked.saved, asked.same) {
        (Some(_), _) => Some(words.say("edit-saved")),
        (_, Some(_)) => Some(words.say("edit-same")),
        _ => None,
    };
    Ok(Page(page).into_response())
}

/// Changes the comment, shows it as it would be, or puts an earlier version back.
pub async fn edit(
    State(app): State<App>,
    Extension(reference): Extension<Reference>,
    Path(id): Path<CommentId>,
    moderator: Result<Moderator>,
    desk: Result<Desk>,
    fields: Fields,
) -> Response {
    let work = async { save(&app, desk?, &moderator?, id, &fields).await };
    take_form(&app, reference, &address(id), &fields, work).await
}

/// The page's address.
fn address(id: CommentId) -> String {
    format!("/admin/comments/{id}/edit")
}

async fn save(
    app: &App,
    desk: Desk,
    moderator: &Moderator,
    id: CommentId,
    fields: &Fields,
) -> Result<Response> {
    let now = app.clock.now();
    let words = desk.layout.words;
    let mut db = app.pool.begin().await?;
    let wanted = fields.get("restore").parse::<i32>().ok();
    let typed = wanted.is_none().then(|| EditForm::read(fields));
    let mut page = EditPage::find(&mut db, desk, id, typed).await?;
    if page.comment.is_erased {
        page.notice = Some(words.say("edit-gone"));
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    let new = match wanted {
        Some(version) => {
            page.form.version = fields.get("version").parse().unwrap_or(-1);
            page.earlier(version).ok_or(Error::NotFound)?
        }
        None => match page.form.parse(words, page.comment.format) {
            Some(new) => new,
            None => return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY)),
        },
    };
    if fields.get("act") == "preview" {
        page.preview = Some(new.body_html);
        return Ok(Page(page).private());
    }
    if page.form.version == page.comment.version && page.comment.says(&new) {
        return Ok(go_to(&format!("{}?same=1", address(id))).into_response());
    }
    if !store::edit(&mut db, moderator, id, page.form.version, &new, now).await? {
        db.rollback().await?;
        return page.overtaken(app).await;
    }
    let act = store::next_act(&mut db).await?;
    let about = format!("comment {id}");
    let entry = NewEntry::by_moderator(moderator, act, EntryKind::Edited, now)
        .with_subject(&about)
        .with_note(&page.form.why);
    append_single(&mut db, &entry).await?;
    db.commit().await?;
    app.bell.notify_one();
    tracing::info!(account = %moderator.id, comment = %id, "changed the words of a comment");
    Ok(go_to(&format!("{}?saved=1", address(id))).into_response())
}

impl Editable {
    fn says(&self, words: &NewWords) -> bool {
        (&self.name, &self.website, &self.body, self.format)
            == (&words.name, &words.website, &words.body, words.format)
    }
}

impl EditForm {
    fn of(comment: &Editable) -> Self {
        Self {
            comment: comment.body.clone(),
            author: comment.name.clone(),
            url: comment.website.clone().unwrap_or_default(),
            why: String::new(),
            version: comment.version,
            mistakes: Mistakes::none(),
        }
    }

    fn read(fields: &Fields) -> Self {
        Self {
            comment: fields.get("comment").to_owned(),
            author: input::single_line(fields.get("author")),
            url: fields.get("url").trim().to_owned(),
            why: input::single_line(fields.get("why")),
            version: fields.get("version").parse().unwrap_or(-1),
            mistakes: Mistakes::none(),
        }
    }

    /// What the comment is to say, if every field is right; otherwise the form holds what is wrong.
    fn parse(&mut self, words: Words, format: Format) -> Option<NewWords> {
        let mut mistakes = Mistakes::none();
        for (field, text) in [("author", &mut self.author), ("url", &mut self.url)] {
            if input::has_invalid_chars(text) {
                *text = input::strip_invalid_chars(text);
                mistakes.say(words, field, "field-unreadable");
            }
        }
        let (body, body_html) = read_words(words, format, &mut self.comment, &mut mistakes);
        check_name(words, &self.author, &mut mistakes);
        let website = read_website(words, &self.url, &mut mistakes);
        mistakes.check_text(words, "why", &mut self.why, WHY_BYTES);
        if input::contains_email(&self.why) {
            mistakes.say(words, "why", "why-is-address");
        }
        self.mistakes = mistakes;
        self.mistakes.is_empty().then(|| NewWords {
            name: self.author.clone(),
            website: website.as_ref().map(Website::to_string),
            body,
            format,
            body_html,
        })
    }
}

impl EditPage {
    async fn find(
        db: &mut PgConnection,
        desk: Desk,
        id: CommentId,
        typed: Option<EditForm>,
    ) -> Result<Self> {
        let comment = store::find_editable(db, id).await?.ok_or(Error::NotFound)?;
        let form = typed.unwrap_or_else(|| EditForm::of(&comment));
        Ok(Self {
            desk,
            section: Section::Comments,
            form,
            preview: None,
            versions: versions::list(db, id).await?,
            done: None,
            notice: None,
            comment,
        })
    }

    /// The page with the comment as it is now beside what was typed: sending it once more is a choice made with open eyes.
    async fn overtaken(self, app: &App) -> Result<Response> {
        let mut db = app.pool.acquire().await?;
        let id = self.comment.id;
        let mut page = Self::find(&mut db, self.desk, id, Some(self.form)).await?;
        let words = page.desk.layout.words;
        page.form.version = page.comment.version;
        page.notice = Some(match page.last_changed_by_staff() {
            _ if page.comment.is_erased => words.say("edit-gone"),
            Some(name) => words.with("edit-overtaken-by", "name", name),
            None => words.say("edit-overtaken"),
        });
        Ok(Page(page).with_status(StatusCode::CONFLICT))
    }

    /// Who of the staff made it what it is now; none if that was its author.
    fn last_changed_by_staff(&self) -> Option<&str> {
        let last = self.versions.first()?;
        (last.version + 1 == self.comment.version).then_some(last.replaced_by.as_str())
    }

    /// What an earlier version says. Its HTML is made anew: that what is kept was made by today's rules, nothing says.
    fn earlier(&self, version: i32) -> Option<NewWords> {
        let found = self.versions.iter().find(|one| one.version == version)?;
        let words = self.desk.layout.words;
        let mut body = found.body.clone();
        let (body, body_html) = read_words(words, found.format, &mut body, &mut Mistakes::none());
        Some(NewWords {
            name: found.name.clone(),
            website: found.website.clone(),
            body,
            format: found.format,
            body_html,
        })
    }

    fn action(&self) -> String {
        address(self.comment.id)
    }

    fn is_html(&self) -> bool {
        self.comment.format == Format::Html
    }

    /// Whether someone changed it while the form was open, so that both texts are to be seen.
    fn shows_theirs(&self) -> bool {
        self.notice.is_some() && !self.comment.is_erased
    }
}
