//! Tests of discussion settings, word lists, and blocks of commenters, domains and IP networks.

use broadsheet::accounts::Role;
use broadsheet::commenters::{self, Email, blocks};
use broadsheet::comments::store::word_lists;
use broadsheet::comments::{self, Status, rules};
use broadsheet::ids::CommenterId;
use broadsheet::text::Language;
use sqlx::PgConnection;

use crate::support::visitor::{Form, Page, Visitor};
use crate::support::{Setup, TestSite};

const DISCUSSION: &str = "/admin/discussion";
const BLOCKS: &str = "/admin/discussion/blocks";

async fn open_form(admin: &Visitor) -> Form {
    admin.open(DISCUSSION).await.form(DISCUSSION)
}

/// Returns the row of the settings table as text.
async fn settings_row(site: &TestSite) -> String {
    sqlx::query_scalar("select settings::text from settings")
        .fetch_one(&site.app.pool)
        .await
        .expect("the settings are read")
}

/// Loads what screening a reply needs to know about a commenter with an email at `domain`.
async fn load_facts(
    db: &mut PgConnection,
    id: Option<CommenterId>,
    domain: &str,
    from: &str,
) -> comments::store::screening_facts::ScreeningFacts {
    let domains = blocks::domains_of(domain);
    let from = from.parse().expect("a valid IP address");
    comments::store::screening_facts::load(db, id, &domains, from, None)
        .await
        .expect("the facts for screening are read")
}

#[tokio::test]
async fn saved_discussion_settings_are_shown_and_take_effect() {
    let site = TestSite::new().await;
    let admin = site.staff("ada", Role::Admin).await;
    let numbers = [
        ("thread_depth", "7"),
        ("close_after_days", "14"),
        ("hold_links", "0"),
        ("flood_seconds", "60"),
        ("edit_minutes", "5"),
        ("network_days", "0"),
        ("trash_days", "90"),
    ];
    let lists = [
        ("hold_words", "free money\n\n*press*"),
        ("refuse_words", "/fr[e3]+ casino/"),
    ];
    let mut filled = open_form(&admin).await.untick("hold_everything");
    for (name, value) in numbers.into_iter().chain(lists) {
        filled = filled.fill(name, value);
    }
    for name in [
        "newest_first",
        "hold_first_timers",
        "trust_unverified",
        "shows_transparency",
    ] {
        filled = filled.tick(name, "1");
    }
    filled
        .submit()
        .await
        .follow()
        .await
        .sees("Saved. The rules apply from the next comment on.");
    let shown = open_form(&admin).await;
    for (name, value) in numbers.into_iter().chain(lists) {
        assert_eq!(shown.value(name).trim_start_matches('\n'), value, "{name}");
    }
    for (name, ticked) in [
        ("newest_first", "1"),
        ("hold_first_timers", "1"),
        ("trust_unverified", "1"),
        ("hold_everything", ""),
    ] {
        assert_eq!(shown.value(name), ticked, "{name}");
    }
    let publication = site
        .app
        .load_publication()
        .await
        .expect("the publication is read");
    assert_eq!(publication.discussion.thread_depth, 7);
    assert_eq!(publication.discussion.flood_seconds, 60);
    assert_eq!(publication.discussion.trash_days, 90);
    assert!(publication.discussion.shows_transparency);
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let lists = word_lists::find(&mut db)
        .await
        .expect("the word lists are read");
    let rules = rules::load_rules(&publication.discussion, &lists.hold, &lists.refuse).await;
    assert!(rules.trust_unverified && !rules.hold_everything && !rules.ask_checker);
    assert_eq!(rules.hold_words.matching_lines(&["I use WordPress"]), [3]);
    assert_eq!(rules.refuse_words.matching_lines(&["FR33 CASINO"]), [1]);
}

#[tokio::test]
async fn every_invalid_number_is_reported_and_every_value_is_kept() {
    let site = TestSite::new().await;
    let admin = site.staff("ada", Role::Admin).await;
    let before = settings_row(&site).await;
    let wrong = [
        ("thread_depth", "1", "from 2 to 10"),
        ("close_after_days", "-1", "from 0 to 36500"),
        ("hold_links", "two", "from 0 to 1000"),
        ("flood_seconds", "99999999999999999999", "from 0 to 3600"),
        ("edit_minutes", "1.5", "from 0 to 10080"),
        ("network_days", "", "from 0 to 365"),
        ("trash_days", "36501", "from 0 to 36500"),
    ];
    let mut filled = open_form(&admin).await.fill("hold_words", "kept");
    for (name, value, _) in wrong {
        filled = filled.fill(name, value);
    }
    let page = filled.submit().await;
    page.has_status(422);
    for (name, value, said) in wrong {
        let beside = page.text_of(&format!("#{name}-error"));
        assert!(beside.contains(said), "{name}: {beside}");
        assert_eq!(page.form(DISCUSSION).value(name), value);
    }
    assert!(page.form(DISCUSSION).value("hold_words").contains("kept"));
    assert_eq!(settings_row(&site).await, before);
}

