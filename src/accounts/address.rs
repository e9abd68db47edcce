//! The address at which a member of staff hears of what waits. It is sealed for their row, opened by the post alone, and
//! shown to nobody, not even to its owner. It counts once they have pressed the link that was mailed there.

use zeroize::Zeroizing;

use crate::clock::Ts;
use crate::crypto::{DoesNotOpen, Keys};
use crate::ids::AccountId;

/// Seconds for which the link that confirms an address is good: two days, by when a letter is given up, too.
pub const CONFIRMED_WITHIN: i64 = 2 * 24 * 60 * 60;

/// How often someone wants to hear of what waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "digest_rhythm", rename_all = "lowercase")]
pub enum Rhythm {
    /// Not at all.
    Never,
    /// Of each comment, as it comes.
    Each,
    /// Once an hour at most.
    Hourly,
    /// In the morning.
    Daily,
}

impl Rhythm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Never, Self::Each, Self::Hourly, Self::Daily];

    /// Its word in forms and in the catalogue.
    pub fn word(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Each => "each",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
        }
    }

    /// The rhythm of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rhythm| rhythm.word() == word)
    }
}

/// What is known of the mail to a member of staff. The address is not in it.
#[derive(Clone, Copy, Debug)]
pub struct StaffMail {
    /// Whether an address is kept.
    pub has_address: bool,
    /// When one was last given.
    pub set_at: Option<Ts>,
    /// When its owner pressed the link that was mailed there.
    pub confirmed_at: Option<Ts>,
    /// When mail to it came back.
    pub silenced_at: Option<Ts>,
    /// How often they want to hear of what waits.
    pub rhythm: Rhythm,
}

impl StaffMail {
    /// Whether the link that confirms the address is good now; for one that is confirmed, pressing it again is no mistake.
    pub fn may_be_confirmed(&self, now: Ts) -> bool {
        let is_fresh = self
            .set_at
            .is_some_and(|set_at| set_at.plus_seconds(CONFIRMED_WITHIN) > now);
        self.has_address && (is_fresh || self.confirmed_at.is_some())
    }
}

/// What an address is sealed for.
fn row(id: AccountId) -> Vec<u8> {
    format!("accounts.email_sealed {id}").into_bytes()
}

/// An address, sealed for one account.
pub fn seal(keys: &Keys, id: AccountId, address: &str) -> Vec<u8> {
    keys.seal(&row(id), address.as_bytes())
}

/// Seals an email address again, for the same account, with the active key.
pub(super) fn rotate(keys: &Keys, id: AccountId, sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
    keys.rotate(&row(id), sealed)
}

/// The address behind a seal. Only the post opens one, and whoever compares one with another.
pub(crate) fn open(
    keys: &Keys,
    id: AccountId,
    sealed: &[u8],
) -> Result<Zeroizing<String>, DoesNotOpen> {
    let address = keys.open(&row(id), sealed)?;
    let address = String::from_utf8(address.to_vec()).map_err(|_| DoesNotOpen)?;
    Ok(Zeroizing::new(address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::KEY_BYTES;

    #[test]
    fn an_address_opens_for_its_account_only() {
        let keys = Keys::from_secret(&[1; KEY_BYTES]);
        let sealed = seal(&keys, AccountId(7), "mo@example.org");
        let opened = open(&keys, AccountId(7), &sealed).expect("it opens");
        assert_eq!(*opened, "mo@example.org");
        assert!(open(&keys, AccountId(8), &sealed).is_err());
    }
}
