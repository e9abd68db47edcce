//! Mail that leaves the site. So far the site can tell whether its mail server answers; what it writes comes with the
//! features that write.

pub mod reseal;

use anyhow::Context;
use lettre::{AsyncSmtpTransport, Tokio1Executor};

use crate::config::MailConfig;

/// Asks the mail server whether it would take our mail.
pub async fn check(config: &MailConfig) -> anyhow::Result<()> {
    let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(&config.smtp_url)
        .context("BROADSHEET_SMTP_URL cannot be used")?
        .timeout(Some(std::time::Duration::from_secs(10)))
        .build::<Tokio1Executor>();
    let answers = server
        .test_connection()
        .await
        .context("the mail server cannot be reached; look whether BROADSHEET_SMTP_URL names it and its port rightly")?;
    anyhow::ensure!(
        answers,
        "the server that BROADSHEET_SMTP_URL names does not answer as a mail server does"
    );
    Ok(())
}
