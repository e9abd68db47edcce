//! Builders of articles, comments and accounts. A test states only the values that matter for it.

use std::net::Ipv4Addr;

use axum::body::Body;
use axum::http::Request;
use broadsheet::accounts::passphrase::Passphrase;
use broadsheet::accounts::{self, Role, Username};
use broadsheet::articles::{self, ArticleInput, ArticleState};
use broadsheet::clock::Ts;
use broadsheet::commenters::{self, Email};
use broadsheet::comments::screening::{self, Verdict};
use broadsheet::comments::{self, NewComment, Status};
use broadsheet::ids::{ArticleId, CommentId};
use broadsheet::text::{Slug, markdown};

use super::visitor::Visitor;
use super::{TestSite, cheap_argon2};

/// Passphrase of every account that tests create, strong enough for every form.
pub const PASSPHRASE: &str = "plum bicycle window thunder";
/// Another strong passphrase, for tests that change one.
pub const NEW_PASSPHRASE: &str = "violet ladder copper morning";

/// Published article in the database of a test.
pub struct SampleArticle {
    pub id: ArticleId,
    pub path: String,
}

impl TestSite {
    /// Creates an account with this role and returns a browser that is signed in to it.
    pub async fn staff(&self, name: &str, role: Role) -> Visitor {
        let mut db = self.app.pool.acquire().await.expect("a connection");
        let username = Username::parse(name).expect("a username");
        let passphrase = Passphrase::parse(PASSPHRASE)
            .expect("a passphrase")
            .hash(&cheap_argon2())
            .expect("the passphrase is hashed");
        let id = accounts::store::insert(
            &mut db,
            &username,
            name,
            role,
            Some(&passphrase),
            self.now(),
        )
        .await
        .expect("an account is inserted")
        .expect("the username is free");
        let cookie = accounts::session::create_session(&self.app, &mut db, id)
            .await
            .expect("a session");
        let visitor = self.visitor();
        visitor.set_cookie(cookie.name(), cookie.value());
        visitor
    }

    pub async fn article(&self, title: &str) -> SampleArticle {
        self.article_with(title, |_| {}).await
    }

    pub async fn article_with(
        &self,
        title: &str,
        change: impl FnOnce(&mut ArticleInput),
    ) -> SampleArticle {
        let mut draft = ArticleInput {
            body: "Some words.".to_owned(),
            state: ArticleState::Published,
            published_at: Some(self.now()),
            ..ArticleInput::new(title)
        };
        change(&mut draft);
        let publication = self
            .app
            .load_publication()
            .await
            .expect("the publication is read");
        let mut db = self.app.pool.begin().await.expect("a transaction");
        let username = Username::parse("maker").expect("a username");
        let author = match accounts::store::find_by_username(&mut db, &username)
            .await
            .expect("the database answers")
        {
            Some((account, _)) => account.id,
            None => {
                accounts::store::insert(&mut db, &username, "Maker", Role::Editor, None, self.now())
                    .await
                    .expect("an account is inserted")
                    .expect("the username is free")
            }
        };
        let outcome =
            articles::store::insert(&mut db, &publication, author, &draft, None, self.now())
                .await
                .expect("an article is inserted");
        let articles::store::ArticleSaveOutcome::Saved(id) = outcome else {
            panic!("{outcome:?}")
        };
        let path = articles::store::find(&mut db, id)
            .await
            .expect("the database answers")
            .expect("the article exists")
            .path;
        db.commit().await.expect("the transaction commits");
        SampleArticle {
            id,
            path: path.unwrap_or_default(),
        }
    }

    pub async fn comment(&self, on: &SampleArticle, name: &str, status: Status) -> CommentId {
        self.insert_reply(on, None, name, status).await
    }

    pub async fn insert_reply(
        &self,
        on: &SampleArticle,
        parent_id: Option<CommentId>,
        name: &str,
        status: Status,
    ) -> CommentId {
        let mut db = self.app.pool.begin().await.expect("a transaction");
        let email =
            Email::parse(&format!("{}@example.org", Slug::from_title(name))).expect("an email");
        let commenter = commenters::store::commenters::find_or_insert(
            &mut db,
            &self.app.keys,
            &email,
            self.now(),
        )
        .await
        .expect("a commenter");
        let reasons = match status {
            Status::Held => vec![screening::ReasonKind::EverythingIsHeld.into()],
            _ => Vec::new(),
        };
        let verdict = Verdict::new(status, reasons);
        let body = format!("Words of {name}.");
        let comment = NewComment {
            parent_id,
            name: name.to_owned(),
            email: Some(email),
            website: None,
            body_html: markdown::render_comment(&body),
            body,
            account_id: None,
            ip: Ipv4Addr::LOCALHOST.into(),
        };
        let id = comments::store::submissions::insert(
            &mut db,
            &self.app.keys,
            on.id,
            Some(commenter.id),
            &comment,
            &verdict,
            None,
            self.now(),
        )
        .await
        .expect("a comment is inserted")
        .expect("the comment is no duplicate");
        db.commit().await.expect("the transaction commits");
        id
    }

    /// Loads the status of a comment.
    pub async fn status_of(&self, id: CommentId) -> Status {
        sqlx::query_scalar("select status from comments where id = $1")
            .bind(id.0)
            .fetch_one(&self.app.pool)
            .await
            .expect("the comment exists")
    }
}

/// Parses a time in RFC 3339 format.
pub fn at(time: &str) -> Ts {
    Ts::new(time.parse().expect("a time"))
}

/// Sends a request with arbitrary headers and no body.
pub async fn send_request(
    visitor: &Visitor,
    request: axum::http::request::Builder,
    path: &str,
) -> super::visitor::Page {
    visitor.send(request, Body::empty(), path).await
}

pub fn get(path: &str) -> axum::http::request::Builder {
    Request::get(path)
}
