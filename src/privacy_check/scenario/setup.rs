//! The part of the scenario that prepares the copy of the site: its settings, an admin, an article and another reader.

use anyhow::Context;
use axum::Router;

use super::state::{
    CanaryScenario, FLOOD_SECONDS, FormSender, TRASH_WORD, expect_status, parse_id_after,
    random_email,
};
use crate::accounts::{self, Role, Username, session};
use crate::app::App;
use crate::articles;
use crate::comments::store::word_lists::{self, WordListTexts};
use crate::ids::{AccountId, ArticleId};
use crate::privacy_check::browser::RouterBrowser;
use crate::privacy_check::canary::{Canary, HOLD_WORD};
use crate::privacy_check::report::LeakReport;
use crate::publication::{self, DiscussionSettings};

/// Changes the settings, and creates the admin account and an article that accepts replies.
pub async fn set_up<'a>(
    app: &'a App,
    router: &Router,
    canary: &'a Canary,
    report: &'a mut LeakReport,
) -> anyhow::Result<CanaryScenario<'a>> {
    change_settings(app).await?;
    let (admin_id, mut admin_browser) = create_admin(app, router, canary).await?;
    let article_id = publish_article(&mut admin_browser, canary).await?;
    let mut db = app.pool.acquire().await?;
    let article = articles::store::find(&mut db, article_id).await?;
    let article_path = article
        .and_then(|article| article.path)
        .context("the article has no path")?;
    drop(db);
    Ok(CanaryScenario {
        app,
        canary,
        report,
        visitor_browser: RouterBrowser::new(app, router, 0x200),
        canary_browser: RouterBrowser::new(app, router, 0x300),
        other_browser: RouterBrowser::new(app, router, 0x400),
        admin_browser,
        admin_id,
        article_id,
        article_path,
        article_ids: vec![article_id.0],
        approved_comment: None,
        held_comments: Vec::new(),
        comment_ids: Vec::new(),
        extra_paths: Vec::new(),
        response_count: 0,
    })
}

/// Sets the default discussion settings, which are those of WordPress, but does not hold the comments of first-time
/// commenters.
async fn change_settings(app: &App) -> anyhow::Result<()> {
    let mut db = app.pool.acquire().await?;
    let settings = DiscussionSettings {
        // Otherwise no reply would become public without a decision.
        hold_first_timers: false,
        flood_seconds: FLOOD_SECONDS,
        ..DiscussionSettings::default()
    };
    publication::store::update_discussion(&mut db, &settings).await?;
    let word_lists = WordListTexts {
        hold: HOLD_WORD.to_owned(),
        refuse: TRASH_WORD.to_owned(),
    };
    word_lists::update(&mut db, &word_lists).await?;
    Ok(())
}

async fn create_admin(
    app: &App,
    router: &Router,
    canary: &Canary,
) -> anyhow::Result<(AccountId, RouterBrowser)> {
    let handle =
        Username::parse(&canary.admin_username()).context("the admin's username is not valid")?;
    let now = app.clock.now();
    let mut db = app.pool.acquire().await?;
    let id = accounts::store::insert(
        &mut db,
        &handle,
        &canary.admin_name(),
        Role::Admin,
        None,
        now,
    )
    .await?
    .context("the admin's username is taken")?;
    let cookie = session::create_session(app, &mut db, id).await?;
    let mut browser = RouterBrowser::new(app, router, 0x100);
    browser.store_cookie(&cookie.to_string());
    Ok((id, browser))
}

async fn publish_article(
    admin_browser: &mut RouterBrowser,
    canary: &Canary,
) -> anyhow::Result<ArticleId> {
    let fields = [
        ("title", &*format!("Privacy check {}", canary.run_id)),
        ("body", "The canary replies here."),
        ("topics", &format!("Canary {}", canary.run_id)),
        ("replies_open", "yes"),
        ("version", "0"),
        ("action", "publish"),
    ];
    let response = admin_browser.post("/admin/articles/new", &fields).await?;
    expect_status(&response, 303, "publishing an article")?;
    parse_id_after(response.header("location"), "/admin/articles/")
        .map(ArticleId)
        .context("a published article does not redirect to its editor")
}

impl CanaryScenario<'_> {
    /// Subscribes another reader to all replies to the article, so that the site sends emails about the canary's replies.
    pub async fn subscribe_other_reader(&mut self) -> anyhow::Result<()> {
        let email = random_email();
        let path = self.reply_path();
        let fields = [
            ("comment", "I read this, too."),
            ("author", "Other"),
            ("email", &*email),
            ("notify_all", "yes"),
        ];
        let action = "another reader's reply";
        self.post_form(FormSender::OtherReader, &path, &fields, 303, action)
            .await?;
        self.verify_email(FormSender::OtherReader, &email).await
    }
}