#[tokio::test]
async fn every_invalid_word_list_line_is_reported_by_number() {
    let site = TestSite::new().await;
    let admin = site.staff("ada", Role::Admin).await;
    let long = "x".repeat(501);
    let lists = [
        ("hold_words", format!("\nfree\n/(/\n*\n{long}")),
        ("refuse_words", "/[/\ncasino\n/a*/".to_owned()),
    ];
    let mut filled = open_form(&admin).await;
    for (name, text) in &lists {
        filled = filled.fill(name, text);
    }
    let page = filled.submit().await;
    page.has_status(422)
        .sees("Line 3 is not a valid regular expression")
        .sees("Line 4 would match every comment.")
        .sees("Line 5 is too long")
        .sees("Line 1 is not a valid regular expression")
        .sees("Line 3 would match every comment.");
    assert_eq!(page.texts_of(".form-errors li").len(), 5);
    for (name, text) in &lists {
        assert!(page.form(DISCUSSION).value(name).ends_with(text));
    }
    let kept = site
        .count("select count(*) from word_lists where hold_words = '' and refuse_words = ''")
        .await;
    assert_eq!(kept, 1, "a wrong list was kept");
    let huge = "word\n".repeat(200_001);
    let page = open_form(&admin)
        .await
        .fill("hold_words", &huge)
        .submit()
        .await;
    page.has_status(422)
        .sees("bytes too long: at most 1000000 are allowed");
}

#[tokio::test]
async fn the_second_of_two_concurrent_saves_is_a_conflict() {
    let site = TestSite::new().await;
    let ada = site.staff("ada", Role::Admin).await;
    let abe = site.staff("abe", Role::Admin).await;
    let (at_ada, at_abe) = (open_form(&ada).await, open_form(&abe).await);
    let saved = at_ada.fill("hold_words", "of ada").submit().await;
    saved.has_status(303);
    let refused = at_abe.fill("hold_words", "of abe").submit().await;
    refused
        .has_status(409)
        .sees("Someone else saved settings after you opened this page.");
    let shown = open_form(&ada).await;
    assert!(shown.value("hold_words").contains("of ada"));
    let again = refused.form(DISCUSSION);
    assert!(again.value("hold_words").contains("of abe"));
    again.submit().await.has_status(303);
    assert!(open_form(&ada).await.value("hold_words").contains("of abe"));
}

#[tokio::test]
async fn the_settings_form_is_given_back_while_the_database_is_down() {
    let site = TestSite::new().await;
    let admin = site.staff("ada", Role::Admin).await;
    let typed = open_form(&admin).await.fill("refuse_words", "thought over");
    let (first, second) = (typed, open_form(&admin).await.fill("refuse_words", "again"));
    let cookies_gone = {
        admin.forget_cookies();
        first.submit().await
    };
    cookies_gone.has_status(401).sees("Your session has ended");
    let kept = cookies_gone.form(DISCUSSION);
    assert!(kept.value("refuse_words").contains("thought over"));
    site.app.pool.close().await;
    let page = second.submit().await;
    // Nobody can be signed in without the database, but the values come back all the same.
    assert!(matches!(page.status.as_u16(), 401 | 503), "{}", page.status);
    assert!(
        page.form(DISCUSSION)
            .value("refuse_words")
            .contains("again")
    );
}

/// Adds comments for previewing a word list with the word "tea": an approved comment and a spam comment with the word,
/// and one without it.
async fn add_tea_comments(site: &TestSite) {
    let article = site.article("Tea").await;
    for (name, status) in [
        ("Tea Lover", Status::Approved),
        ("Tea Seller", Status::Spam),
        ("Ann", Status::Approved),
    ] {
        site.comment(&article, name, status).await;
    }
}

fn preview_lines(page: &Page, list: &str) -> Vec<String> {
    page.texts_of(&format!("#{list}-preview tbody tr"))
}

