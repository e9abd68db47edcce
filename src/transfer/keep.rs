//! Keeps planned articles, a batch a transaction: what is new goes in, what changed there is written anew, what was
//! edited here stays. A rehearsal goes the same way and writes nothing.

use std::collections::{BTreeSet, HashMap, HashSet};

use sqlx::PgConnection;

use super::people::{Authors, Commenters};
use super::plan::{Planned, PlannedComment, PlannedLinkback, called};
use super::report::{Report, Tally};
use super::store::{self, Known, Placed, PlacedComment, PlacedLinkback};
use super::topics::Topics;
use super::wxr::ItemTerm;
use crate::articles::{Kind, Note, State};
use crate::clock::Ts;
use crate::comments::{self, NETWORK_ROW};
use crate::crypto::Keys;
use crate::ids::ArticleId;
use crate::publication::{Publication, is_answered, is_reserved};
use crate::text::Slug;

/// Numbers above this are given anew: a sequence that goes on from them would soon have none left.
pub const MOST_KEPT: i64 = 1_000_000_000_000;
/// How many endings an address is tried with before its article's number is put behind it.
const ENDINGS: u64 = 20;
/// How long the network of an imported comment is kept, in seconds.
const NETWORK_KEPT: i64 = 30 * 24 * 60 * 60;

/// What keeping needs to know, and what it has seen so far.
pub struct Keeper<'a> {
    /// What hashes and seals.
    pub keys: &'a Keys,
    /// Where addresses come from.
    pub publication: &'a Publication,
    /// The number of the site that is read; below zero where a rehearsal meets a new one.
    pub site_id: i32,
    /// This run in the journal.
    pub import_id: i64,
    /// Now.
    pub now: Ts,
    /// Who wrote.
    pub authors: Authors,
    /// What about.
    pub topics: Topics,
    /// Who replied.
    pub commenters: Commenters,
    /// What a rehearsal would have written.
    pub rehearsal: Option<Rehearsal>,
}

/// What a rehearsal would have written and so has to remember: a few bytes an article and a comment.
#[derive(Default)]
pub struct Rehearsal {
    paths: HashSet<u64>,
    comments: HashSet<(i32, i64)>,
    next_id: i64,
}

impl Rehearsal {
    fn id(&mut self) -> i64 {
        self.next_id -= 1;
        self.next_id
    }
}

/// What becomes of a planned article.
enum Lot {
    New,
    Changed(Known),
    EditedHere(Known),
    Same,
}

/// Compares an article with what an earlier import kept of it.
async fn lot_of(
    db: &mut PgConnection,
    planned: &Planned,
    known: Option<Known>,
) -> sqlx::Result<Lot> {
    let Some(known) = known else {
        return Ok(Lot::New);
    };
    let is_edited = known.version != known.version_now;
    if planned.digest != known.digest {
        return Ok(if is_edited {
            Lot::EditedHere(known)
        } else {
            Lot::Changed(known)
        });
    }
    // The same there; but uploads that were brought along may have changed it here.
    let is_changed = planned.shows_media
        && !is_edited
        && store::body_of(db, known.article_id).await? != planned.body;
    Ok(if is_changed {
        Lot::Changed(known)
    } else {
        Lot::Same
    })
}

