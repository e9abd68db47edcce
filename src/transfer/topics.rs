//! What it was about: categories and tags become topics.

use std::collections::{HashMap, HashSet};

use sqlx::PgConnection;

use super::plan::{self, decoded};
use super::report::Report;
use super::store::{self, KnownTopic};
use super::wxr::{ItemTerm, Term, TermKind};
use crate::articles::TopicKind;
use crate::text::{Slug, excerpt, input, markdown};

/// Characters of what stands under a topic's name.
const DESCRIPTION_CHARS: usize = 1_000;

/// Topics met so far.
pub struct Topics {
    known: HashMap<(TopicKind, String), i64>,
    /// Addresses that a rehearsal would have given away, and to which kinds.
    rehearsed: Option<HashMap<String, HashSet<TopicKind>>>,
}

impl Topics {
    /// None yet.
    pub fn new(is_rehearsal: bool) -> Self {
        Self {
            known: HashMap::new(),
            rehearsed: is_rehearsal.then(HashMap::new),
        }
    }

    /// The topic that an article names: one that the export has described before, usually. None for one without a name.
    pub async fn find_or_insert(
        &mut self,
        db: &mut PgConnection,
        term: &ItemTerm,
        report: &mut Report,
    ) -> sqlx::Result<Option<i64>> {
        let met = Met::of(term.kind, &term.slug, &term.name, None);
        let known = self.known.get(&(met.kind, met.old_name.clone()));
        match known {
            Some(id) => Ok(Some(*id)),
            None => self.put(db, met, report).await,
        }
    }

    /// Keeps what the export says of a category or a tag.
    pub async fn describe(
        &mut self,
        db: &mut PgConnection,
        term: &Term,
        report: &mut Report,
    ) -> sqlx::Result<()> {
        let description = markdown::untrusted_html_to_text(&term.description);
        let description = excerpt::excerpt(&input::multi_line(&description), DESCRIPTION_CHARS);
        let met = Met::of(term.kind, &term.slug, &term.name, Some(description));
        self.put(db, met, report).await?;
        Ok(())
    }

    async fn put(
        &mut self,
        db: &mut PgConnection,
        met: Met,
        report: &mut Report,
    ) -> sqlx::Result<Option<i64>> {
        if met.old_name.is_empty() {
            return Ok(None);
        }
        let place = (met.kind, met.old_name.clone());
        let is_first = !self.known.contains_key(&place);
        let id = match self.find(db, &met).await? {
            Found::Here(topic) => {
                // Of a category and a tag that share a slug, the one that was first names the topic.
                let description = met.description.as_ref().unwrap_or(&topic.description);
                let is_changed = topic.is_of_kind
                    && (topic.name != met.name || topic.description != *description);
                if is_first {
                    *if is_changed {
                        &mut report.topics.changed
                    } else {
                        &mut report.topics.same
                    } += 1;
                }
                if is_changed && self.rehearsed.is_none() {
                    store::change_topic(db, topic.id, &met.name, description).await?;
                }
                topic.id
            }
            Found::Rehearsed => {
                report.topics.same += u64::from(is_first);
                0
            }
            Found::Free(slug) => {
                report.topics.new += 1;
                if let Some(rehearsed) = &mut self.rehearsed {
                    rehearsed.insert(slug.to_string(), HashSet::from([met.kind]));
                    0
                } else {
                    let description = met.description.as_deref().unwrap_or_default();
                    store::insert_topic(db, met.kind, slug.as_str(), &met.name, description).await?
                }
            }
        };
        if self.rehearsed.is_none() {
            store::insert_old_topic(db, met.kind, &met.old_name, id).await?;
        }
        self.known.insert(place, id);
        Ok(Some(id))
    }

    /// The topic that it is, or an address for it. Two of one kind that read the same in Latin letters stay two.
    async fn find(&mut self, db: &mut PgConnection, met: &Met) -> sqlx::Result<Found> {
        if let Some(topic) = store::find_topic_of(db, met.kind, &met.old_name).await? {
            return Ok(Found::Here(topic));
        }
        if self.rehearsed.is_some() && self.known.contains_key(&(met.kind, met.old_name.clone())) {
            return Ok(Found::Rehearsed);
        }
        let slug = Slug::parse(&met.old_name).unwrap_or_else(|| Slug::from_title(&met.old_name));
        let mut tried = slug.clone();
        for ending in 2.. {
            let rehearsed = self
                .rehearsed
                .as_mut()
                .and_then(|rehearsed| rehearsed.get_mut(tried.as_str()));
            if let Some(kinds) = rehearsed {
                if kinds.insert(met.kind) {
                    return Ok(Found::Rehearsed);
                }
            } else {
                match store::find_topic_at(db, met.kind, tried.as_str()).await? {
                    Some(topic) if !topic.is_anothers => return Ok(Found::Here(topic)),
                    Some(_) => {}
                    None => break,
                }
            }
            tried = slug.with_number(ending);
        }
        Ok(Found::Free(tried))
    }
}

/// A category or a tag, as an export names it.
struct Met {
    kind: TopicKind,
    /// The last part of its old address, decoded; its name where the export does not say.
    old_name: String,
    name: String,
    /// What stands under the name, where the export says so.
    description: Option<String>,
}

impl Met {
    fn of(kind: TermKind, slug: &str, name: &str, description: Option<String>) -> Self {
        let name = plan::name(name);
        let old_name = plan::name(&decoded(slug));
        let is_named = !input::is_blank(&name);
        Self {
            kind: kind_of(kind),
            name: if is_named {
                name.clone()
            } else {
                old_name.clone()
            },
            old_name: if input::is_blank(&old_name) && is_named {
                name
            } else if input::is_blank(&old_name) {
                String::new()
            } else {
                old_name
            },
            description,
        }
    }
}

/// What was found of a topic.
enum Found {
    Here(KnownTopic),
    Rehearsed,
    Free(Slug),
}

fn kind_of(kind: TermKind) -> TopicKind {
    match kind {
        TermKind::Category => TopicKind::Category,
        TermKind::Tag => TopicKind::Tag,
    }
}
