//! Makers of what a test needs; each says only what matters to it.

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

use super::TestSite;
use super::visitor::Visitor;

/// What the staff of a test signs in with.
pub const PASSPHRASE: &str = "a long enough passphrase";

/// An article that is there to read.
pub struct Made {
    pub id: ArticleId,
    pub path: String,
}

impl TestSite {
    /// Someone of the staff, signed in.
    pub async fn staff(&self, handle: &str, role: Role) -> Visitor {
        let mut db = self.app.pool.acquire().await.expect("a connection");
        let parsed = Username::parse(handle).expect("a handle");
        let passphrase = Passphrase::parse(PASSPHRASE)
            .expect("a passphrase")
            .hash(self.app.password_hasher.argon2())
            .expect("a hash");
        let id = accounts::store::insert(
            &mut db,
            &parsed,
            handle,
            role,
            Some(&passphrase),
            self.now(),
        )
        .await
        .expect("an account goes in")
        .expect("the handle is free");
        let cookie = accounts::session::create_session(&self.app, &mut db, id)
            .await
            .expect("a session");
        let visitor = self.visitor();
        visitor.set_cookie(cookie.name(), cookie.value());
        visitor
    }

    pub async fn article(&self, title: &str) -> Made {
        self.article_with(title, |_| {}).await
    }

    pub async fn article_with(&self, title: &str, change: impl FnOnce(&mut ArticleInput)) -> Made {
        let mut draft = ArticleInput {
            body: "Some words.".to_owned(),
            state: ArticleState::Published,
            published_at: Some(self.now()),
            ..ArticleInput::new(title)
        };
        change(&mut draft);
        let publication = self.app.load_publication().await.expect("a publication");
        let mut db = self.app.pool.begin().await.expect("a transaction");
        let handle = Username::parse("maker").expect("a handle");
        let author = match accounts::store::find_by_username(&mut db, &handle)
            .await
            .expect("accounts can be asked")
        {
            Some((account, _)) => account.id,
            None => {
                accounts::store::insert(&mut db, &handle, "Maker", Role::Editor, None, self.now())
                    .await
                    .expect("an account goes in")
                    .expect("the handle is free")
            }
        };
        let kept = articles::store::insert(&mut db, &publication, author, &draft, self.now())
            .await
            .expect("an article goes in");
        let articles::store::ArticleSaveOutcome::Saved(id) = kept else {
            panic!("{kept:?}")
        };
        let path = articles::store::find(&mut db, id)
            .await
            .expect("it can be found")
            .expect("it is there")
            .path;
        db.commit().await.expect("it is kept");
        Made {
            id,
            path: path.unwrap_or_default(),
        }
    }

    pub async fn comment(&self, on: &Made, name: &str, status: Status) -> CommentId {
        self.answer(on, None, name, status).await
    }

    pub async fn answer(
        &self,
        on: &Made,
        parent_id: Option<CommentId>,
        name: &str,
        status: Status,
    ) -> CommentId {
        let mut db = self.app.pool.begin().await.expect("a transaction");
        let email =
            Email::parse(&format!("{}@example.org", Slug::from_title(name))).expect("an address");
        let commenter =
            commenters::store::find_or_insert(&mut db, &self.app.keys, &email, self.now())
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
        .expect("a comment goes in")
        .expect("it says something new");
        db.commit().await.expect("it is kept");
        id
    }

    /// The status of a comment.
    pub async fn status_of(&self, id: CommentId) -> Status {
        sqlx::query_scalar("select status from comments where id = $1")
            .bind(id.0)
            .fetch_one(&self.app.pool)
            .await
            .expect("the comment is there")
    }
}

/// A moment in words.
pub fn at(moment: &str) -> Ts {
    Ts::new(moment.parse().expect("a moment"))
}

/// A request that no browser of ours would send.
pub async fn raw(
    visitor: &Visitor,
    request: axum::http::request::Builder,
    path: &str,
) -> super::visitor::Page {
    visitor.send(request, Body::empty(), path).await
}

pub fn get(path: &str) -> axum::http::request::Builder {
    Request::get(path)
}
