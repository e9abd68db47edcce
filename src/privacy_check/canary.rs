//! The canary: a reader with an address like no other, who does everything that a reader can do.

use std::sync::LazyLock;

use anyhow::{Context, bail, ensure};
use axum::Router;
use regex::Regex;

use super::browser::{Browser, Visit};
use super::findings::Findings;
use super::store;
use crate::accounts::{self, DigestFrequency, Role, Username, address_store, session};
use crate::admin::staff_email;
use crate::app::App;
use crate::articles;
use crate::commenters::{self, CommenterAccess, Email};
use crate::comments::store::word_lists::{self, WordListTexts};
use crate::comments::{Status, links};
use crate::crypto::{KeyRing, encode_hex, random_bytes};
use crate::ids::{AccountId, ArticleId, CommentId};
use crate::publication::{self, DiscussionSettings};

/// Seconds between two replies, so that none comes too fast unless it is meant to.
const PAUSE: i64 = 20;
/// Seconds of the site's flood interval meanwhile.
const FLOOD: i32 = 15;
/// Articles of the site that are looked at for one that takes replies.
const LOOKED_AT: usize = 30;
/// For one of these words a reply waits, for the other it goes to the trash.
const HOLD: &str = "perchhold";
const REFUSE: &str = "perchrefuse";

/// Who it is.
pub struct Canary {
    /// Its address, as it types it.
    pub typed: String,
    /// Told apart from every other run, and no part of the address.
    run: String,
}

/// What its visit left behind, and those who look for it.
pub struct Trail {
    /// Who has nothing to do with it.
    pub stranger: Browser,
    /// The canary itself.
    pub bird: Browser,
    /// An admin.
    pub admin: Browser,
    /// Articles with its replies; the first was made for it.
    pub articles: Vec<i64>,
    /// Its replies, in every state.
    pub comments: Vec<i64>,
    /// Its own pages of them.
    pub own: Vec<String>,
    /// Its page of everything.
    pub mine: String,
    /// Where it ends what it is told of.
    pub end: String,
    /// Where the admin confirms their address, which is the canary's, too.
    pub confirm: String,
    /// Pages of digests that were mailed to the admin, and where these are stopped.
    pub digest: Vec<String>,
    /// See `digest`.
    pub stop: Vec<String>,
    /// The topic and the author of the article made for it, as in their addresses.
    pub topic: String,
    /// See `topic`.
    pub author: String,
    /// More addresses to open.
    pub places: Vec<String>,
    /// A word of a reply that everyone may see.
    pub public_word: String,
    /// A word of one that waits.
    pub held_word: String,
    person: CommenterAccess,
}

static VERSION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"name="version" value="(\d+)""#).expect("it is right"));
static TELL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"name="tell" value="(\d+)""#).expect("it is right"));
static REPLY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"action="/articles/(\d+)/reply"#).expect("it is right"));

impl Canary {
    /// A new one, of which nothing is known anywhere.
    pub fn new() -> Self {
        Self {
            typed: format!(
                "Canary.Bird-{}+site@Example.org",
                encode_hex(&random_bytes::<6>())
            ),
            run: encode_hex(&random_bytes::<5>()),
        }
    }

    /// Where its address is to be looked for, with the keyed hashes of it.
    pub fn findings(&self, keys: &KeyRing) -> anyhow::Result<Findings> {
        Ok(Findings::new(
            &self.typed,
            &email(&self.typed)?.hashes(keys),
        ))
    }
}

impl Default for Canary {
    fn default() -> Self {
        Self::new()
    }
}

fn email(typed: &str) -> anyhow::Result<Email> {
    match Email::parse(typed) {
        Ok(email) => Ok(email),
        Err(_) => bail!("the canary's address is none"),
    }
}

/// Replies in every way there is; looks through each answer, too. The site's clock must be one that can be moved.
pub async fn post(
    app: &App,
    router: &Router,
    canary: &Canary,
    findings: &mut Findings,
) -> anyhow::Result<Trail> {
    ensure!(
        app.config.mail.is_some(),
        "without mail the canary cannot ask to be told"
    );
    let mut visit = Visitors::new(app, router, canary, findings).await?;
    visit.subscribe_another().await?;
    visit.reply_in_every_way().await?;
    visit.prove().await?;
    visit.decide().await?;
    visit.change_and_take_back().await?;
    visit.be_answered().await?;
    visit.reply_elsewhere().await?;
    visit.leave().await
}

