//! HTTP client for a spam checker that speaks Akismet's protocol.

use std::time::Duration;

use axum::body::{self, Body};
use axum::http::{HeaderMap, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

/// Longest accepted response body in bytes, also the limit for the response headers. Normal responses consist of one
/// word.
const MAX_RESPONSE_BYTES: usize = 64 * 1024;

pub(super) type HttpClient = Client<HttpsConnector<HttpConnector>, Body>;

/// Answer of the spam checker about a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckResult {
    Ham,
    Spam,
    /// Blatant spam, which is trashed instead of being listed as spam.
    Discard,
}

/// Failure of a spam check. Contains no text of the response, because the response may quote the comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    #[error("its URL is neither https nor on this machine")]
    InvalidUrl,
    #[error("its key was sealed with another secret key; enter it again under Settings")]
    SealedKey,
    #[error("it cannot be reached")]
    Unreachable,
    #[error("it took too long")]
    Timeout,
    /// Response with an error status or a redirect.
    #[error("it answered with status {0}")]
    Status(u16),
    #[error("it answered neither true nor false, as it does when it does not know the key")]
    UnexpectedBody,
}

/// Builds the HTTP client for one run of due spam checks. The client follows no redirects and uses no proxy.
pub(super) fn build_client() -> HttpClient {
    let connector = HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_http1()
        .build();
    Client::builder(TokioExecutor::new())
        .http1_max_buf_size(MAX_RESPONSE_BYTES)
        .build(connector)
}

/// Sends a spam check request and parses its response. Fails with a timeout if both together take longer than `limit`.
pub(super) async fn send_request(
    client: &HttpClient,
    request: Request<Body>,
    limit: Duration,
) -> Result<CheckResult, CheckError> {
    let exchange = async {
        let response = client.request(request).await;
        let (head, body) = response.map_err(|_| CheckError::Unreachable)?.into_parts();
        // Redirects count as errors: following one would send the key and the comment to another server.
        if head.status != StatusCode::OK {
            return Err(CheckError::Status(head.status.as_u16()));
        }
        let body = body::to_bytes(Body::new(body), MAX_RESPONSE_BYTES).await;
        parse_response(
            &head.headers,
            &body.map_err(|_| CheckError::UnexpectedBody)?,
        )
    };
    timeout(limit, exchange)
        .await
        .unwrap_or(Err(CheckError::Timeout))
}

fn parse_response(headers: &HeaderMap, body: &[u8]) -> Result<CheckResult, CheckError> {
    // Akismet's hint that a comment is blatant spam. It means nothing without the answer `true`.
    let discards = headers
        .get("x-akismet-pro-tip")
        .is_some_and(|tip| tip.as_bytes().eq_ignore_ascii_case(b"discard"));
    match body.trim_ascii() {
        b"true" if discards => Ok(CheckResult::Discard),
        b"true" => Ok(CheckResult::Spam),
        b"false" => Ok(CheckResult::Ham),
        _ => Err(CheckError::UnexpectedBody),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_spam_check_without_an_answer_times_out() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let request = Request::post(url).body(Body::empty()).unwrap();
        let result = send_request(&build_client(), request, Duration::from_millis(50)).await;
        assert_eq!(result, Err(CheckError::Timeout));
    }

    #[test]
    fn only_true_and_false_are_accepted_as_answers_of_the_spam_checker() {
        let none = HeaderMap::new();
        let mut discard = HeaderMap::new();
        discard.insert("X-akismet-pro-tip", "discard".parse().unwrap());
        for (headers, body, expected) in [
            (&none, "true", Ok(CheckResult::Spam)),
            (&none, "false\n", Ok(CheckResult::Ham)),
            (&discard, "true", Ok(CheckResult::Discard)),
            (&discard, "false", Ok(CheckResult::Ham)),
            (&none, "invalid", Err(CheckError::UnexpectedBody)),
            (&none, "", Err(CheckError::UnexpectedBody)),
            (&none, "true or false", Err(CheckError::UnexpectedBody)),
            (&discard, "discard", Err(CheckError::UnexpectedBody)),
        ] {
            assert_eq!(
                parse_response(headers, body.as_bytes()),
                expected,
                "{body:?}"
            );
        }
    }
}
