//! Learning from this site's own decisions, and from nothing else: what its moderators keep and refuse teaches, and what
//! arrives is told how likely it is to be refused, with the signals that weighed most. It decides nothing unless the
//! publication says from which likelihood on.
//!
//! What was learnt is kept as counts under keyed hashes. No word is kept by it that is not in a comment that is there.

mod feature;
mod features;
mod folding;
mod forget;
mod hashed;
mod judge;
mod model;
mod rescore;
mod signal;
pub mod store;
mod teach;
mod trial;

use crate::text::{markdown, tokenizer};

pub use feature::{Feature, Shape};
pub use features::{Said, features};
pub use forget::forget;
pub use judge::opinion;
pub use model::{Counts, LEAST_LESSONS, Learnt, Opinion};
pub use rescore::rescore_held;
pub use signal::Signal;
pub use teach::learn;
pub use trial::{Test, Trial, per_cent, thousandths};

/// What is noticed about a comment whose text is this safe HTML.
pub fn noticed(name: &str, website: Option<&str>, body_html: &str) -> Vec<Feature> {
    let words = markdown::html_to_text(body_html);
    let links: Vec<String> = tokenizer::tokenize(body_html)
        .filter_map(|piece| match piece {
            tokenizer::HtmlToken::Tag(tag) if tag.is_named("a") && !tag.is_end => {
                tag.find_attribute("href")
            }
            _ => None,
        })
        .map(str::to_owned)
        .collect();
    features(&Said {
        name,
        website,
        words: &words,
        links: &links,
    })
}