/// The visit, as it goes on.
struct Visitors<'a> {
    app: &'a App,
    canary: &'a Canary,
    findings: &'a mut Findings,
    stranger: Browser,
    bird: Browser,
    other: Browser,
    admin: Browser,
    keeper: AccountId,
    article: ArticleId,
    path: String,
    articles: Vec<i64>,
    /// Those told of: approved, and held for good.
    approved: Option<CommentId>,
    held: Vec<CommentId>,
    comments: Vec<CommentId>,
    places: Vec<String>,
    answers: u64,
}

impl<'a> Visitors<'a> {
    /// Sets the copy up: WordPress's rules, two words of our own, an admin, and an article that takes replies.
    async fn new(
        app: &'a App,
        router: &Router,
        canary: &'a Canary,
        findings: &'a mut Findings,
    ) -> anyhow::Result<Self> {
        let now = app.clock.now();
        let mut db = app.pool.acquire().await?;
        let settings = DiscussionSettings {
            hold_first_timers: false,
            flood_seconds: FLOOD,
            ..DiscussionSettings::default()
        };
        publication::store::update_discussion(&mut db, &settings).await?;
        let lists = WordListTexts {
            hold: HOLD.to_owned(),
            refuse: REFUSE.to_owned(),
        };
        word_lists::update(&mut db, &lists).await?;
        let handle = Username::parse(&format!("keeper-{}", canary.run)).context("a handle")?;
        let keeper = accounts::store::insert(&mut db, &handle, "Keeper", Role::Admin, None, now)
            .await?
            .context("the handle is taken")?;
        let cookie = session::create_session(app, &mut db, keeper).await?;
        drop(db);
        let mut admin = Browser::new(app, router, 0x100);
        admin.take_cookie(&cookie.to_string());
        let run = &canary.run;
        let made = admin
            .post(
                "/admin/articles/new",
                &[
                    ("title", &format!("A perch {run}")),
                    ("body", "Sit here."),
                    ("topics", &format!("Perch {run}")),
                    ("replies_open", "yes"),
                    ("version", "0"),
                    ("act", "publish"),
                ],
            )
            .await?;
        expect(&made, 303, "the article for the canary")?;
        let id = number_in(made.header("location"), "/admin/articles/")
            .context("the article has no number")?;
        let article = ArticleId(id);
        let mut db = app.pool.acquire().await?;
        let kept = articles::store::find(&mut db, article).await?;
        let path = kept
            .and_then(|article| article.path)
            .context("the article has no address")?;
        drop(db);
        Ok(Self {
            app,
            canary,
            findings,
            stranger: Browser::new(app, router, 0x200),
            bird: Browser::new(app, router, 0x300),
            other: Browser::new(app, router, 0x400),
            admin,
            keeper,
            article,
            path,
            articles: vec![id],
            approved: None,
            held: Vec::new(),
            comments: Vec::new(),
            places: Vec::new(),
            answers: 0,
        })
    }

    /// Another reader, who is told of what the canary says.
    async fn subscribe_another(&mut self) -> anyhow::Result<()> {
        let address = format!(
            "other.reader-{}@example.net",
            encode_hex(&random_bytes::<6>())
        );
        let said = self
            .other
            .post(
                &self.reply_path(),
                &[
                    ("comment", "I read here, too."),
                    ("author", "Other"),
                    ("email", &address),
                    ("tell_everything", "yes"),
                ],
            )
            .await?;
        expect(&said, 303, "another reader's reply")?;
        let person = self.person(&address).await?;
        prove(&mut self.other, &person.page_path(&self.app.keys)).await
    }

