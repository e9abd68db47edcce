//! Data for the layout template, shared by all pages.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tokio::time::timeout;
use url::Url;

use super::assets;
use super::error::Error;
use crate::app::App;
use crate::clock::Ts;
use crate::i18n::Translator;
use crate::publication::Publication;
use crate::text::{SafeHtml, dates, markdown};

/// Longest wait for the database on pages that can be shown without it, with the site's title as last loaded.
const PUBLICATION_TIMEOUT: Duration = Duration::from_secs(5);

/// Publication (the site's settings) and its translations, for the templates. It contains nothing about the visitor,
/// since a public page is the same for everyone.
#[derive(Clone)]
pub struct Layout {
    pub publication: Arc<Publication>,
    pub translator: Translator,
    /// Time at which the page is rendered.
    pub now: Ts,
    pub sends_mail: bool,
    base: Arc<str>,
}

impl Layout {
    pub fn new(app: &App, publication: Arc<Publication>) -> Self {
        let base = app.config.public_url.as_str().trim_end_matches('/').into();
        Self {
            translator: publication.translator(),
            publication,
            now: app.clock.now(),
            sends_mail: app.config.mail.is_some(),
            base,
        }
    }

    /// Loads the publication. If the database is unreachable, uses the publication as last loaded, for pages that must be
    /// shown anyway.
    pub async fn load_or_last_known(app: &App) -> Self {
        let publication = match timeout(PUBLICATION_TIMEOUT, app.load_publication()).await {
            Ok(Ok(publication)) => publication,
            // An old title is better than no page while the database is away.
            _ => app.last_known_publication(),
        };
        Self::new(app, publication)
    }

    /// Returns the language of the page as a BCP 47 code for the `lang` attribute.
    pub fn lang(&self) -> &'static str {
        self.translator.language().code()
    }

    pub fn asset_url(&self, name: &str) -> String {
        assets::asset_url(name)
    }

    /// Formats a time, to the minute, for the `datetime` attribute.
    pub fn format_iso_minute(&self, time: &Ts) -> String {
        dates::format_rfc3339_minute(*time, &self.publication.zone)
    }

    pub fn inline_style(&self) -> assets::InlineStyle {
        assets::InlineStyle::load()
    }

    /// Returns the absolute URL of a path on this site.
    pub fn absolute_url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Makes the URLs in a text absolute, for emails.
    pub fn absolute_urls(&self, text: &SafeHtml) -> SafeHtml {
        let base = Url::parse(&self.absolute_url("/")).expect("the public URL is a URL");
        markdown::absolutize_urls(text, &base)
    }

    /// Returns the URL that is part of guids that are not stored. It stays the same if the public URL changes.
    pub fn guid_base(&self) -> &str {
        self.publication.guid_base.as_deref().unwrap_or(&self.base)
    }

    /// Formats a date for readers, in the site's language, style and time zone.
    pub fn format_date(&self, time: &Ts) -> String {
        dates::format_date(*time, &self.publication.zone, self.publication.date_style())
    }

    /// Formats a date and a time of day for readers, in the site's language, style and time zone.
    pub fn format_date_time(&self, time: &Ts) -> String {
        dates::format_date_time(*time, &self.publication.zone, self.publication.date_style())
    }

    /// Formats a time for the `datetime` attribute.
    pub fn format_iso_time(&self, time: &Ts) -> String {
        dates::format_rfc3339(*time, &self.publication.zone)
    }
}

impl FromRequestParts<App> for Layout {
    type Rejection = Error;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Error> {
        Ok(Self::new(app, app.load_publication().await?))
    }
}
