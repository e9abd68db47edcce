//! The pages that are kept, by their addresses, and who is rendering one just now.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::address::{Address, Asked};
use super::books::Books;
use super::figures::Figures;
use super::finished::Finished;
use super::keep::Tag;
use super::render::{Outcome, Render};
use crate::clock::Ts;

/// Bytes of a usual page: from it follows how many places there are at first.
const USUAL: u64 = 16 * 1024;
/// How long an answer to a write waits to hear of it, at most.
const HEARD_WITHIN: Duration = Duration::from_secs(10);

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
    /// Whoever changes which pages are kept holds this.
    beside: Mutex<Beside>,
    /// How often everything was forgotten. What is from before the last time may have changed.
    forgotten: AtomicU64,
    pub figures: Figures,
}

/// What there is to know beside the pages.
#[derive(Default)]
struct Beside {
    books: Books,
    /// The way to whoever listens; while nobody does, nothing new is kept.
    listener: Option<UnboundedSender<Asker>>,
    rendering: HashMap<Address, watch::Receiver<Outcome>>,
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
            beside: Mutex::default(),
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
        let mut beside = self.beside();
        // It may have been kept since we looked.
        if let Some(page) = self.find(asked, now) {
            return Begun::Kept(page);
        }
        if beside.listener.is_none() {
            return Begun::Alone;
        }
        let address = Address::from(asked);
        if let Some(outcome) = beside.rendering.get(&address) {
            return Begun::Theirs(outcome.clone());
        }
        let heard = beside.books.heard();
        let (render, outcome) = Render::begin(self.clone(), address.clone(), heard);
        beside.rendering.insert(address, outcome);
        Begun::Ours(render)
    }

    /// A render is over that began when `heard` tags were heard. Keeps its page, if somebody listens and nothing that it shows
    /// was touched since; whether it does.
    pub fn end_render(&self, address: &Address, page: &Arc<Finished>, heard: u64) -> bool {
        let mut beside = self.beside();
        beside.rendering.remove(address);
        let Beside {
            books, listener, ..
        } = &mut *beside;
        if listener.is_none() || books.is_touched_since(heard, &page.tags) {
            return false;
        }
        if let Some((address, old)) = self.pages.remove(&address.asked()) {
            books.strike(&address, &old.page.tags);
        }
        books.enter(address, &page.tags);
        let kept = Kept {
            page: page.clone(),
            since: self.forgotten.load(Ordering::Acquire),
        };
        let mut pushed_out = Vec::new();
        self.pages
            .insert_with_lifecycle(address.clone(), kept, &mut pushed_out);
        for (address, old) in pushed_out {
            self.figures.pushed_out.inc();
            books.strike(&address, &old.page.tags);
        }
        true
    }

    /// Nobody renders the page at an address any more.
    pub fn give_up_render(&self, address: &Address) {
        self.beside().rendering.remove(address);
    }

    /// Somebody listens from now on, and answers those who ask. What was said before is not known.
    pub fn begin_listening(&self) -> UnboundedReceiver<Asker> {
        let (asker, asked) = unbounded_channel();
        self.forget();
        self.beside().listener = Some(asker);
        asked
    }

    /// Whether somebody listens.
    pub fn is_heard(&self) -> bool {
        self.beside().listener.is_some()
    }

    /// Nobody listens any more. What is kept stays: if the database is away, nothing changes.
    pub fn end_listening(&self) {
        self.beside().listener = None;
    }

    /// Drops what shows these tags, as the database says them: with spaces between. One that we do not know is said by a
    /// newer version, and means everything.
    pub fn hear_all(&self, said: &str) {
        let books = &mut self.beside().books;
        for tag in said.split_ascii_whitespace() {
            self.hear(books, tag.parse().unwrap_or(Tag::Site));
        }
    }

    fn hear(&self, books: &mut Books, tag: Tag) {
        books.hear(tag);
        if tag == Tag::Site {
            self.figures.dropped.inc_by(self.pages.len() as u64);
            self.pages.clear();
            books.strike_all();
            return;
        }
        for address in books.take(tag) {
            if let Some((address, kept)) = self.pages.remove(&address.asked()) {
                self.figures.dropped.inc();
                books.strike(&address, &kept.page.tags);
            }
        }
    }

    /// Until everything is heard that was said before this; whether that was.
    pub async fn settle(&self) -> bool {
        let (asker, answer) = oneshot::channel();
        let is_asked = match &self.beside().listener {
            Some(listener) => listener.send(asker).is_ok(),
            None => false,
        };
        is_asked && matches!(timeout(HEARD_WITHIN, answer).await, Ok(Ok(())))
    }

    /// Takes nothing that is kept for right any more: something may have been touched, and nobody listens.
    pub fn forget(&self) {
        let mut beside = self.beside();
        beside.books.hear(Tag::Site);
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        self.figures.dropped.inc_by(self.pages.len() as u64);
    }

    /// Bytes kept, and pages.
    pub fn size(&self) -> (u64, u64) {
        (self.pages.weight(), self.pages.len() as u64)
    }

    fn beside(&self) -> MutexGuard<'_, Beside> {
        self.beside
            .lock()
            .expect("no holder of the lock beside the pages panics")
    }
}

#[derive(Clone)]
struct Weigh;

impl Weighter<Address, Kept> for Weigh {
    fn weight(&self, address: &Address, kept: &Kept) -> u64 {
        kept.page.weight() + address.len() as u64
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

    use super::super::coding::Coding;
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
        assert_eq!(shelf.beside().books.shown(), 0);
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
        assert_eq!(shelf.beside().books.shown() as u64, shelf.size().1);
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
