//! How discussions are kept, as a form; and its word lists, tried on the last comments while they are typed.

use anyhow::Context;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::rules_form::{RulesForm, list_of, say_wrong, wrong_lines};
use super::store;
use super::word_list_preview::{MatchCount, PreviewResult, preview_word_list};
use crate::accounts::Admin;
use crate::admin::{Desk, Section, take_form};
use crate::app::App;
use crate::comments::rules;
use crate::i18n::Words;
use crate::publication;
use crate::web::requests::Reference;
use crate::web::{Fields, Layout, Page, Query, Result, go_to};

const DISCUSSION: &str = "/admin/discussion";
/// Comments that word lists are tried on.
const TRIED_ON: i64 = 1_000;

/// Lists are tried one pair at a time: each keeps a processor busy for as long as it takes.
static TRYING: Semaphore = Semaphore::const_new(1);

#[derive(Template)]
#[template(path = "moderation/rules.html")]
struct RulesPage {
    desk: Desk,
    section: Section,
    form: RulesForm,
    has_key: bool,
    saved: bool,
    /// Someone else has saved meanwhile.
    overtaken: bool,
    hold_trial: Option<Tried>,
    refuse_trial: Option<Tried>,
}

/// The answer to a script that asks while a list is typed.
#[derive(Template)]
#[template(path = "moderation/word_list_preview.html")]
struct TriedPage {
    words: Words,
    hold_trial: Tried,
    refuse_trial: Tried,
}

/// What came of trying a list, in words.
struct Tried {
    words: Words,
    /// Beginning of the catalogue's keys: what this list does to a comment.
    key: &'static str,
    trial: PreviewResult,
}

/// What the page is to say.
#[derive(Deserialize)]
pub struct Asked {
    saved: Option<u8>,
}

/// How discussions are kept.
pub async fn show_rules(
    State(app): State<App>,
    desk: Desk,
    _admin: Admin,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut db = app.pool.acquire().await?;
    let lists = rules::find_lists(&mut db).await?;
    let publication = &desk.layout.publication;
    let form = RulesForm::of(&publication.discussion, lists, publication.version);
    let mut page = RulesPage::new(desk, form);
    page.saved = asked.saved.is_some();
    Ok(Page(page).into_response())
}

/// Saves how discussions are kept; or only tries the words, if that is the button that was pressed.
pub async fn save_rules(
    State(app): State<App>,
    Extension(reference): Extension<Reference>,
    admin: Result<Admin>,
    desk: Result<Desk>,
    fields: Fields,
) -> Response {
    let work = async {
        let (desk, admin) = (desk?, admin?);
        let form = RulesForm::read(&fields);
        if fields.is_ticked("try") {
            try_form(&app, desk, form).await
        } else {
            save(&app, desk, &admin, form).await
        }
    };
    take_form(&app, reference, DISCUSSION, &fields, work).await
}

async fn save(app: &App, desk: Desk, admin: &Admin, mut form: RulesForm) -> Result<Response> {
    let now = desk.layout.publication.discussion.clone();
    let (hold, refuse) = (form.hold_words.clone(), form.refuse_words.clone());
    let wrong = spawn_blocking(move || (wrong_lines(&hold), wrong_lines(&refuse)))
        .await
        .context("reading the word lists")?;
    let Some(parsed) = form.parse(desk.layout.words, &app.keys, &now, wrong) else {
        return Ok(Page(RulesPage::new(desk, form)).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let mut db = app.pool.begin().await?;
    if !publication::store::begin_change(&mut db, form.version).await? {
        db.rollback().await?;
        form.version = app.publication().await?.version;
        let mut page = RulesPage::new(desk, form);
        page.overtaken = true;
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    publication::store::change_discussion(&mut db, &parsed.settings).await?;
    rules::change_lists(&mut db, &parsed.lists).await?;
    db.commit().await?;
    tracing::info!(account = %admin.id, "changed how discussions are kept");
    Ok(go_to(&format!("{DISCUSSION}?saved=1")).into_response())
}

async fn try_form(app: &App, desk: Desk, form: RulesForm) -> Result<Response> {
    let words = desk.layout.words;
    let (hold, refuse) = try_lists(
        app,
        words,
        form.hold_words.clone(),
        form.refuse_words.clone(),
    )
    .await?;
    let mut page = RulesPage::new(desk, form);
    (page.hold_trial, page.refuse_trial) = (Some(hold), Some(refuse));
    Ok(Page(page).into_response())
}

/// Tries word lists for a script, which puts the answer under them.
pub async fn try_words(
    State(app): State<App>,
    _admin: Admin,
    layout: Layout,
    fields: Fields,
) -> Result<Response> {
    let list = |name| list_of(fields.get(name));
    let (hold_trial, refuse_trial) =
        try_lists(&app, layout.words, list("hold_words"), list("refuse_words")).await?;
    Ok(Page(TriedPage {
        words: layout.words,
        hold_trial,
        refuse_trial,
    })
    .into_response())
}

async fn try_lists(
    app: &App,
    words: Words,
    hold: String,
    refuse: String,
) -> Result<(Tried, Tried)> {
    let _turn = TRYING.acquire().await.context("waiting for a turn")?;
    let mut db = app.pool.acquire().await?;
    let comments = store::word_list_preview::list_recent(&mut db, TRIED_ON).await?;
    drop(db);
    let (hold, refuse) = spawn_blocking(move || {
        (
            preview_word_list(&hold, &comments),
            preview_word_list(&refuse, &comments),
        )
    })
    .await
    .context("trying the word lists")?;
    let tried = |key, trial| Tried { words, key, trial };
    Ok((tried("tried-hold", hold), tried("tried-refuse", refuse)))
}

impl RulesPage {
    fn new(desk: Desk, form: RulesForm) -> Self {
        let has_key = desk.layout.publication.discussion.checker.is_some();
        Self {
            desk,
            section: Section::Discussion,
            form,
            has_key,
            saved: false,
            overtaken: false,
            hold_trial: None,
            refuse_trial: None,
        }
    }
}

impl Tried {
    /// What a line, or the list, would have done.
    fn said(&self, caught: &MatchCount) -> String {
        let numbers = [
            ("all", caught.all.to_string()),
            ("approved", caught.approved.to_string()),
        ];
        let numbers = numbers
            .each_ref()
            .map(|(name, text)| (*name, text.as_str()));
        let said = self.words.with_all(self.key, &numbers);
        if caught.refused == 0 {
            return said;
        }
        let refused = i64::try_from(caught.refused).unwrap_or(i64::MAX);
        format!("{said}; {}", self.words.count("tried-refused", refused))
    }

    /// What a script is to say of a line that would have done nothing.
    fn said_of_nothing(&self) -> String {
        self.words.with(
            match self.key {
                "tried-hold" => "tried-hold-none",
                _ => "tried-refuse-none",
            },
            "line",
            "#",
        )
    }

    /// On how much it was tried.
    fn on_what(&self) -> String {
        let count = i64::try_from(self.trial.looked_at).unwrap_or(i64::MAX);
        self.words.count("tried-on", count)
    }

    /// That there are lines that are not shown.
    fn and_more(&self) -> Option<String> {
        let more = i64::try_from(self.trial.more).unwrap_or(i64::MAX);
        (more > 0).then(|| self.words.count("tried-more", more))
    }

    fn wrong(&self) -> Vec<String> {
        let wrong = self.trial.wrong.iter();
        wrong.map(|wrong| say_wrong(self.words, wrong)).collect()
    }
}
