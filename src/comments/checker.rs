//! The remote spam checker, which speaks Akismet's protocol: hold, ask, decide. It is asked after a reply was kept, never
//! while someone waits for a page, and it is told nothing but what the operator has ticked.

use std::time::Duration;

use axum::body::{self, Body};
use axum::http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use axum::http::{HeaderMap, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::NETWORK_ROW;
use super::checker_store::{self, Due};
use super::model::Status;
use super::screening::Kind;
use crate::app::App;
use crate::clock::Ts;
use crate::commenters;
use crate::crypto::Keys;
use crate::publication::store::CHECKER_ROW;
use crate::publication::{CheckerSettings, Publication};

/// Seconds to the next try after the first, the second and so on; the last holds from then on.
const AGAIN_AFTER: [i64; 4] = [60, 5 * 60, 20 * 60, 60 * 60];
/// Seconds after which a comment is left to the moderators.
const GIVE_UP_AFTER: i64 = 24 * 60 * 60;
/// Questions asked at one time.
const AT_ONCE: i64 = 8;
/// For the whole of an answer. Shorter than the shortest wait for the next try, so that nobody else asks meanwhile.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// Bytes of an answer, and as many again of its headers. One word is expected.
const LONGEST_ANSWER: usize = 64 * 1024;
/// Comments that are left to the moderators in one go.
const GIVEN_UP_AT_ONCE: i64 = 1_000;
/// Who asks.
const ASKS: &str = concat!("Broadsheet/", env!("CARGO_PKG_VERSION"));

type Http = Client<HttpsConnector<HttpConnector>, Body>;

/// What a checker says of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// No spam.
    Ham,
    /// Spam.
    Spam,
    /// Spam that nobody need look at.
    Discard,
}

/// Why there is no answer. Nothing that a checker sent is in it: that may quote what it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// Its address cannot be used.
    #[error("its address is neither https nor this machine's own")]
    WrongAddress,
    /// Its key cannot be opened.
    #[error("its key was sealed with another secret key; enter it again under Settings")]
    SealedKey,
    /// There was no connection, or it broke.
    #[error("it cannot be reached")]
    Unreachable,
    /// It took too long.
    #[error("it took too long")]
    Slow,
    /// It answered with an error, or sent us elsewhere.
    #[error("it answered with status {0}")]
    Status(u16),
    /// It answered with something else than `true` or `false`.
    #[error("it answered neither true nor false, as it does when it does not know the key")]
    Unclear,
}

/// Asks about every comment whose turn it is; gives how many wait no longer. While there is no checker, those that wait for
/// one are left to the moderators.
pub async fn ask_due(app: &App) -> sqlx::Result<usize> {
    let mut decided = 0;
    let mut silences = Vec::new();
    let mut http = None;
    loop {
        // Each time anew: what is no longer ticked is no longer told, however many wait.
        let publication = app.publication().await?;
        let Some(settings) = &publication.discussion.checker else {
            leave_to_moderators(app).await?;
            break;
        };
        let now = app.clock.now();
        let mut db = app.pool.acquire().await?;
        checker_store::drop_decided(&mut db, now).await?;
        let due = checker_store::take_due(&mut db, &AGAIN_AFTER, AT_ONCE, now).await?;
        drop(db);
        if due.is_empty() {
            break;
        }
        let http = http.get_or_insert_with(client);
        let mut asked = JoinSet::new();
        for due in due {
            let question = question(app, &publication, settings, &due);
            let http = http.clone();
            asked.spawn(async move {
                let answer = match question {
                    Ok(question) => ask(&http, question, ANSWERS_WITHIN).await,
                    Err(silence) => Err(silence),
                };
                (due, answer)
            });
        }
        while let Some(done) = asked.join_next().await {
            // A comment whose question broke has its next turn set.
            let Ok((due, answer)) = done else { continue };
            match answer {
                Err(silence) if !is_hopeless(&due, app.clock.now()) => silences.push(silence),
                answer => decided += usize::from(settle(app, &due, answer).await?),
            }
        }
    }
    if let Some(why) = silences.last() {
        tracing::warn!(comments = silences.len(), %why, "the spam checker gave no answer; it will be asked again");
    }
    Ok(decided)
}

