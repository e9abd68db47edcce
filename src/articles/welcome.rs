//! First start of a new site: creates the publication, a sample article, and sample comments with which moderation can be
//! tried.

use std::net::Ipv4Addr;

use anyhow::Context;
use sqlx::PgConnection;

use super::model::{ArticleInput, ArticleState};
use super::store::{self, ArticleSaveOutcome};
use crate::accounts::{self, Role, Username};
use crate::app::App;
use crate::commenters::{self, Email};
use crate::comments::screening::{self, Verdict};
use crate::comments::{self, NewComment, Status};
use crate::ids::{ArticleId, CommentId};
use crate::publication::{self, Publication};
use crate::text::markdown;

const TITLE: &str = "Welcome to your Broadsheet";
const STANDFIRST: &str = "This first article shows what an article can hold. Read it once, then change it, or write over it.";
const SOURCES: &str = "The people who make Broadsheet.";
const BODY: &str = include_str!("welcome.md");
const APPEAL: &str = "This line stands under every article: ask your readers for what you need. You will find it in the *settings*.";

/// A sample comment by an invented reader. The email addresses are at example.com, where nobody can have one (RFC 2606).
struct SampleComment {
    name: &'static str,
    email: &'static str,
    is_held: bool,
    replies_to_previous: bool,
    body: &'static str,
}

const SAMPLE_COMMENTS: [SampleComment; 3] = [
    SampleComment {
        name: "Maria",
        email: "maria@example.com",
        is_held: false,
        replies_to_previous: false,
        body: "I came for the article and stayed for the *quiet*. No banner, no pop-up, no account to make. Is there a feed?",
    },
    SampleComment {
        name: "Petro",
        email: "petro@example.com",
        is_held: false,
        replies_to_previous: true,
        body: "There is, at `/feed.xml`. Any feed reader takes it.",
    },
    SampleComment {
        name: "Olha",
        email: "olha@example.com",
        is_held: true,
        replies_to_previous: false,
        body: "This reply waits for you. Sign in, open *Comments*, and decide: approve it, call it spam, or throw it away. Each can be undone.",
    },
];

/// Creates the publication with a sample article and sample comments. Does nothing if there is a publication already.
pub async fn create_welcome_site(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let mut publication = Publication::new(&app.keys.active_id());
    APPEAL.clone_into(&mut publication.appeal);
    publication.appeal_html = markdown::render_article(APPEAL);
    // Of several nodes that start at once, one inserts the row, and the others wait for its commit.
    if !publication::store::insert(&mut db, &publication).await? {
        return Ok(());
    }
    let article = insert_welcome_article(app, &mut db, &publication).await?;
    let mut previous = None;
    for sample in &SAMPLE_COMMENTS {
        let parent = previous.filter(|_| sample.replies_to_previous);
        previous = Some(insert_sample_comment(app, &mut db, article, parent, sample).await?);
    }
    db.commit().await?;
    tracing::info!(
        at = now.rfc3339(),
        "created the publication with a welcome article"
    );
    Ok(())
}

async fn insert_welcome_article(
    app: &App,
    db: &mut PgConnection,
    publication: &Publication,
) -> anyhow::Result<ArticleId> {
    let now = app.clock.now();
    // An account without a passphrase: nobody can sign in as it.
    let username = Username::parse("broadsheet").context("a plain word is a username")?;
    // An account with this username may have been created on the command line before the first start.
    let author = match accounts::store::find_by_username(db, &username).await? {
        Some((account, _)) => account.id,
        None => accounts::store::insert(db, &username, "Broadsheet", Role::Editor, None, now)
            .await?
            .context("another start created the welcome article's author")?,
    };
    let input = ArticleInput {
        standfirst: STANDFIRST.to_owned(),
        sources: SOURCES.to_owned(),
        body: BODY.to_owned(),
        state: ArticleState::Published,
        published_at: Some(now),
        ..ArticleInput::new(TITLE)
    };
    match store::insert(db, publication, author, &input, None, now).await? {
        ArticleSaveOutcome::Saved(article) => Ok(article),
        outcome => {
            anyhow::bail!("the welcome article was not saved in a new database: {outcome:?}")
        }
    }
}

async fn insert_sample_comment(
    app: &App,
    db: &mut PgConnection,
    article: ArticleId,
    parent_id: Option<CommentId>,
    sample: &SampleComment,
) -> anyhow::Result<CommentId> {
    let now = app.clock.now();
    let email = Email::parse(sample.email)
        .ok()
        .context("a sample's email is well formed")?;
    let commenter =
        commenters::store::commenters::find_or_insert(db, &app.keys, &email, now).await?;
    let verdict = if sample.is_held {
        Verdict::new(Status::Held, vec![screening::ReasonKind::FirstTimer.into()])
    } else {
        Verdict::new(Status::Approved, Vec::new())
    };
    let comment = NewComment {
        parent_id,
        name: sample.name.to_owned(),
        email: Some(email),
        website: None,
        body: sample.body.to_owned(),
        body_html: markdown::render_comment(sample.body),
        account_id: None,
        // No visitor sent it, but a comment has an IP.
        ip: Ipv4Addr::LOCALHOST.into(),
    };
    let inserted = comments::store::submissions::insert(
        db,
        &app.keys,
        article,
        Some(commenter.id),
        &comment,
        &verdict,
        None,
        now,
    )
    .await?;
    // An insert finds a duplicate by its text.
    inserted.context("no two samples have the same text")
}
