//! Screening of a submitted or edited comment: loads the facts about it and applies the rules.

use std::net::IpAddr;

use sqlx::PgConnection;

use super::rules;
use super::screening::name_match::find_imitated;
use super::screening::{
    AuthorTrust, BlockMatch, ScreeningInput, Verdict, apply_rules, collect_texts,
};
use super::store::screening_facts::{self, ScreeningFacts};
use crate::classifier;
use crate::commenters::{Email, blocks};
use crate::crypto::KeyRing;
use crate::ids::CommenterId;
use crate::publication::Publication;
use crate::text::{SafeHtml, markdown};

/// Author of a comment that is being screened.
pub(super) struct ScreenedAuthor<'a> {
    pub name: &'a str,
    pub website: Option<&'a str>,
    pub commenter_id: Option<CommenterId>,
    /// Email of a new comment. `None` when a comment is edited, so that blocked domains are not checked again.
    pub email: Option<&'a Email>,
    /// Whether the email was verified in this browser.
    pub is_verified: bool,
    /// IP address of the request.
    pub ip: IpAddr,
    /// Whether the author is a signed-in member of staff.
    pub is_staff: bool,
    pub honeypot_filled: bool,
}

/// Screens the text of a new or edited comment.
pub(super) async fn screen_comment(
    db: &mut PgConnection,
    keys: &KeyRing,
    publication: &Publication,
    author: &ScreenedAuthor<'_>,
    body: &str,
    body_html: &SafeHtml,
) -> sqlx::Result<Verdict> {
    let plain = markdown::html_to_text(body_html.as_str());
    // Staff are never predicted: their comments are approved anyway, and would only cost time.
    let prediction = if author.is_staff {
        None
    } else {
        let features =
            classifier::extract_comment_features(author.name, author.website, body_html.as_str());
        classifier::predict(db, keys, features).await?
    };
    let domain = author.email.map(Email::domain);
    let domains = domain.map(blocks::domains_of).unwrap_or_default();
    // Somebody who only typed the email has to use the approved name, too; its owner may use any name.
    let name = Some(author.name).filter(|_| !author.is_verified);
    let facts = screening_facts::load(db, author.commenter_id, &domains, author.ip, name).await?;
    let settings = &publication.discussion;
    let rules = rules::load_rules(settings, &facts.hold_words, &facts.refuse_words).await;
    let (block, trust) = (find_block(&facts), assess_trust(author, &facts));
    let (honeypot_filled, is_staff) = (author.honeypot_filled, author.is_staff);
    let spam_probability = prediction.as_ref().map(|prediction| prediction.score);
    let links = body_html.count_links();
    let [name, title, body] = [author.name, &publication.title, body].map(str::to_owned);
    let website = author.website.map(str::to_owned);
    let verdict = rules::run_in_turn(move || {
        let texts = collect_texts(&name, website.as_deref(), &body, &plain);
        let input = ScreeningInput {
            honeypot_filled,
            is_staff,
            texts: &texts,
            links,
            block,
            trust,
            spam_probability,
            policy: facts.policy,
            imitated_name: find_imitated(&name, &facts.staff_names, &title),
        };
        apply_rules(&input, &rules)
    });
    Ok(Verdict {
        prediction,
        ..verdict.await?
    })
}

fn find_block(facts: &ScreeningFacts) -> Option<BlockMatch> {
    if facts.is_blocked {
        return Some(BlockMatch::Email);
    }
    let domain = facts.blocked_domain.clone().map(BlockMatch::Domain);
    domain.or(facts.is_blocked_network.then_some(BlockMatch::Network))
}

fn assess_trust(author: &ScreenedAuthor<'_>, facts: &ScreeningFacts) -> AuthorTrust {
    match (author.commenter_id, author.is_verified, facts.was_approved) {
        (None, ..) | (_, false, false) => AuthorTrust::Unknown,
        (_, false, true) => AuthorTrust::ApprovedBefore,
        (_, true, false) => AuthorTrust::EmailVerified,
        (_, true, true) => AuthorTrust::Established,
    }
}