#[tokio::test]
async fn a_word_list_preview_saves_nothing() {
    let site = TestSite::new().await;
    add_tea_comments(&site).await;
    let admin = site.staff("ada", Role::Admin).await;
    let before = settings_row(&site).await;
    let page = open_form(&admin)
        .await
        .fill("hold_words", "nothing\ntea\n/(/\nann")
        .fill("refuse_words", "*selle*")
        .fill("edit_minutes", "99")
        .press("Test the word lists")
        .await;
    page.has_status(200)
        .sees("The word lists were tested; nothing has been saved yet.")
        .sees("Tested on the last 3 comments.")
        .sees("Line 3 is not a valid regular expression");
    assert_eq!(
        preview_lines(&page, "hold_words"),
        [
            "2 tea would have held 2, of which you approved 1; one is spam or in the trash",
            "4 ann would have held 1, of which you approved 1",
        ]
    );
    assert_eq!(
        page.text_of("#hold_words-preview tfoot"),
        "Whole list would have held 3, of which you approved 2; one is spam or in the trash"
    );
    assert_eq!(
        preview_lines(&page, "refuse_words"),
        ["1 *selle* would have rejected 1, of which you approved 0; one is spam or in the trash"]
    );
    assert_eq!(page.form(DISCUSSION).value("edit_minutes"), "99");
    assert_eq!(settings_row(&site).await, before);
    assert_eq!(
        site.count("select count(*) from word_lists where hold_words = ''")
            .await,
        1
    );
}

#[tokio::test]
async fn the_word_list_preview_is_translated() {
    let site = Setup::default()
        .publication(|publication| publication.language = Language::Ukrainian)
        .build()
        .await;
    add_tea_comments(&site).await;
    let admin = site.staff("ada", Role::Admin).await;
    let page = open_form(&admin)
        .await
        .fill("hold_words", "TEA")
        .press("Перевірити списки слів")
        .await;
    page.has_status(200)
        .sees("Перевірено на 3 останніх коментарях.");
    assert_eq!(
        preview_lines(&page, "hold_words"),
        ["1 TEA надіслав би на модерацію 2, з них схвалено 1; 1 — у спамі або кошику"]
    );
}

#[tokio::test]
async fn the_word_list_preview_works_with_javascript_and_only_for_admins() {
    let site = TestSite::new().await;
    add_tea_comments(&site).await;
    let admin = site.staff("ada", Role::Admin).await;
    let typed = [("hold_words", "\r\ntea\r\n"), ("refuse_words", "ann")];
    let answer = admin.post_fields("/admin/discussion/preview", &typed).await;
    answer.has_status(200);
    let mut filled = open_form(&admin).await;
    for (name, text) in typed {
        filled = filled.fill(name, text);
    }
    let page = filled.press("Test the word lists").await;
    for list in ["hold_words", "refuse_words"] {
        let place = format!("#{list}-preview");
        assert_eq!(answer.text_of(&place), page.text_of(&place));
        assert_eq!(preview_lines(&answer, list).len(), 1);
    }
    assert!(
        answer
            .header("content-security-policy")
            .contains("connect-src 'self'")
    );
    let editor = site.staff("edda", Role::Editor).await;
    let refused = editor
        .post_fields("/admin/discussion/preview", &typed)
        .await;
    refused.has_status(403).does_not_see("would have held");
    let stranger = site.visitor();
    let page = stranger
        .post_fields("/admin/discussion/preview", &typed)
        .await;
    assert!(page.leads_to().starts_with("/admin/sign-in"));
}

#[tokio::test]
async fn word_lists_are_never_matched_against_emails() {
    let site = TestSite::new().await;
    add_tea_comments(&site).await;
    let admin = site.staff("ada", Role::Admin).await;
    let typed = [("hold_words", "*example*\n*@*\n*org*")];
    let answer = admin.post_fields("/admin/discussion/preview", &typed).await;
    assert!(preview_lines(&answer, "hold_words").is_empty());
    assert!(answer.text().contains("would have held 0"));
}

