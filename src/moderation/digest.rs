//! Telling moderators by mail of what waits: to each as often as they want to hear, and never that nothing does. A letter
//! leads to a page of its own ([`super::digest_page`]) that shows what the letter told of and decides about nothing else.

use jiff::ToSpan;
use jiff::tz::TimeZone;
use sqlx::Connection;

use super::digest_store::{self, Account, Digest, Held};
use super::{digest_page, digest_stop, store};
use crate::accounts::{Moderator, Rhythm};
use crate::app::App;
use crate::clock::Ts;
use crate::comments::Status;
use crate::crypto::hex;
use crate::mail::letter::{Letter, Link, Piece};
use crate::mail::outbox;
use crate::text::{excerpt, markdown};
use crate::web::Layout;

pub use super::digest_store::forget;

/// Between two letters to who wants to hear of each comment, in seconds: a crowd is told of in one.
const EACH: i64 = 2 * 60;
/// Between two letters to who wants to hear once an hour.
const HOURLY: i64 = 60 * 60;
/// The hour of the morning letter, in the publication's zone.
const MORNING: i8 = 8;
/// Comments that a letter tells of, and that its page shows: as many as a page of the queue.
const TOLD: i64 = 50;
/// Characters of a comment that a letter quotes.
const QUOTED: usize = 160;
/// Seconds for which a digest's page works.
const GOOD_FOR: i64 = 7 * 24 * 60 * 60;
/// Seconds that a comment may take from the moment it is dated to when others see it. What is as old as that and was not
/// in the last letter is news.
const LATE: i64 = 60;

/// Writes the letters that are due; how many.
pub async fn write_due(app: &App) -> sqlx::Result<usize> {
    if app.config.mail.is_none() {
        return Ok(0);
    }
    let layout = Layout::new(app, app.publication().await?);
    let mut db = app.pool.acquire().await?;
    let accounts = digest_store::accounts(&mut db).await?;
    drop(db);
    let mut written = 0;
    for account in accounts {
        if let Some(heard_by) = due(&account, layout.now, &layout.publication.zone) {
            written += usize::from(write(app, &layout, &account, heard_by).await?);
        }
    }
    Ok(written)
}

/// If it is time for a letter to someone: by when something must have come for there to be one.
fn due(account: &Account, now: Ts, zone: &TimeZone) -> Option<Ts> {
    let last = account.digest_at;
    let rested = |seconds| last.is_none_or(|last| last.plus_seconds(seconds) <= now);
    match account.rhythm {
        Rhythm::Never => None,
        Rhythm::Each => rested(EACH).then_some(now),
        Rhythm::Hourly => rested(HOURLY).then_some(now),
        Rhythm::Daily => {
            // What comes later in the day is told of the next morning.
            let morning = morning(now, zone);
            let since = last.unwrap_or(account.confirmed_at);
            (since < morning).then_some(morning)
        }
    }
}

/// The last morning.
fn morning(now: Ts, zone: &TimeZone) -> Ts {
    let today = zone.to_datetime(now.timestamp()).date();
    let on = |date: jiff::civil::Date| {
        let at = zone.to_timestamp(date.at(MORNING, 0, 0, 0));
        at.map_or(now, Ts::new)
    };
    match on(today) {
        morning if morning <= now => morning,
        _ => on(today.saturating_sub(1.day())),
    }
}

/// Writes a letter to someone, unless nothing new waits or another process has just done so.
async fn write(app: &App, layout: &Layout, account: &Account, heard_by: Ts) -> sqlx::Result<bool> {
    let now = layout.now;
    let mut db = app.pool.acquire().await?;
    let mut db = db.begin().await?;
    let Some(moderator) = Moderator::acting(&mut db, account.id).await? else {
        return Ok(false);
    };
    let held = digest_store::newest_held(&mut db, TOLD).await?;
    let told_before = digest_store::last_told(&mut db, account.id).await?;
    let is_news = |one: &Held| match account.digest_at {
        None => true,
        Some(last) if one.held_at > last => true,
        Some(last) => one.held_at > last.plus_seconds(-LATE) && !told_before.contains(&one.id.0),
    };
    let news: Vec<&Held> = held.iter().filter(|one| is_news(one)).collect();
    if !news.iter().any(|one| one.held_at <= heard_by) {
        return Ok(false);
    }
    // Whoever comes second finds another moment there, and writes nothing.
    if !digest_store::advance(&mut db, account, now).await? {
        return Ok(false);
    }
    let ids: Vec<i64> = held.iter().map(|one| one.id.0).collect();
    let expires_at = now.plus_seconds(GOOD_FOR);
    let digest = digest_store::insert(&mut db, moderator.id, &ids, now, expires_at).await?;
    let waiting = store::counts::count_by_status(&mut db)
        .await?
        .of(Status::Held);
    let end = digest_store::end_of_log(&mut db).await?;
    let letter = letter(app, layout, account, &digest, &news, waiting, end);
    outbox::put(&mut db, &app.keys, moderator.id, &letter, None, now).await?;
    db.commit().await?;
    tracing::info!(account = %account.id, digest = %digest.id, told = news.len(), "a digest was written");
    Ok(true)
}