impl Keeper<'_> {
    /// Makes those who wrote a batch, and what they wrote about, known here.
    pub async fn meet(
        &mut self,
        db: &mut PgConnection,
        authors: &BTreeSet<String>,
        terms: &[ItemTerm],
        report: &mut Report,
    ) -> anyhow::Result<()> {
        for login in authors {
            self.authors
                .find_or_insert(db, self.keys, self.site_id, login, report)
                .await?;
        }
        for term in terms {
            self.topics.find_or_insert(db, term, report).await?;
        }
        Ok(())
    }

    /// Keeps a batch. To be called in a transaction that is committed afterwards.
    pub async fn keep(
        &mut self,
        db: &mut PgConnection,
        batch: Vec<(Planned, Option<Known>)>,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let mut new = Vec::new();
        let mut talk = Vec::new();
        let mut kept = Vec::new();
        for (mut planned, known) in batch {
            match lot_of(db, &planned, known).await? {
                Lot::Same => {
                    tally_of(report, planned.kind).same += 1;
                    report.comments.same += count(&planned.comments);
                    report.linkbacks.same += count(&planned.linkbacks);
                }
                Lot::New => {
                    tally_of(report, planned.kind).new += 1;
                    new.push(planned);
                }
                Lot::EditedHere(known) => {
                    tell_edited(report, &planned);
                    talk.push((known.article_id.0, planned.talk()));
                }
                Lot::Changed(known) => {
                    let said = planned.talk();
                    let (id, number, digest) = (known.article_id.0, planned.number, planned.digest);
                    if let Some(version) = self.change(db, &known, planned, report).await? {
                        kept.push((number, id, digest, version));
                    }
                    talk.push((id, said));
                }
            }
        }
        self.insert(db, new, &mut talk, &mut kept, report).await?;
        if self.rehearsal.is_none() && !kept.is_empty() {
            store::insert_known(db, self.site_id, self.import_id, &kept).await?;
        }
        self.keep_talk(db, talk, report).await
    }

    async fn insert(
        &mut self,
        db: &mut PgConnection,
        new: Vec<Planned>,
        talk: &mut Vec<(i64, Talk)>,
        kept: &mut Vec<(i64, i64, i64, i32)>,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        if new.is_empty() {
            return Ok(());
        }
        let ids = self.article_ids(db, &new).await?;
        let mut taken = self.taken(db, &ids, &new).await?;
        let mut placed = Vec::with_capacity(new.len());
        let (mut paths, mut owners) = (Vec::new(), Vec::new());
        let (mut topics, mut articles) = (Vec::new(), Vec::new());
        for (id, mut planned) in ids.into_iter().zip(new) {
            let author = self
                .authors
                .find_or_insert(db, self.keys, self.site_id, &planned.author, report)
                .await?;
            for term in &planned.topics {
                if let Some(topic) = self.topics.find_or_insert(db, term, report).await? {
                    topics.push(topic);
                    articles.push(id);
                }
            }
            let path = self.place(db, id, &mut planned, &mut taken, report).await?;
            let old = self.free_paths(id, &planned, path.as_deref(), &mut taken, report);
            for path in path.iter().cloned().chain(old) {
                paths.push(path);
                owners.push(id);
            }
            talk.push((id, planned.talk()));
            kept.push((planned.number, id, planned.digest, 1));
            placed.push(Placed {
                planned,
                id,
                path,
                author,
            });
        }
        if self.rehearsal.is_some() {
            return Ok(());
        }
        store::insert_articles(db, &placed).await?;
        store::insert_paths(db, &paths, &owners).await?;
        store::insert_older_paths(db, &placed).await?;
        store::insert_topics_of(db, &articles, &topics).await?;
        Ok(())
    }

    /// WordPress's own numbers where they are free, new ones elsewhere.
    async fn article_ids(
        &mut self,
        db: &mut PgConnection,
        new: &[Planned],
    ) -> sqlx::Result<Vec<i64>> {
        let numbers: Vec<i64> = new.iter().map(|planned| planned.number).collect();
        let taken = store::taken_articles(db, &numbers).await?;
        let taken: HashSet<i64> = taken.into_iter().map(|id| id.0).collect();
        let is_kept = |number: &i64| (1..=MOST_KEPT).contains(number) && !taken.contains(number);
        let lacking = numbers.iter().filter(|number| !is_kept(number)).count();
        let mut fresh = match &mut self.rehearsal {
            Some(rehearsal) => (0..lacking).map(|_| rehearsal.id()).collect(),
            None if lacking == 0 => Vec::new(),
            None => store::new_article_ids(db, i64::try_from(lacking).unwrap_or(i64::MAX)).await?,
        }
        .into_iter();
        Ok(numbers
            .into_iter()
            .map(|number| {
                if is_kept(&number) {
                    number
                } else {
                    fresh.next().expect("as many were asked for as are lacking")
                }
            })
            .collect())
    }

    /// Who has the addresses that this batch would like.
    async fn taken(
        &self,
        db: &mut PgConnection,
        ids: &[i64],
        new: &[Planned],
    ) -> sqlx::Result<HashMap<String, i64>> {
        let wanted: Vec<String> = ids
            .iter()
            .zip(new)
            .flat_map(|(id, planned)| {
                let path = self.wanted(*id, planned, &planned.slug);
                path.into_iter().chain(planned.old_paths.iter().cloned())
            })
            .collect();
        let owned = store::owned(db, &wanted).await?;
        Ok(owned
            .into_iter()
            .map(|owned| (owned.path, owned.article_id.0))
            .collect())
    }

    /// The address that this slug gives an article, if it is given to readers.
    fn wanted(&self, id: i64, planned: &Planned, slug: &Slug) -> Option<String> {
        let at = planned
            .published_at
            .filter(|_| planned.state == State::Published)?;
        Some(match planned.kind {
            Kind::Article => self.publication.path_of(ArticleId(id), slug, at),
            // A page may stand below others, and goes on standing there.
            Kind::Page => planned
                .old_paths
                .iter()
                .find(|path| path.rsplit('/').next() == Some(slug.as_str()) && !is_reserved(path))
                .cloned()
                .unwrap_or_else(|| Publication::path_of_page(slug)),
        })
    }

    /// Finds an address for an article: the one its slug gives, or that with a number behind it where it is another's.
    /// Where none is free it stays a draft.
    async fn place(
        &mut self,
        db: &mut PgConnection,
        id: i64,
        planned: &mut Planned,
        taken: &mut HashMap<String, i64>,
        report: &mut Report,
    ) -> sqlx::Result<Option<String>> {
        let Some(first) = self.wanted(id, planned, &planned.slug) else {
            return Ok(None);
        };
        let endings = (2..ENDINGS).chain([planned.number.unsigned_abs()]);
        let others = endings.map(|ending| planned.slug.with_number(ending));
        for slug in [planned.slug.clone()].into_iter().chain(others) {
            let Some(path) = self.wanted(id, planned, &slug) else {
                break;
            };
            if path != first {
                for owned in store::owned(db, std::slice::from_ref(&path)).await? {
                    taken.insert(owned.path, owned.article_id.0);
                }
            }
            if is_reserved(&path) || !self.take(&path, id, taken) {
                continue;
            }
            if path != first {
                report.clashes.add(|| {
                    format!(
                        "{} (item {}) would be at {first}, which is taken; it is at {path}",
                        planned.title, planned.number
                    )
                });
                planned.slug = slug;
            }
            return Ok(Some(path));
        }
        report.clashes.add(|| {
            format!(
                "{} (item {}) would be at {first}, which is taken; it is a draft",
                planned.title, planned.number
            )
        });
        planned.state = State::Draft;
        planned.note = Some(Note::Unknown);
        Ok(None)
    }

    /// Gives an address to an article, unless it is another's.
    fn take(&mut self, path: &str, id: i64, taken: &mut HashMap<String, i64>) -> bool {
        if let Some(rehearsal) = &mut self.rehearsal {
            let key = self
                .keys
                .number_of("path", [path.as_bytes()])
                .cast_unsigned();
            if taken.get(path).is_none() && !rehearsal.paths.insert(key) {
                return false;
            }
        }
        *taken.entry(path.to_owned()).or_insert(id) == id
    }

    /// Its old addresses, but for those that are another's or a page's of the site.
    fn free_paths(
        &mut self,
        id: i64,
        planned: &Planned,
        path: Option<&str>,
        taken: &mut HashMap<String, i64>,
        report: &mut Report,
    ) -> Vec<String> {
        let mut free = Vec::new();
        for old in &planned.old_paths {
            if Some(old.as_str()) == path || free.contains(old) {
                continue;
            }
            if is_answered(old) {
                report.clashes.add(|| {
                    format!(
                        "{} (item {}) was at {old}, where this site has a page of its own",
                        planned.title, planned.number
                    )
                });
            } else if self.take(old, id, taken) {
                free.push(old.clone());
            } else {
                report.clashes.add(|| {
                    format!(
                        "{} (item {}) was at {old}, which is another article's here",
                        planned.title, planned.number
                    )
                });
            }
        }
        free
    }

    /// Writes an article anew, unless it has been edited here in this very moment. Gives its version.
    async fn change(
        &mut self,
        db: &mut PgConnection,
        known: &Known,
        mut planned: Planned,
        report: &mut Report,
    ) -> anyhow::Result<Option<i32>> {
        let id = known.article_id.0;
        let author = self
            .authors
            .find_or_insert(db, self.keys, self.site_id, &planned.author, report)
            .await?;
        let mut topics = Vec::new();
        for term in &planned.topics {
            topics.extend(self.topics.find_or_insert(db, term, report).await?);
        }
        let mut taken = self
            .taken(db, &[id], std::slice::from_ref(&planned))
            .await?;
        let path = self.place(db, id, &mut planned, &mut taken, report).await?;
        let old = self.free_paths(id, &planned, path.as_deref(), &mut taken, report);
        let paths: Vec<String> = path.iter().cloned().chain(old).collect();
        let kind = planned.kind;
        let placed = Placed {
            planned,
            id,
            path,
            author,
        };
        if self.rehearsal.is_some() {
            tally_of(report, kind).changed += 1;
            return Ok(None);
        }
        let version = store::change_article(db, &placed, known.version_now).await?;
        if version.is_none() {
            tell_edited(report, &placed.planned);
            return Ok(None);
        }
        tally_of(report, kind).changed += 1;
        store::insert_paths(db, &paths, &vec![id; paths.len()]).await?;
        store::insert_older_paths(db, std::slice::from_ref(&placed)).await?;
        store::delete_topics_of(db, id).await?;
        store::insert_topics_of(db, &vec![id; topics.len()], &topics).await?;
        Ok(version)
    }

    /// Keeps the comments and linkbacks under these articles.
    async fn keep_talk(
        &mut self,
        db: &mut PgConnection,
        talk: Vec<(i64, Talk)>,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let numbers: Vec<i64> = talk
            .iter()
            .flat_map(|(_, (comments, linkbacks))| {
                let comments = comments.iter().map(|comment| comment.number);
                comments.chain(linkbacks.iter().map(|linkback| linkback.number))
            })
            .collect();
        if numbers.is_empty() {
            return Ok(());
        }
        let known = store::known_comments(db, self.site_id, &numbers).await?;
        let known: HashMap<i64, store::KnownComment> = known
            .into_iter()
            .map(|known| (known.number, known))
            .collect();
        let ids = self.comment_ids(db, &numbers, &known).await?;
        self.commenters
            .find(db, self.keys, &talk, self.rehearsal.is_some())
            .await?;
        let (mut new, mut links) = (Vec::new(), Vec::new());
        let mut rooted_anew = Vec::new();
        let mut seen = HashSet::new();
        for (article_id, (comments, linkbacks)) in talk {
            let mut is_own = |number: i64| {
                let is_elsewhere = known
                    .get(&number)
                    .is_some_and(|known| known.article_id != article_id);
                let place = (self.site_id, number);
                let is_again = !seen.insert(number)
                    || (self.rehearsal.as_mut())
                        .is_some_and(|rehearsal| !rehearsal.comments.insert(place));
                !is_elsewhere && !is_again
            };
            let (own, others): (Vec<_>, Vec<_>) = comments
                .into_iter()
                .partition(|planned| is_own(planned.number));
            let (own_links, other_links): (Vec<_>, Vec<_>) = linkbacks
                .into_iter()
                .partition(|planned| is_own(planned.number));
            report.linkbacks.skipped += count(&other_links);
            for planned in others {
                report.comments.skipped += 1;
                report.skipped.add(|| {
                    let called = called(planned.number);
                    format!("{called}: its number is that of a comment on another article")
                });
            }
            let here: HashMap<i64, i64> = own
                .iter()
                .map(|planned| (planned.number, ids[&planned.number]))
                .collect();
            let mut is_changed = false;
            for planned in own {
                let place = self.placed(planned, article_id, &here);
                match known.get(&place.planned.number) {
                    None => {
                        report.comments.new += 1;
                        new.push(place);
                    }
                    Some(known)
                        if known.origin == Some(place.planned.origin)
                            && known.parent_id == place.parent_id =>
                    {
                        report.comments.same += 1;
                    }
                    Some(known) => {
                        is_changed = true;
                        report.comments.changed += 1;
                        let stays = known.is_decided && known.status != place.planned.status;
                        report.decided_here += u64::from(stays);
                        let status = if known.is_decided {
                            known.status
                        } else {
                            place.planned.status
                        };
                        if self.rehearsal.is_none() {
                            store::change_comment(db, &place, status).await?;
                        }
                    }
                }
            }
            if is_changed {
                rooted_anew.push(article_id);
            }
            for planned in own_links {
                match known.get(&planned.number) {
                    Some(known) if known.origin == Some(planned.origin) => {
                        report.linkbacks.same += 1;
                        continue;
                    }
                    Some(_) => report.linkbacks.changed += 1,
                    None => report.linkbacks.new += 1,
                }
                links.push(PlacedLinkback {
                    id: ids[&planned.number],
                    planned,
                    article_id,
                });
            }
        }
        if self.rehearsal.is_some() {
            return Ok(());
        }
        if !new.is_empty() {
            let until = self.now.plus_seconds(NETWORK_KEPT);
            store::insert_comments(db, self.site_id, &new, until).await?;
        }
        if !links.is_empty() {
            store::put_linkbacks(db, self.site_id, &links).await?;
        }
        if !rooted_anew.is_empty() {
            store::find_roots_anew(db, &rooted_anew).await?;
        }
        Ok(())
    }

    /// A number here for each number there.
    async fn comment_ids(
        &mut self,
        db: &mut PgConnection,
        numbers: &[i64],
        known: &HashMap<i64, store::KnownComment>,
    ) -> sqlx::Result<HashMap<i64, i64>> {
        let taken: HashSet<i64> = store::taken_comments(db, numbers)
            .await?
            .into_iter()
            .collect();
        let mut ids = HashMap::with_capacity(numbers.len());
        let mut lacking = Vec::new();
        for number in numbers {
            let is_kept = *number > 0 && *number <= MOST_KEPT && !taken.contains(number);
            match known.get(number) {
                Some(known) => _ = ids.insert(*number, known.id),
                None if is_kept => _ = ids.insert(*number, *number),
                None => lacking.push(*number),
            }
        }
        let fresh = match &mut self.rehearsal {
            Some(rehearsal) => lacking.iter().map(|_| rehearsal.id()).collect(),
            None if lacking.is_empty() => Vec::new(),
            None => {
                store::new_comment_ids(db, i64::try_from(lacking.len()).unwrap_or(i64::MAX)).await?
            }
        };
        ids.extend(lacking.into_iter().zip(fresh));
        Ok(ids)
    }

    /// A comment with the numbers that its article's comments have here.
    fn placed(
        &self,
        planned: PlannedComment,
        article_id: i64,
        here: &HashMap<i64, i64>,
    ) -> PlacedComment {
        let id = here[&planned.number];
        let network = planned.from.map(|from| {
            let from = from.to_canonical().to_string();
            self.keys.seal(NETWORK_ROW, from.as_bytes())
        });
        let network_hash = planned
            .from
            .map(|from| comments::hash_network(self.keys, from));
        PlacedComment {
            id,
            parent_id: planned.parent.and_then(|parent| here.get(&parent).copied()),
            root_id: here.get(&planned.root).copied().unwrap_or(id),
            article_id,
            commenter_id: self.commenters.id(self.keys, planned.email.as_ref()),
            network,
            network_hash,
            planned,
        }
    }
}

/// What is said about an article.
pub type Talk = (Vec<PlannedComment>, Vec<PlannedLinkback>);

impl Planned {
    /// Takes what is said about it out of it.
    fn talk(&mut self) -> Talk {
        (
            std::mem::take(&mut self.comments),
            std::mem::take(&mut self.linkbacks),
        )
    }
}

/// The row of the report for articles or for pages.
pub fn tally_of(report: &mut Report, kind: Kind) -> &mut Tally {
    match kind {
        Kind::Article => &mut report.articles,
        Kind::Page => &mut report.pages,
    }
}

fn tell_edited(report: &mut Report, planned: &Planned) {
    tally_of(report, planned.kind).edited_here += 1;
    report
        .edited_here
        .add(|| format!("{} (item {})", planned.title, planned.number));
}

fn count<T>(things: &[T]) -> u64 {
    u64::try_from(things.len()).unwrap_or(u64::MAX)
}
