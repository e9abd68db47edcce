//! HTTP request that asks the spam checker about one comment. It contains only the fields that are ticked in the
//! settings.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::client::CheckError;
use crate::app::App;
use crate::commenters;
use crate::comments::model::NETWORK_ROW;
use crate::comments::store::akismet::DueCheck;
use crate::crypto::KeyRing;
use crate::publication::store::CHECKER_KEY_ROW;
use crate::publication::{CheckerSettings, Publication};

const CLIENT_NAME: &str = concat!("Broadsheet/", env!("CARGO_PKG_VERSION"));

pub(super) fn build_request(
    app: &App,
    publication: &Publication,
    settings: &CheckerSettings,
    check: &DueCheck,
) -> Result<Request<Body>, CheckError> {
    let url = endpoint_url(&settings.url).ok_or(CheckError::InvalidUrl)?;
    let form = build_form(app, publication, settings, check)?;
    Request::post(url.as_str())
        .header(USER_AGENT, CLIENT_NAME)
        .header(ACCEPT, "text/plain")
        .header(
            CONTENT_TYPE,
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .body(Body::from(form))
        .map_err(|_| CheckError::InvalidUrl)
}

fn build_form(
    app: &App,
    publication: &Publication,
    settings: &CheckerSettings,
    check: &DueCheck,
) -> Result<String, CheckError> {
    let key = app
        .keys
        .open(CHECKER_KEY_ROW, &settings.key_sealed)
        .map_err(|_| CheckError::SealedKey)?;
    let key = std::str::from_utf8(&key).map_err(|_| CheckError::SealedKey)?;
    let kind = if check.is_reply { "reply" } else { "comment" };
    let created_at = check.created_at.timestamp();
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("api_key", key)
        .append_pair("blog", &app.config.absolute_url("/"))
        .append_pair("blog_lang", publication.language.code())
        .append_pair("blog_charset", "UTF-8")
        .append_pair("comment_type", kind)
        .append_pair(
            "comment_date_gmt",
            &created_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        );
    let mut append_ticked = |tick: &str, field: &str, value: Option<&str>| {
        if let Some(value) = value
            && settings.sends(tick)
        {
            form.append_pair(field, value);
        }
    };
    append_ticked("words", "comment_content", Some(&check.body));
    append_ticked("name", "comment_author", Some(&check.name));
    append_ticked("website", "comment_author_url", check.website.as_deref());
    let path = check
        .path
        .as_ref()
        .map(|path| app.config.absolute_url(path));
    append_ticked("article", "permalink", path.as_deref());
    // Opened only if ticked. One that does not open is left out: the rest is still worth a check.
    if settings.sends("address") {
        let email = open_email(&app.keys, check);
        let email = email.as_ref().map(|email| email.as_str());
        append_ticked("address", "comment_author_email", email);
    }
    if settings.sends("network") {
        let network = open_network(&app.keys, check);
        let network = network.as_ref().map(|network| network.as_str());
        append_ticked("network", "user_ip", network);
    }
    Ok(form.finish())
}

/// Returns the URL for spam checks. Returns `None` unless it is https, or http to this machine.
fn endpoint_url(url: &str) -> Option<Url> {
    let mut url = Url::parse(url).ok().filter(CheckerSettings::is_safe)?;
    // The setting is a base URL; what else was pasted with it must not end up in the path.
    url.set_query(None);
    url.set_fragment(None);
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend(["1.1", "comment-check"]);
    Some(url)
}

fn open_email(keys: &KeyRing, check: &DueCheck) -> Option<Zeroizing<String>> {
    let (hash, sealed) = (check.email_hash.as_ref()?, check.email_sealed.as_ref()?);
    commenters::open_for_export(keys, hash, sealed).ok()
}

fn open_network(keys: &KeyRing, check: &DueCheck) -> Option<Zeroizing<String>> {
    let opened = keys
        .open(NETWORK_ROW, check.network_sealed.as_ref()?)
        .ok()?;
    String::from_utf8(opened.to_vec()).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::endpoint_url;

    #[test]
    fn the_spam_checker_url_must_be_https_or_on_this_machine() {
        for (url, expected) in [
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
            let endpoint = endpoint_url(url).map(String::from);
            assert_eq!(endpoint.as_deref(), expected, "{url}");
        }
    }
}