    async fn reply_in_every_way(&mut self) -> anyhow::Result<()> {
        let run = self.canary.run.clone();
        let public = format!("Tweet{run} sings the canary.");
        let held = format!("Hush{run}, {HOLD}.");
        let to = self.reply_path();
        // Mistakes, and a look at it first.
        self.say(&to, "", &[], 422).await?;
        self.say(&to, "Where?", &[("to", "1")], 422).await?;
        self.say(&to, "Look.", &[("url", "ftp://x y")], 422).await?;
        self.say(&to, &public, &[("preview", "yes")], 200).await?;
        let told = [("tell_everything", "yes")];
        let id = self.say(&to, &public, &told, 303).await?;
        self.approved = id;
        // From the same network the same again, and another before it is time.
        let visit = self.send(&to, &public, &told).await?;
        expect(&visit, 409, "the same reply once more")?;
        let visit = self.send(&to, "At once.", &[]).await?;
        expect(&visit, 429, "a reply that comes too fast")?;
        for _ in 0..4 {
            let id = self
                .say(&to, &format!("{held} {}", self.comments.len()), &[], 303)
                .await?;
            self.held.extend(id);
        }
        self.say(&to, &format!("Away, {REFUSE}."), &[], 303).await?;
        self.say(&to, "A robot.", &[("topic", "x")], 303).await?;
        self.say(
            &to,
            "One link https://example.com/ and https://example.net/ more.",
            &told,
            303,
        )
        .await?;
        // A page that a cache kept from before the move.
        let mut db = self.app.pool.acquire().await?;
        let now = self.app.clock.now();
        let number = store::give_number(&mut db, self.article, now).await?;
        drop(db);
        let number = number.to_string();
        let fields = [
            ("comment_post_ID", number.as_str()),
            ("comment_parent", "0"),
        ];
        let wordpress = "/wp-comments-post.php";
        self.say(wordpress, "", &fields, 422).await?;
        self.say(wordpress, "From long ago.", &fields, 303).await?;
        self.say(wordpress, "Nowhere.", &[("comment_post_ID", "0")], 404)
            .await?;
        Ok(())
    }

    /// Asks for the link that proves its address, and follows it.
    async fn prove(&mut self) -> anyhow::Result<()> {
        let id = self.approved.context("no reply of the canary was kept")?;
        let own = links::author_page_path(&self.app.keys, id);
        self.app.clock.advance(60 * 60 + 1);
        let visit = self.bird.post(&own, &[("act", "prove")]).await?;
        expect(&visit, 303, "the canary's wish to prove its address")?;
        self.look("asking for the proof", &visit);
        let person = self.person(&self.canary.typed).await?;
        prove(&mut self.bird, &person.page_path(&self.app.keys)).await
    }

    /// A moderator's decisions, in every direction, and one taken back.
    async fn decide(&mut self) -> anyhow::Result<()> {
        let held = self.held.clone();
        let decisions = [Status::Approved, Status::Spam, Status::Trashed];
        for (id, to) in held.iter().zip(decisions) {
            let one = format!("{} {id}:held", to.as_str());
            let visit = self.admin.post("/admin/comments", &[("one", &one)]).await?;
            expect(&visit, 303, "a moderator's decision")?;
            self.places.push(visit.header("location").to_owned());
            self.look("a decision", &visit);
        }
        let last = self.places.last().cloned().unwrap_or_default();
        if let Some(act) = number_in(&last, "act=") {
            let act = act.to_string();
            let visit = self
                .admin
                .post("/admin/comments/undo", &[("act", &act)])
                .await?;
            expect(&visit, 303, "taking a decision back")?;
            self.places.push(visit.header("location").to_owned());
        }
        Ok(())
    }

    async fn change_and_take_back(&mut self) -> anyhow::Result<()> {
        let to = self.reply_path();
        let changed = self.say(&to, "To be changed.", &[], 303).await?;
        let id = changed.context("no reply was kept")?;
        let own = links::author_page_path(&self.app.keys, id);
        let page = self.bird.open(&own).await?;
        let version = first(&VERSION, &page.text()).context("the reply cannot be changed")?;
        for (act, words, status) in [
            ("save", "", 422),
            ("preview", "Changed, as it would be.", 200),
            ("save", "Changed.", 303),
            ("save", "Changed too late.", 409),
        ] {
            let fields = [("act", act), ("version", &version), ("comment", words)];
            let visit = self.bird.post(&own, &fields).await?;
            expect(&visit, status, "changing a reply")?;
            self.look("changing a reply", &visit);
        }
        let back = self.say(&to, "To be taken back.", &[], 303).await?;
        let own = links::author_page_path(&self.app.keys, back.context("no reply was kept")?);
        let visit = self.bird.post(&own, &[("act", "delete")]).await?;
        expect(&visit, 303, "taking a reply back")?;
        self.look("taking a reply back", &visit);
        Ok(())
    }

