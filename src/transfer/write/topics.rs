//! Topics of imported articles, made from WordPress categories and tags.

use std::collections::{HashMap, HashSet};

use sqlx::PgConnection;

use crate::articles::TopicKind;
use crate::text::{Slug, excerpt, input, markdown};
use crate::transfer::plan::{decode_slug, parse_name};
use crate::transfer::report::ImportReport;
use crate::transfer::store;
use crate::transfer::store::topics::KnownTopic;
use crate::transfer::wxr::{TermKind, WxrItemTerm, WxrTerm};

/// Longest description of a topic, in characters.
const MAX_DESCRIPTION_CHARS: usize = 1_000;

/// Topics of an import so far.
pub struct TopicRegistry {
    /// Topic IDs by kind and WordPress slug.
    known: HashMap<(TopicKind, String), i64>,
    /// Slugs of the topics that a dry run would have inserted, with the kinds of terms that became each.
    planned: Option<HashMap<String, HashSet<TopicKind>>>,
}

impl TopicRegistry {
    /// Creates an empty registry.
    pub fn new(is_dry_run: bool) -> Self {
        Self {
            known: HashMap::new(),
            planned: is_dry_run.then(HashMap::new),
        }
    }

    /// Returns the ID of an article's topic, or `None` for a term without a name. In a dry run the ID of a new topic is 0.
    pub async fn find_or_insert(
        &mut self,
        db: &mut PgConnection,
        term: &WxrItemTerm,
        report: &mut ImportReport,
    ) -> sqlx::Result<Option<i64>> {
        let term = NamedTerm::new(term.kind, &term.slug, &term.name, None);
        let known = self.known.get(&(term.kind, term.wordpress_slug.clone()));
        match known {
            Some(id) => Ok(Some(*id)),
            None => self.upsert(db, term, report).await,
        }
    }

    /// Inserts or updates the topic of a category or tag from the header of an export.
    pub async fn describe(
        &mut self,
        db: &mut PgConnection,
        term: &WxrTerm,
        report: &mut ImportReport,
    ) -> sqlx::Result<()> {
        let description = markdown::untrusted_html_to_text(&term.description);
        let description = excerpt::excerpt(&input::multi_line(&description), MAX_DESCRIPTION_CHARS);
        let term = NamedTerm::new(term.kind, &term.slug, &term.name, Some(description));
        self.upsert(db, term, report).await?;
        Ok(())
    }

    async fn upsert(
        &mut self,
        db: &mut PgConnection,
        term: NamedTerm,
        report: &mut ImportReport,
    ) -> sqlx::Result<Option<i64>> {
        // Neither slug nor name: nothing could be shown.
        if term.wordpress_slug.is_empty() {
            return Ok(None);
        }
        let key = (term.kind, term.wordpress_slug.clone());
        let is_first = !self.known.contains_key(&key);
        let id = match self.look_up(db, &term).await? {
            TopicLookup::Existing(topic) => self.update(db, &term, topic, is_first, report).await?,
            TopicLookup::Planned => {
                report.topics.same += u64::from(is_first);
                0
            }
            TopicLookup::FreeSlug(slug) => {
                report.topics.new += 1;
                if let Some(planned) = &mut self.planned {
                    planned.insert(slug.to_string(), HashSet::from([term.kind]));
                    0
                } else {
                    let description = term.description.as_deref().unwrap_or_default();
                    store::topics::insert(db, term.kind, slug.as_str(), &term.name, description)
                        .await?
                }
            }
        };
        if self.planned.is_none() {
            // Recorded even for known topics: a category and a tag may become the same topic.
            store::topics::insert_imported(db, term.kind, &term.wordpress_slug, id).await?;
        }
        self.known.insert(key, id);
        Ok(Some(id))
    }

    async fn update(
        &self,
        db: &mut PgConnection,
        term: &NamedTerm,
        topic: KnownTopic,
        is_first: bool,
        report: &mut ImportReport,
    ) -> sqlx::Result<i64> {
        let description = term.description.as_ref().unwrap_or(&topic.description);
        // If a category and a tag share a slug, the first of them names the topic.
        let is_changed =
            topic.is_of_kind && (topic.name != term.name || topic.description != *description);
        if is_first {
            *if is_changed {
                &mut report.topics.changed
            } else {
                &mut report.topics.same
            } += 1;
        }
        if is_changed && self.planned.is_none() {
            store::topics::update(db, topic.id, &term.name, description).await?;
        }
        Ok(topic.id)
    }

    /// Finds the topic of a term, or a free slug for it. Two terms of one kind stay two topics, even if their slugs are the
    /// same in Latin letters.
    async fn look_up(
        &mut self,
        db: &mut PgConnection,
        term: &NamedTerm,
    ) -> sqlx::Result<TopicLookup> {
        let imported = store::topics::find_imported(db, term.kind, &term.wordpress_slug).await?;
        if let Some(topic) = imported {
            return Ok(TopicLookup::Existing(topic));
        }
        let key = (term.kind, term.wordpress_slug.clone());
        if self.planned.is_some() && self.known.contains_key(&key) {
            return Ok(TopicLookup::Planned);
        }
        let base = Slug::parse(&term.wordpress_slug)
            .unwrap_or_else(|| Slug::from_title(&term.wordpress_slug));
        let mut slug = base.clone();
        for suffix in 2.. {
            let planned = self
                .planned
                .as_mut()
                .and_then(|planned| planned.get_mut(slug.as_str()));
            if let Some(kinds) = planned {
                // As in the database, a category and a tag may become the same topic, two terms of one kind may not.
                if kinds.insert(term.kind) {
                    return Ok(TopicLookup::Planned);
                }
            } else {
                match store::topics::find_by_slug(db, term.kind, slug.as_str()).await? {
                    Some(topic) if !topic.is_claimed => return Ok(TopicLookup::Existing(topic)),
                    // Another term of this kind has become that topic, so this one needs another slug.
                    Some(_) => {}
                    None => break,
                }
            }
            slug = base.with_number(suffix);
        }
        Ok(TopicLookup::FreeSlug(slug))
    }
}

/// A category or tag with normalized names.
struct NamedTerm {
    kind: TopicKind,
    /// Decoded WordPress slug, or the name where the export has no slug; empty if it has neither.
    wordpress_slug: String,
    name: String,
    /// Present only for terms from the header of an export.
    description: Option<String>,
}

impl NamedTerm {
    fn new(kind: TermKind, slug: &str, name: &str, description: Option<String>) -> Self {
        let not_blank = |text: String| Some(text).filter(|text| !input::is_blank(text));
        let name = not_blank(parse_name(name));
        let slug = parse_name(&decode_slug(slug));
        Self {
            kind: match kind {
                TermKind::Category => TopicKind::Category,
                TermKind::Tag => TopicKind::Tag,
            },
            name: name.clone().unwrap_or_else(|| slug.clone()),
            wordpress_slug: not_blank(slug).or(name).unwrap_or_default(),
            description,
        }
    }
}

/// Result of looking for the topic of a term.
enum TopicLookup {
    Existing(KnownTopic),
    /// A topic that this dry run would have inserted.
    Planned,
    FreeSlug(Slug),
}
