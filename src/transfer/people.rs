//! Who wrote there: authors become accounts that cannot sign in, those who replied become commenters.

use std::collections::HashMap;

use anyhow::bail;
use sqlx::PgConnection;

use super::keep::Talk;
use super::plan;
use super::report::Report;
use super::store;
use super::wxr::Author;
use crate::accounts::{self, Handle, Role};
use crate::clock::Ts;
use crate::commenters::Email;
use crate::crypto::Keys;
use crate::ids::AccountId;
use crate::text::{Slug, input};

/// Authors met so far: there are never many.
pub struct Authors {
    described: HashMap<(i32, String), Author>,
    accounts: HashMap<(i32, String), AccountId>,
    /// The name of those whom the export does not name.
    nobody: String,
    now: Ts,
    is_rehearsal: bool,
}

impl Authors {
    /// Nobody yet; `nobody` is the byline of articles without an author.
    pub fn new(nobody: &str, now: Ts, is_rehearsal: bool) -> Self {
        Self {
            described: HashMap::new(),
            accounts: HashMap::new(),
            nobody: nobody.to_owned(),
            now,
            is_rehearsal,
        }
    }

    /// Remembers what an export says of someone.
    pub fn describe(&mut self, site_id: i32, author: Author) {
        let place = (site_id, author.login.clone());
        self.described.insert(place, author);
    }

    /// The account of an author: the one an earlier import gave them, the one of that handle, or a new one.
    pub async fn find_or_insert(
        &mut self,
        db: &mut PgConnection,
        keys: &Keys,
        site_id: i32,
        login: &str,
        report: &mut Report,
    ) -> anyhow::Result<AccountId> {
        let place = (site_id, login.to_owned());
        if let Some(account) = self.accounts.get(&place) {
            return Ok(*account);
        }
        // A login cannot be hashed anew before it is met again, so an older key's hash is looked for as well.
        let hashes = keys.find_by_each("wordpress login", login.as_bytes());
        let hashes: Vec<Vec<u8>> = hashes.into_iter().map(|hash| hash.to_vec()).collect();
        let account = match store::find_author(db, site_id, &hashes).await? {
            Some(account) => {
                report.authors.same += 1;
                account
            }
            None => {
                let account = self.account_of(db, &place, report).await?;
                if !self.is_rehearsal {
                    store::insert_author(db, site_id, &hashes[0], account).await?;
                }
                account
            }
        };
        self.accounts.insert(place, account);
        Ok(account)
    }

    async fn account_of(
        &self,
        db: &mut PgConnection,
        place: &(i32, String),
        report: &mut Report,
    ) -> anyhow::Result<AccountId> {
        let name = self.name_of(place);
        // Whoever is on the staff under the very same handle is taken for the same person.
        if let Some(handle) = Handle::parse(&place.1)
            && let Some((account, _)) = accounts::store::find_by_handle(db, &handle).await?
        {
            report.authors.same += 1;
            return Ok(account.id);
        }
        report.authors.new += 1;
        if self.is_rehearsal {
            return Ok(AccountId(0));
        }
        for handle in handles_of(&place.1, &name) {
            let added =
                accounts::store::insert(db, &handle, &name, Role::Editor, None, self.now).await?;
            if let Some(account) = added {
                return Ok(account);
            }
        }
        bail!("there are too many people called {name} already")
    }

    /// The name readers see: it may not be an email address.
    fn name_of(&self, place: &(i32, String)) -> String {
        let described = self.described.get(place);
        let full = described.map(|author| format!("{} {}", author.first_name, author.last_name));
        let shown = described.map(|author| author.display_name.clone());
        [
            shown,
            full,
            Some(place.1.clone()),
            Some(self.nobody.clone()),
        ]
        .into_iter()
        .flatten()
        .map(|name| plan::name(&name))
        .find(|name| !input::is_blank(name) && !input::contains_email(name))
        .unwrap_or_else(|| "—".to_owned())
    }
}

