//! The first start: a publication with one article that shows what an article can hold, and replies to try the desk on.

use std::net::Ipv4Addr;

use anyhow::Context;
use sqlx::PgConnection;

use super::model::{Draft, Kind, State};
use super::store;
use crate::accounts::{self, Role, Username};
use crate::app::App;
use crate::commenters::{self, Email};
use crate::comments::screening::{self, Verdict};
use crate::comments::{self, NewComment, Status};
use crate::ids::{ArticleId, CommentId};
use crate::publication::{self, Publication};
use crate::text::{BodyFormat, Slug, markdown};

const TITLE: &str = "Welcome to your Broadsheet";
const STANDFIRST: &str = "This first article shows what an article can hold. Read it once, then change it, or write over it.";
const SOURCES: &str = "The people who make Broadsheet.";
const BODY: &str = include_str!("welcome.md");
const APPEAL: &str = "This line stands under every article: ask your readers for what you need. You will find it in the *settings*.";

/// A reader who never was, at an address that can never be (RFC 2606).
struct Sample {
    name: &'static str,
    email: &'static str,
    is_held: bool,
    answers_the_one_before: bool,
    body: &'static str,
}

const SAMPLES: [Sample; 3] = [
    Sample {
        name: "Maria",
        email: "maria@example.com",
        is_held: false,
        answers_the_one_before: false,
        body: "I came for the article and stayed for the *quiet*. No banner, no pop-up, no account to make. Is there a feed?",
    },
    Sample {
        name: "Petro",
        email: "petro@example.com",
        is_held: false,
        answers_the_one_before: true,
        body: "There is, at `/feed.xml`. Any feed reader takes it.",
    },
    Sample {
        name: "Olha",
        email: "olha@example.com",
        is_held: true,
        answers_the_one_before: false,
        body: "This reply waits for you. Sign in, open *Comments*, and decide: approve it, call it spam, or throw it away. Each can be undone.",
    },
];

/// Makes the publication and its welcome article in an empty database. Of several nodes that start at once, one does.
pub async fn first_start(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let mut publication = Publication::new(&app.keys.active_id());
    APPEAL.clone_into(&mut publication.appeal);
    publication.appeal_html = markdown::render_article(APPEAL);
    if !publication::store::insert(&mut db, &publication).await? {
        return Ok(());
    }
    let article = welcome_article(app, &mut db, &publication).await?;
    let mut before = None;
    for sample in &SAMPLES {
        let parent = before.filter(|_| sample.answers_the_one_before);
        before = Some(reply(app, &mut db, article, parent, sample).await?);
    }
    db.commit().await?;
    tracing::info!(
        at = now.rfc3339(),
        "made a new publication with a welcome article"
    );
    Ok(())
}

async fn welcome_article(
    app: &App,
    db: &mut PgConnection,
    publication: &Publication,
) -> anyhow::Result<ArticleId> {
    let now = app.clock.now();
    // The house's own byline, which nobody can sign in as.
    let handle = Username::parse("broadsheet").context("a plain word is a handle")?;
    // Someone of that name may have been added before the first start.
    let author = match accounts::store::find_by_username(db, &handle).await? {
        Some((account, _)) => account.id,
        None => accounts::store::insert(db, &handle, "Broadsheet", Role::Editor, None, now)
            .await?
            .context("another start added the house's byline")?,
    };
    let draft = Draft {
        slug: Slug::from_title(TITLE),
        title: TITLE.to_owned(),
        standfirst: STANDFIRST.to_owned(),
        sources: SOURCES.to_owned(),
        body: BODY.to_owned(),
        format: BodyFormat::Markdown,
        replies_open: true,
        kind: Kind::Article,
        pinned: false,
        topics: Vec::new(),
        state: State::Published,
        published_at: Some(now),
    };
    match store::insert(db, publication, author, &draft, now).await? {
        store::Save::Kept(article) => Ok(article),
        refused => anyhow::bail!("the welcome article was not kept in a new database: {refused:?}"),
    }
}

async fn reply(
    app: &App,
    db: &mut PgConnection,
    article: ArticleId,
    parent_id: Option<CommentId>,
    sample: &Sample,
) -> anyhow::Result<CommentId> {
    let now = app.clock.now();
    let email = Email::parse(sample.email)
        .ok()
        .context("a sample's address is well formed")?;
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
        ip: Ipv4Addr::LOCALHOST.into(),
    };
    let kept = comments::store::submissions::insert(
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
    kept.context("each sample says something else")
}
