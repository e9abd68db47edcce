//! Finds or creates accounts for WordPress authors. Nobody can sign in to a created account until its passphrase is set.

use std::collections::HashMap;

use anyhow::bail;
use sqlx::PgConnection;

use crate::accounts::{self, Role, Username};
use crate::clock::Ts;
use crate::crypto::KeyRing;
use crate::ids::AccountId;
use crate::text::{Slug, input};
use crate::transfer::plan;
use crate::transfer::report::ImportReport;
use crate::transfer::store;
use crate::transfer::wxr::WxrAuthor;

/// Context for the keyed hash of a WordPress login, which separates it from hashes of other data.
const LOGIN_HASH_CONTEXT: &str = "wordpress login";
/// Longest username that is made from an author's name, in characters. A number may be appended to it.
const MAX_USERNAME_CHARS: usize = 50;

/// Authors found so far in an import, by site ID and WordPress login. There are few of them, so all stay in memory.
pub struct AuthorRegistry {
    described: HashMap<(i32, String), WxrAuthor>,
    accounts: HashMap<(i32, String), AccountId>,
    /// Name for authors whose name is missing in the export or must not be shown.
    fallback_name: String,
    now: Ts,
    is_dry_run: bool,
}

impl AuthorRegistry {
    /// Creates a registry without authors.
    pub fn new(fallback_name: &str, now: Ts, is_dry_run: bool) -> Self {
        Self {
            described: HashMap::new(),
            accounts: HashMap::new(),
            fallback_name: fallback_name.to_owned(),
            now,
            is_dry_run,
        }
    }

    /// Stores the names that the header of an export gives for an author.
    pub fn describe(&mut self, site_id: i32, author: WxrAuthor) {
        let key = (site_id, author.login.clone());
        self.described.insert(key, author);
    }

    /// Returns the account of an author. This is the account that an earlier import assigned, the account whose username
    /// is the WordPress login, or a new account.
    pub async fn find_or_insert(
        &mut self,
        db: &mut PgConnection,
        keys: &KeyRing,
        site_id: i32,
        login: &str,
        report: &mut ImportReport,
    ) -> anyhow::Result<AccountId> {
        let key = (site_id, login.to_owned());
        if let Some(account) = self.accounts.get(&key) {
            return Ok(*account);
        }
        // A key rotation cannot rehash logins, which are not stored, so hashes under older keys are looked for as well.
        let hashes = keys.blind_indexes(LOGIN_HASH_CONTEXT, login.as_bytes());
        let account = match store::authors::find_account(db, site_id, &hashes).await? {
            Some(account) => {
                report.authors.same += 1;
                account
            }
            None => {
                let account = self.find_or_insert_account(db, &key, report).await?;
                if !self.is_dry_run {
                    store::authors::insert(db, site_id, &hashes[0], account).await?;
                    redirect_old_page(db, login, account).await?;
                }
                account
            }
        };
        self.accounts.insert(key, account);
        Ok(account)
    }

    async fn find_or_insert_account(
        &self,
        db: &mut PgConnection,
        key: &(i32, String),
        report: &mut ImportReport,
    ) -> anyhow::Result<AccountId> {
        let name = self.make_name(key);
        // A member of staff with exactly this username is taken to be the author.
        if let Some(handle) = Username::parse(&key.1)
            && let Some((account, _)) = accounts::store::find_by_username(db, &handle).await?
        {
            report.authors.same += 1;
            return Ok(account.id);
        }
        report.authors.new += 1;
        if self.is_dry_run {
            // A dry run writes no article, so the ID is never used.
            return Ok(AccountId(0));
        }
        // Inserting decides which name is free: asking first could race with someone who adds an account.
        for handle in candidate_handles(&key.1, &name) {
            let account =
                accounts::store::insert(db, &handle, &name, Role::Editor, None, self.now).await?;
            if let Some(account) = account {
                return Ok(account);
            }
        }
        bail!(
            "no username is free for the author {name}; add an account with the WordPress login as its username, then run the same command again"
        )
    }

    /// Returns a public name for an author: the first of several names that is not blank and does not contain an email
    /// address.
    fn make_name(&self, key: &(i32, String)) -> String {
        let described = self.described.get(key);
        let display_name = described.map(|author| author.display_name.clone());
        let full_name =
            described.map(|author| format!("{} {}", author.first_name, author.last_name));
        [
            display_name,
            full_name,
            Some(key.1.clone()),
            Some(self.fallback_name.clone()),
        ]
        .into_iter()
        .flatten()
        .map(|name| plan::parse_name(&name))
        // Bylines are public, and WordPress logins are often emails.
        .find(|name| !input::is_blank(name) && !input::contains_email(name))
        .unwrap_or_else(|| "—".to_owned())
    }
}

/// Makes the address of the author's page on the WordPress site, which contains the login, redirect to their page here.
async fn redirect_old_page(
    db: &mut PgConnection,
    login: &str,
    account: AccountId,
) -> sqlx::Result<()> {
    // Logins are often emails, which must not be stored as plain text.
    if login.is_empty() || input::contains_email(login) {
        return Ok(());
    }
    accounts::store::author_slugs::insert_former(db, account, &Slug::from_name(login)).await
}

/// Returns usernames to try for an author. The first is the login, or the name if the login is not a valid username.
/// After that comes the name with a number.
fn candidate_handles(login: &str, name: &str) -> impl Iterator<Item = Username> {
    // WordPress allows spaces in logins.
    let one_word = |text: &str| text.split_whitespace().collect::<Vec<_>>().join("-");
    let first = Username::parse(&one_word(login)).or_else(|| Username::parse(&one_word(name)));
    let slug = Slug::from_title(name);
    let base: String = slug.as_str().chars().take(MAX_USERNAME_CHARS).collect();
    let numbered =
        // Bounded, so that a collision of all names ends in an error.
        (2..1_000).filter_map(move |number| Username::parse(&format!("{base}-{number}")));
    first.into_iter().chain(numbered)
}
