//! Judging a reply when it arrives and when its author changes it: gathers what is known, and asks the rules.

use std::net::IpAddr;

use sqlx::PgConnection;

use super::screening::{Blocked, Evidence, Standing, Verdict, first_verdict, texts};
use super::store::Known;
use super::{rules, store};
use crate::classifier;
use crate::commenters::{Email, blocks};
use crate::crypto::Keys;
use crate::ids::CommenterId;
use crate::publication::DiscussionSettings;
use crate::text::{SafeHtml, markdown};

/// Who wrote something, from where.
pub(super) struct Author<'a> {
    /// The name given.
    pub name: &'a str,
    /// The website given.
    pub website: Option<&'a str>,
    /// Whose address was given, if any was.
    pub commenter_id: Option<CommenterId>,
    /// That address, where it is at hand.
    pub email: Option<&'a Email>,
    /// The browser it came from has proved that the address is theirs.
    pub is_proved: bool,
    /// The network it came from.
    pub from: IpAddr,
    /// A signed-in member of the staff.
    pub is_staff: bool,
    /// The field that people do not see was filled in.
    pub trap_filled: bool,
}

/// What becomes of these words.
pub(super) async fn judge(
    db: &mut PgConnection,
    keys: &Keys,
    settings: &DiscussionSettings,
    author: &Author<'_>,
    body: &str,
    body_html: &SafeHtml,
) -> sqlx::Result<Verdict> {
    let read = markdown::html_to_text(body_html.as_str());
    let texts = texts(author.name, author.website, body, &read);
    let opinion = if author.is_staff {
        None
    } else {
        let noticed =
            classifier::extract_comment_features(author.name, author.website, body_html.as_str());
        classifier::predict(db, keys, noticed).await?
    };
    let domain = author.email.map(Email::domain);
    let domains = domain.map(blocks::domains_of).unwrap_or_default();
    // Whoever has proved an address may call themselves what they like.
    let name = Some(author.name).filter(|_| !author.is_proved);
    let known = store::known_of(db, author.commenter_id, &domains, author.from, name).await?;
    let evidence = Evidence {
        trap_filled: author.trap_filled,
        is_staff: author.is_staff,
        texts: &texts,
        links: body_html.count_links(),
        blocked: blocked(&known),
        standing: standing(author, &known),
        likelihood: opinion.as_ref().map(|opinion| opinion.score),
        treatment: known.treatment,
    };
    let rules = rules::of(settings, &known.hold_words, &known.refuse_words).await;
    Ok(Verdict {
        opinion,
        ..first_verdict(&evidence, &rules)
    })
}

fn blocked(known: &Known) -> Option<Blocked> {
    if known.is_blocked {
        return Some(Blocked::Address);
    }
    let domain = known.blocked_domain.clone().map(Blocked::Domain);
    domain.or(known.is_blocked_network.then_some(Blocked::Network))
}

/// How well an author is known. What an address alone is worth, the rules say: anyone can type any.
fn standing(author: &Author<'_>, known: &Known) -> Standing {
    match (author.commenter_id, author.is_proved, known.was_approved) {
        (None, ..) | (_, false, false) => Standing::New,
        (_, false, true) => Standing::ApprovedBefore,
        (_, true, false) => Standing::Proven,
        (_, true, true) => Standing::Known,
    }
}