/// Nobody is asked any more: what waits stays held, and says why.
async fn leave_to_moderators(app: &App) -> sqlx::Result<()> {
    loop {
        let mut db = app.pool.begin().await?;
        let left = checker_store::give_up(&mut db, GIVEN_UP_AT_ONCE).await?;
        db.commit().await?;
        if left == 0 {
            return Ok(());
        }
        tracing::info!(
            comments = left,
            "there is no spam checker any more; what waited for it is left to the moderators"
        );
    }
}

/// A day has passed, and not only because we were away ourselves.
fn is_hopeless(due: &Due, now: Ts) -> bool {
    let often = usize::try_from(due.tries).is_ok_and(|tries| tries >= AGAIN_AFTER.len());
    often && due.waits_since.plus_seconds(GIVE_UP_AFTER) <= now
}

/// Does as the checker says; its silence leaves the comment to the moderators. Whether that came to something.
async fn settle(app: &App, due: &Due, answer: Result<Answer, Silence>) -> sqlx::Result<bool> {
    let (status, reason) = match answer {
        Ok(Answer::Ham) => (None, None),
        Ok(Answer::Spam) => (Some(Status::Spam), Some(Kind::CheckerSpam)),
        Ok(Answer::Discard) => (Some(Status::Trashed), Some(Kind::CheckerSpam)),
        Err(_) => (Some(Status::Held), Some(Kind::CheckerSilent)),
    };
    let mut db = app.pool.begin().await?;
    let settled = checker_store::settle(
        &mut db,
        due.comment_id,
        due.version,
        status,
        reason,
        app.clock.now(),
    )
    .await?;
    db.commit().await?;
    if settled && let Err(why) = answer {
        tracing::warn!(
            comment = due.comment_id.0,
            %why,
            "the spam checker gave no answer for a day; the comment is left to the moderators"
        );
    }
    Ok(settled)
}