    /// Someone answers the canary, and it answers them.
    async fn be_answered(&mut self) -> anyhow::Result<()> {
        let to = self.approved.context("no reply was kept")?.to_string();
        self.app.clock.advance(PAUSE);
        self.other.move_on();
        let address = format!(
            "third.reader-{}@example.net",
            encode_hex(&random_bytes::<6>())
        );
        let fields = [
            ("comment", "An answer to the canary."),
            ("author", "Third"),
            ("email", &address),
            ("to", &to),
        ];
        let path = self.reply_path();
        let visit = self.other.post(&path, &fields).await?;
        expect(&visit, 303, "an answer to the canary")?;
        self.look("an answer to the canary", &visit);
        self.say(
            &path,
            "And so say I.",
            &[("to", &to), ("tell_answers", "yes")],
            303,
        )
        .await?;
        Ok(())
    }

    /// Under an article of the site's own, too, if one near the front page takes replies.
    async fn reply_elsewhere(&mut self) -> anyhow::Result<()> {
        let front = self.stranger.open("/").await?;
        let links = front.links(&self.app.config.public_url);
        for path in links.into_iter().take(LOOKED_AT) {
            let page = self.stranger.open(&path).await?;
            let found = first(&REPLY, &page.text()).and_then(|id| id.parse::<i64>().ok());
            if let Some(id) = found.filter(|id| *id != self.article.0) {
                let to = format!("/articles/{id}/reply");
                self.say(&to, "The canary was here, too.", &[], 303).await?;
                self.articles.push(id);
                self.places.push(path);
                break;
            }
        }
        Ok(())
    }

    /// The admin wants to hear of what waits, at the canary's address: no desk page may show that either. Gives where it
    /// was confirmed.
    async fn keep_at_the_desk(&mut self) -> anyhow::Result<String> {
        let keeper = self.keeper;
        let now = self.app.clock.now();
        let sealed = email(&self.canary.typed)?.seal_for_account(&self.app.keys, keeper);
        let mut db = self.app.pool.acquire().await?;
        address_store::update(&mut db, keeper, &sealed, DigestFrequency::Each, now).await?;
        drop(db);
        let confirm = staff_email::confirmation_path(&self.app.keys, keeper, now);
        let visit = self.admin.post(&confirm, &[]).await?;
        expect(&visit, 200, "confirming an address of the staff")?;
        self.look("confirming an address of the staff", &visit);
        Ok(confirm)
    }

    /// Gathers what there is to open.
    async fn leave(mut self) -> anyhow::Result<Trail> {
        let confirm = self.keep_at_the_desk().await?;
        let run = &self.canary.run;
        let keys = &self.app.keys;
        let person = self.person(&self.canary.typed).await?;
        let mut db = self.app.pool.acquire().await?;
        let now = self.app.clock.now();
        let told_of = commenters::store::subscriptions::list(&mut db, person.id, now).await?;
        drop(db);
        let end = told_of
            .first()
            .context("the canary asked to be told, and it was not noted")?;
        self.places.push(self.path.clone());
        for status in Status::ALL {
            self.places
                .push(format!("/admin/comments?status={}", status.as_str()));
        }
        self.places.push("/a-page-that-is-not-there".to_owned());
        // The address itself is not looked for on the search page: that shows what was typed to whoever typed it.
        self.places.push(format!("/search?q=Tweet{run}"));
        self.places.push(format!("/search?q=perch+{run}"));
        self.findings.note(format!(
            "{} replies by the canary under {} articles, and {} answers to what it and others did (without the field in which a form gives the address back)",
            self.comments.len(),
            self.articles.len(),
            self.answers
        ));
        Ok(Trail {
            mine: person.page_path(keys),
            end: links::unsubscribe_path(keys, end.id),
            confirm,
            digest: Vec::new(),
            stop: Vec::new(),
            own: self
                .comments
                .iter()
                .map(|id| links::author_page_path(keys, *id))
                .collect(),
            comments: self.comments.iter().map(|id| id.0).collect(),
            articles: self.articles,
            topic: format!("perch-{run}"),
            author: format!("keeper-{run}"),
            places: self.places,
            public_word: format!("Tweet{run}"),
            held_word: format!("Hush{run}, {HOLD}. 4"),
            stranger: self.stranger,
            bird: self.bird,
            admin: self.admin,
            person,
        })
    }

