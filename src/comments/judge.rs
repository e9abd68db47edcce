//! Judging a reply when it arrives and when its author changes it: gathers what is known, and asks the rules.

use std::net::IpAddr;

use sqlx::PgConnection;

use super::screening::{Blocked, Evidence, Standing, Verdict, first_verdict, texts};
use super::{rules, store};
use crate::commenters::{Email, Treatment, blocks, treatment};
use crate::ids::CommenterId;
use crate::learning;
use crate::publication::DiscussionSettings;
use crate::sealed::Keys;
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
    let read = markdown::words_of_html(body_html.as_str());
    let texts = texts(author.name, author.website, body, &read);
    let opinion = if author.is_staff {
        None
    } else {
        let noticed = learning::noticed(author.name, author.website, body_html.as_str());
        learning::opinion(db, keys, noticed).await?
    };
    let evidence = Evidence {
        trap_filled: author.trap_filled,
        is_staff: author.is_staff,
        texts: &texts,
        links: body_html.links(),
        blocked: blocked(db, author).await?,
        standing: standing(db, author).await?,
        likelihood: opinion.as_ref().map(|opinion| opinion.score),
        treatment: treatment(db, author).await?,
    };
    let rules = rules::load(db, settings).await?;
    Ok(Verdict {
        opinion,
        ..first_verdict(&evidence, &rules)
    })
}

async fn blocked(db: &mut PgConnection, author: &Author<'_>) -> sqlx::Result<Option<Blocked>> {
    if let Some(id) = author.commenter_id
        && blocks::is_blocked(db, id).await?
    {
        return Ok(Some(Blocked::Address));
    }
    if let Some(email) = author.email
        && let Some(domain) = blocks::find_blocked_domain(db, email.domain()).await?
    {
        return Ok(Some(Blocked::Domain(domain)));
    }
    let is_blocked = blocks::is_blocked_network(db, author.from).await?;
    Ok(is_blocked.then_some(Blocked::Network))
}

/// How well an author is known. What an address alone is worth, the rules say: anyone can type any.
async fn standing(db: &mut PgConnection, author: &Author<'_>) -> sqlx::Result<Standing> {
    let Some(id) = author.commenter_id else {
        return Ok(Standing::New);
    };
    if author.is_proved {
        return Ok(match store::has_approved(db, id, None).await? {
            true => Standing::Known,
            false => Standing::Proven,
        });
    }
    Ok(
        match store::has_approved(db, id, Some(author.name)).await? {
            true => Standing::ApprovedBefore,
            false => Standing::New,
        },
    )
}

async fn treatment(db: &mut PgConnection, author: &Author<'_>) -> sqlx::Result<Option<Treatment>> {
    match author.commenter_id {
        Some(id) => treatment::treatment_of(db, id).await,
        None => Ok(None),
    }
}