/// What a checker is asked about one comment.
fn question(
    app: &App,
    publication: &Publication,
    settings: &CheckerSettings,
    due: &Due,
) -> Result<Request<Body>, Silence> {
    let url = endpoint(&settings.url).ok_or(Silence::WrongAddress)?;
    let key = app
        .keys
        .open(CHECKER_ROW, &settings.key_sealed)
        .map_err(|_| Silence::SealedKey)?;
    let key = std::str::from_utf8(&key).map_err(|_| Silence::SealedKey)?;
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("api_key", key)
        .append_pair("blog", &app.config.absolute("/"))
        .append_pair("blog_lang", publication.language.code())
        .append_pair("blog_charset", "UTF-8")
        .append_pair(
            "comment_type",
            if due.is_answer { "reply" } else { "comment" },
        )
        .append_pair(
            "comment_date_gmt",
            &due.created_at
                .timestamp()
                .strftime("%Y-%m-%dT%H:%M:%SZ")
                .to_string(),
        );
    let mut tell = |tick: &str, field: &str, value: Option<&str>| {
        if let Some(value) = value
            && settings.is_told(tick)
        {
            form.append_pair(field, value);
        }
    };
    tell("words", "comment_content", Some(&due.body));
    tell("name", "comment_author", Some(&due.name));
    tell("website", "comment_author_url", due.website.as_deref());
    let path = due.path.as_ref().map(|path| app.config.absolute(path));
    tell("article", "permalink", path.as_deref());
    if settings.is_told("address") {
        let email = email(&app.keys, due);
        tell(
            "address",
            "comment_author_email",
            email.as_ref().map(|email| email.as_str()),
        );
    }
    if settings.is_told("network") {
        let network = network(&app.keys, due);
        tell(
            "network",
            "user_ip",
            network.as_ref().map(|network| network.as_str()),
        );
    }
    Request::post(url.as_str())
        .header(USER_AGENT, ASKS)
        .header(ACCEPT, "text/plain")
        .header(
            CONTENT_TYPE,
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .body(Body::from(form.finish()))
        .map_err(|_| Silence::WrongAddress)
}

/// Where a checker of that address is asked: https, or http on this machine.
fn endpoint(url: &str) -> Option<Url> {
    let mut url = Url::parse(url).ok().filter(CheckerSettings::is_safe)?;
    url.set_query(None);
    url.set_fragment(None);
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend(["1.1", "comment-check"]);
    Some(url)
}

/// The address. One that does not open is not told: the rest is worth asking about.
fn email(keys: &Keys, due: &Due) -> Option<Zeroizing<String>> {
    let (hash, sealed) = (due.email_hash.as_ref()?, due.email_sealed.as_ref()?);
    commenters::open_for_export(keys, hash, sealed).ok()
}

/// The network, the same way.
fn network(keys: &Keys, due: &Due) -> Option<Zeroizing<String>> {
    let opened = keys.open(NETWORK_ROW, due.network_sealed.as_ref()?).ok()?;
    String::from_utf8(opened.to_vec()).ok().map(Zeroizing::new)
}

/// Made for a round: it follows no redirect and knows no proxy.
fn client() -> Http {
    let connector = HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_http1()
        .build();
    Client::builder(TokioExecutor::new())
        .http1_max_buf_size(LONGEST_ANSWER)
        .build(connector)
}

async fn ask(http: &Http, question: Request<Body>, within: Duration) -> Result<Answer, Silence> {
    let asked = async {
        let answered = http.request(question).await;
        let (head, body) = answered.map_err(|_| Silence::Unreachable)?.into_parts();
        if head.status != StatusCode::OK {
            return Err(Silence::Status(head.status.as_u16()));
        }
        let body = body::to_bytes(Body::new(body), LONGEST_ANSWER).await;
        read(&head.headers, &body.map_err(|_| Silence::Unclear)?)
    };
    timeout(within, asked).await.unwrap_or(Err(Silence::Slow))
}

/// What an answer means.
fn read(headers: &HeaderMap, body: &[u8]) -> Result<Answer, Silence> {
    let discards = headers
        .get("x-akismet-pro-tip")
        .is_some_and(|tip| tip.as_bytes().eq_ignore_ascii_case(b"discard"));
    match body.trim_ascii() {
        b"true" if discards => Ok(Answer::Discard),
        b"true" => Ok(Answer::Spam),
        b"false" => Ok(Answer::Ham),
        _ => Err(Silence::Unclear),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn a_checker_is_asked_by_https_or_on_this_machine() {
        for (url, asked) in [
            (
                "https://rest.akismet.com",
                Some("https://rest.akismet.com/1.1/comment-check"),
            ),
            (
                "https://a.example/spam/?a#b",
                Some("https://a.example/spam/1.1/comment-check"),
            ),
            (
                "http://127.0.0.1:81/",
                Some("http://127.0.0.1:81/1.1/comment-check"),
            ),
            ("http://[::1]:81", Some("http://[::1]:81/1.1/comment-check")),
            (
                "http://localhost",
                Some("http://localhost/1.1/comment-check"),
            ),
            ("http://rest.akismet.com", None),
            ("http://localhost.example", None),
            ("http://10.0.0.1", None),
            ("https://ann:secret@a.example", None),
            ("ftp://localhost", None),
            ("file:///etc/passwd", None),
            ("rest.akismet.com", None),
            ("", None),
        ] {
            let found = endpoint(url).map(String::from);
            assert_eq!(found.as_deref(), asked, "{url}");
        }
    }

    #[tokio::test]
    async fn a_checker_that_never_answers_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let question = Request::post(url).body(Body::empty()).unwrap();
        let answer = ask(&client(), question, Duration::from_millis(50)).await;
        assert_eq!(answer, Err(Silence::Slow));
    }

    #[test]
    fn an_answer_is_one_word() {
        let none = HeaderMap::new();
        let mut discard = HeaderMap::new();
        discard.insert("X-akismet-pro-tip", "discard".parse().unwrap());
        for (headers, body, answer) in [
            (&none, "true", Ok(Answer::Spam)),
            (&none, "false\n", Ok(Answer::Ham)),
            (&discard, "true", Ok(Answer::Discard)),
            (&discard, "false", Ok(Answer::Ham)),
            (&none, "invalid", Err(Silence::Unclear)),
            (&none, "", Err(Silence::Unclear)),
            (&none, "true or false", Err(Silence::Unclear)),
            (&discard, "discard", Err(Silence::Unclear)),
        ] {
            assert_eq!(read(headers, body.as_bytes()), answer, "{body:?}");
        }
    }
}