#[tokio::test]
async fn the_spam_checker_key_is_stored_encrypted_and_never_shown() {
    const KEY: &str = "k3y-0f-the-checker";
    let site = TestSite::new().await;
    let admin = site.staff("ada", Role::Admin).await;
    let wrong = open_form(&admin)
        .await
        .fill("checker_url", "http://rest.akismet.com")
        .fill("checker_key", KEY)
        .submit()
        .await;
    wrong.has_status(422).sees("starting with https://");
    let saved = wrong
        .form(DISCUSSION)
        .fill("checker_url", "https://rest.akismet.com/")
        .tick("sent_fields", "words")
        .tick("sent_fields", "name")
        .tick("sent_fields", "everything")
        .submit()
        .await;
    saved.has_status(303);
    let page = admin.open(DISCUSSION).await;
    page.sees("A key is saved and encrypted.");
    let shown = page.form(DISCUSSION);
    assert_eq!(shown.value("checker_url"), "https://rest.akismet.com");
    assert_eq!(shown.value("checker_key"), "");
    let result_page = page.texts_of("input[name=sent_fields][checked] + label");
    assert_eq!(result_page, ["Comment text", "Name"]);
    let checker = async || {
        let publication = site
            .app
            .load_publication()
            .await
            .expect("the publication is read");
        publication.discussion.checker.clone()
    };
    let opened = |sealed: &[u8]| {
        let opened = site.app.keys.open(b"settings.akismet_key", sealed);
        opened
            .expect("the spam checker's key can be decrypted")
            .to_vec()
    };
    let kept = checker()
        .await
        .expect("the spam checker's settings are saved");
    assert_eq!(opened(&kept.key_sealed), KEY.as_bytes());
    assert_eq!(kept.sent_fields, ["words", "name"]);
    let hex: String = KEY.bytes().map(|byte| format!("{byte:02x}")).collect();
    let row = settings_row(&site).await;
    assert!(!row.contains(KEY) && !row.contains(&hex), "{row}");
    // Saving with an empty field keeps the key, and an error does not reveal it.
    let mistaken = shown.fill("hold_links", "x").submit().await;
    mistaken.has_status(422);
    let again = mistaken.form(DISCUSSION).fill("hold_links", "3");
    let saved = again.submit().await;
    saved.has_status(303);
    assert_eq!(
        opened(
            &checker()
                .await
                .expect("the spam checker's settings are kept")
                .key_sealed
        ),
        KEY.as_bytes()
    );
    let tried = open_form(&admin).await.press("Test the word lists").await;
    for page in [&page, &mistaken, &saved.follow().await, &tried] {
        assert!(!page.html().contains(KEY), "{} shows the key", page.path);
    }
    assert!(!site.log().contains(KEY));
    open_form(&admin)
        .await
        .tick("forget_key", "1")
        .submit()
        .await
        .has_status(303);
    assert_eq!(checker().await, None);
    let without_key = open_form(&admin)
        .await
        .fill("checker_url", "https://a.example");
    without_key
        .submit()
        .await
        .has_status(422)
        .sees("Please enter the API key of the service.");
}

#[tokio::test]
async fn an_email_is_blocked_and_never_shown_again() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    site.comment(&article, "Ann", Status::Held).await;
    let moderator = site.staff("mo", Role::Moderator).await;
    let is_blocked = async |address: &str| {
        let mut db = site.app.pool.begin().await.expect("a transaction");
        let email = Email::parse(address).expect("a valid email");
        let id = commenters::store::commenters::find_or_insert(
            &mut db,
            &site.app.keys,
            &email,
            site.now(),
        )
        .await
        .expect("a commenter")
        .id;
        load_facts(&mut db, Some(id), "", "192.0.2.1")
            .await
            .is_blocked
    };
    // One commenter with two comments, and one without any.
    for address in ["ann@example.org", "ANN@example.org ", "zoe@else.example"] {
        let page = moderator.open(BLOCKS).await;
        let done = page.form(BLOCKS).fill("email", address).submit().await;
        let page = done.has_status(303).follow().await;
        page.sees("Blocked.");
        let html = page.html().to_lowercase();
        for part in ["ann@", "@example", "zoe", "else.example"] {
            assert!(!html.contains(part), "the page holds {part}");
        }
        assert!(!done.leads_to().contains("ann"));
    }
    let page = moderator.open(BLOCKS).await;
    let mut listed = page.texts_of(".blocked p");
    listed.sort();
    assert_eq!(
        listed,
        [
            "Email address blocked on March 14, 2026 by mo",
            "Email address blocked on March 14, 2026 by mo",
        ]
    );
    assert!(is_blocked("ann@example.org").await);
    assert!(is_blocked("zoe@else.example").await);
    assert!(!is_blocked("bob@example.org").await);
    for _ in 0..2 {
        let page = moderator.open(BLOCKS).await;
        let done = page.form("/admin/discussion/blocks/remove").submit().await;
        done.follow().await.sees("Unblocked.");
    }
    assert!(!is_blocked("ann@example.org").await);
    assert!(moderator.open(BLOCKS).await.texts_of(".blocked").is_empty());
    assert!(!site.log().contains("ann@example.org"));
}

/// Submits the form on the page of blocks that contains this field, with `typed` as the field's value.
async fn submit_block(moderator: &Visitor, field: &str, typed: &str) -> Page {
    moderator.post_fields(BLOCKS, &[(field, typed)]).await
}