    fn reply_path(&self) -> String {
        format!("/articles/{}/reply", self.article)
    }

    /// A reply by the canary, which must be answered so; its number, if it was kept.
    async fn say(
        &mut self,
        to: &str,
        words: &str,
        more: &[(&str, &str)],
        status: u16,
    ) -> anyhow::Result<Option<CommentId>> {
        self.app.clock.advance(PAUSE);
        self.bird.move_on();
        let visit = self.send(to, words, more).await?;
        expect(&visit, status, &format!("a reply to {to}"))?;
        let id = number_in(visit.header("location"), "/comments/").map(CommentId);
        if status == 303 {
            ensure!(id.is_some(), "a reply that was kept leads nowhere");
        }
        self.comments.extend(id);
        Ok(id)
    }

    async fn send(
        &mut self,
        to: &str,
        words: &str,
        more: &[(&str, &str)],
    ) -> anyhow::Result<Visit> {
        let mut fields = vec![
            ("comment", words),
            ("author", "Canary"),
            ("email", self.canary.typed.as_str()),
        ];
        fields.extend(more);
        let visit = self.bird.post(to, &fields).await?;
        self.look(
            &format!("the answer {} to a reply to {to}", visit.status),
            &visit,
        );
        Ok(visit)
    }

    fn look(&mut self, place: &str, visit: &Visit) {
        self.answers += 1;
        self.findings.search(place, &visit.everything_but_typed());
    }

    async fn person(&self, typed: &str) -> anyhow::Result<CommenterAccess> {
        let mut db = self.app.pool.acquire().await?;
        let found =
            commenters::store::commenters::find_by_email(&mut db, &self.app.keys, &email(typed)?)
                .await?;
        let id = found.first().context("a commenter is not there")?;
        let person = commenters::store::commenters::find_access(&mut db, *id).await?;
        person.context("a commenter is not there")
    }
}

impl Trail {
    /// Who the canary is to the database.
    pub fn person(&self) -> &CommenterAccess {
        &self.person
    }

    /// Blocks the canary, so that the desk's list of blocks holds it.
    pub async fn block(&mut self, canary: &Canary, findings: &mut Findings) -> anyhow::Result<()> {
        let blocks = "/admin/discussion/blocks";
        let visit = self.admin.post(blocks, &[("email", &canary.typed)]).await?;
        findings.search("blocking the canary", &visit.everything_but_typed());
        expect(&visit, 303, "blocking the canary")
    }
}

/// Proves an address by its page, with everything that was asked for.
async fn prove(browser: &mut Browser, page: &str) -> anyhow::Result<()> {
    let shown = browser.open(page).await?;
    expect(&shown, 200, "a commenter's own page")?;
    let text = shown.text();
    let mut fields = vec![("act", "prove")];
    fields.extend(
        TELL.captures_iter(&text)
            .filter_map(|found| Some(("tell", found.get(1)?.as_str()))),
    );
    let visit = browser.post(page, &fields).await?;
    expect(&visit, 303, "proving an address")
}

fn expect(visit: &Visit, status: u16, what: &str) -> anyhow::Result<()> {
    ensure!(
        visit.status.as_u16() == status,
        "{what} was answered {}, not {status}, so the check says nothing",
        visit.status
    );
    Ok(())
}

fn first(pattern: &Regex, text: &str) -> Option<String> {
    let found = pattern.captures(text)?;
    Some(found.get(1)?.as_str().to_owned())
}

/// The number after `beginning`.
fn number_in(text: &str, beginning: &str) -> Option<i64> {
    let (_, rest) = text.split_once(beginning)?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}
