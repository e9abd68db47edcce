//! The publication's settings, as a form.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Desk, Section, take_form};
use crate::accounts::Admin;
use crate::app::App;
use crate::publication::{self, Edition, Publication, WrongPermalink};
use crate::text::{Language, dates, input, markdown};
use crate::web::requests::Reference;
use crate::web::{Fields, Layout, Mistakes, Page, Query, Result, go_to};

/// Bytes of a title or tagline: more would not fit a line of print.
const LINE_BYTES: usize = 200;
/// Bytes of the appeal.
const APPEAL_BYTES: usize = 20_000;

/// The settings as typed.
struct SettingsForm {
    title: String,
    tagline: String,
    language: String,
    time_zone: String,
    permalink: String,
    appeal: String,
    version: i32,
    mistakes: Mistakes,
}

#[derive(Template)]
#[template(path = "admin/settings.html")]
struct SettingsPage {
    desk: Desk,
    section: Section,
    form: SettingsForm,
    languages: [Language; 2],
    zones: Vec<String>,
    saved: bool,
    /// How many articles could not take the address that the new pattern gives them.
    kept: i64,
    /// Someone else's settings, saved meanwhile.
    theirs: Option<std::sync::Arc<Publication>>,
}

impl SettingsPage {
    fn new(desk: Desk, form: SettingsForm, saved: bool) -> Self {
        let zones = jiff::tz::db()
            .available()
            .map(|zone| zone.to_string())
            .filter(|zone| zone.contains('/') || zone == "UTC")
            .collect();
        Self {
            desk,
            section: Section::Settings,
            form,
            languages: Language::all(),
            zones,
            saved,
            kept: 0,
            theirs: None,
        }
    }

    /// A language's name, in itself.
    fn name_of(&self, language: &Language) -> String {
        self.desk.layout.words.say(match language {
            Language::English => "language-english",
            Language::Ukrainian => "language-ukrainian",
        })
    }
}

/// What the page is to say.
#[derive(Deserialize)]
pub struct Asked {
    saved: Option<u8>,
    kept: Option<i64>,
}

/// The settings page.
pub async fn show_settings(desk: Desk, _admin: Admin, Query(asked): Query<Asked>) -> Response {
    let form = SettingsForm::of(&desk.layout.publication);
    let mut page = SettingsPage::new(desk, form, asked.saved.is_some());
    page.kept = asked.kept.unwrap_or_default();
    Page(page).into_response()
}

/// Saves the settings. Another permalink pattern or time zone moves the articles' addresses with it.
pub async fn save_settings(
    State(app): State<App>,
    Extension(reference): Extension<Reference>,
    admin: Result<Admin>,
    desk: Result<Desk>,
    fields: Fields,
) -> Response {
    let work = async { save(&app, desk?, &admin?, &fields).await };
    take_form(&app, reference, "/admin/settings", &fields, work).await
}

async fn save(app: &App, desk: Desk, admin: &Admin, fields: &Fields) -> Result<Response> {
    let mut form = SettingsForm::read(fields);
    let Some(changed) = form.parse(&desk.layout) else {
        return Ok(Page(SettingsPage::new(desk, form, false))
            .with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let mut db = app.pool.begin().await?;
    if !publication::store::change(&mut db, &changed).await? {
        db.rollback().await?;
        let theirs = app.publication().await?;
        form.version = theirs.version;
        let mut page = SettingsPage::new(desk, form, false);
        page.theirs = Some(theirs);
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    let now = &desk.layout.publication;
    let moves = changed.permalink != now.permalink || changed.zone_name() != now.zone_name();
    let kept = if moves {
        publication::store::move_addresses(&mut db, &changed).await?
    } else {
        0
    };
    db.commit().await?;
    tracing::info!(account = %admin.id, "changed the settings");
    Ok(go_to(&format!("/admin/settings?saved=1&kept={kept}")).into_response())
}

impl SettingsForm {
    fn of(publication: &Publication) -> Self {
        Self {
            title: publication.title.clone(),
            tagline: publication.tagline.clone(),
            language: publication.language.code().to_owned(),
            time_zone: publication.zone_name().to_owned(),
            permalink: publication.permalink.to_string(),
            appeal: publication.appeal.clone(),
            version: publication.version,
            mistakes: Mistakes::none(),
        }
    }

    fn read(fields: &Fields) -> Self {
        Self {
            title: input::single_line(fields.get("title")),
            tagline: input::single_line(fields.get("tagline")),
            language: fields.get("language").to_owned(),
            time_zone: fields.get("time_zone").trim().to_owned(),
            permalink: fields.get("permalink").trim().to_owned(),
            appeal: input::multi_line(fields.get("appeal")),
            version: fields.get("version").parse().unwrap_or_default(),
            mistakes: Mistakes::none(),
        }
    }

    /// The settings, if every field is right; otherwise the form holds what is wrong.
    fn parse(&mut self, layout: &Layout) -> Option<Publication> {
        let words = layout.words;
        let mut mistakes = Mistakes::none();
        for (field, text, most) in [
            ("title", &mut self.title, LINE_BYTES),
            ("tagline", &mut self.tagline, LINE_BYTES),
            ("appeal", &mut self.appeal, APPEAL_BYTES),
        ] {
            mistakes.check_text(words, field, text, most);
        }
        if input::is_blank(&self.title) {
            mistakes.say(words, "title", "settings-title-missing");
        }
        let language = Language::parse(&self.language);
        if language.is_none() {
            mistakes.say(words, "language", "settings-language-wrong");
        }
        let zone = dates::parse_zone(&self.time_zone);
        if zone.is_none() {
            mistakes.say(words, "time_zone", "settings-zone-wrong");
        }
        let permalink = match self.permalink.parse() {
            Ok(permalink) => Some(permalink),
            Err(wrong) => {
                mistakes.say(
                    words,
                    "permalink",
                    match wrong {
                        WrongPermalink::Malformed => "settings-permalink-malformed",
                        WrongPermalink::NotUnique => "settings-permalink-not-unique",
                        WrongPermalink::Reserved => "settings-permalink-reserved",
                    },
                );
                None
            }
        };
        self.mistakes = mistakes;
        let (Some(language), Some(zone), Some(permalink), true) =
            (language, zone, permalink, self.mistakes.is_empty())
        else {
            return None;
        };
        Some(Publication {
            title: self.title.clone(),
            tagline: self.tagline.clone(),
            language,
            zone,
            permalink,
            appeal_html: markdown::render_article(&self.appeal),
            appeal: self.appeal.clone(),
            discussion: layout.publication.discussion.clone(),
            key_id: layout.publication.key_id.clone(),
            version: self.version,
            edition: Edition::NONE,
        })
    }
}
