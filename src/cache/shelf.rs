//! The pages that are kept, by their addresses; what each shows; and who is rendering one just now.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use quick_cache::{DefaultHashBuilder, Equivalent, Lifecycle, OptionsBuilder, Weighter};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::coding::Coding;
use super::figures::Figures;
use super::finished::Finished;
use super::keep::Tag;
use crate::clock::Ts;

/// What was heard last, against which a render that began before is held. One that takes longer is not kept.
const REMEMBERED: usize = 1024;
/// Bytes of a usual page: from it follows how many places there are at first.
const USUAL: u64 = 16 * 1024;
/// How long an answer to a write waits to hear of it, at most.
const HEARD_WITHIN: Duration = Duration::from_secs(10);

/// What a page is kept by: its coding; its path, and those parts of a query that it depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    coding: Coding,
    path: Arc<str>,
}

/// The same, borrowed.
#[derive(Clone, Copy, Hash)]
pub struct Asked<'a> {
    /// In which coding.
    pub coding: Coding,
    /// The path.
    pub path: &'a str,
}

impl Equivalent<Address> for Asked<'_> {
    fn equivalent(&self, address: &Address) -> bool {
        self.coding == address.coding && *self.path == *address.path
    }
}

impl Address {
    fn asked(&self) -> Asked<'_> {
        Asked {
            coding: self.coding,
            path: &self.path,
        }
    }
}

impl From<Asked<'_>> for Address {
    fn from(asked: Asked<'_>) -> Self {
        Self {
            coding: asked.coding,
            path: asked.path.into(),
        }
    }
}

/// Who asks to be told once everything is heard that was said before.
pub type Asker = oneshot::Sender<()>;

type Pages = quick_cache::sync::Cache<Address, Kept, Weigh, DefaultHashBuilder, PushedOut>;

/// A page, and how often everything had been forgotten when it was made.
#[derive(Clone)]
struct Kept {
    page: Arc<Finished>,
    since: u64,
}

/// All pages that are kept.
pub struct Shelf {
    pages: Pages,
    books: Mutex<Books>,
    /// How often everything was forgotten. What is from before the last time may have changed.
    forgotten: AtomicU64,
    pub figures: Figures,
}

/// What there is to know beside the pages.
#[derive(Default)]
struct Books {
    /// The way to whoever listens; while nobody does, nothing new is kept.
    listener: Option<UnboundedSender<Asker>>,
    showing: HashMap<Tag, HashSet<Address>>,
    /// Tags heard so far, and the last of them with their numbers.
    heard: u64,
    recent: VecDeque<(u64, Tag)>,
    rendering: HashMap<Address, watch::Receiver<Outcome>>,
}

/// What came of a render that others wait for.
#[derive(Clone)]
pub enum Outcome {
    /// Nothing yet.
    Waits,
    /// A page for everyone.
    Kept(Arc<Finished>),
    /// A page that something was touched of meanwhile: right for whoever asked before it was begun, and not to be kept.
    Overtaken(Arc<Finished>),
    /// No page that is kept: each asks for their own.
    Own,
}

/// How a page that is not there comes about.
pub enum Begun {
    /// It is there after all.
    Kept(Arc<Finished>),
    /// By us.
    Ours(Render),
    /// By another, for whom to wait.
    Theirs(watch::Receiver<Outcome>),
    /// By everyone for themselves: nobody listens.
    Alone,
}

/// A render that others may wait for. Dropped without an end, it lets them try themselves.
pub struct Render {
    shelf: Arc<Shelf>,
    address: Address,
    /// Tags heard when it began.
    since: u64,
    waiting: watch::Sender<Outcome>,
}

impl Shelf {
    /// Room for pages of so many bytes in all.
    pub fn of(bytes: u64) -> Self {
        let places = usize::try_from(bytes / USUAL).unwrap_or(usize::MAX).max(16);
        let options = OptionsBuilder::new()
            .estimated_items_capacity(places)
            .weight_capacity(bytes)
            .build()
            .expect("both capacities are given");
        Self {
            pages: Pages::with_options(options, Weigh, DefaultHashBuilder::default(), PushedOut),
            books: Mutex::default(),
            forgotten: AtomicU64::new(0),
            figures: Figures::default(),
        }
    }

    /// The page at an address, unless it has changed by itself meanwhile.
    pub fn find(&self, asked: Asked<'_>, now: impl FnOnce() -> Ts) -> Option<Arc<Finished>> {
        let Kept { page, since } = self.pages.get(&asked)?;
        if since != self.forgotten.load(Ordering::Acquire) {
            return None;
        }
        match page.until {
            Some(until) if until <= now() => None,
            _ => Some(page),
        }
    }

