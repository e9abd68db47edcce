//! What the frame of every page shows.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tokio::time::timeout;

use super::assets;
use super::error::Error;
use crate::app::App;
use crate::clock::Ts;
use crate::i18n::Words;
use crate::publication::Publication;
use crate::text::dates;

/// How long the frame of a page that must be shown waits for a database that has stopped in the middle of its answer.
const LOOKED_UP_WITHIN: Duration = Duration::from_secs(5);

/// The publication and its words, for a page to stand in. Knows nothing of who is reading: a public page is the same
/// for everyone.
#[derive(Clone)]
pub struct Layout {
    /// The publication.
    pub publication: Arc<Publication>,
    /// The words of its language.
    pub words: Words,
    /// The moment the page is made.
    pub now: Ts,
    /// Whether the site sends mail.
    pub mails: bool,
    base: Arc<str>,
}

impl Layout {
    /// The frame for `publication`, now.
    pub fn new(app: &App, publication: Arc<Publication>) -> Self {
        let base = app.config.public_url.as_str().trim_end_matches('/').into();
        Self {
            words: publication.words(),
            publication,
            now: app.clock.now(),
            mails: app.config.mail.is_some(),
            base,
        }
    }

    /// The frame as it is, or as it last was while the database is away: for pages that must be shown at any rate.
    pub async fn at_any_rate(app: &App) -> Self {
        let publication = match timeout(LOOKED_UP_WITHIN, app.publication()).await {
            Ok(Ok(publication)) => publication,
            _ => app.last_publication(),
        };
        Self::new(app, publication)
    }

    /// The language of the page, for its `lang`.
    pub fn lang(&self) -> &'static str {
        self.words.language().code()
    }

    /// The address of a file of ours.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// A moment to the minute, as machines read it.
    pub fn machine_minute(&self, moment: &Ts) -> String {
        dates::machine_minute(*moment, &self.publication.zone)
    }

    /// The styles that stand in the page itself.
    pub fn style(&self) -> assets::Style {
        assets::Style::of_reading()
    }

    /// The full address of a path of ours.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A day, as a person writes it.
    pub fn day(&self, moment: &Ts) -> String {
        dates::long_date(*moment, &self.publication.zone, self.words.language())
    }

    /// A day and an hour, as a person writes them.
    pub fn moment(&self, moment: &Ts) -> String {
        dates::date_and_time(*moment, &self.publication.zone, self.words.language())
    }

    /// A moment, as machines read it.
    pub fn machine(&self, moment: &Ts) -> String {
        dates::machine(*moment, &self.publication.zone)
    }
}

impl FromRequestParts<App> for Layout {
    type Rejection = Error;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Error> {
        Ok(Self::new(app, app.publication().await?))
    }
}
