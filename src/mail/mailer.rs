//! Connection to the mail server. Only the codes of its responses are logged, because the responses may quote an email
//! address.

use std::error::Error as _;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::Context;
use lettre::transport::smtp::Error as SmtpError;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::time::timeout;

use super::{EmailMessage, EnvelopeInfo};
use crate::clock::Ts;
use crate::config::MailConfig;

type SmtpTransport = AsyncSmtpTransport<Tokio1Executor>;

/// Longest time for sending one message. RFC 5321 §4.5.3.2 suggests several minutes, but a message that times out here is
/// retried later.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// Client of the mail server, with its pool of open connections.
pub struct Mailer {
    config: MailConfig,
    host: String,
    timeout: Duration,
    transport: Mutex<SmtpTransport>,
}

/// Reason why a message was not sent, with the mail server's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The mail server permanently rejected the recipient.
    Rejected(String),
    /// The mail server did not accept this message now. It can be sent later.
    Deferred(String),
    /// The mail server cannot be reached or accepts no messages now.
    Unreachable(String),
}

impl Mailer {
    pub fn new(config: &MailConfig, host: &str) -> Self {
        Self {
            transport: Mutex::new(transport(config)),
            config: config.clone(),
            host: host.to_owned(),
            timeout: SEND_TIMEOUT,
        }
    }

    pub fn with_timeout(mut self, patience: Duration) -> Self {
        self.timeout = patience;
        self
    }

    /// Returns an error unless the mail server accepts our connection and credentials. Such an error does not depend on
    /// the recipient of a message.
    pub async fn test_connection(&self) -> Result<(), SendError> {
        let transport = self.transport();
        match timeout(self.timeout, transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(SendError::Unreachable("connection".to_owned())),
            Ok(Err(error)) => Err(SendError::Unreachable(loggable_code(&error))),
            Err(_) => Err(self.reset_connections()),
        }
    }

    /// Sends one message. The future must not be cancelled, because the connection would return to the pool in the middle
    /// of a message.
    pub async fn send(
        &self,
        message: &EmailMessage,
        to: Address,
        id: &str,
        date: Ts,
    ) -> Result<(), SendError> {
        let stamp = EnvelopeInfo {
            from: &self.config.from,
            host: &self.host,
            id,
            date,
        };
        let message = message
            .build(to, &stamp)
            .map_err(|_| SendError::Deferred("message".to_owned()))?;
        let transport = self.transport();
        match timeout(self.timeout, transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(SendError::from_smtp(&error)),
            Err(_) => Err(self.reset_connections()),
        }
    }

    fn transport(&self) -> SmtpTransport {
        self.transport
            .lock()
            .expect("the lock is not poisoned")
            .clone()
    }

    /// Drops all connections to the mail server. After a timeout, the next response on a connection could belong to the
    /// previous message.
    fn reset_connections(&self) -> SendError {
        *self.transport.lock().expect("the lock is not poisoned") = transport(&self.config);
        SendError::Unreachable("timeout".to_owned())
    }
}

fn transport(config: &MailConfig) -> SmtpTransport {
    SmtpTransport::from_url(&config.smtp_url)
        .expect("the checked settings have a valid SMTP URL")
        .timeout(Some(SEND_TIMEOUT))
        .build()
}

impl SendError {
    /// Returns the code of the error, which contains no personal data and may be logged.
    pub fn code(&self) -> &str {
        match self {
            Self::Rejected(code) | Self::Deferred(code) | Self::Unreachable(code) => code,
        }
    }

    fn from_smtp(error: &SmtpError) -> Self {
        let code = loggable_code(error);
        if error.is_permanent() {
            let text = error.source().map(ToString::to_string).unwrap_or_default();
            return if rejects_recipient(&code, &text) {
                Self::Rejected(code)
            } else {
                Self::Deferred(code)
            };
        }
        // 421: the server is closing (RFC 5321 §3.8).
        if error.is_transient() && code != "421" || error.is_client() {
            return Self::Deferred(code);
        }
        Self::Unreachable(code)
    }
}

/// Returns whether a permanent rejection is about the recipient. If `text` begins with an enhanced status code (RFC
/// 3463), that code distinguishes a missing mailbox from a rejected sender. Otherwise `code` decides.
fn rejects_recipient(code: &str, text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    match word.split('.').collect::<Vec<_>>()[..] {
        // 5.1.7 and 5.1.8: the sender's address.
        ["5", "1", detail] => !matches!(detail, "7" | "8"),
        // 5.2.2: the mailbox is full. 5.2.3: the email is too long for it.
        ["5", "2", detail] => !matches!(detail, "2" | "3"),
        // Systems, ways, protocols, contents, policies.
        ["5", "3" | "4" | "5" | "6" | "7", _] => false,
        _ => matches!(code, "550" | "551" | "553" | "554" | "556"),
    }
}

/// Returns the part of an SMTP error that may be logged: the mail server's code, or the kind of failure.
fn loggable_code(error: &SmtpError) -> String {
    if let Some(code) = error.status() {
        return code.to_string();
    }
    let kind = match error {
        error if error.is_timeout() => "timeout",
        error if error.is_tls() => "tls",
        error if error.is_client() => "client",
        error if error.is_response() => "unreadable answer",
        _ => "connection",
    };
    kind.to_owned()
}

/// Checks that the mail server accepts our connection and credentials.
pub async fn check_server(config: &MailConfig) -> anyhow::Result<()> {
    let patience = Duration::from_secs(10);
    let server = SmtpTransport::from_url(&config.smtp_url)
        .context("BROADSHEET_SMTP_URL cannot be used")?
        .timeout(Some(patience))
        .build::<Tokio1Executor>();
    let answers = timeout(patience, server.test_connection())
        .await
        .unwrap_or(Ok(false))
        .context("the mail server cannot be reached; look whether BROADSHEET_SMTP_URL names it and its port rightly")?;
    anyhow::ensure!(
        answers,
        "the server that BROADSHEET_SMTP_URL names does not answer as a mail server does"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rejections_about_the_recipient_count_as_bounces() {
        for (code, text) in [
            ("550", "5.1.1 <ann@example.org>: no such user"),
            ("550", "No such user here"),
            ("550", "example.org has no such user"),
            ("553", "sorry, no mailbox here by that name"),
            ("554", "5.0.0 refused"),
            ("550", "5.2.1 The account is disabled"),
            ("556", "5.1.10 the domain takes no mail"),
        ] {
            assert!(rejects_recipient(code, text), "{code} {text}");
        }
        for (code, text) in [
            ("550", "5.7.1 Relaying denied"),
            ("554", "5.7.1 Service unavailable; client host blocked"),
            ("550", "5.1.8 the sender's domain is not there"),
            ("552", "5.2.2 Mailbox full"),
            ("552", "too much mail data"),
            ("530", "Authentication required"),
            ("535", "5.7.8 wrong credentials"),
            ("503", "5.5.1 bad sequence of commands"),
        ] {
            assert!(!rejects_recipient(code, text), "{code} {text}");
        }
    }
}
