//! Settings page of the site: title, language, time zone, style of dates, permalink pattern and appeal.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::layout::{AdminLayout, AdminSection};
use crate::accounts::Admin;
use crate::app::App;
use crate::publication::{self, PermalinkError, Publication, PublicationVersion};
use crate::text::date_style::{DateOrder, DateStyle, HourCycle};
use crate::text::dates;
use crate::text::zones::{self, ZoneEntry};
use crate::text::{Language, input, markdown};
use crate::web::form::{self, FieldErrors, FormData, RowVersion, TextLimit, submit_or_recover};
use crate::web::request_id::RequestId;
use crate::web::{Layout, Page, Query, Result, redirect_after_post};

/// Longest title or tagline in bytes. A longer text would not fit on one line of a printed page.
const LINE_CHARS: usize = 200;
const APPEAL_CHARS: usize = 20_000;

/// Settings form as submitted.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SettingsForm {
    #[serde(deserialize_with = "form::text_line")]
    title: String,
    #[serde(deserialize_with = "form::text_line")]
    tagline: String,
    language: String,
    #[serde(deserialize_with = "form::trimmed")]
    time_zone: String,
    date_order: String,
    hour_cycle: String,
    #[serde(deserialize_with = "form::trimmed")]
    permalink: String,
    #[serde(deserialize_with = "form::multi_line")]
    appeal: String,
    version: RowVersion,
    #[serde(skip)]
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "admin/settings.html")]
struct SettingsPage {
    admin_layout: AdminLayout,
    section: AdminSection,
    form: SettingsForm,
    languages: [Language; 2],
    zones: &'static [ZoneEntry],
    saved: bool,
    /// Number of articles that kept their old URL because the URL from the new permalink pattern was already in use.
    unmoved_articles: i64,
    /// Current settings, if somebody else saved them while this form was open.
    newer: Option<Arc<Publication>>,
}

impl SettingsPage {
    fn new(admin_layout: AdminLayout, form: SettingsForm) -> Self {
        Self {
            admin_layout,
            section: AdminSection::Settings,
            form,
            languages: Language::all(),
            zones: zones::list_zones(),
            saved: false,
            unmoved_articles: 0,
            newer: None,
        }
    }

    /// Returns the name of a language, written in that language.
    fn language_name(&self, language: &Language) -> String {
        let translator = self.admin_layout.layout.translator;
        translator.text(&format!("language-{}", language.code()))
    }

    /// Returns the name of a time zone's city.
    fn city<'a>(&self, zone: &'a ZoneEntry) -> &'a str {
        zone.city(self.admin_layout.layout.translator.language())
    }

    /// Lists the choices of an order of dates or a clock: each value with its label.
    fn choices<T: IntoEnumIterator + Into<&'static str>>(
        &self,
        field: &str,
    ) -> Vec<(&'static str, String)> {
        let translator = self.admin_layout.layout.translator;
        let choices = T::iter().map(Into::<&'static str>::into);
        choices
            .map(|code| (code, translator.text(&format!("{field}-{code}"))))
            .collect()
    }

    fn date_orders(&self) -> Vec<(&'static str, String)> {
        self.choices::<DateOrder>("date-order")
    }

    fn hour_cycles(&self) -> Vec<(&'static str, String)> {
        self.choices::<HourCycle>("hour-cycle")
    }

    /// Formats the present time as the chosen settings would.
    fn sample_time(&self) -> String {
        let layout = &self.admin_layout.layout;
        let style = DateStyle {
            language: Language::parse(&self.form.language).unwrap_or_default(),
            order: self.form.date_order.parse().unwrap_or_default(),
            hours: self.form.hour_cycle.parse().unwrap_or_default(),
        };
        dates::format_date_time(layout.now, &layout.publication.zone, style)
    }
}

#[derive(Deserialize)]
pub struct SettingsQuery {
    saved: Option<u8>,
    #[serde(rename = "kept")]
    unmoved_articles: Option<i64>,
}

pub async fn show_settings(
    admin_layout: AdminLayout,
    _admin: Admin,
    Query(query): Query<SettingsQuery>,
) -> Response {
    let form = SettingsForm::from_publication(&admin_layout.layout.publication);
    let mut page = SettingsPage::new(admin_layout, form);
    page.saved = query.saved.is_some();
    page.unmoved_articles = query.unmoved_articles.unwrap_or_default();
    Page(page).into_response()
}

