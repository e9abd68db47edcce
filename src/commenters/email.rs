//! Email address of a commenter. The type has no `Display`, `Debug` or `Serialize` and does not appear in templates. It
//! can only be encrypted and hashed.

use email_address::{EmailAddress, Options};
use url::Host;
use zeroize::Zeroizing;

use crate::accounts::staff_email;
use crate::crypto::{DecryptError, KeyRing};
use crate::ids::AccountId;
use crate::text::input;

/// Longest email address in bytes. The RFC limits a path, which is an address in angle brackets, to 256 (RFC 5321
/// §4.5.3.1.3 with erratum 1690).
const MAX_EMAIL_BYTES: usize = 254;
/// Longest part of an email address before the @, in bytes (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL_PART_BYTES: usize = 64;

/// A valid, normalised email address. Wiped from memory when dropped.
pub struct Email(Zeroizing<String>);

/// Reason why a text is not a valid email address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailError {
    Missing,
    /// The text does not have the form name@example.org.
    Malformed,
    /// The email address is longer than RFC 5321 allows.
    TooLong,
}

impl Email {
    /// Parses an email address as it was entered, without its invisible characters. Full-width characters become ASCII
    /// ones, because no provider gives out such an address. An international domain becomes its ASCII form (IDNA). The whole
    /// address becomes lower case, because in practice no two people have addresses that differ only in case.
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        let visible: String = typed.chars().map(input::narrow_full_width).collect();
        let typed = input::address(&visible);
        if typed.is_empty() {
            return Err(EmailError::Missing);
        }
        let options = Options::default()
            .with_required_tld()
            .without_display_text()
            .without_domain_literal();
        let (local, domain) = typed.rsplit_once('@').ok_or(EmailError::Malformed)?;
        if local.len() > MAX_LOCAL_PART_BYTES || typed.len() > MAX_EMAIL_BYTES {
            return Err(EmailError::TooLong);
        }
        let Ok(Host::Domain(domain)) = Host::parse(domain) else {
            return Err(EmailError::Malformed);
        };
        if local.len() + 1 + domain.len() > MAX_EMAIL_BYTES {
            return Err(EmailError::TooLong);
        }
        let address = format!("{}@{domain}", local.to_lowercase());
        EmailAddress::parse_with_options(&address, options).map_err(|_| EmailError::Malformed)?;
        Ok(Self(Zeroizing::new(address)))
    }

    /// Returns the domain of the email address. The domain by itself identifies nobody.
    pub(crate) fn domain(&self) -> &str {
        let (_, domain) = self
            .0
            .rsplit_once('@')
            .expect("an email address has an at sign");
        domain
    }

    /// Returns the keyed hash by which the commenter with this email address is found.
    pub fn hash(&self, keys: &KeyRing) -> [u8; 32] {
        keys.blind_index("email", self.0.as_bytes())
    }

    /// Decrypts an email address in order to encrypt it again with another key.
    pub(super) fn decrypt(
        keys: &KeyRing,
        hash: &[u8],
        sealed: &[u8],
    ) -> Result<Self, DecryptError> {
        open_for_export(keys, hash, sealed).map(Self)
    }

    /// Returns the hashes of the email address under all keys in the key file, the active key first.
    pub fn hashes(&self, keys: &KeyRing) -> Vec<Vec<u8>> {
        keys.blind_indexes("email", self.0.as_bytes())
    }

    /// Encrypts the email address for the commenter row that contains `hash`. It can only be decrypted together with this
    /// hash.
    pub fn seal(&self, keys: &KeyRing, hash: &[u8; 32]) -> Vec<u8> {
        keys.seal(
            &[b"commenters.email_sealed ", &hash[..]].concat(),
            self.0.as_bytes(),
        )
    }

    /// Encrypts the email address for a staff account. It can only be decrypted together with the account's id.
    pub fn seal_for_account(&self, keys: &KeyRing, id: AccountId) -> Vec<u8> {
        staff_email::seal(keys, id, &self.0)
    }

    /// Returns whether this is the email address that was encrypted for an account.
    pub fn is_of_account(&self, keys: &KeyRing, id: AccountId, sealed: &[u8]) -> bool {
        staff_email::open(keys, id, sealed).is_ok_and(|address| *address == *self.0)
    }
}