/// What they might type at sign-in: their login where it is one word and no address, otherwise their name as one word, with
/// a number where that is taken.
fn handles_of(login: &str, name: &str) -> impl Iterator<Item = Handle> {
    let one_word = |text: &str| text.split_whitespace().collect::<Vec<_>>().join("-");
    let own = Handle::parse(&one_word(login)).or_else(|| Handle::parse(&one_word(name)));
    let of_name: String = Slug::from_title(name).as_str().chars().take(50).collect();
    let numbered =
        (2..1_000).filter_map(move |number| Handle::parse(&format!("{of_name}-{number}")));
    own.into_iter().chain(numbered)
}

/// People whose numbers are remembered: enough for the regulars of a discussion, and little memory.
const REMEMBERED: usize = 20_000;

/// Those who replied, by the keyed hash of their address.
#[derive(Default)]
pub struct Commenters(HashMap<[u8; 32], i64>);

impl Commenters {
    /// Finds or makes everyone who speaks in this batch.
    pub async fn find(
        &mut self,
        db: &mut PgConnection,
        keys: &Keys,
        talk: &[(i64, Talk)],
        is_rehearsal: bool,
    ) -> sqlx::Result<()> {
        if self.0.len() > REMEMBERED {
            self.0.clear();
        }
        let mut lacking: HashMap<[u8; 32], (&Email, Ts)> = HashMap::new();
        // Hashes under older keys, and the one under the key in use that stands for each.
        let mut older: HashMap<Vec<u8>, [u8; 32]> = HashMap::new();
        for comment in talk.iter().flat_map(|(_, (comments, _))| comments) {
            let Some(email) = &comment.email else {
                continue;
            };
            let hash = email.hash(keys);
            if !self.0.contains_key(&hash) {
                let (_, since) = lacking.entry(hash).or_insert((email, comment.created_at));
                *since = comment.created_at.min(*since);
                let hashes = email.hashes(keys).into_iter().skip(1);
                older.extend(hashes.map(|older| (older, hash)));
            }
        }
        if lacking.is_empty() || is_rehearsal {
            return Ok(());
        }
        // In one order, so that a reply sent in the same moment cannot wait for us while we wait for it.
        let newest = lacking.keys().map(|hash| hash.to_vec());
        let mut hashes: Vec<Vec<u8>> = newest.chain(older.keys().cloned()).collect();
        hashes.sort_unstable();
        let found = store::commenters(db, &hashes).await?.into_iter();
        let under_newest = |hash: Vec<u8>| older.get(&hash).map_or(hash, |newest| newest.to_vec());
        self.remember(found.map(|(hash, id)| (under_newest(hash), id)).collect());
        let mut new: Vec<(&[u8; 32], &(&Email, Ts))> = lacking
            .iter()
            .filter(|(hash, _)| !self.0.contains_key(*hash))
            .collect();
        new.sort_unstable_by_key(|(hash, _)| **hash);
        let hashes: Vec<Vec<u8>> = new.iter().map(|(hash, _)| hash.to_vec()).collect();
        let sealed: Vec<Vec<u8>> = new
            .iter()
            .map(|(hash, (email, _))| email.seal(keys, hash))
            .collect();
        let since: Vec<Ts> = new.iter().map(|(_, (_, since))| *since).collect();
        if !hashes.is_empty() {
            self.remember(store::insert_commenters(db, &hashes, &sealed, &since).await?);
        }
        Ok(())
    }

    fn remember(&mut self, found: Vec<(Vec<u8>, i64)>) {
        for (hash, id) in found {
            if let Ok(hash) = hash.try_into() {
                self.0.insert(hash, id);
            }
        }
    }

    /// The number of whoever has this address.
    pub fn id(&self, keys: &Keys, email: Option<&Email>) -> Option<i64> {
        self.0.get(&email?.hash(keys)).copied()
    }
}