    /// The page as it last was, for when the database is away and there is no other. One that is known to have changed is
    /// not there any more.
    pub fn last(&self, asked: Asked<'_>) -> Option<Arc<Finished>> {
        self.pages.peek(&asked).map(|kept| kept.page)
    }

    /// Begins to make the page at an address, or finds who does.
    pub fn begin(self: &Arc<Self>, asked: Asked<'_>, now: impl FnOnce() -> Ts) -> Begun {
        let mut books = self.books();
        // It may have been kept since we looked.
        if let Some(page) = self.find(asked, now) {
            return Begun::Kept(page);
        }
        if books.listener.is_none() {
            return Begun::Alone;
        }
        let address = Address::from(asked);
        if let Some(outcome) = books.rendering.get(&address) {
            return Begun::Theirs(outcome.clone());
        }
        let (waiting, outcome) = watch::channel(Outcome::Waits);
        books.rendering.insert(address.clone(), outcome);
        Begun::Ours(Render {
            shelf: self.clone(),
            address,
            since: books.heard,
            waiting,
        })
    }

    /// Somebody listens from now on, and answers those who ask. What was said before is not known.
    pub fn begin_listening(&self) -> UnboundedReceiver<Asker> {
        let (asker, asked) = unbounded_channel();
        self.forget();
        self.books().listener = Some(asker);
        asked
    }

    /// Whether somebody listens.
    pub fn is_heard(&self) -> bool {
        self.books().listener.is_some()
    }

    /// Nobody listens any more. What is kept stays: if the database is away, nothing changes.
    pub fn end_listening(&self) {
        self.books().listener = None;
    }

    /// Drops what shows these tags, as the database says them: with spaces between. One that we do not know is said by a
    /// newer version, and means everything.
    pub fn hear_all(&self, said: &str) {
        let mut books = self.books();
        for tag in said.split_ascii_whitespace() {
            self.hear(&mut books, tag.parse().unwrap_or(Tag::Site));
        }
    }

    fn hear(&self, books: &mut Books, tag: Tag) {
        books.hear(tag);
        if tag == Tag::Site {
            self.figures.dropped.inc_by(self.pages.len() as u64);
            self.pages.clear();
            books.showing.clear();
            return;
        }
        for address in books.showing.remove(&tag).unwrap_or_default() {
            if let Some((address, kept)) = self.pages.remove(&address.asked()) {
                self.figures.dropped.inc();
                books.strike(&address, &kept.page.tags);
            }
        }
    }

    /// Until everything is heard that was said before this; whether that was.
    pub async fn settle(&self) -> bool {
        let (asker, answer) = oneshot::channel();
        let is_asked = match &self.books().listener {
            Some(listener) => listener.send(asker).is_ok(),
            None => false,
        };
        is_asked && matches!(timeout(HEARD_WITHIN, answer).await, Ok(Ok(())))
    }

    /// Takes nothing that is kept for right any more: something may have been touched, and nobody listens.
    pub fn forget(&self) {
        let mut books = self.books();
        books.hear(Tag::Site);
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        self.figures.dropped.inc_by(self.pages.len() as u64);
    }

    /// Bytes kept, and pages.
    pub fn size(&self) -> (u64, u64) {
        (self.pages.weight(), self.pages.len() as u64)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("no holder of the books panics")
    }
}

impl Books {
    fn hear(&mut self, tag: Tag) {
        self.heard += 1;
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back((self.heard, tag));
    }

    /// Whether something that a page shows was touched since so many tags were heard.
    fn is_touched_since(&self, since: u64, tags: &[Tag]) -> bool {
        let oldest = self
            .recent
            .front()
            .map_or(self.heard, |(number, _)| *number);
        let is_forgotten = self.heard > since && oldest > since + 1;
        is_forgotten
            || self
                .recent
                .iter()
                .rev()
                .take_while(|(number, _)| *number > since)
                .any(|(_, tag)| *tag == Tag::Site || tags.contains(tag))
    }

    /// Forgets that a page shows something.
    fn strike(&mut self, address: &Address, tags: &[Tag]) {
        for tag in tags {
            if let Some(addresses) = self.showing.get_mut(tag) {
                addresses.remove(address);
                if addresses.is_empty() {
                    self.showing.remove(tag);
                }
            }
        }
    }
}

impl Render {
    /// The coding that is asked for.
    pub fn coding(&self) -> Coding {
        self.address.coding
    }

    /// Whether the page is kept by what it is another for: this part of a query, or nothing.
    pub fn is_of(&self, reads: Option<&str>) -> bool {
        let query = self.address.path.split_once('?').map(|(_, query)| query);
        let read = query.and_then(|query| query.split_once('='));
        read.is_none_or(|(name, _)| reads == Some(name))
    }