/// Saves the settings. If the permalink pattern or the time zone changes, every article moves to its new URL.
pub async fn save_settings(
    State(app): State<App>,
    request_id: RequestId,
    admin: Result<Admin>,
    admin_layout: Result<AdminLayout>,
    form: FormData<SettingsForm>,
) -> Response {
    // Failures of the extractors count as failed work, so that a visitor who is signed out gets the form back as
    // typed.
    let work = async { save(&app, admin_layout?, &admin?, form.value).await };
    submit_or_recover(&app, request_id, "/admin/settings", &form.fields, work).await
}

async fn save(
    app: &App,
    admin_layout: AdminLayout,
    admin: &Admin,
    mut form: SettingsForm,
) -> Result<Response> {
    let Some(changed) = form.parse(&admin_layout.layout) else {
        let page = SettingsPage::new(admin_layout, form);
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let mut db = app.pool.begin().await?;
    if !publication::store::update(&mut db, &changed).await? {
        db.rollback().await?;
        let newer = app.load_publication().await?;
        // Both are on the page now, so that saving once more is an informed choice.
        form.version = RowVersion(newer.version);
        let mut page = SettingsPage::new(admin_layout, form);
        page.newer = Some(newer);
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    let current = &admin_layout.layout.publication;
    let urls_change =
        // Dates in the pattern are those of the publication's time zone.
        changed.permalink != current.permalink || changed.zone_name() != current.zone_name();
    let unmoved = match urls_change {
        true => publication::store::update_article_paths(&mut db, &changed).await?,
        false => 0,
    };
    db.commit().await?;
    tracing::info!(account = %admin.id, "publication settings saved");
    Ok(redirect_after_post(&format!("/admin/settings?saved=1&kept={unmoved}")).into_response())
}

impl SettingsForm {
    fn from_publication(publication: &Publication) -> Self {
        Self {
            title: publication.title.clone(),
            tagline: publication.tagline.clone(),
            language: publication.language.code().to_owned(),
            time_zone: publication.zone_name().to_owned(),
            date_order: <&str>::from(publication.date_order).to_owned(),
            hour_cycle: <&str>::from(publication.hour_cycle).to_owned(),
            permalink: publication.permalink.to_string(),
            appeal: publication.appeal.clone(),
            version: RowVersion(publication.version),
            errors: FieldErrors::default(),
        }
    }

    /// Validates the form and returns the new settings. If a field is wrong, adds an error to the form and returns
    /// `None`.
    fn parse(&mut self, layout: &Layout) -> Option<Publication> {
        let translator = layout.translator;
        let mut errors = FieldErrors::default();
        for (field, text, max_chars) in [
            ("title", &mut self.title, LINE_CHARS),
            ("tagline", &mut self.tagline, LINE_CHARS),
            ("appeal", &mut self.appeal, APPEAL_CHARS),
        ] {
            errors.check_text(translator, field, text, TextLimit::Chars(max_chars));
        }
        if input::is_blank(&self.title) {
            errors.push(translator, "title", "settings-title-missing");
        }
        let language = Language::parse(&self.language);
        if language.is_none() {
            errors.push(translator, "language", "settings-language-wrong");
        }
        let zone = zones::find_zone(&self.time_zone);
        if let Err(similar) = &zone {
            let message = match similar[..] {
                [] => translator.text("settings-zone-wrong"),
                _ => translator.format("settings-zone-similar", "zones", &similar.join(", ")),
            };
            errors.push_message("time_zone", message);
        }
        // The lists offer nothing else, so that another value comes from no browser and gets the default.
        let date_order = self.date_order.parse().unwrap_or_default();
        let hour_cycle = self.hour_cycle.parse().unwrap_or_default();
        let permalink = self.permalink.parse();
        if let Err(error) = permalink {
            let key = match error {
                PermalinkError::Malformed => "settings-permalink-malformed",
                PermalinkError::NotUnique => "settings-permalink-not-unique",
                PermalinkError::Reserved => "settings-permalink-reserved",
            };
            errors.push(translator, "permalink", key);
        }
        self.errors = errors;
        let (Some(language), Ok(zone), Ok(permalink), true) =
            (language, zone, permalink, self.errors.is_empty())
        else {
            return None;
        };
        Some(Publication {
            title: self.title.clone(),
            tagline: self.tagline.clone(),
            language,
            zone,
            date_order,
            hour_cycle,
            permalink,
            appeal_html: markdown::render_article(&self.appeal),
            appeal: self.appeal.clone(),
            discussion: layout.publication.discussion.clone(),
            key_id: layout.publication.key_id.clone(),
            version: self.version.0,
            guid_base: layout.publication.guid_base.clone(),
            feed_seed: layout.publication.feed_seed.clone(),
            row_version: PublicationVersion::NONE,
        })
    }
}
