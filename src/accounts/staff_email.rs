//! The email of a member of staff, to which digests go. It is sealed for their row and displayed to nobody, not even to its
//! owner. Digests go there only after the owner has confirmed it by a mailed link.

use zeroize::Zeroizing;

use crate::clock::Ts;
use crate::crypto::{DecryptError, KeyRing};
use crate::ids::AccountId;

/// Seconds for which a confirmation link works: two days, after which the outbox gives an email up as well.
pub const CONFIRMATION_WINDOW: i64 = 2 * 24 * 60 * 60;

/// Frequency of the digest of held comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "digest_frequency", rename_all = "lowercase")]
pub enum DigestFrequency {
    Never,
    /// One for each comment, as it arrives.
    Each,
    /// At most one an hour.
    Hourly,
    /// One each morning, in the publication's time zone.
    Daily,
}

impl DigestFrequency {
    pub const ALL: [Self; 4] = [Self::Never, Self::Each, Self::Hourly, Self::Daily];

    /// Returns its name in forms and message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Each => "each",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rhythm| rhythm.as_str() == word)
    }
}

/// State of the email of an account, without the email itself.
#[derive(Clone, Copy, Debug)]
pub struct StaffEmail {
    pub has_email: bool,
    pub set_at: Option<Ts>,
    pub confirmed_at: Option<Ts>,
    /// Time at which mail to it bounced; since then nothing is sent there.
    pub suppressed_at: Option<Ts>,
    pub frequency: DigestFrequency,
}

impl StaffEmail {
    /// Tells whether the confirmation link works now. It goes on working once the email is confirmed.
    pub fn may_be_confirmed(&self, now: Ts) -> bool {
        let is_fresh = self
            .set_at
            .is_some_and(|set_at| set_at.plus_seconds(CONFIRMATION_WINDOW) > now);
        self.has_email && (is_fresh || self.confirmed_at.is_some())
    }
}

/// Returns the name of the row that an email is sealed for.
fn row(id: AccountId) -> Vec<u8> {
    format!("accounts.email_sealed {id}").into_bytes()
}

/// Seals an email for one account.
pub fn seal(keys: &KeyRing, id: AccountId, email: &str) -> Vec<u8> {
    keys.seal(&row(id), email.as_bytes())
}

/// Seals an email again, for the same account, with the active key.
pub(super) fn rotate(
    keys: &KeyRing,
    id: AccountId,
    sealed: &[u8],
) -> Result<Vec<u8>, DecryptError> {
    keys.rotate(&row(id), sealed)
}

/// Opens a sealed email. Only mail delivery and comparison with another email do.
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
    fn a_sealed_email_opens_for_its_account_only() {
        let keys = KeyRing::from_secret(&[1; KEY_BYTES]);
        let sealed = seal(&keys, AccountId(7), "mo@example.org");
        let opened = open(&keys, AccountId(7), &sealed).expect("it opens");
        assert_eq!(*opened, "mo@example.org");
        assert!(open(&keys, AccountId(8), &sealed).is_err());
    }
}