    /// Keeps the page, if it is still right, and hands it to those who wait.
    pub fn end(self, page: &Arc<Finished>) {
        let shelf = &*self.shelf;
        let mut books = shelf.books();
        books.rendering.remove(&self.address);
        let is_right = books.listener.is_some() && !books.is_touched_since(self.since, &page.tags);
        if !is_right {
            self.waiting.send_replace(Outcome::Overtaken(page.clone()));
            return;
        }
        if let Some((address, old)) = shelf.pages.remove(&self.address.asked()) {
            books.strike(&address, &old.page.tags);
        }
        for tag in &page.tags {
            let addresses = books.showing.entry(*tag).or_default();
            addresses.insert(self.address.clone());
        }
        let kept = Kept {
            page: page.clone(),
            since: shelf.forgotten.load(Ordering::Acquire),
        };
        let mut pushed_out = Vec::new();
        shelf
            .pages
            .insert_with_lifecycle(self.address.clone(), kept, &mut pushed_out);
        for (address, old) in pushed_out {
            shelf.figures.pushed_out.inc();
            books.strike(&address, &old.page.tags);
        }
        self.waiting.send_replace(Outcome::Kept(page.clone()));
    }

    /// It is no page that is kept.
    pub fn give_up(self) {
        self.shelf.books().rendering.remove(&self.address);
        self.waiting.send_replace(Outcome::Own);
    }
}

impl Drop for Render {
    fn drop(&mut self) {
        let is_told = !matches!(*self.waiting.borrow(), Outcome::Waits);
        if !is_told {
            self.shelf.books().rendering.remove(&self.address);
        }
    }
}

#[derive(Clone)]
struct Weigh;

impl Weighter<Address, Kept> for Weigh {
    fn weight(&self, address: &Address, kept: &Kept) -> u64 {
        kept.page.weight() + address.path.len() as u64
    }
}

/// Collects what had to make room.
#[derive(Clone)]
struct PushedOut;

impl Lifecycle<Address, Kept> for PushedOut {
    type RequestState = Vec<(Address, Kept)>;

    fn on_evict(&self, out: &mut Self::RequestState, address: Address, kept: Kept) {
        out.push((address, kept));
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::HeaderMap;

    use super::super::finished::Effort;
    use super::super::keep::Keep;
    use super::*;
    use crate::ids::ArticleId;

    fn now() -> Ts {
        Ts::EPOCH
    }

    fn page(tags: &[Tag]) -> Arc<Finished> {
        made(Keep::showing(tags.iter().copied()))
    }

    fn made(keep: Keep) -> Arc<Finished> {
        let bytes = Bytes::from_static(b"a page");
        let (coding, effort) = (Coding::Identity, Effort::Kept);
        let headers = HeaderMap::new();
        Arc::new(Finished::new(headers, &bytes, coding, effort, keep))
    }

    fn at(path: &str) -> Asked<'_> {
        Asked {
            coding: Coding::Identity,
            path,
        }
    }

    fn article(id: i64) -> Tag {
        Tag::Article(ArticleId(id))
    }

    fn shelf() -> (Arc<Shelf>, UnboundedReceiver<Asker>) {
        let shelf = Arc::new(Shelf::of(1 << 20));
        let asked = shelf.begin_listening();
        (shelf, asked)
    }

    fn ours(shelf: &Arc<Shelf>, address: &str) -> Render {
        match shelf.begin(at(address), now) {
            Begun::Ours(render) => render,
            _ => panic!("{address} is being rendered, or kept"),
        }
    }

    fn keep(shelf: &Arc<Shelf>, address: &str, tags: &[Tag]) {
        ours(shelf, address).end(&page(tags));
        assert!(shelf.find(at(address), now).is_some());
    }

    #[test]
    fn what_is_touched_is_dropped_and_nothing_else() {
        let (shelf, _asked) = shelf();
        keep(&shelf, "/", &[Tag::Articles, article(1), article(2)]);
        keep(&shelf, "/one", &[article(1)]);
        keep(&shelf, "/two", &[article(2)]);
        shelf.hear_all("article:1 replies");
        let kept = ["/", "/one", "/two"].map(|address| shelf.find(at(address), now).is_some());
        assert_eq!(kept, [false, false, true]);
        shelf.hear_all("something-new");
        assert!(shelf.find(at("/two"), now).is_none());
        assert!(shelf.books().showing.is_empty());
    }

