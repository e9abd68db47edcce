//! Finds or creates topics for the WordPress categories and tags of imported articles.

use std::collections::{HashMap, HashSet};

use sqlx::PgConnection;

use crate::articles::TopicKind;
use crate::text::{Slug, excerpt, input, markdown};
use crate::transfer::plan::{decode_slug, parse_name};
use crate::transfer::report::ImportReport;
use crate::transfer::store;
use crate::transfer::store::topics::KnownTopic;
use crate::transfer::wxr::{WxrItemTerm, WxrTerm};

/// Longest description of a topic, in characters.
const MAX_DESCRIPTION_CHARS: usize = 1_000;

/// Topics that an import has found or created so far.
pub struct TopicRegistry {
    /// IDs of topics, by kind and WordPress slug.
    known: HashMap<(TopicKind, String), i64>,
    /// Slugs of the topics that a dry run would have created. Each has the kinds of the WordPress terms (categories and
    /// tags) that became this topic.
    planned: Option<HashMap<String, HashSet<TopicKind>>>,
}

impl TopicRegistry {
    /// Creates a registry without topics.
    pub fn new(is_dry_run: bool) -> Self {
        Self {
            known: HashMap::new(),
            planned: is_dry_run.then(HashMap::new),
        }
    }

    /// Returns the ID of the topic for an article's category or tag. Returns `None` if the category or tag has neither
    /// slug nor name. In a dry run, a new topic has the ID 0.
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

    /// Inserts or updates the topic of a category or tag that the header of an export describes.
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

    /// Finds the topic for a category or tag. If there is none, finds a free slug for a new topic. Two categories, or two
    /// tags, always become two topics, even if their slugs are equal after transliteration.
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

/// A WordPress category or tag whose name and slug are decoded.
struct NamedTerm {
    kind: TopicKind,
    /// Decoded WordPress slug. If the export gives no slug, this is the name. Empty if there is no name either.
    wordpress_slug: String,
    name: String,
    /// Description from the header of an export. `None` if the term comes from an article, which has only its name.
    description: Option<String>,
}

impl NamedTerm {
    fn new(kind: TopicKind, slug: &str, name: &str, description: Option<String>) -> Self {
        let not_blank = |text: String| Some(text).filter(|text| !input::is_blank(text));
        let name = not_blank(parse_name(name));
        let slug = parse_name(&decode_slug(slug));
        Self {
            kind,
            name: name.clone().unwrap_or_else(|| slug.clone()),
            wordpress_slug: not_blank(slug).or(name).unwrap_or_default(),
            description,
        }
    }
}

/// Result of the search for the topic of a category or tag.
enum TopicLookup {
    Existing(KnownTopic),
    /// A topic that this dry run would have created.
    Planned,
    FreeSlug(Slug),
}