/// The letter: what is new of what waits, and one link to all of it.
fn letter(
    app: &App,
    layout: &Layout,
    account: &Account,
    digest: &Digest,
    news: &[&Held],
    waiting: i64,
    end: Option<(i64, Vec<u8>)>,
) -> Letter {
    let words = layout.words;
    let told = i64::try_from(news.len()).unwrap_or(TOLD);
    // What the checker is still asked about is counted and not told of.
    let waiting = waiting.max(told);
    let title = &layout.publication.title;
    let mut pieces = vec![Piece::Paragraph(words.count_with(
        "digest-waiting",
        waiting,
        "title",
        title,
    ))];
    pieces.extend(news.iter().map(|one| Piece::Beginning {
        who: one.name.clone(),
        about: one.title.clone(),
        text: excerpt::excerpt(&markdown::words_of_html(one.body_html.as_str()), QUOTED),
    }));
    if waiting > told {
        pieces.push(Piece::Paragraph(words.count("digest-more", waiting - told)));
    }
    pieces.push(Piece::Action(Link {
        label: words.say("digest-read"),
        url: layout.absolute(&digest_page::address(&app.keys, digest)),
    }));
    pieces.push(Piece::Small(words.with(
        "digest-good-until",
        "moment",
        &layout.moment(&digest.expires_at),
    )));
    let stop = layout.absolute(&digest_stop::address(&app.keys, account.id, account.set_at));
    pieces.push(Piece::Action(Link {
        label: words.say("digest-stop"),
        url: stop.clone(),
    }));
    if let Some((position, hash)) = end {
        // As the check of the log takes it.
        let end = format!("{position}:{}", hex(&hash));
        pieces.push(Piece::Small(words.with("digest-log-ends", "end", &end)));
    }
    let subject = words.count_with("digest-subject", waiting, "title", title);
    let mut letter = Letter::new(words.language(), &subject, &pieces);
    letter.unsubscribe = Some(stop);
    letter
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AccountId;
    use crate::text::dates;

    fn at(moment: &str) -> Ts {
        Ts::new(moment.parse().expect("a moment"))
    }

    fn account(rhythm: Rhythm, digest_at: Option<&str>) -> Account {
        Account {
            id: AccountId(1),
            rhythm,
            digest_at: digest_at.map(at),
            confirmed_at: at("2026-03-10T00:00:00Z"),
            set_at: at("2026-03-10T00:00:00Z"),
        }
    }

    #[test]
    fn the_morning_is_the_publications_own_on_the_day_the_clocks_change_too() {
        let kyiv = dates::zone("Europe/Kyiv").expect("a zone");
        for (now, morning_was) in [
            ("2026-03-14T05:59:59Z", "2026-03-13T06:00:00Z"),
            ("2026-03-14T06:00:00Z", "2026-03-14T06:00:00Z"),
            ("2026-03-14T23:30:00Z", "2026-03-14T06:00:00Z"),
            // Summer time begins on the 29th.
            ("2026-03-29T04:59:59Z", "2026-03-28T06:00:00Z"),
            ("2026-03-29T05:00:00Z", "2026-03-29T05:00:00Z"),
        ] {
            assert_eq!(morning(at(now), &kyiv), at(morning_was), "{now}");
        }
    }

    #[test]
    fn a_letter_is_due_in_its_rhythm() {
        let now = at("2026-03-14T15:00:00Z");
        for (rhythm, last, is_due) in [
            (Rhythm::Never, None, false),
            (Rhythm::Each, None, true),
            (Rhythm::Each, Some("2026-03-14T14:58:01Z"), false),
            (Rhythm::Each, Some("2026-03-14T14:58:00Z"), true),
            (Rhythm::Hourly, Some("2026-03-14T14:00:01Z"), false),
            (Rhythm::Hourly, Some("2026-03-14T14:00:00Z"), true),
            (Rhythm::Daily, None, true),
            (Rhythm::Daily, Some("2026-03-14T08:00:00Z"), false),
            (Rhythm::Daily, Some("2026-03-14T07:59:59Z"), true),
        ] {
            let due = due(&account(rhythm, last), now, &TimeZone::UTC);
            assert_eq!(due.is_some(), is_due, "{rhythm:?} after {last:?}");
        }
    }
}