    #[test]
    fn a_page_that_was_touched_while_it_was_made_is_not_kept() {
        let (shelf, _asked) = shelf();
        let render = ours(&shelf, "/one");
        shelf.hear_all("article:2");
        render.end(&page(&[article(1)]));
        assert!(shelf.find(at("/one"), now).is_some());
        shelf.hear_all("article:1");
        let render = ours(&shelf, "/one");
        shelf.hear_all("article:1");
        let Begun::Theirs(outcome) = shelf.begin(at("/one"), now) else {
            panic!("it is being rendered");
        };
        render.end(&page(&[article(1)]));
        assert!(shelf.find(at("/one"), now).is_none());
        assert!(matches!(*outcome.borrow(), Outcome::Overtaken(_)));
    }

    #[test]
    fn a_render_that_outlasts_what_is_remembered_is_not_kept() {
        let (shelf, _asked) = shelf();
        let render = ours(&shelf, "/one");
        shelf.hear_all("article:1");
        for _ in 0..REMEMBERED {
            shelf.hear_all("article:2");
        }
        render.end(&page(&[article(1)]));
        assert!(shelf.find(at("/one"), now).is_none());
    }

    #[test]
    fn nothing_new_is_kept_while_nobody_listens() {
        let (shelf, asked) = shelf();
        keep(&shelf, "/one", &[article(1)]);
        let render = ours(&shelf, "/two");
        shelf.end_listening();
        drop(asked);
        render.end(&page(&[article(2)]));
        assert!(shelf.find(at("/two"), now).is_none());
        assert!(matches!(shelf.begin(at("/two"), now), Begun::Alone));
        assert!(shelf.find(at("/one"), now).is_some(), "what is known stays");
        let _asked = shelf.begin_listening();
        assert!(
            shelf.find(at("/one"), now).is_none(),
            "what was missed is not known"
        );
        assert!(
            shelf.last(at("/one")).is_some(),
            "but it may be all there is"
        );
        shelf.hear_all("article:1");
        assert!(shelf.last(at("/one")).is_none());
    }

    #[test]
    fn a_render_from_before_the_listener_was_lost_is_not_kept() {
        let (shelf, _asked) = shelf();
        let render = ours(&shelf, "/one");
        shelf.end_listening();
        let _asked = shelf.begin_listening();
        render.end(&page(&[article(1)]));
        assert!(shelf.find(at("/one"), now).is_none());
    }

    #[test]
    fn one_renders_and_the_others_wait() {
        let (shelf, _asked) = shelf();
        let render = ours(&shelf, "/one");
        let Begun::Theirs(outcome) = shelf.begin(at("/one"), now) else {
            panic!("it is being rendered");
        };
        drop(render);
        assert!(outcome.has_changed().is_err(), "who waits is let go");
        let render = ours(&shelf, "/one");
        let Begun::Theirs(outcome) = shelf.begin(at("/one"), now) else {
            panic!("it is being rendered");
        };
        render.end(&page(&[article(1)]));
        assert!(matches!(*outcome.borrow(), Outcome::Kept(_)));
        assert!(matches!(shelf.begin(at("/one"), now), Begun::Kept(_)));
    }

    #[test]
    fn a_page_changes_by_itself_at_its_moment() {
        let (shelf, _asked) = shelf();
        let until = now().plus_seconds(60);
        ours(&shelf, "/").end(&made(Keep::showing([Tag::Articles]).until(Some(until))));
        assert!(shelf.find(at("/"), || until.plus_seconds(-1)).is_some());
        assert!(shelf.find(at("/"), || until).is_none());
        assert!(shelf.last(at("/")).is_some());
    }

    #[test]
    fn memory_is_bounded_and_the_books_follow() {
        let room = 512 * 1024;
        let shelf = Arc::new(Shelf::of(room));
        let _asked = shelf.begin_listening();
        for number in 0..1000 {
            let address = format!("/{number}");
            ours(&shelf, &address).end(&page(&[article(number)]));
            assert!(shelf.size().0 <= room);
        }
        let books = shelf.books();
        assert_eq!(books.showing.len() as u64, shelf.size().1);
        assert_eq!(shelf.figures.pushed_out.get(), 1000 - shelf.size().1);
    }

    #[tokio::test]
    async fn a_write_waits_until_it_is_heard_or_learns_that_it_is_not() {
        let (shelf, mut asked) = shelf();
        keep(&shelf, "/one", &[article(1)]);
        let listener = async {
            let asker = asked.recv().await.expect("a writer asks");
            shelf.hear_all("article:2");
            asker.send(()).expect("the writer waits");
        };
        let (is_settled, ()) = tokio::join!(shelf.settle(), listener);
        assert!(is_settled && shelf.find(at("/one"), now).is_some());
        drop(asked);
        assert!(!shelf.settle().await);
        shelf.forget();
        assert!(shelf.find(at("/one"), now).is_none());
        assert!(shelf.last(at("/one")).is_some());
    }
}
