//! Queue of emails to be sent. A message is inserted in the same transaction as its cause and sent later. It is stored
//! encrypted, because the links in it work without signing in, and because it quotes comments.

use sqlx::PgConnection;

use super::model::{Recipient, RelatedComments};
use super::{EmailMessage, store};
use crate::clock::Ts;
use crate::crypto::{DecryptError, KeyRing};

/// Seconds until each retry. The first is soon, for servers that defer every new sender once (greylisting). The last
/// value is repeated.
const RETRY_DELAYS_SECS: [i64; 5] = [60, 5 * 60, 15 * 60, 60 * 60, 3 * 60 * 60];

/// Seconds after which an unsent message is deleted: two days.
pub const EXPIRE_AFTER_SECS: i64 = 2 * 24 * 60 * 60;

/// Inserts a message into the outbox. It is sent after the transaction commits, and only if the comments that it quotes
/// are still approved.
pub async fn enqueue(
    db: &mut PgConnection,
    keys: &KeyRing,
    to: impl Into<Recipient>,
    message: &EmailMessage,
    related: Option<&RelatedComments>,
    now: Ts,
) -> sqlx::Result<()> {
    let to = to.into();
    let words = serde_json::to_vec(message).expect("an email message can be written as JSON");
    let sealed = keys.seal(&sealing_context(to), &words);
    store::insert(db, to, &sealed, related, now).await
}

/// Decrypts a message from the outbox.
pub fn decrypt(
    keys: &KeyRing,
    to: impl Into<Recipient>,
    sealed: &[u8],
) -> Result<EmailMessage, DecryptError> {
    let words = keys.open(&sealing_context(to.into()), sealed)?;
    serde_json::from_slice(&words).map_err(|_| DecryptError)
}

/// Returns the encryption context of a message to this recipient. The message can only be decrypted in the same context.
pub(super) fn sealing_context(to: Recipient) -> Vec<u8> {
    match to {
        Recipient::Commenter(id) => format!("outbox.message_sealed {id}"),
        Recipient::Account(id) => format!("outbox.message_sealed account {id}"),
    }
    .into_bytes()
}

/// Returns the time of the next retry after `tries` failed attempts.
pub fn next_retry(tries: i32, now: Ts) -> Ts {
    let failed_before = usize::try_from(tries - 1).unwrap_or_default();
    let wait = RETRY_DELAYS_SECS
        .get(failed_before)
        .unwrap_or(&RETRY_DELAYS_SECS[RETRY_DELAYS_SECS.len() - 1]);
    now.plus_seconds(*wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_of_a_message_become_less_frequent() {
        let waits: Vec<i64> = (1..=7)
            .map(|tries| next_retry(tries, Ts::EPOCH).unix_micros() / 60_000_000)
            .collect();
        assert_eq!(waits, [1, 5, 15, 60, 180, 180, 180]);
    }
}