/// Decrypts an email address outside mail delivery: for an export that was explicitly asked to contain emails, for the
/// spam checker, or for the check of stored personal data.
pub fn open_for_export(
    keys: &KeyRing,
    hash: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<String>, DecryptError> {
    open(keys, hash, sealed)
}

/// Decrypts an email address. Only mail delivery and exports may call this.
pub(super) fn open(
    keys: &KeyRing,
    hash: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<String>, DecryptError> {
    let address = keys.open(&[b"commenters.email_sealed ", hash].concat(), sealed)?;
    let address = String::from_utf8(address.to_vec()).map_err(|_| DecryptError)?;
    Ok(Zeroizing::new(address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::KEY_BYTES;

    fn keys() -> KeyRing {
        KeyRing::from_secret(&[1; KEY_BYTES])
    }

    fn hash(typed: &str) -> [u8; 32] {
        Email::parse(typed)
            .expect("the email address is valid")
            .hash(&keys())
    }

    fn refused(typed: &str) -> EmailError {
        Email::parse(typed)
            .err()
            .expect("the email address is invalid")
    }

    #[test]
    fn spellings_of_the_same_email_have_the_same_hash() {
        assert_eq!(hash("Ann@Example.org"), hash(" ann@example.ORG "));
        assert_eq!(
            hash("ann@müller.example"),
            hash("ann@xn--mller-kva.example")
        );
        assert_ne!(hash("ann@example.org"), hash("ann+news@example.org"));
    }

    #[test]
    fn invisible_and_full_width_characters_do_not_make_another_email() {
        for mark in [
            "\u{200B}",
            "\u{202A}",
            "\u{FEFF}",
            "\u{2060}",
            "\u{AD}",
            "\u{200D}",
            "\u{2068}",
            "\u{E0001}",
        ] {
            for typed in [
                "{}ann@example.org",
                "ann@example.org{}",
                "a{}nn{}@{}exam{}ple.org",
                " {} ann@example.org {}",
            ] {
                let typed = typed.replace("{}", mark);
                assert_eq!(hash(&typed), hash("ann@example.org"), "{typed:?}");
            }
        }
        for typed in [
            "ａｎｎ＠ｅｘａｍｐｌｅ．ｏｒｇ",
            "ann＠example.org",
            "ann﹫example。org",
            "　ann@example.org",
        ] {
            assert_eq!(hash(typed), hash("ann@example.org"), "{typed}");
        }
        assert_eq!(refused("\u{200B} \u{FEFF}"), EmailError::Missing);
        assert_eq!(refused("a\u{200B} b@example.org"), EmailError::Malformed);
    }

    #[test]
    fn malformed_emails_are_rejected() {
        assert_eq!(refused("  "), EmailError::Missing);
        for typed in [
            "ann",
            "ann@",
            "@example.org",
            "ann@localhost",
            "a b@example.org",
            "ann@exa mple.org",
            "Ann <ann@example.org>",
            "ann@[127.0.0.1]",
            "ann@127.0.0.1",
            "a..b@example.org",
            "ann@example..org",
            "ann@-example.org\0",
            "a\r\nb@example.org",
        ] {
            assert_eq!(refused(typed), EmailError::Malformed, "{typed:?}");
        }
        assert_eq!(
            refused(&format!("{}@example.org", "a".repeat(65))),
            EmailError::TooLong
        );
        assert_eq!(
            refused(&format!("ann@{}.org", "a.".repeat(130))),
            EmailError::TooLong
        );
    }

    #[test]
    fn the_longest_allowed_and_international_emails_are_accepted() {
        assert!(Email::parse(&format!("{}@example.org", "a".repeat(64))).is_ok());
        assert!(Email::parse("андрій@пошта.укр").is_ok());
    }

    #[test]
    fn an_encrypted_email_can_be_decrypted_only_for_its_own_row() {
        let email = Email::parse("ann@example.org").expect("a valid email");
        let (mine, other) = (email.hash(&keys()), hash("bob@example.org"));
        let sealed = email.seal(&keys(), &mine);
        let row = |hash: &[u8; 32]| [b"commenters.email_sealed ", &hash[..]].concat();
        assert_eq!(
            keys()
                .open(&row(&mine), &sealed)
                .expect("the email can be decrypted")
                .as_slice(),
            b"ann@example.org"
        );
        assert!(keys().open(&row(&other), &sealed).is_err());
    }
}
