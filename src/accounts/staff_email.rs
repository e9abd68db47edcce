//! Email address of a member of staff, used for digests. It is stored encrypted and never displayed, not even to its
//! owner. Digests are sent only after the owner has confirmed the address by a link in an email.

use strum::{EnumString, IntoStaticStr};
use zeroize::Zeroizing;

use crate::clock::Ts;
use crate::crypto::{DecryptError, KeyRing};
use crate::ids::AccountId;

/// Seconds for which a confirmation link works: two days. After the same time the outbox gives up sending an email.
pub const CONFIRMATION_WINDOW: i64 = 2 * 24 * 60 * 60;

/// Frequency of the email digest of held comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, EnumString, IntoStaticStr)]
#[sqlx(type_name = "digest_frequency", rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum DigestFrequency {
    Never,
    /// One email for each held comment, as it arrives.
    Each,
    /// At most one email an hour.
    Hourly,
    /// One email each morning, in the publication's time zone.
    Daily,
}

impl DigestFrequency {
    pub const ALL: [Self; 4] = [Self::Never, Self::Each, Self::Hourly, Self::Daily];

    /// Returns the name of the frequency in forms and message keys.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub fn parse(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

/// State of a staff account's email address, without the address itself.
#[derive(Clone, Copy, Debug)]
pub struct StaffEmail {
    pub has_email: bool,
    pub set_at: Option<Ts>,
    pub confirmed_at: Option<Ts>,
    /// Time at which an email to the address bounced. No email is sent there any more.
    pub suppressed_at: Option<Ts>,
    pub frequency: DigestFrequency,
}

impl StaffEmail {
    /// Returns whether the confirmation link works at `now`. It keeps working once the email address is confirmed.
    pub fn may_be_confirmed(&self, now: Ts) -> bool {
        let is_fresh = self
            .set_at
            .is_some_and(|set_at| set_at.plus_seconds(CONFIRMATION_WINDOW) > now);
        self.has_email && (is_fresh || self.confirmed_at.is_some())
    }
}

/// Returns the encryption context of an account's email address. An encrypted address can only be decrypted in its own
/// context.
fn row(id: AccountId) -> Vec<u8> {
    // Another name would make every stored email unreadable.
    format!("accounts.email_sealed {id}").into_bytes()
}

/// Encrypts an email address for an account.
pub fn seal(keys: &KeyRing, id: AccountId, email: &str) -> Vec<u8> {
    keys.seal(&row(id), email.as_bytes())
}

/// Decrypts an account's email address and encrypts it again with the active key.
pub(super) fn rotate(
    keys: &KeyRing,
    id: AccountId,
    sealed: &[u8],
) -> Result<Vec<u8>, DecryptError> {
    keys.rotate(&row(id), sealed)
}

/// Decrypts an account's email address. Used only for mail delivery and for comparison with another address or with a new
/// passphrase.
pub(crate) fn open(
    keys: &KeyRing,
    id: AccountId,
    sealed: &[u8],
) -> Result<Zeroizing<String>, DecryptError> {
    let email = keys.open(&row(id), sealed)?;
    let email = String::from_utf8(email.to_vec()).map_err(|_| DecryptError)?;
    Ok(Zeroizing::new(email))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::KEY_BYTES;

    #[test]
    fn an_encrypted_staff_email_can_be_decrypted_only_for_its_own_account() {
        let keys = KeyRing::from_secret(&[1; KEY_BYTES]);
        let sealed = seal(&keys, AccountId(7), "mo@example.org");
        let opened = open(&keys, AccountId(7), &sealed).expect("the email can be decrypted");
        assert_eq!(*opened, "mo@example.org");
        assert!(open(&keys, AccountId(8), &sealed).is_err());
    }
}