#[tokio::test]
async fn blocking_a_domain_blocks_its_subdomains() {
    let site = TestSite::new().await;
    let moderator = site.staff("mo", Role::Moderator).await;
    moderator.open(BLOCKS).await.sees("Block an email domain");
    for typed in ["Spam.Example", "@spam.example", "пошта.укр"] {
        submit_block(&moderator, "domain", typed)
            .await
            .follow()
            .await
            .sees("Blocked.");
    }
    let listed = moderator.open(BLOCKS).await.texts_of(".blocked strong");
    assert_eq!(listed, ["spam.example", "xn--80a1acn3a.xn--j1amh"]);
    let mut db = site.app.pool.acquire().await.expect("a connection");
    for (domain, found) in [
        ("spam.example", Some("spam.example")),
        ("mail.of.spam.example", Some("spam.example")),
        ("xn--80a1acn3a.xn--j1amh", Some("xn--80a1acn3a.xn--j1amh")),
        ("notspam.example", None),
        ("example", None),
    ] {
        let blocked = load_facts(&mut db, None, domain, "192.0.2.1")
            .await
            .blocked_domain;
        assert_eq!(blocked.as_deref(), found, "{domain}");
    }
    for wrong in ["example", "ann@spam.example", "a b.example"] {
        let page = submit_block(&moderator, "domain", wrong).await;
        page.has_status(422)
            .sees("Please enter a domain that can be blocked");
        assert_eq!(
            page.attribute("#domain", "value").as_deref(),
            Some(wrong),
            "what was typed is gone"
        );
    }
    let page = moderator.open(BLOCKS).await;
    page.form("/admin/discussion/blocks/remove")
        .submit()
        .await
        .follow()
        .await
        .sees("Unblocked.");
    let left = load_facts(&mut db, None, "spam.example", "192.0.2.1").await;
    assert_eq!(left.blocked_domain, None);
}

#[tokio::test]
async fn blocking_an_ip_network_blocks_all_of_its_addresses() {
    let site = TestSite::new().await;
    let moderator = site.staff("mo", Role::Moderator).await;
    for typed in ["192.0.2.7/24", "192.0.2.0/24", "2001:db8::7", "203.0.113.9"] {
        submit_block(&moderator, "network", typed)
            .await
            .follow()
            .await
            .sees("Blocked.");
    }
    let listed = moderator.open(BLOCKS).await.texts_of(".blocked strong");
    assert_eq!(listed, ["192.0.2.0/24", "203.0.113.9/32", "2001:db8::/64"]);
    let mut db = site.app.pool.acquire().await.expect("a connection");
    for (address, blocked) in [
        ("192.0.2.200", true),
        ("::ffff:192.0.2.200", true),
        ("192.0.3.1", false),
        ("203.0.113.9", true),
        ("203.0.113.8", false),
        ("2001:db8::ffff", true),
        ("2001:db8:0:1::", false),
    ] {
        let answer = load_facts(&mut db, None, "", address).await;
        assert_eq!(answer.is_blocked_network, blocked, "{address}");
    }
    for (wrong, said) in [
        ("0.0.0.0/0", "This network has too many people in it"),
        ("2001::/15", "This network has too many people in it"),
        ("everyone", "Please enter an IP address"),
    ] {
        let page = submit_block(&moderator, "network", wrong).await;
        page.has_status(422).sees(said);
        assert_eq!(page.attribute("#network", "value").as_deref(), Some(wrong));
    }
    submit_block(&moderator, "email", " ")
        .await
        .has_status(422)
        .sees("Please type what to block.");
    let page = moderator.open(BLOCKS).await;
    let removed = page.form("/admin/discussion/blocks/remove").submit().await;
    removed.has_status(303);
    let answer = load_facts(&mut db, None, "", "192.0.2.200").await;
    assert!(!answer.is_blocked_network);
}

#[tokio::test]
async fn moderators_see_blocks_and_admins_see_rules() {
    let site = TestSite::new().await;
    let moderator = site.staff("mo", Role::Moderator).await;
    let page = moderator.open("/admin/comments").await;
    page.sees("Blocklist").does_not_see("Comment settings");
    let admin = site.staff("ada", Role::Admin).await;
    let page = admin.open("/admin/comments").await;
    page.sees("Comment settings");
    let rules = admin.open(DISCUSSION).await;
    assert_eq!(rules.text_of(".tabs a[aria-current]"), "Rules");
    assert_eq!(
        rules.attribute(".tabs a:not([aria-current])", "href"),
        Some(BLOCKS.to_owned())
    );
}
